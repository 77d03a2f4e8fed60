package store

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"syscall"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/util/vfsutil"
	"github.com/ncruces/go-sqlite3/vfs"
)

// osLayer is the operating system's file layer with two things mended that the drills F2 and F3 found in it: a disk
// without room is reported as SQLITE_FULL, not as a disk that fails, and the directory that a new write-ahead log stands
// in is synced with it, without which a power cut can leave the log nameless.
type osLayer struct{ vfs.VFSFilename }

// osLayerName is what it is registered under.
const osLayerName = "cutout-os"

func init() { vfs.Register(osLayerName, osLayer{vfs.Find("").(vfs.VFSFilename)}) }

func (l osLayer) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	f, out, err := l.VFSFilename.OpenFilename(name, flags)
	if err != nil {
		return nil, out, err
	}
	file := &osFile{File: f}
	if name != nil && flags&vfs.OPEN_CREATE != 0 && runtime.GOOS != "windows" {
		file.unsynced = filepath.Dir(name.String())
	}
	return file, out, nil
}

type osFile struct {
	vfs.File
	unsynced string // the directory whose entry of this file may not be durable yet
}

func room(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return sqlite3.FULL
	}
	return err
}

func (f *osFile) WriteAt(p []byte, at int64) (int, error) {
	n, err := f.File.WriteAt(p, at)
	return n, room(err)
}

func (f *osFile) Truncate(size int64) error { return room(f.File.Truncate(size)) }

func (f *osFile) SizeHint(size int64) error { return room(vfsutil.WrapSizeHint(f.File, size)) }

func (f *osFile) Sync(flags vfs.SyncFlag) error {
	if err := f.File.Sync(flags); err != nil {
		return room(err)
	}
	if f.unsynced == "" {
		return nil
	}
	d, err := os.Open(f.unsynced)
	if err == nil {
		err = errors.Join(d.Sync(), d.Close())
	}
	if err != nil {
		return vfs.SystemError(err, sqlite3.IOERR_DIR_FSYNC)
	}
	f.unsynced = ""
	return nil
}

// DeviceCharacteristics leaves out what needs calls that are not handed on here.
func (f *osFile) DeviceCharacteristics() vfs.DeviceCharacteristic {
	return f.File.DeviceCharacteristics() &^ vfs.IOCAP_BATCH_ATOMIC
}

func (f *osFile) SharedMemory() vfs.SharedMemory { return vfsutil.WrapSharedMemory(f.File) }
func (f *osFile) LockState() vfs.LockLevel       { return vfsutil.WrapLockState(f.File) }
func (f *osFile) PersistWAL() bool               { return vfsutil.WrapPersistWAL(f.File) }
func (f *osFile) SetPersistWAL(keep bool)        { vfsutil.WrapSetPersistWAL(f.File, keep) }
func (f *osFile) HasMoved() (bool, error)        { return vfsutil.WrapHasMoved(f.File) }
