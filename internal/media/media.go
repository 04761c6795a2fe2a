// Package media defines which files may be stored besides the documents: pictures of mini-program codes, recorded explainer
// audio and the pictures of texts, with their size limits, types and names. The bytes decide the type, never what an uploader
// claims.
//
// It refuses every other kind, names that could leave their folder or collide on any file system, pictures that do not
// decode, and anything larger than its kind allows. It contains no storage itself; package blob implements Store.
//
// Library is the pictures of texts. It promises that a picture is stored only as it was drawn anew, without a byte of the
// file that was handed in; that its name cannot be guessed; that what a text uses cannot be removed; that a picture is
// either whole or swept away, its quota with it; and that only whoever may read a text or use the library sees a picture
// that no resident sees. WeChat is asked about each under an address that cannot be guessed and opens that picture alone while
// it looks; what it does not pass within half an hour, a person looks at.
package media

import (
	"context"
	"io"
	"iter"
	"strings"
	"time"

	"pugongying/internal/fault"
)

// Faults a person may be shown.
var (
	ErrKind        = fault.New(fault.Invalid, "media.kind", "这里只能放小程序码图片和讲解录音。")
	ErrKey         = fault.New(fault.Invalid, "media.key", "文件名只能用小写字母、数字和短横线。")
	ErrType        = fault.New(fault.Invalid, "media.type", "文件类型不对：图片请用 PNG 或 JPEG，录音请用 MP3 或 M4A。")
	ErrEmpty       = fault.New(fault.Invalid, "media.empty", "这个文件是空的。")
	ErrTooLarge    = fault.New(fault.TooLarge, "media.too_large", "文件太大了：图片不超过 1 MB，录音不超过 20 MB。")
	ErrNotFound    = fault.New(fault.NotFound, "media.not_found", "没有找到这个文件。")
	ErrFull        = fault.New(fault.Unavailable, "media.full", "存放文件的地方满了，请联系管理员。")
	ErrUnavailable = fault.New(fault.Unavailable, "media.unavailable", "文件暂时读取不了，请稍后再试。")
)

// Kind is the purpose of a file; it is the first part of its key.
type Kind string

// The kinds.
const (
	Code        Kind = "code"    // a mini-program code, as WeChat generates them: at most 1 MB, a little over 1,280 pixels
	Audio       Kind = "audio"   // a recorded explainer: at most 20 MB, about twenty minutes
	PictureKind Kind = "picture" // one size of a text's picture, as package picture drew it: at most 4 MB
)

const (
	largestCode    = 1 << 20
	largestAudio   = 20 << 20
	largestPicture = 4 << 20
	mostPixels     = 4 << 20
	longestName    = 100
)

// Kinds gives all kinds.
func Kinds() []Kind { return []Kind{Audio, Code, PictureKind} }

// Largest is the size limit of this kind in bytes; 0 for an unknown kind.
func (k Kind) Largest() int64 {
	switch k {
	case Code:
		return largestCode
	case Audio:
		return largestAudio
	case PictureKind:
		return largestPicture
	default:
		return 0
	}
}

// Key is the permanent name of a file: kind/name.extension, in lower-case letters, digits and hyphens. The extension
// follows from the type, so one name in one kind is one file.
type Key string

// NewKey builds the key of a file from its kind, a name of 1 to 100 characters (a–z, 0–9, hyphen) and the type Admit
// returned. ErrKind, ErrKey, ErrType.
func NewKey(kind Kind, name, contentType string) (Key, error) {
	if kind.Largest() == 0 {
		return "", ErrKind
	}
	if !plain(name) {
		return "", ErrKey
	}
	for _, s := range sorts {
		if s.kind == kind && s.contentType == contentType {
			return Key(string(kind) + "/" + name + s.extension), nil
		}
	}
	return "", ErrType
}

// ParseKey validates a key from outside: ErrKey unless NewKey could have built it.
func ParseKey(text string) (Key, error) {
	kind, file, _ := strings.Cut(text, "/")
	for _, s := range sorts {
		name, matches := strings.CutSuffix(file, s.extension)
		if string(s.kind) == kind && matches && plain(name) {
			return Key(text), nil
		}
	}
	return "", ErrKey
}

// Kind is the kind the key begins with.
func (k Key) Kind() Kind {
	kind, _, _ := strings.Cut(string(k), "/")
	return Kind(kind)
}

func plain(name string) bool {
	if name == "" || len(name) > longestName {
		return false
	}
	return strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == "" && name[0] != '-'
}

// Info describes a stored file. A listing fills in only Key, Size and Modified; Put does not fill in Modified.
type Info struct {
	Key         Key
	ContentType string
	Size        int64
	SHA256      string // hexadecimal, of the whole file
	Modified    time.Time
}

// Store stores files. All methods are safe for concurrent use and return ErrUnavailable when the storage does not
// answer.
type Store interface {
	// Put stores a file whole or not at all, replacing one with the same key, and returns once it is durable. ErrKey,
	// ErrTooLarge, ErrEmpty, ErrFull.
	Put(ctx context.Context, key Key, contentType string, body io.ReadSeeker) (Info, error)
	// Get opens a file; after a seek only the bytes that are read are transferred. The caller closes it. ErrNotFound.
	Get(ctx context.Context, key Key) (io.ReadSeekCloser, Info, error)
	// Stat describes a file. ErrNotFound.
	Stat(ctx context.Context, key Key) (Info, error)
	// Delete removes a file; a missing one is no error.
	Delete(ctx context.Context, key Key) error
	// List iterates over the files whose keys begin with prefix, in the order of their keys, until the loop ends or an
	// error occurs.
	List(ctx context.Context, prefix string) iter.Seq2[Info, error]
}

// Save checks a file against its kind and stores it under name. Errors as for Admit, NewKey and Store.Put.
func Save(ctx context.Context, store Store, kind Kind, name string, body io.ReadSeeker) (Info, error) {
	contentType, err := Admit(kind, body)
	if err != nil {
		return Info{}, err
	}
	key, err := NewKey(kind, name, contentType)
	if err != nil {
		return Info{}, err
	}
	return store.Put(ctx, key, contentType, body)
}
