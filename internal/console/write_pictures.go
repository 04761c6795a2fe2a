package console

import (
	"context"
	"fmt"
	"html"
	"html/template"
	"strconv"
	"strings"

	"pugongying/internal/desk"
	"pugongying/internal/explainer"
	"pugongying/internal/media"
	"pugongying/internal/publish"
	"pugongying/internal/staff"
	"pugongying/internal/web/pages"
)

// PictureChoice is what the dialog that puts a picture into a text needs of the library.
type PictureChoice interface {
	List(ctx context.Context, who staff.Principal, q media.PictureQuery) ([]media.Picture, string, error)
	Picture(ctx context.Context, who staff.Principal, id string) (media.Picture, error)
}

// PictureSlot is one place of a form where pictures stand.
type PictureSlot struct {
	Name     string // of its field, which carries the ids with blanks between them
	One      bool   // it takes a single picture
	Pictures []publish.Picture
}

// Value is what the field carries.
func (s PictureSlot) Value() string {
	ids := make([]string, len(s.Pictures))
	for i, p := range s.Pictures {
		ids[i] = p.ID
	}
	return strings.Join(ids, " ")
}

// storyPictures are the names of the fields of a story's pictures, in the order of its parts.
func storyPictures() []string {
	names := make([]string, desk.Parts)
	for i := range names {
		names[i] = desk.PicturesName(i)
	}
	return names
}

// slotsOf are the places of a text's form with the pictures that are stored.
func slotsOf(t desk.Text) (map[string]PictureSlot, error) {
	if t.Kind == publish.KindQuestion {
		q, err := desk.OpenQuestion(t.Body)
		return map[string]PictureSlot{desk.QuestionPicture: {Name: desk.QuestionPicture, One: true, Pictures: q.Pictures}}, err
	}
	s, err := desk.OpenStory(t.Body)
	slots := map[string]PictureSlot{}
	for i, name := range storyPictures() {
		slot := PictureSlot{Name: name}
		for _, p := range s.Pictures {
			if p.Part == i+1 {
				slot.Pictures = append(slot.Pictures, p)
			}
		}
		slots[name] = slot
	}
	return slots, err
}

// picturePlace is the field of the form where a finding about a picture is said; "" when it is about none of these.
func picturePlace(field string, t desk.Text) string {
	if t.Kind == publish.KindQuestion {
		return ""
	}
	first, rest, _ := strings.Cut(field, ".")
	n, err := strconv.Atoi(rest)
	s, openErr := desk.OpenStory(t.Body)
	if first != "pictures" || err != nil || openErr != nil || n < 0 || n >= len(s.Pictures) || s.Pictures[n].Part < 1 {
		return ""
	}
	return desk.PicturesName(s.Pictures[n].Part - 1)
}

// picked are the pictures that a form names, nil where it has none of these fields: a page that was open before there were any.
func picked(r *Request, names ...string) []publish.Picture {
	all := []publish.Picture{}
	for i, name := range names {
		if !r.PostForm.Has(name) {
			return nil
		}
		for _, id := range strings.Fields(r.PostForm.Get(name)) {
			p := publish.Picture{ID: id}
			if name != desk.QuestionPicture {
				p.Part = i + 1
			}
			all = append(all, p)
		}
	}
	return all
}

// ChoiceView is a page of the library inside the dialog.
type ChoiceView struct {
	Pictures []media.Picture
	Set      bool // something was looked for
	Next     string
}

// choice lists pictures to choose from.
func (w *writing) choice(r *Request) (pages.Answer, error) {
	asked := r.URL.Query()
	v := ChoiceView{Set: strings.TrimSpace(asked.Get("text")) != ""}
	found, next, err := w.pictures.List(r.Context(), r.Who, media.PictureQuery{Text: strings.TrimSpace(asked.Get("text")), After: asked.Get("after"), Limit: picturesAtOnce})
	for _, p := range found {
		if !p.Missing {
			v.Pictures = append(v.Pictures, p)
		}
	}
	if next != "" {
		list := ListView{path: Prefix + "/picture-choice", Query: Query{values: asked}}
		v.Next = list.Address("after", next)
	}
	return r.Part("write/pictures", "found", v), err
}

// pictureSides are the pictures of both texts of a conflict, named by what can be seen on them.
func (w *writing) pictureSides(r *Request, theirs desk.Text) ([]Sides, error) {
	slots, err := slotsOf(theirs)
	if err != nil {
		return nil, err
	}
	names := []string{desk.QuestionPicture}
	if theirs.Kind != publish.KindQuestion {
		names = storyPictures()
	}
	var all []Sides
	for i, name := range names {
		slot, label := slots[name], "图"
		if theirs.Kind != publish.KindQuestion {
			label = explainer.Headings()[i] + "的图"
		}
		side := Sides{Name: name, Label: label, Mine: slot.Value(), Theirs: slot.Value()}
		if r.PostForm.Has(name) {
			side.Mine = strings.Join(strings.Fields(r.PostForm.Get(name)), " ")
		}
		side.Words = map[string]string{side.Mine: w.seen(r, slot, side.Mine), side.Theirs: w.seen(r, slot, side.Theirs)}
		all = append(all, side)
	}
	return all, nil
}

// seen says what can be seen on the pictures with these ids.
func (w *writing) seen(r *Request, slot PictureSlot, ids string) string {
	var all []string
	for i, id := range strings.Fields(ids) {
		words := "没有找到的图"
		if i == explainer.MostPictures {
			break
		}
		for _, p := range slot.Pictures {
			if p.ID == id {
				words = p.Description
			}
		}
		if p, err := w.pictures.Picture(r.Context(), r.Who, id); words == "没有找到的图" && err == nil {
			words = p.Description
		}
		all = append(all, words)
	}
	if len(all) == 0 {
		return "没有图"
	}
	return strings.Join(all, "；")
}

// shownOf is a preview with its pictures at the end of their parts, as staff see it.
func shownOf(p desk.Preview) PreviewView { return PreviewView{p, shownWith(p, staffFile)} }

// shownWith is the text of a preview with its pictures at their addresses.
func shownWith(p desk.Preview, address func(id string) string) template.HTML {
	var b strings.Builder
	for _, part := range p.Parts {
		b.WriteString(part.HTML)
		for _, shown := range part.Pictures {
			b.WriteString(string(picturedAt(address(shown.ID), shown)))
		}
	}
	return template.HTML(b.String()) //nolint:gosec // package markdown cleans the parts, picturedAt escapes
}

// staffFile is the address of a picture for whoever is signed in.
func staffFile(id string) string { return Prefix + PictureFile(id, media.Medium) }

// pictured is a picture of a text with its words, which are those of the text.
func pictured(p publish.Picture) template.HTML { return picturedAt(staffFile(p.ID), p) }

func picturedAt(address string, p publish.Picture) template.HTML {
	return template.HTML(fmt.Sprintf(`<figure class="shown"><img src="%s" width="%d" height="%d" alt="%s" loading="lazy"></figure>`, //nolint:gosec // escaped
		html.EscapeString(address), p.Width, p.Height, html.EscapeString(p.Description)))
}

// pictureFunctions are what templates call to show pictures.
func pictureFunctions() template.FuncMap {
	return template.FuncMap{
		"slot":     func(v WriteView, name string) PictureSlot { return v.Slots[name] },
		"small":    func(id string) string { return Prefix + PictureFile(id, media.Small) },
		"pictured": pictured,
	}
}
