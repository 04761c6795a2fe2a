// Package publish takes every published thing (explainer, question, topic; later video and notice) from draft to live and
// stores what was ever shown.
//
// It promises that the text of a version never changes once it is written (publication, number, sha256 and the exact bytes
// its author wrote), while each version has a state of its own, so that a newer draft neither hides nor ends the review of
// another version; that a text by staff goes live only after three different people, none of whom ever wrote any part of
// it, passed exactly its bytes (see clear; no door, import, schedule or administrator goes around it); that residents see exactly the version a publication names as live; that a change is a compare-and-swap
// on its publication alone, so that editors of different texts never disturb each other; that the live generation changes
// only when residents see something else, and the draft generation with every change; and that each change names who made
// it, in the audit record too. Shipped content goes live only when its hash is in the manifest inside the binary, is then
// shown as 示范内容 · 待专业审定, and only moves forward: see Seed.
//
// It refuses to overwrite what staff edited or withdrew (a newer shipped text becomes a draft beside it), to take a step
// that the table of transitions does not list, and to interpret a body: what it means is up to the package of its kind.
package publish

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"

	"pugongying/internal/audit"
	"pugongying/internal/fault"
	"pugongying/internal/region"
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

// Faults that answer a request for a publication.
var (
	ErrNotFound   = fault.New(fault.NotFound, "publish.not_found", "没有找到这个内容，可能已经撤下了。")
	ErrTransition = fault.New(fault.Conflict, "publish.transition", "这个内容现在的状态不能这样操作，请刷新后再看。")
	ErrStale      = fault.New(fault.Conflict, "publish.changed_meanwhile", "别人刚刚改过这个内容，请刷新后再试。")
)

// Publication is one published thing through all its versions. Live is the version residents see, 0 when there is none;
// Open are the versions still being worked on beside it.
type Publication struct {
	ID             string      `bson:"_id"` // opaque, given by the author's file
	Kind           Kind        `bson:"kind"`
	Slug           string      `bson:"slug,omitempty"`
	Title          string      `bson:"title,omitempty"`   // of the newest version
	Region         region.Code `bson:"region,omitempty"`  // of the newest version; "" is the whole deployment
	Authors        []string    `bson:"authors,omitempty"` // accounts of everybody who ever wrote any part of it, sorted; nobody ever leaves
	State          State       `bson:"state"`             // of the newest version
	Last           int         `bson:"last"`              // the newest version's number, counting from 1
	LastSHA        string      `bson:"lastSha"`
	Live           int         `bson:"live"`
	LiveSHA        string      `bson:"liveSha,omitempty"`
	LiveRegion     region.Code `bson:"liveRegion,omitempty"`
	LiveGeneration int64       `bson:"liveGeneration"`    // the live generation in which residents last got another version or none
	Open           []Open      `bson:"open,omitempty"`    // in order of number
	Shipped        string      `bson:"shipped,omitempty"` // sha256 of the shipped text last put live
	Drafted        string      `bson:"drafted,omitempty"` // sha256 of the shipped text last left as a draft
	Withdrawn      Withdrawn   `bson:"withdrawn,omitempty"`
	Sample         bool        `bson:"sample"`               // 示范内容 · 待专业审定
	ReviewAt       time.Time   `bson:"reviewAt,omitempty"`   // when what is live has to be looked at again
	Rechecking     bool        `bson:"rechecking,omitempty"` // residents are told 正在重新核对
	Cites          []string    `bson:"cites,omitempty"`      // slugs of the laws that the newest version cites
	Place          Place       `bson:"place"`                // where lists show it
	Rev            int64       `bson:"rev"`
	Schema         int         `bson:"schema"`
	CreatedAt      time.Time   `bson:"createdAt"`
	ChangedAt      time.Time   `bson:"changedAt"`
	ChangedBy      audit.Actor `bson:"changedBy"`

	Damage error `bson:"-"` // why what is stored cannot be read; then only ID and Kind are known
}

// Open is a version that is a draft or on its way through check, review and schedule.
type Open struct {
	N        int         `bson:"n"`
	State    State       `bson:"state"`
	Origin   Origin      `bson:"origin"`
	SHA256   string      `bson:"sha256"`
	Region   region.Code `bson:"region,omitempty"`
	Passes   []Pass      `bson:"passes,omitempty"`   // on exactly SHA256, in their order
	Since    time.Time   `bson:"since"`              // when it came into its state
	Asked    region.Code `bson:"asked,omitempty"`    // whose reviewers are asked: a region, and after three days the one above
	Due      time.Time   `bson:"due,omitempty"`      // when the one above is asked
	Reviewer string      `bson:"reviewer,omitempty"` // the account that took it, "" when nobody did
	Findings int         `bson:"findings,omitempty"` // of the machine that ask or block
	Returned bool        `bson:"returned,omitempty"` // a draft that a reviewer or the machine sent back
	At       time.Time   `bson:"at,omitempty"`       // when it is to be shown; it stays when showing it failed
	Bundle   string      `bson:"bundle,omitempty"`   // the set it goes live with
	Trouble  string      `bson:"trouble,omitempty"`  // why it could not be shown at its minute: a fault's code
}

