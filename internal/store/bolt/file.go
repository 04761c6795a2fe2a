package bolt

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"time"

	"go.etcd.io/bbolt"

	"pugongying/internal/store/document"
)

const lockPause = 20 * time.Millisecond

// openError says to an operator, in Chinese, why the file was not opened and what to do. It is document.ErrCannotOpen, and
// the sentinel of its kind.
type openError struct {
	text  string
	kind  error
	cause error
}

// Error is the sentence, then the cause.
func (e *openError) Error() string {
	if e.cause == nil {
		return e.text
	}
	return fmt.Sprintf("%s（%v）", e.text, e.cause)
}

// Unwrap gives the sentinels and the cause.
func (e *openError) Unwrap() []error { return []error{document.ErrCannotOpen, e.kind, e.cause} }

func damaged(path string, cause error) error {
	return &openError{fmt.Sprintf("数据文件 %s 已经损坏。没有改动它：先把它移到别处留存，再把最近一次备份放回这个位置，然后重新启动", path), ErrDamaged, cause}
}

// cannotOpen turns what the operating system said into a sentence; errors that are sentences already stay as they are.
func cannotOpen(path string, err error) error {
	var known *openError
	switch info, stat := os.Stat(path); {
	case errors.As(err, &known):
		return err
	case stat == nil && info.IsDir():
		return &openError{fmt.Sprintf("%s 应该是数据文件，现在却是一个目录：把它移开，再重新启动", path), ErrNotAFile, err}
	case errors.Is(err, os.ErrPermission):
		return &openError{fmt.Sprintf("没有权限读写数据文件 %s：用 chown、chmod 让运行服务的用户能读写它和它所在的目录", path), os.ErrPermission, err}
	default:
		return &openError{fmt.Sprintf("打不开数据文件 %s：检查 --data 所在的磁盘和目录", path), nil, full(err)}
	}
}

// openFile opens the file in dir, or says why not as an *openError: bbolt itself meets damage with a panic, some of them on
// a goroutine of its own, or with a fault of the memory map. So the file is read through once before bbolt sees it.
func openFile(dir string, how opening) (db *bbolt.DB, err error) {
	path := filepath.Join(dir, fileName)
	if err := expected(path, how); err != nil {
		return nil, err
	}
	if !how.readOnly {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, cannotOpen(dir, err)
		}
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			db, err = nil, damaged(path, fmt.Errorf("%v", p))
		}
	}()
	db, err = bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout:         lockWait,
		FreelistType:    bbolt.FreelistMapType,
		NoFreelistSync:  true, // the list is rebuilt at start; not writing it halves the bytes of a commit
		InitialMmapSize: mapSize,
		NoStatistics:    true,
		OpenFile:        openChecked,
		ReadOnly:        how.readOnly,
	})
	if err != nil {
		return nil, cannotOpen(path, err)
	}
	return db, nil
}

// expected refuses a file that is gone, or empty, where a store was: serving from an empty one would look like a start and
// hide the loss. bbolt itself never leaves an empty file but in the moment in which it makes one.
func expected(path string, how opening) error {
	info, err := os.Stat(path)
	switch link, _ := os.Lstat(path); {
	case err == nil && (info.Size() > 0 || info.IsDir()), err != nil && !errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil && link != nil:
		return &openError{fmt.Sprintf("数据文件 %s 是一个断掉的链接：把它指向的文件或磁盘恢复，或者删掉这个链接", path), ErrLost, nil}
	case how.established == "" && how.readOnly:
		return &openError{fmt.Sprintf("还没有数据文件 %s", path), os.ErrNotExist, nil}
	case how.established == "":
		return nil
	}
	what := "不见了"
	if err == nil {
		what = "是空的"
	}
	return &openError{fmt.Sprintf("数据文件 %s %s，可是这个目录用过（里面有 %s）。什么都没有改动：把文件放回来，或者从备份恢复；确实要从头开始，先把整个目录移到别处", path, what, how.established), ErrLost, nil}
}

// openChecked opens, locks and checks the file. bbolt locks it again, which the same open file is always granted.
func openChecked(path string, flag int, mode os.FileMode) (*os.File, error) {
	f, err := os.OpenFile(path, flag, mode)
	if err != nil {
		return nil, err
	}
	if err := lockFile(f, path); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if err := checkFile(f); err != nil {
		return nil, errors.Join(damaged(path, err), f.Close())
	}
	return f, nil
}

func lockFile(f *os.File, path string) error {
	for tries := lockWait / lockPause; ; tries-- {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return fmt.Errorf("lock: %w", err)
		}
		if tries == 0 {
			return &openError{fmt.Sprintf("数据文件 %s 正被另一个 pugongying 使用：先停掉它，或者换一个 --data", path), ErrInUse, nil}
		}
		time.Sleep(lockPause)
	}
}
