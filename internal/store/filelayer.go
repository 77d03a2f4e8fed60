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

// safeLayer stands between the encrypting layer and the files and mends what the drills F2 and F3 found there: a disk
// without room is reported as SQLITE_FULL, not as a disk that fails; the directory that a new write-ahead log stands in is
// synced with it, without which a power cut can leave the log nameless; and the end of a file that a power cut tore
// inside a block is not there, since a part of a block cannot be decrypted and recovery would stop at it.
type safeLayer struct{ vfs.VFS }

func (l safeLayer) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	f, out, err := vfsutil.WrapOpenFilename(l.VFS, name, flags)
	if err != nil {
		return nil, out, err
	}
	file := &safeFile{File: f}
	if name != nil && flags&vfs.OPEN_CREATE != 0 && runtime.GOOS != "windows" {
		file.unsynced = filepath.Dir(name.String())
	}
	return file, out, nil
}

type safeFile struct {
	vfs.File
	unsynced string // the directory whose entry of this file may not be durable yet
}

func room(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return sqlite3.FULL
	}
	return err
}

// cipherBlock is what the encrypting layer reads and writes at once, in bytes.
const cipherBlock = 4096

func (f *safeFile) Size() (int64, error) {
	n, err := f.File.Size()
	return n - n%cipherBlock, err
}

func (f *safeFile) WriteAt(p []byte, at int64) (int, error) {
	n, err := f.File.WriteAt(p, at)
	return n, room(err)
}

func (f *safeFile) Truncate(size int64) error { return room(f.File.Truncate(size)) }

func (f *safeFile) SizeHint(size int64) error { return room(vfsutil.WrapSizeHint(f.File, size)) }

func (f *safeFile) Sync(flags vfs.SyncFlag) error {
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
func (f *safeFile) DeviceCharacteristics() vfs.DeviceCharacteristic {
	return f.File.DeviceCharacteristics() &^ vfs.IOCAP_BATCH_ATOMIC
}

func (f *safeFile) SharedMemory() vfs.SharedMemory { return vfsutil.WrapSharedMemory(f.File) }
func (f *safeFile) LockState() vfs.LockLevel       { return vfsutil.WrapLockState(f.File) }
func (f *safeFile) PersistWAL() bool               { return vfsutil.WrapPersistWAL(f.File) }
func (f *safeFile) SetPersistWAL(keep bool)        { vfsutil.WrapSetPersistWAL(f.File, keep) }
func (f *safeFile) HasMoved() (bool, error)        { return vfsutil.WrapHasMoved(f.File) }