// Pass is one reviewer's word that these bytes may be shown.
type Pass struct {
	Stage  State     `bson:"stage"` // first, second or third
	By     string    `bson:"by"`    // the account
	At     time.Time `bson:"at"`
	SHA256 string    `bson:"sha256"`
}

// Withdrawn says who withdrew a publication; what staff withdrew never comes back by itself.
type Withdrawn string

// Who can withdraw.
const (
	ByManifest Withdrawn = "manifest"
	ByStaff    Withdrawn = "staff"
)

// Version is what was written at one time. Only its State and what reviewers and the machine said of it ever change.
type Version struct {
	ID          string      `bson:"_id"` // publication@n
	Publication string      `bson:"publication"`
	Kind        Kind        `bson:"kind"`
	N           int         `bson:"n"`
	SHA256      string      `bson:"sha256"` // of Body, in hex
	Body        []byte      `bson:"body"`   // the exact authored bytes
	Title       string      `bson:"title,omitempty"`
	Region      region.Code `bson:"region,omitempty"`
	Authors     []string    `bson:"authors,omitempty"` // of the publication when it was written: a superset of those of what it was made from
	At          time.Time   `bson:"at"`
	By          audit.Actor `bson:"by"` // who brought it in
	Origin      Origin      `bson:"origin"`
	State       State       `bson:"state"` // "" in a version of schema 1 that no change has touched since
	Passes      []Pass      `bson:"passes,omitempty"`
	Findings    []Finding   `bson:"findings,omitempty"` // of the machine, when it was submitted
	Pictures    []string    `bson:"pictures,omitempty"` // ids of those its text names
	Schema      int         `bson:"schema"`

	Damage error `bson:"-"` // why what is stored cannot be read
}

// Item is a live publication as a reader gets it: the version residents see and whether it is a sample. N is 0 where
// residents no longer see any version of it.
type Item struct {
	ID     string
	Kind   Kind
	Slug   string
	N      int
	SHA256 string
	Body   []byte
	Sample bool
	At     time.Time
	// Rechecking says that its review-at date has long passed: readers are told 正在重新核对.
	Rechecking bool
	Damage     error // why it cannot be read; it is left out, and costs no other publication anything
}

// Generations count changes: Live those that residents see, Drafts all of them; 0 before the first.
type Generations struct{ Live, Drafts int64 }

// Seeding records which shipped set a store imported last.
type Seeding struct {
	Rev     int64     `bson:"rev"`
	Edition int       `bson:"edition"`
	Digest  string    `bson:"digest"`
	Seen    []string  `bson:"seen"` // digests of this edition that were imported before Digest
	At      time.Time `bson:"at"`
	Schema  int       `bson:"schema"`
}

// Move changes the state of a version, with its passes and findings.
type Move struct {
	Publication string
	N           int
	State       State
	Passes      *[]Pass    // nil leaves them
	Findings    *[]Finding // nil leaves them
	SHA256      string     // of the bytes that are really stored; "" leaves it
}

// Due is work of a publication that has its time. Its ID says what it is.
type Due struct {
	ID string
	At time.Time
}

// Change is what one write does, all of it or nothing. Replaced publications and bundles carry the revision they were
// read at.
type Change struct {
	Added    []Publication
	Replaced []Publication
	Versions []Version
	Moved    []Move
	Shown    []string // ids of which residents see another version, or none; the store numbers their LiveGeneration
	Notes    []Note
	Dues     []Due
	Worked   []string // publications whose working copy became a version
	Bundle   *Bundle  // nil but for a change of a set
	Seeding  *Seeding // at the revision it was read; nil but for a seeding
	Entry    audit.Entry
}

// Store stores publications. Its faults are ErrNotFound and ErrStale.
type Store interface {
	Generations(ctx context.Context) (Generations, error)
	// Seeding is the zero Seeding before the first.
	Seeding(ctx context.Context) (Seeding, error)
	// All calls each with every publication, in order of ID.
	All(ctx context.Context, each func(Publication) error) error
	// Live calls each with every publication of that kind which has a live version, and that version, in order of ID. With
	// since > 0 it passes only those that changed for residents after that live generation, with the zero Version where
	// they see none any more.
	Live(ctx context.Context, kind Kind, since int64, each func(Publication, Version) error) error
	Publication(ctx context.Context, id string) (Publication, error)
	Version(ctx context.Context, id string, n int) (Version, error)
	// Apply writes the change, its audit entry and the new generations; ErrStale when a publication's or the seeding's
	// revision has changed, and then nothing is written.
	Apply(ctx context.Context, change Change) error
}

// VersionID is the id of a publication's n-th version.
func VersionID(publication string, n int) string { return publication + "@" + strconv.Itoa(n) }

// Sum is the sha256 of a body in hex, as manifests and versions write it.
func Sum(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}
