package casework

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"cutout/internal/audit"
	"cutout/internal/officer"
	"cutout/internal/store"
	"cutout/internal/vault"
)

// A backup, version 1: a name and version, the length of the head (4 bytes, big-endian), the head in JSON, and a sealed
// stream (vault.SealStream) bound to all of these, which holds a copy of every row (store.Snapshot.Copy). The head is in
// clear: it says which keys open the rest, how large the log is, and nothing of what the records say.
const (
	backupMagic = "cutout backup\x01"
	maxHead     = 64 << 10
)

// BackupHead is what a backup says of itself in clear. Whoever opens the rest knows that it was not altered.
type BackupHead struct {
	Made       time.Time `json:"made"`
	Engine     string    `json:"engine"`
	Schema     int64     `json:"schema"` // the form of the tables
	Log        string    `json:"log"`    // name of the unit's log
	Checkpoint string    `json:"checkpoint"`
	Epoch      string    `json:"epoch"` // whose backup key opens it
	Key        string    `json:"key"`   // names that key, so that a second key of one epoch is not taken for the first
}

// ErrBackup means that a file is no backup, or one of a form this program does not know.
var ErrBackup = errors.New("casework: the file is no backup that this program can read")

// The store's own answers, for porches to word.
var (
	ErrCopy     = store.ErrCopy
	ErrKey      = store.ErrKey
	ErrNewer    = store.ErrNewer
	ErrOccupied = store.ErrOccupied
	ErrPartial  = store.ErrPartial
)

// ErrBehind means that a checkpoint given is newer than the backup, and that nobody accepted to go back behind it.
var ErrBehind = errors.New("casework: the backup is older than a checkpoint given")

// BackupReport is what was found in a backup, and in what was restored from it.
type BackupReport struct {
	Head BackupHead
	Unit string
	Size int64 // entries of its log
	store.Checked
	// Behind is by how many entries the newest checkpoint given is ahead of the backup's log: what the unit did in them
	// is not in the backup. 0 when none is.
	Behind int64
}

var (
	actDestroyEpoch = act{"unit.destroy-epoch", one(officer.Administrator)}
	actKeysOut      = act{"unit.keys", one(officer.Administrator)}
	actSeals        = act{"unit.examine-seals", one(officer.Administrator, officer.Inspector)}
)

// Epoch is the key epoch of a backup made now: the month of the unit's calendar.
func (d *Desk) Epoch() string { return d.store.Today().String()[:len("2006-01")] }

var epochForm = regexp.MustCompile(`^[0-9]{4}-(0[1-9]|1[0-2])$`)

// IsEpoch reports whether a text can name a key epoch.
func IsEpoch(s string) bool { return epochForm.MatchString(s) }

// backupKey derives the key that seals backups of an epoch, and its name.
func backupKey(k vault.StoreKey) (key vault.Secret, name string, err error) {
	if key, err = k.Sub(vault.Backups, 0); err != nil {
		return key, "", err
	}
	n, err := k.Sub(vault.BackupName, 0)
	if err != nil {
		return key, "", err
	}
	defer n.Clear()
	return key, name, n.Use(func(b []byte) error { name = fmt.Sprintf("%x", b[:8]); return nil })
}

// Backup writes a sealed copy of everything the unit has on record, as of one moment, while the unit works on. It is an
// act of the machine: nobody is shown anything, so whoever keeps the machine needs no duty for it, and a timer no
// passphrase. It is on the log before the first byte is written, and the copy holds that entry.
func (d *Desk) Backup(ctx context.Context, to io.Writer, key vault.StoreKey, epoch string, progress func(done, total int)) (h BackupHead, err error) {
	if !IsEpoch(epoch) {
		return h, fieldFault("epoch", "backup.epoch", "Given", epoch)
	}
	k, name, err := backupKey(key)
	if err != nil {
		return h, err
	}
	defer k.Clear()
	h = BackupHead{Made: d.Now().Truncate(time.Second), Engine: d.Engine(), Log: d.unit.LogName, Epoch: epoch, Key: name}
	detail, err := json.Marshal(map[string]string{"epoch": epoch, "key": name})
	if err != nil {
		return h, err
	}
	err = d.store.Snapshot(ctx, store.Entry{Act: "unit.backup", Pack: d.packVersion(), Detail: detail}, func(p *store.Snapshot) error {
		form, err := p.Schema()
		if err != nil {
			return err
		}
		h.Schema = form.At
		size, hashes, err := p.Log()
		if err != nil {
			return err
		}
		root, err := audit.Root(size, hashes)
		if err != nil {
			return err
		}
		signed, err := audit.Sign(audit.Checkpoint{Origin: h.Log, Size: size, Root: root, Time: h.Made}, d.unit.logPrivate)
		if err != nil {
			return err
		}
		h.Checkpoint = string(signed)
		head, err := h.encode()
		if err != nil {
			return err
		}
		if _, err := to.Write(head); err != nil {
			return err
		}
		s, err := vault.SealStream(to, k, head)
		if err != nil {
			return err
		}
		if err := p.Copy(s, progress); err != nil {
			return err
		}
		return s.Close()
	})
	return h, err
}

