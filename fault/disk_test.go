package fault

import (
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/util/vfsutil"
	"github.com/ncruces/go-sqlite3/vfs"
)

// A disk keeps the files of one directory in memory beneath the encrypting layer, and knows of each what was synced and
// what was only written. It can lose power (F2) and fail (F4). Locks and shared memory stay the operating system's, on
// empty files of the same names.
type disk struct {
	mu    sync.Mutex
	files map[string]*blob
	calls int // of any kind, so far
	// powerOff is the call at which the power goes; 0 is never. From then on every call fails.
	powerOff int
	off      bool
	// checkpoints counts how often the write-ahead log was brought home.
	checkpoints int
	// failing says which calls fail, by their number; nil is none.
	failing func(call int) bool
	failed  int
	// deaf is a disk that does not sync the files whose names it is given, and says it did.
	deaf func(name string) bool
}

// blob is one file: what is read from it now, what of it is safe, and the changes in between.
type blob struct {
	now, safe []byte
	pending   []change
	linked    bool  // its directory entry is safe
	before    *blob // the file of the same name whose removal is not safe yet
}

// change is a write, or a new size where data is nil.
type change struct {
	at   int64
	data []byte
}

const sector = 512

func (c change) apply(to []byte) []byte {
	if c.data == nil {
		if int(c.at) <= len(to) {
			return to[:c.at]
		}
		return append(to, make([]byte, int(c.at)-len(to))...)
	}
	if end := int(c.at) + len(c.data); end > len(to) {
		to = append(to, make([]byte, end-len(to))...)
	}
	copy(to[c.at:], c.data)
	return to
}

// call counts a call and says whether it may do its work.
func (d *disk) call() (ok bool) {
	d.calls++
	if d.off {
		return false
	}
	if d.failing != nil && d.failing(d.calls) {
		d.failed++
		return false
	}
	return true
}

// dies reports that the power goes at this call, whose own change may still reach the disk in part.
func (d *disk) dies() bool {
	if d.powerOff != 0 && d.calls >= d.powerOff {
		d.off = true
	}
	return d.off
}

// after is the disk as it is found when the power is back: what was synced, and of what was not any part, in any order,
// cut between sectors.
func (d *disk) after(rnd *rand.Rand) *disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := &disk{files: map[string]*blob{}}
	manner := rnd.IntN(4)
	for name, b := range d.files {
		for b != nil && !b.linked && rnd.IntN(2) == 0 { // the directory still names the file of before, or none
			b = b.before
		}
		if b == nil || b.now == nil {
			continue
		}
		data := append([]byte{}, b.safe...)
		upTo := rnd.IntN(len(b.pending) + 1)
		for i, c := range b.pending {
			switch manner {
			case 0: // all of it is lost
			case 1: // it is cut off
				if i < upTo {
					data = c.apply(data)
				}
			case 2: // some of it arrived
				if rnd.IntN(2) == 0 {
					data = c.apply(data)
				}
			case 3: // some of it arrived in part
				for at := 0; at < len(c.data) || c.data == nil && at == 0; at += sector {
					if rnd.IntN(2) == 0 {
						continue
					}
					part := c
					if c.data != nil {
						part = change{c.at + int64(at), c.data[at:min(at+sector, len(c.data))]}
					}
					data = part.apply(data)
				}
			}
		}
		out.files[name] = &blob{now: data, safe: slices.Clone(data), linked: true}
	}
	return out
}

// copied is the disk as it stands, in another place.
func (d *disk) copied() *disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := &disk{files: map[string]*blob{}}
	for name, b := range d.files {
		if b.now != nil {
			out.files[name] = &blob{now: slices.Clone(b.now), safe: slices.Clone(b.now), linked: true}
		}
	}
	return out
}

// drillLayer is the file layer of all disks, each of which is the files of one directory.
const drillLayer = "drill"

type layer struct {
	mu    sync.Mutex
	disks map[string]*disk
}

var disks = &layer{disks: map[string]*disk{}}

func init() { vfs.Register(drillLayer, disks) }

// put makes the disk that of a new directory, with the keys of the unit, and gives the unit there.
func (l *layer) put(t testing.TB, u *unit, d *disk) *unit {
	t.Helper()
	moved := *u
	moved.d, moved.Layer = nil, drillLayer
	dir, err := os.MkdirTemp("", "cutout-disk-")
	must(t, err)
	moved.Dir = dir
	// The sources' keys are synced before the record that is sealed under them, on the real disk.
	copyPrivate(t, filepath.Join(dir, "keys"), filepath.Join(u.Dir, "keys"))
	for name := range d.files {
		must(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
	}
	l.mu.Lock()
	l.disks[dir] = d
	l.mu.Unlock()
	return &moved
}

// copyPrivate copies a directory as files of nobody else.
func copyPrivate(t testing.TB, to, from string) {
	t.Helper()
	must(t, os.CopyFS(to, os.DirFS(from))) // with the modes of everybody
	must(t, filepath.WalkDir(to, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			err = os.Chmod(path, 0o600)
		}
		return err
	}))
}

