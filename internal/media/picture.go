package media

import (
	"context"
	"strconv"
	"strings"
	"time"

	"pugongying/internal/audit"
	"pugongying/internal/fault"
	"pugongying/internal/jobs"
	"pugongying/internal/picture"
	"pugongying/internal/region"
)

// Faults of pictures, each with what to do.
var (
	ErrPictureType    = fault.New(fault.Invalid, "picture.type", "这不是能用的图片。请用 JPEG、PNG 或 WebP；改文件名没有用。")
	ErrPicturePDF     = fault.New(fault.Invalid, "picture.pdf", "这是一个 PDF，不是图片。把那一页截成图再放；改文件名没有用。")
	ErrPicturePage    = fault.New(fault.Invalid, "picture.page", "里面是网页，不是图片。请打开它截成图再放；改文件名没有用。")
	ErrPictureMoving  = fault.New(fault.Invalid, "picture.moving", "会动的图放不了。截一张静止的，存成 JPEG 或 PNG 再放。")
	ErrPictureHEIC    = fault.New(fault.Invalid, "picture.heic", "这是苹果手机的 HEIC 格式，好些手机打不开。在手机“设置 - 相机 - 格式”里选“兼容性最佳”再拍，或者截图再放。")
	ErrPictureDamaged = fault.New(fault.Invalid, "picture.damaged", "这张图是坏的，或者没有传完整。请再选一次；还不行，就换一张。")
	ErrPicturePixels  = fault.New(fault.TooLarge, "picture.pixels", "这张图太大，打开它要用的内存太多。请缩到 4000 万像素以内，存成普通的 JPEG 再放。")
	ErrPictureEmpty   = fault.New(fault.Invalid, "picture.empty", "这个文件是空的，里面什么也没有。请再选一次。")
	ErrPictureLarge   = fault.New(fault.TooLarge, "picture.too_large", "这个文件太大，一张图不超过 40 MB。")
	ErrPictureUnknown = fault.New(fault.NotFound, "picture.not_found", "没有找到这张图，可能已经删掉了。")
	ErrPictureInUse   = fault.New(fault.Conflict, "picture.in_use", "还有稿子在用这张图，删不了。先在稿子里换掉它。")
	ErrPictureSilent  = fault.New(fault.Conflict, "picture.no_description", "这张图还没写“图上有什么”，不能用到稿子里。看不见的人要靠这一句。")
	ErrDescription    = fault.New(fault.Invalid, "picture.description", "“图上有什么”写 2 到 200 个字，写在一行里。")
	ErrPersonFull     = fault.New(fault.Conflict, "picture.person_full", "你放的图已经满了。删掉没用到的，再放新的。")
	ErrLibraryFull    = fault.New(fault.Unavailable, "picture.library_full", "图库满了，现在放不了新的。请告诉管理员。")
	ErrPictureBusy    = fault.New(fault.Unavailable, "picture.busy", "现在有好几张图在处理，请过"+fault.AWhile+"再放。")
	ErrPictureAsked   = fault.New(fault.Conflict, "picture.asked", "微信已经看过这张图，或者正在看，不用再问。")
	ErrPictureRegion  = fault.New(fault.Invalid, "picture.region", "请选这张图属于哪个地区。")
)

// Sizes of a picture: the length of its longer side at most, in pixels.
const (
	Large  = 1280 // a whole page
	Medium = 720  // a telephone's page
	Small  = 240  // a list
)

var sides = []int{Large, Medium, Small}

// LargestUpload is the size limit of a file that is handed in, in bytes.
const LargestUpload = 40 << 20

// Description limits, in characters.
const (
	shortestDescription = 2
	longestDescription  = 200
)

// PictureState says how far a picture has come.
type PictureState string

// The states.
const (
	Arriving PictureState = "arriving" // its files are being stored; swept away when that was given up
	Ready    PictureState = "ready"
)

// Picture is one picture of the library. Its files never change: another picture has another id.
type Picture struct {
	ID          string       `bson:"_id"` // 26 characters of A–Z and 2–7, 130 random bits
	By          string       `bson:"by"`  // the account that handed it in
	Region      region.Code  `bson:"region"`
	At          time.Time    `bson:"at"`
	State       PictureState `bson:"state"`
	Description string       `bson:"description"` // "" until somebody wrote what can be seen
	Original    Original     `bson:"original"`
	Sizes       []Size       `bson:"sizes"`
	Bytes       int64        `bson:"bytes"` // of all sizes; what counts against the quota
	Uses        int64        `bson:"uses"`  // how many texts use it; kept by the store with the uses themselves
	Missing     bool         `bson:"missing,omitempty"`
	Safety      Safety       `bson:"safety,omitempty"`
	Job         *jobs.Due    `bson:"job,omitempty"` // while WeChat is to be asked, or may still answer
	Rev         int64        `bson:"rev"`
	Schema      int          `bson:"schema"`
}

