package publish

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/fault"
	"pugongying/internal/staff"
)

// LinkTries is how many wrong codes end a link.
const LinkTries = 5

// Limits of an outside lawyer's link.
const (
	linkLongest = 30 * 24 * time.Hour
	tokenLen    = 26
)

// lawyerActor is the lawyer in the record: she has no account.
var lawyerActor = audit.Actor{Kind: audit.KindSystem, ID: "lawyer"}

// Faults of a lawyer's link. One that is unknown, used, late, or whose text changed says the same.
var (
	ErrLink     = fault.New(fault.Gone, "publish.link", "这个链接已经用不了了。请联系发给你的人，再要一个新的。")
	ErrLawyer   = fault.New(fault.Invalid, "publish.lawyer_name", "写上她的姓名或者律所，四十个字以内。")
	ErrOpinion  = fault.New(fault.Invalid, "publish.opinion", "请选“对”或者“不对”；答“不对”，要写哪里不对。")
	ErrLinkCode = fault.New(fault.Invalid, "publish.link_code", "口令不对，请再看一看。")
)

// Link asks an outside lawyer about one version. Token and code are known to her alone; what is stored are their hashes.
// Her answer is advice: it is never one of the three reviews.
type Link struct {
	ID          string    `bson:"_id"` // the token's hash
	Publication string    `bson:"publication"`
	N           int       `bson:"n"`
	SHA256      string    `bson:"sha256"` // of the version; the link dies with another one
	Code        string    `bson:"code"`   // hash
	Name        string    `bson:"name"`   // as staff wrote it, of the lawyer or her office
	Deadline    time.Time `bson:"deadline"`
	By          string    `bson:"by"` // the account
	At          time.Time `bson:"at"`
	Tries       int       `bson:"tries"`
	Answered    time.Time `bson:"answered,omitempty"`
	Right       bool      `bson:"right,omitempty"`
	Rev         int64     `bson:"rev"`
	Schema      int       `bson:"schema"`
}

// Links stores lawyers' links.
type Links interface {
	AddLink(ctx context.Context, l Link, entry audit.Entry) error
	// Link is ErrNotFound when there is none.
	Link(ctx context.Context, id string) (Link, error)
	// LinksOf are those of a publication, newest first.
	LinksOf(ctx context.Context, publication string) ([]Link, error)
	// ChangeLink writes one at its revision, with the note and the entry of an answer; ErrStale.
	ChangeLink(ctx context.Context, l Link, note *Note, entry *audit.Entry) error
}

// Asking is what staff say of a lawyer they ask.
type Asking struct {
	At
	Name     string
	Deadline time.Time
}

// Invitation is what staff pass on: the token in a link, the code by another way. They are shown once.
type Invitation struct{ Token, Code string }

// AskLawyer makes a link to one open version.
func (w *Workflow) AskLawyer(ctx context.Context, who staff.Principal, a Asking) (Invitation, error) {
	t, err := w.take(ctx, who, a.At, access.AskLawyer)
	if err != nil {
		return Invitation{}, err
	}
	name := strings.TrimSpace(a.Name)
	switch {
	case name == "" || len(name) > maxName:
		return Invitation{}, ErrLawyer
	case !a.Deadline.After(t.at) || a.Deadline.After(t.at.Add(linkLongest)):
		return Invitation{}, ErrMoment
	}
	i := Invitation{Token: w.newID(), Code: digits(w.newID())}
	l := Link{
		ID: hashed(i.Token), Publication: a.ID, N: a.N, SHA256: t.open.SHA256, Code: hashed(i.Token + i.Code), Name: name,
		Deadline: a.Deadline, By: who.Account, At: t.at, Schema: schema,
	}
	entry, err := w.lawyerEntry(who.Actor(), l, "ask")
	if err != nil {
		return Invitation{}, err
	}
	return i, w.links.AddLink(ctx, l, entry)
}

