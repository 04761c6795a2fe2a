package lawimport

import (
	"context"
	"fmt"
	"slices"

	"pugongying/internal/civil"
	"pugongying/internal/law"
)

// worse gives the reason for which a text is not taken beside those that are stored; "" when there is none. Where it takes
// the place of another one, because the import says so, rival describes that one. Such a refusal is not remembered: once
// the stored text is withdrawn, the same file is taken.
func (p *plan) worse(ctx context.Context, e law.Entry, fact law.Fact, t Text) (reason, rival string, err error) {
	stored := slices.IndexFunc(e.Versions, func(f law.Fact) bool { return f.SHA256 == fact.SHA256 })
	if stored >= 0 && e.Versions[stored].Withdrawn == "" {
		return "", "", nil
	}
	if short := p.short(e.Slug, fact); short != "" {
		return short, "", nil
	}
	if stored >= 0 && !p.m.options.Replace {
		return "这份文本 " + e.Versions[stored].Withdrawn + " 撤下过（" + e.Versions[stored].Version + "）。确认它是对的，就加 --replace。", "", nil
	}
	i := e.Rival(fact)
	switch {
	case i < 0 && stored >= 0:
		return "", "撤下过的 " + fact.Version, nil
	case i < 0:
		return "", "", nil
	case fact.Standing != law.Whole:
		return "同样日期的全文已经收了，节录和旧文本不能代替它。", "", nil
	}
	difference, err := p.difference(ctx, e, e.Versions[i], t)
	if err != nil {
		return "", "", err
	}
	if !p.m.options.Replace {
		return fmt.Sprintf("同样日期（公布 %s，施行 %s）的文本已经有一份（%s），%s。确认新的这份才对，就加 --replace。",
			max(fact.Issued, fact.Revised), fact.Effective, e.Versions[i].Version, difference), "", nil
	}
	return "", e.Versions[i].Version + "，" + difference, nil
}

// short says that a text ends before the article that the register knows to be the law's last.
func (p *plan) short(slug string, fact law.Fact) string {
	known, err := p.m.shipped.Law(slug)
	if err != nil || fact.Standing != law.Whole || fact.Last >= known.Articles || max(fact.Issued, fact.Revised) != max(known.Issued, known.Revised) {
		return ""
	}
	return fmt.Sprintf("只到%s，登记的这部法律有 %d 条，像是少了后面的。是节录就在文件夹名里写明（_partial），用 --accept partial 收。",
		law.Citation{Article: fact.Last}.Provision(), known.Articles)
}

// difference says in how many articles a stored text and a new one differ.
func (p *plan) difference(ctx context.Context, e law.Entry, stored law.Fact, t Text) (string, error) {
	id := law.VersionID(e.Slug, stored.Version)
	old := p.planned(id)
	if old == nil {
		var err error
		if old, err = p.m.store.Version(ctx, id); err != nil {
			return "", err
		}
	}
	count, first := law.Differing(old, &law.Version{Articles: t.Articles})
	return fmt.Sprintf("有 %d 条不一样，第一处是%s；那份 %d 条，这份 %d 条", count, first, len(old.Articles), len(t.Articles)), nil
}

// planned finds a version that this very write adds; nil when there is none.
func (p *plan) planned(id string) *law.Version {
	if i := slices.IndexFunc(p.write.Versions, func(v *law.Version) bool { return v.ID == id }); i >= 0 {
		return p.write.Versions[i]
	}
	return nil
}

// withdrawn withdraws what a text takes the place of, and brings it back where it was withdrawn itself.
func (p *plan) withdrawn(e law.Entry, fact law.Fact) law.Entry {
	e.Versions = slices.Clone(e.Versions)
	if i := e.Rival(fact); i >= 0 {
		e.Versions[i].Withdrawn = civil.DayOf(p.m.now())
	}
	if i := slices.IndexFunc(e.Versions, func(f law.Fact) bool { return f.SHA256 == fact.SHA256 }); i >= 0 {
		e.Versions[i].Withdrawn = ""
	}
	return e
}
