package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"pugongying/internal/config"
)

const (
	lockName      = "lock"
	mediaFolder   = "media"
	scratchFolder = "scratch" // what is being received; nothing in it outlives the process
	documentFile  = "documents.db"

	// fullBelow is how little free room, in bytes, counts as none: writes of documents fail from there on.
	fullBelow = 32 << 20
	// minFree is how much room the data folder's disk should have.
	minFree = 1 << 30
)

// place is something under the data folder, and what it must be if it is there.
type place struct {
	name string
	kind fs.FileMode // fs.ModeDir, fs.ModeSocket, or 0 for a file
}

var places = []place{
	{lockName, 0}, {SocketName, fs.ModeSocket}, {documentFile, 0}, {"root.key", 0},
	{mediaFolder, fs.ModeDir}, {mediaFolder + "/incoming", fs.ModeDir}, {SearchFolder, fs.ModeDir}, {scratchFolder, fs.ModeDir},
}

var kindNames = map[fs.FileMode]string{0: "文件", fs.ModeDir: "目录", fs.ModeSocket: "控制接口"}

// misplaced says what under the data folder is not what it must be, a sentence each with the way out. It changes nothing.
func misplaced(data string) []error {
	var wrong []error
	for _, p := range places {
		if err := p.check(filepath.Join(data, p.name)); err != nil {
			wrong = append(wrong, err)
		}
	}
	return wrong
}

func (p place) check(path string) error {
	info, err := os.Stat(path)
	switch link, _ := os.Lstat(path); {
	case errors.Is(err, fs.ErrNotExist) && link == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		to, _ := os.Readlink(path)
		return fmt.Errorf("%s 是一个断掉的链接（指向 %s）：把目标恢复，或者删掉这个链接", path, to)
	case errors.Is(err, syscall.ENOTDIR):
		return nil // said of the folder above
	case err != nil:
		return fmt.Errorf("%s 看不了：%s", path, sentence(err))
	}
	kind := info.Mode() & (fs.ModeDir | fs.ModeSocket)
	if kind == p.kind || p.kind == fs.ModeSocket && info.Mode().IsRegular() {
		return nil
	}
	return fmt.Errorf("%s 应该是%s，现在却是%s：把它移到别处，再重新启动", path, kindNames[p.kind], kindNames[kind])
}

// established says by what a data folder can be seen to have been in use, "" when it is new. A prepared root key alone does
// not tell, but beside an empty file of documents it does: the key is made after that.
func established(c config.Config) string {
	var seen []string
	for _, name := range []string{mediaFolder, SearchFolder} {
		if _, err := os.Stat(filepath.Join(c.Data, name)); err == nil {
			seen = append(seen, name)
		}
	}
	_, file := os.Stat(filepath.Join(c.Data, documentFile))
	if _, err := os.Stat(filepath.Join(c.Data, "root.key")); err == nil && (len(seen) > 0 || file == nil) {
		seen = append(seen, "root.key")
	}
	return strings.Join(seen, "、")
}

// inUse reports whether a server runs on a data folder, without making anything there.
func inUse(data string) (bool, error) {
	f, err := os.Open(filepath.Join(data, lockName))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return true, nil
	}
	return false, nil
}

// free is how much room there is for a folder, which need not exist yet.
func free(dir string) (uint64, error) {
	var disk syscall.Statfs_t
	err := syscall.Statfs(existing(dir), &disk)
	return disk.Bavail * uint64(disk.Bsize), err
}

// existing is the folder itself, or the nearest one above it that exists.
func existing(dir string) string {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "/"
	}
	for dir != "/" {
		if _, err := os.Stat(dir); err == nil {
			return dir
		}
		dir = filepath.Dir(dir)
	}
	return dir
}

// writable asks the system instead of trying.
func writable(dir string) error {
	return unix.Access(existing(dir), unix.W_OK|unix.X_OK)
}
