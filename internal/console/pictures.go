package console

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/fault"
	"pugongying/internal/media"
	"pugongying/internal/picture"
	"pugongying/internal/region"
	"pugongying/internal/staff"
	"pugongying/internal/web"
	"pugongying/internal/web/pages"
)

// PictureLibrary is what the pages of pictures need of the library.
type PictureLibrary interface {
	Add(ctx context.Context, who staff.Principal, u media.Upload) (media.Picture, error)
	Describe(ctx context.Context, who staff.Principal, id, text string) (media.Picture, error)
	Remove(ctx context.Context, who staff.Principal, id string) error
	Picture(ctx context.Context, who staff.Principal, id string) (media.Picture, error)
	Sources(ctx context.Context, who staff.Principal, id string) ([]media.Source, error)
	List(ctx context.Context, who staff.Principal, q media.PictureQuery) ([]media.Picture, string, error)
	Usage(ctx context.Context, who staff.Principal) (mine, all media.Usage, q media.Quota, err error)
}

// PictureFiles opens a picture's file for whoever may see it.
type PictureFiles interface {
	Open(ctx context.Context, who staff.Principal, id string, side int) (io.ReadSeekCloser, media.Info, error)
}

// PictureAsking asks WeChat about a picture.
type PictureAsking interface {
	AskAgain(ctx context.Context, who staff.Principal, id string) (media.Picture, error)
}

// Using is a text that uses a picture, as whoever asks may know it.
type Using struct {
	Words string // "冬天的炉火 第 4 版，二审"
	Path  string // below Prefix; "" where she may not open it
}

// PictureWords says what the library knows by ids alone.
type PictureWords interface {
	// Name is how colleagues call an account.
	Name(ctx context.Context, account string) string
	// Using describes a source; one that she may not read has words that tell nothing of it.
	Using(ctx context.Context, who staff.Principal, s media.Source) Using
}

type pictures struct {
	library PictureLibrary
	files   PictureFiles
	words   PictureWords
	asking  PictureAsking
}

// sending is how long one picture of 40 MB may take to arrive over a slow line.
var sending = web.Bounds{Body: media.LargestUpload + 1<<20, Time: 2 * time.Minute, Arrive: 15 * time.Minute}

// Pictures is the library of texts' pictures.
func Pictures(library PictureLibrary, files PictureFiles, words PictureWords, asking PictureAsking) Area {
	p := &pictures{library, files, words, asking}
	return Area{
		Name: "pictures",
		Rail: []Item{{Group: Writing, Title: "素材", Path: "/pictures", Icon: "images", Action: access.UsePictures}},
		Routes: []Route{
			{Method: GET, Path: "/pictures", Action: access.UsePictures, Handle: p.list},
			{Method: POST, Path: "/pictures", Action: access.UsePictures, Handle: p.add, Bounds: sending, Raw: true},
			{Method: GET, Path: "/pictures/:id", Action: access.UsePictures, Handle: p.one},
			{Method: POST, Path: "/pictures/:id/description", Action: access.UsePictures, Handle: p.describe},
			{Method: POST, Path: "/pictures/:id/check", Action: access.UsePictures, Handle: p.ask},
			{Method: POST, Path: "/pictures/:id/removal", Action: access.UsePictures, Handle: p.remove},
			// Who may read a text sees its pictures too, whether or not the library is hers.
			{Method: GET, Path: "/picture-files/:name", Action: access.StaffSelf, Handle: p.file, Rate: web.Rate{Per: 20 * time.Millisecond, Burst: 2000}},
		},
	}
}

// PictureFile is the address below Prefix of one size of a picture, for pages that show drafts.
func PictureFile(id string, side int) string {
	return "/picture-files/" + media.PictureName(id, side)
}

// picturesAtOnce is how many pictures one page of the library shows.
const picturesAtOnce = 24

// PicturesView is what the page of the library shows.
type PicturesView struct {
	Tiles    []PictureTile
	Text     string // the search
	Whose    string // "" or "mine"
	Words    string // "" or "none": only those without a description
	Unused   string // "" or "yes"
	Set      bool   // a filter is set
	Next     string // the address of the next page
	After    string
	First    string // the address of the first page
	Chosen   *PictureView
	Regions  []Option // where a new picture may belong
	Mine     string   // "312 MB / 500 MB"
	All      string
	MineFull int // per cent
	Largest  string
}

// PictureTile is one picture in the grid.
type PictureTile struct {
	ID, File, Address, Description, Note string
	Width, Height                        int
	Missing, Chosen                      bool
}

// PictureView is one picture with everything that is known of it.
type PictureView struct {
	media.Picture
	File     string
	Large    media.Size
	Original string
	Removed  string
	By       string
	Region   string
	Said     string // by WeChat
	Again    bool   // it gave no opinion: it may be asked again
	Using    []Using
	InUse    bool
	May      bool // remove it
}

