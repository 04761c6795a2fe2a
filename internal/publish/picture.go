package publish

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"pugongying/internal/fault"
)

// Picture is a picture in a text, as its author's file names it: an id of the library, what can be seen on it, and its
// largest size, so that a page keeps its room while it is loading. The words belong to the text: they are reviewed with it.
type Picture struct {
	ID          string `yaml:"id"`
	Part        int    `yaml:"part,omitempty"` // of an explainer, 1 to 4: it stands at that part's end
	Description string `yaml:"description"`
	Width       int    `yaml:"width"`
	Height      int    `yaml:"height"`
}

// Bounds of pictures in a text.
const (
	LongestSide         = 1280 // of a picture's largest size, in pixels
	shortestDescription = 2
	longestDescription  = 200
)

// unobjected refuses a version that shows a picture which WeChat came to hold risky, at the place of each: pictures.ID.
func (w *Workflow) unobjected(ctx context.Context, v *Version) error {
	if w.pictures == nil || len(v.Pictures) == 0 {
		return nil
	}
	risky, err := w.pictures.Risky(ctx, v.Pictures)
	if err != nil || len(risky) == 0 {
		return err
	}
	var at []fault.Field
	for _, id := range risky {
		n := slices.Index(v.Pictures, id) + 1
		at = append(at, fault.Field{Location: "pictures." + id, Message: fmt.Sprintf("第 %d 张图：微信认为不合适，请换一张。", n)})
	}
	return ErrRisky.At(at...)
}

// Faults says what is wrong with a picture in a text, a sentence each.
func (p Picture) Faults() []string {
	var found []string
	if len(p.ID) != 26 || strings.Trim(p.ID, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "" {
		found = append(found, "图的编号不对，请从图库里选。")
	}
	if !goodDescription(p.Description) {
		found = append(found, fmt.Sprintf("这张图要写“图上有什么”，%d 到 %d 个字，写在一行里：看不见的人要靠这一句。", shortestDescription, longestDescription))
	}
	if p.Width < 1 || p.Width > LongestSide || p.Height < 1 || p.Height > LongestSide {
		found = append(found, fmt.Sprintf("图的宽和高要写上，1 到 %d。", LongestSide))
	}
	return found
}

func goodDescription(text string) bool {
	n := utf8.RuneCountInString(text)
	return utf8.ValidString(text) && n >= shortestDescription && n <= longestDescription && strings.TrimSpace(text) == text &&
		!strings.ContainsFunc(text, unicode.IsControl) && !strings.ContainsAny(text, "<>")
}