func (h BackupHead) encode() ([]byte, error) {
	b, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	return append(binary.BigEndian.AppendUint32([]byte(backupMagic), uint32(len(b))), b...), nil
}

// ReadBackupHead reads the clear beginning of a backup, which nothing yet proves. raw is what the rest is bound to.
func ReadBackupHead(from io.Reader) (h BackupHead, raw []byte, err error) {
	raw = make([]byte, len(backupMagic)+4)
	if _, err := io.ReadFull(from, raw); err != nil || string(raw[:len(backupMagic)]) != backupMagic {
		return h, nil, ErrBackup
	}
	n := binary.BigEndian.Uint32(raw[len(backupMagic):])
	if n > maxHead {
		return h, nil, ErrBackup
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(from, b); err != nil {
		return h, nil, ErrBackup
	}
	if err := json.Unmarshal(b, &h); err != nil || !IsEpoch(h.Epoch) {
		return h, nil, ErrBackup
	}
	return h, append(raw, b...), nil
}

// ErrBackupKey means that the key given is not the one a backup was sealed with.
var ErrBackupKey = errors.New("casework: the backup was sealed with another key")

// openBackup reads the head of a backup and begins to open the rest.
func openBackup(ctx context.Context, from io.Reader, key vault.StoreKey) (BackupHead, io.Reader, error) {
	from = patient{ctx, from}
	h, head, err := ReadBackupHead(from)
	if err != nil {
		return h, nil, err
	}
	k, name, err := backupKey(key)
	if err != nil {
		return h, nil, err
	}
	defer k.Clear()
	if name != h.Key {
		return h, nil, ErrBackupKey
	}
	s, err := vault.OpenStream(from, k, head)
	return h, s, err
}

// patient is a reader that stops when its caller has gone.
type patient struct {
	ctx context.Context
	r   io.Reader
}

func (p patient) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	return p.r.Read(b)
}

// points holds the log of a backup against the checkpoint in its head and the earlier ones given.
func (r *BackupReport) points(earlier [][]byte) func([]byte) ([]audit.Checkpoint, error) {
	return func(unit []byte) ([]audit.Checkpoint, error) {
		var u unitSettings
		if err := json.Unmarshal(unit, &u); err != nil {
			return nil, ErrBackup
		}
		r.Unit = u.Name
		own, err := audit.OpenCheckpoint([]byte(r.Head.Checkpoint), u.LogPublic)
		if err != nil {
			return nil, fmt.Errorf("%w: its checkpoint is not of its log", ErrBackup)
		}
		r.Size = own.Size
		out := []audit.Checkpoint{own}
		for _, s := range earlier {
			c, err := audit.OpenCheckpoint(s, u.LogPublic)
			if err != nil {
				return nil, fieldFault("since", "log.checkpoint")
			}
			if c.Size > own.Size {
				r.Behind = max(r.Behind, c.Size-own.Size)
				continue
			}
			out = append(out, c)
		}
		return out, nil
	}
}

// CheckBackup reads a backup from beginning to end, away from the unit: every part of the file, every seal of the records
// under the store's key, every row against its table's sum, and the log against the checkpoint in the file and those given. An error is
// one of the file or the keys; what is wrong with the records stands in the report.
func CheckBackup(ctx context.Context, from io.Reader, key, storeKey vault.StoreKey, earlier ...[]byte) (r BackupReport, err error) {
	keys, err := storeKeys(storeKey)
	if err != nil {
		return r, err
	}
	h, rows, err := openBackup(ctx, from, key)
	if r.Head = h; err != nil {
		return r, err
	}
	r.Checked, err = store.CheckCopy(rows, keys, r.points(earlier))
	return r, err
}

