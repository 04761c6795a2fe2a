// Package publish carries every published thing (explainer, question, topic; later video and notice) from draft to live
// and keeps what was ever shown.
//
// It promises that a version never changes once it is written (publication, number, sha256 and the exact bytes its author
// wrote); that residents see exactly the version a publication names as live; that every change of what is live moves
// one head, so that a reader knows when to load again; and that shipped content goes live only when its hash stands in
// the manifest inside the binary, where it is shown as 示范内容 · 待专业审定.
//
// It refuses to overwrite what staff edited or withdrew (a newer shipped text becomes a draft beside it), a step the
// table of transitions does not name, and to look inside a body: what it means is the business of its kind.
package publish

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"

	"pugongying/internal/fault"
)

// Kind says what a publication is; the package of that kind alone reads its body.
type Kind string

// The kinds there are.
const (
	KindExplainer Kind = "explainer"
	KindQuestion  Kind = "question"
	KindTopic     Kind = "topic"
)

// Origin says where a version came from.
type Origin string

// The origins. Only OriginShipped may go live without staff, and only by the manifest.
const (
	OriginShipped  Origin = "shipped"
	OriginStaff    Origin = "staff"
	OriginImported Origin = "imported"
)

// What may be answered to somebody who asks for a publication.
var (
	ErrNotFound   = fault.New(fault.NotFound, "publish.not_found", "没有找到这个内容，可能已经撤下了。")
	ErrTransition = fault.New(fault.Conflict, "publish.transition", "这个内容现在的状态不能这样操作，请刷新后再看。")
	ErrStale      = fault.New(fault.Conflict, "publish.changed_meanwhile", "别人刚刚改过这个内容，请刷新后再试。")
)

// Publication is one published thing through all its versions. State says where the newest version stands; Live is the
// version residents see, 0 when there is none (a live publication may carry a newer draft).
type Publication struct {
	ID        string    `bson:"_id"` // opaque, given by the author's file
	Kind      Kind      `bson:"kind"`
	Slug      string    `bson:"slug,omitempty"`
	State     State     `bson:"state"`
	Last      int       `bson:"last"` // the newest version's number, counting from 1
	LastSHA   string    `bson:"lastSha"`
	Live      int       `bson:"live"`
	LiveSHA   string    `bson:"liveSha,omitempty"`
	Shipped   string    `bson:"shipped,omitempty"` // sha256 of the shipped text last put live
	Drafted   string    `bson:"drafted,omitempty"` // sha256 of the shipped text last left as a draft
	Withdrawn Withdrawn `bson:"withdrawn,omitempty"`
	Sample    bool      `bson:"sample"` // 示范内容 · 待专业审定
	Rev       int64     `bson:"rev"`
	Schema    int       `bson:"schema"`
	CreatedAt time.Time `bson:"createdAt"`
	ChangedAt time.Time `bson:"changedAt"`
}

// Withdrawn says who took a publication down; what staff took down never comes back by itself.
type Withdrawn string

// Who takes down.
const (
	ByManifest Withdrawn = "manifest"
	ByStaff    Withdrawn = "staff"
)

// Version is what was written at one time. It never changes.
type Version struct {
	ID          string    `bson:"_id"` // publication@n
	Publication string    `bson:"publication"`
	Kind        Kind      `bson:"kind"`
	N           int       `bson:"n"`
	SHA256      string    `bson:"sha256"` // of Body, in hex
	Body        []byte    `bson:"body"`   // the exact authored bytes
	At          time.Time `bson:"at"`
	Origin      Origin    `bson:"origin"`
	Schema      int       `bson:"schema"`
}

// Item is a live publication as a reader gets it: the version residents see and whether it is a sample.
type Item struct {
	ID     string
	Kind   Kind
	Slug   string
	N      int
	SHA256 string
	Body   []byte
	Sample bool
	At     time.Time
}

// Head moves with every change of what is live. Seeded is the digest of the shipped set last taken in.
type Head struct {
	ID     string    `bson:"_id"`
	Rev    int64     `bson:"rev"`
	Seeded string    `bson:"seeded"`
	At     time.Time `bson:"at"`
	Schema int       `bson:"schema"`
}

// Change is what one write does, all of it or nothing. Replaced publications carry the revision they were read at.
type Change struct {
	Added    []Publication
	Replaced []Publication
	Versions []Version
	Head     Head // at the revision it was read; its revision moves by one
}

// Store keeps publications. Its faults are ErrNotFound and ErrStale.
type Store interface {
	// Head is the head, the zero Head before anything was published.
	Head(ctx context.Context) (Head, error)
	// All calls each with every publication.
	All(ctx context.Context, each func(Publication) error) error
	// Live calls each with every publication of that kind which has a live version, and that version, in order of ID.
	Live(ctx context.Context, kind Kind, each func(Publication, Version) error) error
	Publication(ctx context.Context, id string) (Publication, error)
	Version(ctx context.Context, id string, n int) (Version, error)
	// Apply makes the change and moves the head; ErrStale when a revision moved on, and then nothing is written.
	Apply(ctx context.Context, change Change) error
}

// VersionID is the id of a publication's n-th version.
func VersionID(publication string, n int) string { return publication + "@" + strconv.Itoa(n) }

// Sum is the sha256 of a body in hex, as manifests and versions write it.
func Sum(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}
