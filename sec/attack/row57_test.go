package attack

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cutout/internal/casework"
	"cutout/internal/custody"
	"cutout/internal/source"
	"cutout/internal/vault"
)

// Row 57, deletion that leaves copies (OpenBao CVE-2026-42186; remnants in WAL and free pages): a source is destroyed by
// those whose it is to do. The identity opens for nobody, no file of the unit holds his key any more, and the backup made before opens nothing of his, while it opens the rest.
func TestRow57Destruction(t *testing.T) {
	bothEngines(t, func(t *testing.T, u *unit, src source.ID) {
		key, _, err := vault.OpenStoreKey(filepath.Join(folder(), "backup.key"))
		if err != nil {
			t.Fatal(err)
		}
		var other source.ID
		var prp custody.ProposalID
		var backup bytes.Buffer
		steps(t, func() {
			other = u.sealed("Anselm Quackenbush")
			must(u.d.OpenIdentity(ctx, u.in("keeper"), src, "a test"))
			must(u.d.Backup(ctx, &backup, key, u.d.Epoch(), nil))
			prp = must(u.d.ProposeDestruction(ctx, u.who["keeper"], src, "he asked"))
			check(u.d.Confirm(ctx, u.in("validator"), prp))
		})
		ring := u.ring(t)
		steps(t, func() { must(u.d.DestroyIdentity(ctx, u.in("keeper"), prp)) })

		_, err = u.d.OpenIdentity(ctx, u.who["keeper"], src, "a test")
		refusal(t, "his identity", err, "refused.no-identity", "refused.identity-destroyed")
		steps(t, func() { must(u.d.OpenIdentity(ctx, u.who["keeper"], other, "a test")) })
		left := tree(t, filepath.Join(u.dir, "keys", "sources"))
		u.scanGone(t, ring, left)
		u.restored(t, backup.Bytes(), key, src, other)
	})
}

// scanGone holds that the key that is gone is in no file any more, under no name. The engine's files are enciphered page by
// page, so that of the rows themselves a scan from outside can say nothing: that the rows go, TestShred of package store holds.
func (u *unit) scanGone(t *testing.T, keys map[string][]byte, left []string) {
	t.Helper()
	now, gone := u.files(t), 0
	for name, content := range keys {
		if slices.Contains(left, name) {
			continue
		}
		gone++
		if len(content) < 32 || bytes.Contains(now, content) {
			t.Errorf("the %d bytes of the key %s are still in a file", len(content), name)
		}
		for _, at := range tree(t, u.dir) {
			if strings.Contains(at, name) {
				t.Errorf("%s is still there", at)
			}
		}
	}
	if gone != 1 {
		t.Errorf("%d keys are gone", gone)
	}
}

// ring reads the files of the source keys by name.
func (u *unit) ring(t *testing.T) map[string][]byte {
	t.Helper()
	dir, out := filepath.Join(u.dir, "keys", "sources"), map[string][]byte{}
	all := u.files(t)
	for _, name := range tree(t, dir)[1:] {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(all, b) {
			t.Fatal("the scan does not see a key that is there")
		}
		out[name] = b
	}
	return out
}

// files is every byte of the unit's directory.
func (u *unit) files(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	err := filepath.WalkDir(u.dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(name)
		out.Write(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// restored puts the backup back beside the keys there are now.
func (u *unit) restored(t *testing.T, backup []byte, key vault.StoreKey, gone, other source.ID) {
	t.Helper()
	cfg := u.config()
	cfg.DSN, cfg.Path = "", filepath.Join(folder(), "restored.db")
	r, err := casework.Restore(ctx, cfg, bytes.NewReader(backup), key, true, nil)
	if err != nil {
		t.Fatal(err, r)
	}
	d, err := casework.Open(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	steps(t, func() {
		o := must(d.SignIn(ctx, "keeper", pass("keeper")))
		_, err := d.OpenIdentity(ctx, o, gone, "a test")
		refusal(t, "his identity from the backup", err, "refused.identity-destroyed")
		must(d.OpenIdentity(ctx, o, other, "a test"))
	})
}