// forget closes the unit and takes its disk away.
func (l *layer) forget(u *unit) {
	u.close()
	l.mu.Lock()
	delete(l.disks, u.Dir)
	l.mu.Unlock()
	os.RemoveAll(u.Dir)
}

func (l *layer) of(name string) (*disk, string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.disks[filepath.Dir(name)], filepath.Base(name)
}

func (l *layer) FullPathname(name string) (string, error) { return filepath.Abs(name) }

func (l *layer) Open(name string, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	return nil, flags, sqlite3.CANTOPEN // OpenFilename is called instead
}

func (l *layer) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	d, base := l.of(name.String())
	if d == nil {
		return nil, flags, sqlite3.CANTOPEN
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.call() {
		return nil, flags, sqlite3.CANTOPEN
	}
	b := d.files[base]
	if (b == nil || b.now == nil) && flags&vfs.OPEN_CREATE == 0 {
		return nil, flags, sqlite3.CANTOPEN
	}
	f, flags, err := vfsutil.WrapOpenFilename(vfs.Find(""), name, flags)
	if err != nil {
		return nil, flags, err
	}
	if b == nil || b.now == nil {
		fresh := &blob{now: []byte{}}
		if b != nil {
			fresh.before = b.before
		}
		b = fresh
		d.files[base] = b
	}
	return &file{File: f, d: d, b: b, name: base}, flags, nil
}

func (l *layer) Delete(name string, syncDir bool) error {
	d, base := l.of(name)
	if d == nil {
		return sqlite3.IOERR_DELETE
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.call() || d.dies() {
		return sqlite3.IOERR_DELETE
	}
	b := d.files[base]
	if b == nil || b.now == nil {
		return sqlite3.IOERR_DELETE_NOENT
	}
	if delete(d.files, base); !syncDir && b.linked {
		d.files[base] = &blob{before: b} // removed, and perhaps not
	}
	os.Remove(name) // the empty file of its locks
	return nil
}

func (l *layer) Access(name string, flags vfs.AccessFlag) (bool, error) {
	d, base := l.of(name)
	if d == nil {
		return false, sqlite3.IOERR_ACCESS
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.call() {
		return false, sqlite3.IOERR_ACCESS
	}
	b := d.files[base]
	return b != nil && b.now != nil, nil
}

// file is one opened file of a disk.
type file struct {
	vfs.File // for its locks and its shared memory
	d        *disk
	b        *blob
	name     string
}

func (f *file) SharedMemory() vfs.SharedMemory                  { return vfsutil.WrapSharedMemory(f.File) }
func (f *file) LockState() vfs.LockLevel                        { return vfsutil.WrapLockState(f.File) }
func (f *file) SectorSize() int                                 { return sector }
func (f *file) DeviceCharacteristics() vfs.DeviceCharacteristic { return 0 } // nothing is promised

func (f *file) ReadAt(p []byte, at int64) (int, error) {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	if !f.d.call() {
		return 0, sqlite3.IOERR_READ
	}
	if at >= int64(len(f.b.now)) {
		return 0, io.EOF
	}
	n := copy(p, f.b.now[at:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (f *file) change(c change, failed error) error {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	if !f.d.call() {
		return failed
	}
	f.b.now = c.apply(f.b.now)
	f.b.pending = append(f.b.pending, c)
	if f.d.dies() {
		return failed
	}
	return nil
}

func (f *file) WriteAt(p []byte, at int64) (int, error) {
	if err := f.change(change{at, slices.Clone(p)}, sqlite3.IOERR_WRITE); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (f *file) Truncate(size int64) error {
	return f.change(change{size, nil}, sqlite3.IOERR_TRUNCATE)
}

func (f *file) Size() (int64, error) {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	if !f.d.call() {
		return 0, sqlite3.IOERR_FSTAT
	}
	return int64(len(f.b.now)), nil
}

func (f *file) Sync(vfs.SyncFlag) error {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	if !f.d.call() || f.d.dies() {
		return sqlite3.IOERR_FSYNC
	}
	if f.d.deaf != nil && f.d.deaf(f.name) {
		return nil
	}
	if !isWAL(f.name) && len(f.b.pending) > 0 {
		f.d.checkpoints++
	}
	for _, c := range f.b.pending {
		f.b.safe = c.apply(f.b.safe)
	}
	f.b.pending, f.b.linked, f.b.before = nil, true, nil
	return nil
}

// onDisk makes a unit whose files are on a disk, and closes it.
func onDisk(t testing.TB) (*unit, *disk) {
	t.Helper()
	dir, err := os.MkdirTemp("", "cutout-disk-")
	must(t, err)
	d := &disk{files: map[string]*blob{}}
	disks.mu.Lock()
	disks.disks[dir] = d
	disks.mu.Unlock()
	u := begin(t, &unit{Dir: dir, Layer: drillLayer})
	u.close()
	t.Cleanup(func() { disks.forget(u) })
	return u, d
}

func isWAL(name string) bool { return strings.HasSuffix(name, "-wal") }
