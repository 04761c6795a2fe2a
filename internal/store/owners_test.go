package store

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/audit"
	"pugongying/internal/booking"
	"pugongying/internal/contribution"
	"pugongying/internal/counselling"
	"pugongying/internal/law"
	"pugongying/internal/ledger"
	"pugongying/internal/media"
	"pugongying/internal/member"
	"pugongying/internal/publish"
	"pugongying/internal/quiz"
	"pugongying/internal/region"
	"pugongying/internal/staff"
)

// shapes are the documents of every collection.
var shapes = map[string][]any{
	organisations: {region.Organisation{}}, projects: {region.Project{}},
	ledgerLines: {ledger.Line{}}, ledgerTotals: {ledger.Total{}}, ledgerQuarters: {ledger.Closed{}, boundary{}},
	ledgerActs: {ledger.Act{}}, ledgerProofs: {proofDocument{}},
	members: {member.Member{}}, identities: {member.Identity{}}, sessions: {member.Session{}}, bookmarks: {member.Bookmarks{}},
	claims: {member.Claim{}}, erasures: {member.Erasure{}},
	attempts: {quiz.Attempt{}}, dismissals: {quiz.Dismissals{}},
	laws: {law.Entry{}}, lawVersions: {law.Version{}}, lawFiles: {law.File{}}, lawGenerations: {lawGeneration{}},
	publications: {publish.Publication{}}, versions: {publish.Version{}}, publicationGenerations: {generation{}, seedingDocument{}},
	publicationNotes: {publish.Note{}}, publicationSeen: {publish.Seen{}}, publicationDrafts: {publish.Working{}}, publicationDues: {dueDocument{}},
	bundles: {publish.Bundle{}}, textReports: {publish.Report{}}, lawyerLinks: {publish.Link{}},
	recordKeys: {keyDocument{}}, auditEntries: {audit.Entry{}}, auditTips: {audit.Tip{}}, pushes: {pushDocument{}, nonceDocument{}}, standing: {standingDocument{}}, clocks: {anchorDocument{}},
	staffAccounts: {staff.Account{}}, staffSessions: {staff.Session{}}, staffTries: {tryDocument{}}, staffCodes: {staff.Code{}},
	staffProposals: {staff.Proposal{}}, staffApplications: {staff.Application{}},
	contributions: {contribution.Contribution{}}, contributionVoices: {voiceDocument{}},
	appointments: {booking.Appointment{}}, waits: {booking.Wait{}}, notices: {booking.Notice{}}, bookingCounters: {counterDocument{}},
	pictures: {media.Picture{}}, pictureSources: {sourceDocument{}}, pictureQuotas: {quotaDocument{}},
	counsellors: {counselling.Counsellor{}}, rooms: {counselling.Room{}}, affected: {affectedDocument{}}, dutyLists: {counselling.Duty{}},
}

// ownerNames are the names a field that names a member would have, whatever its type.
var ownerNames = []string{"owner", "member", "guest", "openid", "user", "userId", "memberId"}

// naming returns the fields of a document that name a member, by their bson paths. A document that names her by no id is
// hers by the handles in it.
func naming(doc reflect.Type) []string {
	ids, handles := owning(doc, "")
	if len(ids) == 0 {
		return handles
	}
	return ids
}

func owning(doc reflect.Type, path string) (found, handles []string) {
	for doc.Kind() == reflect.Pointer || doc.Kind() == reflect.Slice {
		doc = doc.Elem()
	}
	if doc.Kind() != reflect.Struct || doc == reflect.TypeFor[time.Time]() || doc == reflect.TypeFor[bson.Raw]() {
		return nil, nil
	}
	for i := range doc.NumField() {
		field := doc.Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("bson"), ",")
		if name == "-" {
			continue
		}
		at := path + name
		if name == "" {
			at = path + strings.ToLower(field.Name)
		}
		if field.Type == reflect.TypeFor[member.Handle]() || field.Type == reflect.TypeFor[[]member.Handle]() {
			handles = append(handles, at)
			continue
		}
		if field.Type == reflect.TypeFor[member.ID]() || slices.Contains(ownerNames, name) {
			found = append(found, at)
			continue
		}
		below := at + "."
		if strings.Contains(options, "inline") {
			below = path
		}
		ids, more := owning(field.Type, below)
		found, handles = append(found, ids...), append(handles, more...)
	}
	return found, handles
}

// Nothing in a document leads from a member's id to a handle, unless it is sealed (linked). The settings of schema 1 hold
// one while their things are being moved.
func TestNoDocumentLeadsFromAMemberToHerThings(t *testing.T) {
	for name, documents := range shapes {
		for _, doc := range documents {
			ids, handles := owning(reflect.TypeOf(doc), "")
			handles = slices.DeleteFunc(handles, func(at string) bool { return at == "keeping.handle" })
			if len(ids) > 0 && len(handles) > 0 {
				t.Errorf("%s: %q stand beside %q", name, handles, ids)
			}
		}
	}
	type leading struct {
		By member.ID       `bson:"by"`
		To []member.Handle `bson:"to"`
	}
	if ids, handles := owning(reflect.TypeFor[leading](), ""); len(ids) != 1 || len(handles) != 1 {
		t.Errorf("control: a document that leads to her things is not seen: %q %q", ids, handles)
	}
}

func TestEveryFieldThatNamesAMemberIsDeclared(t *testing.T) {
	owners := Owners()
	for _, d := range Declarations() {
		documents, known := shapes[d.Collection]
		if !known {
			t.Errorf("the documents of %s are not among the shapes of this test", d.Collection)
		}
		var found []string
		for _, doc := range documents {
			found = append(found, naming(reflect.TypeOf(doc))...)
		}
		slices.Sort(found)
		declared := slices.Sorted(slices.Values(owners[d.Collection]))
		if !slices.Equal(slices.Compact(found), declared) {
			t.Errorf("%s names members in %q, Owners says %q", d.Collection, found, declared)
		}
		delete(owners, d.Collection)
	}
	for left := range owners {
		t.Errorf("Owners names %s, which is no collection", left)
	}
}

func TestAFieldThatNamesAMemberIsSeen(t *testing.T) {
	type inner struct {
		Seen []struct {
			By member.ID `bson:"by"`
		} `bson:"seen"`
	}
	type invented struct {
		ID     string `bson:"_id"`
		Plain  string `bson:"owner"`
		Hidden *inner `bson:"hidden"`
		Flat   inner  `bson:",inline"`
	}
	got := naming(reflect.TypeFor[invented]())
	if want := []string{"owner", "hidden.seen.by", "seen.by"}; !slices.Equal(got, want) {
		t.Errorf("naming = %q, want %q", got, want)
	}
	type hung struct {
		ID string        `bson:"_id"`
		On member.Handle `bson:"on"`
	}
	if got := naming(reflect.TypeFor[hung]()); !slices.Equal(got, []string{"on"}) {
		t.Errorf("a document that hangs on a handle is named by %q", got)
	}
}
