package app

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"pugongying/internal/fault"
	"pugongying/internal/operate"
)

// What is opened, by the names that doctor and serve call it.
const (
	dataFolder    = "data 目录"
	documentStore = "文档库"
	rootKey       = "根密钥"
	cacheStore    = "缓存"
	clockName     = "系统时间"
	auditRecord   = "操作记录"
	mediaStore    = "媒体库"
	hotlineList   = "电话表"
	projectList   = "项目表"
)

// OpenError says which part of the classroom could not be opened, and why.
type OpenError struct {
	What  string
	Cause error
}

// Error is the sentence an operator reads; doctor says the same after a ✗.
func (e *OpenError) Error() string { return e.What + "：" + sentence(e.Cause) }

// Unwrap returns the cause.
func (e *OpenError) Unwrap() error { return e.Cause }

// Said is an error as a terminal shows it: in Chinese, its causes too. It keeps the error itself in its chain.
func Said(err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	var at *fs.PathError
	if errors.As(err, &at) {
		text = strings.ReplaceAll(text, at.Error(), at.Path+" "+known(at.Err))
	}
	var f *fault.Error
	if errors.As(err, &f) && !chinese(text) {
		text = "没有做成：" + f.Text
	}
	if !chinese(text) {
		text = fmt.Sprintf("没有做成（%s）", text)
	}
	return &said{text, err}
}

// said is an error with another text.
type said struct {
	text  string
	cause error
}

// Error is the sentence.
func (s *said) Error() string { return s.text }

// Unwrap returns the error itself.
func (s *said) Unwrap() error { return s.cause }

// known is what a person is told of the system's reason, or the reason as the system wrote it.
func known(err error) string {
	for _, k := range causes {
		if errors.Is(err, k.cause) {
			return k.says
		}
	}
	return err.Error()
}

// causes are the system's reasons, and what a person is told of them.
var causes = []struct {
	cause error
	says  string
}{
	{fs.ErrPermission, "没有权限，把它交给运行服务的用户（chown、chmod）"},
	{syscall.EISDIR, "要的是文件，这里却是一个目录，把它移走"},
	{syscall.ENOTDIR, "要的是目录，这里却是一个文件，把它移走"},
	{fs.ErrExist, "要的是目录，这里却是一个文件，把它移走"},
	{syscall.ENOSPC, "磁盘满了，清理以后再启动"},
	{syscall.EROFS, "磁盘是只读的"},
	{syscall.EMFILE, "打开的文件太多，systemd 里写 LimitNOFILE=65536"},
	{syscall.ECONNREFUSED, "连不上，看它启动了没有、地址对不对"},
	{fs.ErrNotExist, "没有这个文件或目录"},
}

// sentence says in Chinese why something could not be opened and what to do; a cause without a known sentence is shown as
// the system wrote it.
func sentence(err error) string {
	text := operate.Sentence(err)
	for _, k := range causes {
		if errors.Is(err, k.cause) && !chinese(text) {
			return fmt.Sprintf("%s（%s）", k.says, text)
		}
	}
	if chinese(text) {
		return text
	}
	return fmt.Sprintf("打不开（%s）", text)
}

// chinese reports whether a text begins as a sentence people here read.
func chinese(text string) bool {
	for _, r := range text {
		if r >= 0x4e00 && r <= 0x9fff {
			return true
		}
	}
	return false
}