// Original is what was handed in, which is not stored.
type Original struct {
	Format  picture.Format  `bson:"format" json:"format"`
	Width   int             `bson:"width" json:"width"` // as shown, after turning
	Height  int             `bson:"height" json:"height"`
	Bytes   int64           `bson:"bytes" json:"bytes"`
	SHA256  string          `bson:"sha256" json:"sha256"` // in hex; the same person's same file is the same picture
	Removed []picture.Trait `bson:"removed,omitempty" json:"removed,omitempty"`
	Turned  bool            `bson:"turned,omitempty" json:"turned,omitempty"`
}

// Size is one of a picture's files.
type Size struct {
	Side   int    `bson:"side" json:"side"`
	Width  int    `bson:"width" json:"width"`
	Height int    `bson:"height" json:"height"`
	Bytes  int64  `bson:"bytes" json:"bytes"`
	SHA256 string `bson:"sha256" json:"sha256"`
}

// Size is the file of this side; the zero Size when there is none.
func (p Picture) Size(side int) Size {
	for _, s := range p.Sizes {
		if s.Side == side {
			return s
		}
	}
	return Size{}
}

// Key is the key of one of a picture's files.
func (p Picture) Key(side int) Key { return pictureKey(p.ID, side) }

func pictureKey(id string, side int) Key {
	return Key(string(PictureKind) + "/" + PictureName(id, side))
}

// PictureName is the name of a file in addresses: the id in lower case, its side, .jpg.
func PictureName(id string, side int) string {
	return strings.ToLower(id) + "-" + strconv.Itoa(side) + ".jpg"
}

// ParsePictureName is the reverse of PictureName; false for what it would not have made.
func ParsePictureName(name string) (id string, side int, ok bool) {
	low, number, _ := strings.Cut(strings.TrimSuffix(name, ".jpg"), "-")
	side, err := strconv.Atoi(number)
	id = strings.ToUpper(low)
	return id, side, err == nil && GoodPictureID(id) && PictureName(id, side) == name
}

// GoodPictureID reports whether a text could name a picture so.
func GoodPictureID(id string) bool {
	return len(id) == 26 && strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}

// SourceKind says what uses a picture.
type SourceKind string

// The kinds of sources.
const (
	SourceVersion      SourceKind = "version"      // a version of a publication, by publish.VersionID
	SourceWorking      SourceKind = "working"      // the working copy of a publication, by its id
	SourceContribution SourceKind = "contribution" // a volunteer's raw text
)

// Source is one thing that uses pictures.
type Source struct {
	Kind SourceKind `bson:"kind"`
	ID   string     `bson:"id"`
}

// Usage is how much of a quota is taken.
type Usage struct {
	Pictures int64 `bson:"pictures"`
	Bytes    int64 `bson:"bytes"`
}

// Quota is how many bytes may be stored: of one person, of all.
type Quota struct{ Person, Total int64 }

// PictureQuery selects pictures, newest first.
type PictureQuery struct {
	By     string         // of one account; "" for everybody
	Scopes []region.Scope // nil means everywhere; an empty list means nowhere
	State  PictureState   // "" means any
	Before time.Time      // only those that came before; zero means all
	Text   string         // in the description
	Silent bool           // only those without a description
	Unused bool
	Trace  string // only the one that WeChat was asked about under this trace
	After  string // cursor of the page before
	Limit  int
}

// PictureStore stores what is known of pictures. Its faults are ErrPictureUnknown, ErrPictureInUse, ErrPersonFull and
// ErrLibraryFull.
type PictureStore interface {
	// Begin inserts an arriving picture and takes its bytes from both quotas, or gives the one that the same account handed
	// in before as the same bytes, and false.
	Begin(ctx context.Context, p Picture, q Quota) (Picture, bool, error)
	// Change applies a rule to a picture and appends the entry (nil: none) in one transaction.
	Change(ctx context.Context, id string, entry *audit.Entry, apply func(*Picture) error) (Picture, error)
	// Remove removes the document of a picture that nothing uses, gives its bytes back and appends the entry (nil: none).
	Remove(ctx context.Context, id string, entry *audit.Entry) error
	Picture(ctx context.Context, id string) (Picture, error)
	// List is a page, and the cursor of the next one; "" at the end. A page may be shorter than Limit and still have a next.
	List(ctx context.Context, q PictureQuery) ([]Picture, string, error)
	// Sources lists what uses a picture.
	Sources(ctx context.Context, id string) ([]Source, error)
	// Usage is how much one account has stored, and everybody.
	Usage(ctx context.Context, account string) (mine, all Usage, err error)
}