func (p *pictures) list(r *Request) (pages.Answer, error) {
	v, err := p.view(r)
	if err != nil {
		return nil, err
	}
	return r.Page("pictures/library", "素材", v), nil
}

// one is the library with one picture opened beside it.
func (p *pictures) one(r *Request) (pages.Answer, error) {
	page, err := p.opened(r, r.Param("id"))
	return page, err
}

func (p *pictures) opened(r *Request, id string) (pages.Page, error) {
	chosen, err := p.library.Picture(r.Context(), r.Who, id)
	if err != nil {
		return pages.Page{}, err
	}
	v, err := p.view(r)
	if err != nil {
		return pages.Page{}, err
	}
	if v.Chosen, err = p.detail(r, chosen); err != nil {
		return pages.Page{}, err
	}
	for i := range v.Tiles {
		v.Tiles[i].Chosen = v.Tiles[i].ID == id
	}
	page := r.Page("pictures/library", "素材", v)
	return r.Filled(page, pages.Filled(map[string]string{"description": chosen.Description})), nil
}

func (p *pictures) view(r *Request) (PicturesView, error) {
	asked := r.URL.Query()
	v := PicturesView{
		Text: strings.TrimSpace(asked.Get("text")), Whose: asked.Get("whose"), Words: asked.Get("words"), Unused: asked.Get("unused"),
		After: asked.Get("after"), Largest: megabytes(media.LargestUpload), Regions: p.regions(r),
	}
	v.Set = v.Text != "" || v.Whose != "" || v.Words != "" || v.Unused != ""
	q := media.PictureQuery{Text: v.Text, Silent: v.Words == "none", Unused: v.Unused == "yes", After: v.After, Limit: picturesAtOnce}
	if v.Whose == "mine" {
		q.By = r.Who.Account
	}
	found, next, err := p.library.List(r.Context(), r.Who, q)
	if err != nil {
		return v, err
	}
	list := ListView{path: Prefix + "/pictures", Query: Query{values: asked}}
	for _, one := range found {
		v.Tiles = append(v.Tiles, p.tile(one, list))
	}
	if next != "" {
		v.Next = list.Address("after", next)
	}
	v.First = list.Address("after", "")
	mine, all, quota, err := p.library.Usage(r.Context(), r.Who)
	v.Mine, v.All = megabytes(mine.Bytes)+" / "+megabytes(quota.Person), megabytes(all.Bytes)+" / "+megabytes(quota.Total)
	v.MineFull = int(min(100, mine.Bytes*100/max(1, quota.Person)))
	return v, err
}

// tile leads to the picture beside the same list.
func (p *pictures) tile(one media.Picture, list ListView) PictureTile {
	small := one.Size(media.Small)
	list.path += "/" + one.ID
	note := megabytes(one.Original.Bytes) + " · " + usesWords(one.Uses)
	return PictureTile{
		ID: one.ID, File: PictureFile(one.ID, media.Small), Address: list.path + query(list), Description: one.Description, Note: note,
		Width: small.Width, Height: small.Height, Missing: one.Missing,
	}
}

func query(list ListView) string {
	_, query, _ := strings.Cut(list.Address("", ""), "?")
	if query == "" {
		return ""
	}
	return "?" + query
}

func usesWords(n int64) string {
	if n == 0 {
		return "没用过"
	}
	return fmt.Sprintf("用在 %d 处", n)
}

// traitWords are what a file told beside its picture.
var traitWords = map[picture.Trait]string{
	picture.Place: "拍摄地点", picture.Device: "机型", picture.Time: "时间", picture.Text: "名字和文字", picture.Thumbnail: "小图",
	picture.Profile: "颜色说明", picture.Other: "其他附带信息",
}

func (p *pictures) detail(r *Request, one media.Picture) (*PictureView, error) {
	sources, err := p.library.Sources(r.Context(), r.Who, one.ID)
	if err != nil {
		return nil, err
	}
	o := one.Original
	v := &PictureView{
		Picture: one, File: PictureFile(one.ID, media.Medium), Large: one.Size(media.Medium), By: p.words.Name(r.Context(), one.By), InUse: one.Uses > 0,
		Original: fmt.Sprintf("%s %d×%d，%s", o.Format, o.Width, o.Height, megabytes(o.Bytes)), Said: one.Safety.Words(), Again: one.Safety.State == media.SafetyUnknown,
		Region: r.console.place(one.Region), Removed: removedWords(o),
	}
	record := access.Record{Relation: r.Who.Relation(one.By), Region: one.Region}
	v.May = record.Relation == access.Own || r.Who.May(access.RemovePicture, record) == nil
	for _, s := range sources {
		v.Using = append(v.Using, p.words.Using(r.Context(), r.Who, s))
	}
	return v, nil
}

