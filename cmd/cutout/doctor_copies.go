package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"cutout/internal/audit"
	"cutout/internal/casework"
	"cutout/internal/officer"
)

// The ages and sizes from which the doctor speaks up. A unit that copies every night sees none of them.
const (
	oldBackup   = 7 * 24 * time.Hour
	staleBackup = 31 * 24 * time.Hour
	largeWAL    = 256 << 20 // bytes; a reader that never ends keeps the log of an SQLite file from being folded in
	leastFree   = 64 << 20
	littleFree  = 1 << 30
)

func now() time.Time {
	if clock != nil {
		return clock()
	}
	return time.Now()
}

// keys looks at every key file's mode: one that others may read is a key that others may have.
func (h *health) keys() {
	h.mode("key-file", h.s.path(keyFile), 0o077)
	h.mode("key-directory", h.s.path("keys"), 0o077)
	n := 0
	err := filepath.WalkDir(h.s.path("keys"), func(name string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || name == h.s.path(keyFile) {
			return err
		}
		n++
		info, err := e.Info()
		if err != nil {
			return err
		}
		if !info.Mode().IsRegular() || info.Mode().Perm()&0o077 != 0 {
			h.add("key-files", "bad", fmt.Sprintf("%s: %04o", name, info.Mode().Perm()))
		}
		return nil
	})
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		h.add("key-files", "bad", err.Error())
	} else if n > 0 {
		h.add("key-files", "good", fmt.Sprint(n))
	}
}

// space looks at what is left of the disk, and at the write-ahead log beside the records.
func (h *health) space() {
	if free, ok := freeSpace(h.s.Data); ok {
		need := 2*h.s.sizeOf(recordsFile) + littleFree/4
		state := "good"
		if free < leastFree {
			state = "bad"
		} else if free < littleFree || free < need {
			state = "warning"
		}
		h.add("disk", state, fmt.Sprintf("%d MB", free>>20))
	}
	if wal := h.s.sizeOf(recordsFile + "-wal"); h.s.sizeOf(recordsFile) > 0 {
		state := "good"
		if wal > largeWAL {
			state = "warning"
		}
		h.add("write-ahead", state, fmt.Sprintf("%d MB", wal>>20))
	}
}

// copies looks at the newest backup that was read back, and at whether the keys were taken out since the newest was made.
func (h *health) copies() {
	m, err := h.s.remembered()
	if err != nil {
		h.add("backup", "bad", err.Error())
		return
	}
	age := now().Sub(m.Backup.Made)
	switch {
	case m.Backup.Made.IsZero():
		h.add("backup", "warning", h.s.words.T("cli.never"))
	case age > staleBackup:
		h.add("backup", "bad", m.Backup.Made.UTC().Format(time.RFC3339))
	case age > oldBackup:
		h.add("backup", "warning", m.Backup.Made.UTC().Format(time.RFC3339))
	default:
		h.add("backup", "good", m.Backup.Made.UTC().Format(time.RFC3339)+" "+m.Backup.File)
	}
	newest := time.Time{}
	_ = filepath.WalkDir(h.s.path("keys"), func(_ string, e os.DirEntry, err error) error { // what cannot be read was named above
		if err != nil || e.IsDir() {
			return nil
		}
		if info, err := e.Info(); err == nil && info.ModTime().After(newest) {
			newest = info.ModTime()
		}
		return nil
	})
	switch {
	case m.Keys.IsZero():
		h.add("keys-out", "warning", h.s.words.T("cli.never"))
	case newest.After(m.Keys):
		h.add("keys-out", "warning", m.Keys.UTC().Format(time.RFC3339))
	default:
		h.add("keys-out", "good", m.Keys.UTC().Format(time.RFC3339))
	}
}

// schema compares the form of the tables with the one this program works with, before anything upgrades them.
func (h *health) schema() {
	cfg, err := h.s.config()
	if err != nil {
		return // why the unit does not open is said below
	}
	have, err := casework.Schema(h.s.ctx, cfg)
	what := fmt.Sprintf("%d / %d", have.At, have.Program)
	switch {
	case err != nil:
		h.add("schema", "bad", err.Error())
	case have.At > have.Program:
		h.add("schema", "bad", what)
	case len(have.Pending) > 0:
		h.add("schema", "warning", what)
	default:
		h.add("schema", "good", what)
	}
}

// seals opens every sealed body and builds the log's tree anew.
func (h *health) seals(d *casework.Desk, o officer.Officer) error {
	bar := h.s.progress("cli.checking")
	c, err := d.ExamineSeals(h.s.ctx, o, bar.to)
	bar.done()
	if err != nil {
		return err
	}
	if c.Damaged > 0 {
		h.add("seals", "bad", h.s.words.T("cli.backup-damage", "N", int(c.Damaged))+" "+strings.Join(c.First, "; "))
	} else {
		h.add("seals", "good", fmt.Sprint(c.Sealed))
	}
	if c.Log.Finding != audit.Sound {
		h.add("log-tree", "bad", h.s.finding(c.Log))
	} else {
		h.add("log-tree", "good", c.Log.Root.String())
	}
	return nil
}