// Restore puts a backup into an empty place, on either engine, and has the result verify itself: the file is read whole
// before anything is written; what was written is read back row by row; then every seal is opened where it now stands,
// the engine looks at its files, and the log is held against the backup's checkpoint. The restore is the next entry of the
// log. A damaged backup is not restored: the report says what is wrong with it. One that a checkpoint given is ahead of is
// ErrBehind, unless the caller accepts the rollback.
func Restore(ctx context.Context, cfg Config, from io.ReadSeeker, key vault.StoreKey, accept bool, progress func(done, total int), earlier ...[]byte) (r BackupReport, err error) {
	r, err = CheckBackup(ctx, from, key, cfg.Key, earlier...)
	if err != nil || !r.Sound() {
		return r, err
	}
	if r.Behind > 0 && !accept {
		return r, ErrBehind
	}
	if _, err := from.Seek(0, io.SeekStart); err != nil {
		return r, err
	}
	h, rows, err := openBackup(ctx, from, key)
	if err != nil {
		return r, err
	}
	keys, err := storeKeys(cfg.Key)
	if err != nil {
		return r, err
	}
	if _, err := openRing(cfg); err != nil { // before a row is written
		return r, err
	}
	if _, err := store.Restore(ctx, store.Config{Path: cfg.Path, DSN: cfg.DSN, Keys: keys, Clock: cfg.Clock}, h.Schema, rows, searchTerms); err != nil {
		return r, err
	}
	cfg.QuietWatch = true
	d, err := Open(ctx, cfg)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	now := r
	detail, err := json.Marshal(map[string]string{"made": h.Made.Format(time.RFC3339), "behind": fmt.Sprint(r.Behind)})
	if err != nil {
		return r, err
	}
	err = d.store.Snapshot(ctx, store.Entry{Act: "unit.restore", Pack: d.packVersion(), Detail: detail}, func(p *store.Snapshot) error {
		if now.Checked, err = p.Check(progress, now.points(earlier)); err != nil {
			return err
		}
		broken, err := p.Integrity()
		now.Damaged += int64(len(broken))
		now.First = append(now.First, broken...)
		return err
	})
	return now, err
}

// searchTerms are the words by which a record is found: those it was first indexed under.
func searchTerms(r store.Record) ([]string, error) {
	t, err := textOf(r)
	if err != nil || t.text == "" {
		return nil, err
	}
	return indexTerms(t.text), nil
}

// DestroyEpoch puts on the log that the administrator destroys the backup key of an epoch, and why. The caller destroys the
// key file once this is durable: from then on no backup of that epoch opens, on this machine.
func (d *Desk) DestroyEpoch(ctx context.Context, o officer.Officer, epoch, reason string) error {
	return d.do(ctx, o, actDestroyEpoch, "unit", "", func(w *work) error {
		if !IsEpoch(epoch) {
			return fieldFault("epoch", "backup.epoch", "Given", epoch)
		}
		if strings.TrimSpace(reason) == "" {
			return fieldFault("reason", "field.required")
		}
		detail, err := json.Marshal(map[string]string{"epoch": epoch, "reason": strings.TrimSpace(reason)})
		w.Entry().Detail = detail
		return err
	})
}

// KeysOut puts on the log that the administrator took the unit's keys out, before a byte of them is written.
func (d *Desk) KeysOut(ctx context.Context, o officer.Officer) error {
	return d.do(ctx, o, actKeysOut, "unit", "", func(*work) error { return nil })
}

// Schema says in which form the tables of a unit are, and which steps this program would take; it changes nothing.
func Schema(ctx context.Context, cfg Config) (store.Schema, error) {
	keys, err := storeKeys(cfg.Key)
	if err != nil {
		return store.Schema{}, err
	}
	return store.ReadSchema(ctx, store.Config{Path: cfg.Path, DSN: cfg.DSN, Keys: keys})
}

// ExamineSeals opens every sealed body of the records where it stands and builds the log's tree anew. It shows nothing of
// what the records say, only where something is wrong.
func (d *Desk) ExamineSeals(ctx context.Context, o officer.Officer, progress func(done, total int)) (c store.Checked, err error) {
	if err := d.look(ctx, o, actSeals, "unit", "", func(*work) error { return nil }); err != nil {
		return c, err
	}
	err = d.store.Snapshot(ctx, store.Entry{}, func(p *store.Snapshot) error {
		c, err = p.Check(progress, func([]byte) ([]audit.Checkpoint, error) { return nil, nil })
		return err
	})
	return c, d.report(actSeals.word, shown(err))
}