func (w *Workflow) lawyerEntry(by audit.Actor, l Link, act string) (audit.Entry, error) {
	return audit.New(audit.Act{Actor: by, Action: audit.PublishLawyer, Subject: l.Publication, At: w.now(), Detail: map[string]string{
		"version": strconv.Itoa(l.N), "act": act,
	}})
}

func hashed(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// digits are six digits of a random id.
func digits(id string) string {
	sum := sha256.Sum256([]byte(id))
	n := (uint32(sum[0])<<24 | uint32(sum[1])<<16 | uint32(sum[2])<<8 | uint32(sum[3])) % 1_000_000
	return strconv.Itoa(1_000_000 + int(n))[1:]
}

// Links are the links of a publication, for who may ask.
func (w *Workflow) Links(ctx context.Context, who staff.Principal, id string) ([]Link, error) {
	e, err := w.edit(ctx, who.Actor(), id)
	if err != nil {
		return nil, hidden(err)
	}
	if err := mayAny(who, w.recordOf(who, e.Region, e.Authors), access.AskLawyer); err != nil {
		return nil, err
	}
	return w.links.LinksOf(ctx, id)
}

// OpenLink shows a lawyer the one version, against token and code. A wrong code counts; the fifth ends the link. Reading
// spends nothing.
func (w *Workflow) OpenLink(ctx context.Context, token, code string) (Link, Version, error) {
	if len(token) != tokenLen {
		return Link{}, Version{}, ErrLink
	}
	l, err := w.links.Link(ctx, hashed(token))
	if errors.Is(err, ErrNotFound) {
		return Link{}, Version{}, ErrLink
	}
	if err != nil {
		return Link{}, Version{}, err
	}
	if l.Tries >= LinkTries || !l.Answered.IsZero() || w.now().After(l.Deadline) {
		return Link{}, Version{}, ErrLink
	}
	if subtle.ConstantTimeCompare([]byte(l.Code), []byte(hashed(token+strings.TrimSpace(code)))) != 1 {
		l.Tries++
		return Link{}, Version{}, errors.Join(ErrLinkCode, w.links.ChangeLink(ctx, l, nil, nil))
	}
	v, err := w.asked(ctx, l)
	return l, v, err
}

// asked is the version that a link asks about, while it is open and has exactly those bytes.
func (w *Workflow) asked(ctx context.Context, l Link) (Version, error) {
	e, err := w.edit(ctx, lawyerActor, l.Publication)
	if err != nil {
		return Version{}, err
	}
	o := e.numbered(l.N)
	v, err := w.store.Version(ctx, l.Publication, l.N)
	if err != nil {
		return Version{}, err
	}
	if o == nil || o.SHA256 != l.SHA256 || Sum(v.Body) != l.SHA256 {
		return Version{}, ErrLink
	}
	return v, nil
}

// AnswerLink takes a lawyer's 对 or 不对 with her words; 不对 needs some. The link ends with it.
func (w *Workflow) AnswerLink(ctx context.Context, token, code string, right bool, words string) error {
	l, v, err := w.OpenLink(ctx, token, code)
	if err != nil {
		return err
	}
	words = strings.TrimSpace(words)
	if len(words) > maxWords || words == "" && !right {
		return ErrOpinion
	}
	l.Answered, l.Right = w.now(), right
	note := Note{
		ID: sortKey(l.Answered, w.newID()), Publication: l.Publication, N: l.N, SHA256: v.SHA256, Kind: NoteLawyer, By: lawyerActor,
		At: l.Answered, Text: words, Right: right,
	}
	entry, err := w.lawyerEntry(lawyerActor, l, "answer")
	if err != nil {
		return err
	}
	err = w.links.ChangeLink(ctx, l, &note, &entry)
	if errors.Is(err, ErrStale) {
		return ErrLink
	}
	return err
}

func isStale(err error) bool { return errors.Is(err, ErrStale) }