func removedWords(o media.Original) string {
	var words []string
	for _, t := range o.Removed {
		words = append(words, traitWords[t])
	}
	if o.Turned {
		words = append(words, "（转正了）")
	}
	if len(words) == 0 {
		return "没有可抹的"
	}
	return strings.Replace(strings.Join(words, "、"), "、（", "（", 1)
}

// place is what a region is called.
func (c *Console) place(code region.Code) string {
	if found, err := c.Regions.Find(code); err == nil {
		return found.Name
	}
	return string(code)
}

// regions are where she may put a picture.
func (p *pictures) regions(r *Request) []Option {
	var options []Option
	for _, s := range r.Who.Regions(access.UsePictures) {
		option := Option{Value: string(s.From), Words: r.console.place(s.From)}
		if !slices.Contains(options, option) {
			options = append(options, option)
		}
	}
	return options
}

func (p *pictures) add(r *Request) (pages.Answer, error) {
	file, err := r.Upload("picture")
	var added media.Picture
	if err == nil {
		added, err = p.library.Add(r.Context(), r.Who, media.Upload{Region: region.Code(r.Text("region")), Description: r.Text("description"), Body: file})
	}
	if err != nil {
		return p.refused(r, err)
	}
	return r.Done("/pictures/"+added.ID, "放好了。"), nil
}

// refused shows the library with what was wrong; what the disk or the quota is short of is said there too.
func (p *pictures) refused(r *Request, err error) (pages.Answer, error) {
	v, viewErr := p.view(r)
	if viewErr != nil {
		return nil, errors.Join(err, viewErr)
	}
	page := r.Page("pictures/library", "素材", v)
	if f := fault.From(err); errors.Is(err, media.ErrLibraryFull) || errors.Is(err, media.ErrFull) || errors.Is(err, media.ErrPictureBusy) {
		page = r.Filled(page, &pages.Form{Fault: f.Text})
		page.Status = http.StatusServiceUnavailable
		return page, nil
	}
	return r.Refused(page, err)
}

func (p *pictures) describe(r *Request) (pages.Answer, error) {
	id := r.Param("id")
	_, err := p.library.Describe(r.Context(), r.Who, id, r.Text("description"))
	if err == nil {
		return r.Done("/pictures/"+id, "写好了。"), nil
	}
	return p.again(r, id, err)
}

func (p *pictures) remove(r *Request) (pages.Answer, error) {
	id := r.Param("id")
	err := p.library.Remove(r.Context(), r.Who, id)
	if err == nil {
		return r.Done("/pictures", "删掉了。"), nil
	}
	return p.again(r, id, err)
}

// ask has WeChat look anew at one that it gave no opinion of.
func (p *pictures) ask(r *Request) (pages.Answer, error) {
	id := r.Param("id")
	_, err := p.asking.AskAgain(r.Context(), r.Who, id)
	if err == nil {
		return r.Done("/pictures/"+id, "又问了一次。微信半小时内答复。"), nil
	}
	return p.again(r, id, err)
}

func (p *pictures) again(r *Request, id string, err error) (pages.Answer, error) {
	page, openErr := p.opened(r, id)
	if openErr != nil {
		return nil, err
	}
	if errors.Is(err, media.ErrDescription) {
		f := fault.From(err)
		err = f.At(fault.Field{Location: "description", Message: f.Text})
	}
	if r.Text("description") == "" && !errors.Is(err, media.ErrDescription) {
		r.PostForm.Set("description", page.Data.(View).Form.Get("description"))
	}
	return r.Refused(page, err)
}

// file is a picture's file, at most 4 MB.
func (p *pictures) file(r *Request) (pages.Answer, error) {
	id, side, ok := media.ParsePictureName(r.Param("name"))
	if !ok {
		return nil, media.ErrPictureUnknown
	}
	file, info, err := p.files.Open(r.Context(), r.Who, id, side)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	body, err := io.ReadAll(file)
	return pages.Media{Type: info.ContentType, Body: body}, err
}

// megabytes says a size as people do.
func megabytes(n int64) string {
	const kb, mb, gb = 1 << 10, 1 << 20, 1 << 30
	switch {
	case n >= 10*gb:
		return fmt.Sprintf("%d GB", n/gb)
	case n >= gb:
		return fmt.Sprintf("%.1f GB", float64(n)/gb)
	case n >= 10*mb:
		return fmt.Sprintf("%d MB", n/mb)
	case n >= mb/10:
		return fmt.Sprintf("%.1f MB", float64(n)/mb)
	}
	return fmt.Sprintf("%d KB", (n+kb-1)/kb)
}
