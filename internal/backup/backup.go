// Package backup writes backups of documents and media into a folder, checks them and gives them back. It knows neither an
// engine nor a transport: what it reads is a Source, what it restores into is a Target.
//
// It promises: a backup is complete or is not there (its manifest is written last, synced and renamed into place); what did
// not change since the last backup is not written again; every file's name is the SHA-256 of its bytes, so that damage is
// found without any key; everything is sealed to age recipients whose private half never comes near the server, so whoever
// has the folder, or the server, can read no earlier backup; a restore either completes or leaves a marker that keeps the
// half-restored documents from being served.
//
// Two backups stand side by side. What opens sealed records (Short: record keys, and the list of erasures) is kept for days,
// everything else for as long as is wanted: once the short one has been rotated, no older copy opens what was erased. A
// restore always takes the newest short one. The root key is in neither.
//
// The chunk format: documents of one collection in order of their ids, concatenated, cut where an id's checksum says so,
// so that one changed document changes one chunk; compressed by zstd; sealed by age.
package backup

import (
	"context"
	"errors"
	"io"
	"time"
)

// Errors, in words for an operator.
var (
	ErrRecipient = errors.New("没有写备份封给谁：先在别的机器上用 pugongying backup key 文件 生成一对钥匙，把 age1 开头的那一行写进 backup.recipients，或者用 --to 写上")
	ErrIdentity  = errors.New("打开备份的私钥不对")
	ErrFolder    = errors.New("这个目录里有别的东西，不是备份目录：换一个空目录")
	ErrInside    = errors.New("备份不能放在 data 目录里面，盘坏了就一起没了：换一个目录，最好是另一块盘")
	ErrBusy      = errors.New("这个目录正有一个备份在写：等它做完再来")
	ErrMixed     = errors.New("这个目录里是用另一把根密钥的服务做的备份，混在一起就分不清哪一份是新的：换一个空目录")
	ErrNothing   = errors.New("这里一份文档也没有，没有做备份：看看 --config、--data 指对了没有")
	ErrNone      = errors.New("这里没有一份做完的备份")
	ErrDamaged   = errors.New("备份不完整")
	ErrRoot      = errors.New("这份备份不是用现在这把根密钥的服务做的：把当时的 root.key 放回来再恢复")
	ErrNotEmpty  = errors.New("恢复只能恢复到空的地方，这里已经有数据：换一个空的 data 目录（或空的数据库、空的桶），不会改动现在的数据")
	ErrDiffers   = errors.New("恢复出来的和备份里记的不一样，没有做完，不能启动服务")
	ErrFull      = errors.New("放备份的盘满了：清理以后再做一次，做到一半的不算数，下次会收走")
)

// File is a stored media file.
type File struct {
	Key    string `json:"key"`
	Type   string `json:"type"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"` // hexadecimal, of the whole file
}

// Source is what is backed up.
type Source interface {
	// Documents calls each with every document as they were at one instant, after every write that was acknowledged before:
	// collections one after the other, documents in order of their ids. The bytes are valid during the call.
	Documents(ctx context.Context, each func(Document) error) error
	// Media lists the files.
	Media(ctx context.Context) ([]File, error)
	// Open opens a file.
	Open(ctx context.Context, key string) (io.ReadCloser, error)
}

// Document is one document in its engine-independent form: BSON, which begins with its own length.
type Document struct {
	Collection, ID string
	Bytes          []byte
}

// Figures adds up what must be the same after a restore, as the totals of the ledger, and notes what can be compared with the
// documents at any later time, as where the record of staff acts ended.
type Figures interface {
	Add(Document) error
	Sums() map[string]int64
	Notes() map[string]string
}

// Keep is how long backups are kept: all of the last day, then one a day.
type Keep struct{ Documents, Short time.Duration }

const (
	format    = 1
	dense     = 24 * time.Hour
	documents = "documents"
	short     = "keys"
)
