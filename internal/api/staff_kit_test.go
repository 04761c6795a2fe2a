package api

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/contribution"
	"pugongying/internal/member"
	"pugongying/internal/region"
	"pugongying/internal/staff"
	"pugongying/internal/store"
	"pugongying/internal/testkit"
)

// phones are the sessions of staff by their token.
type phones map[string]staff.Principal

func (p phones) Who(_ context.Context, token string) (staff.Principal, error) {
	who, known := p[token]
	if !known {
		return staff.Principal{}, member.ErrSessionUnknown
	}
	return who, nil
}

func (p phones) StepUp(context.Context, staff.Principal, string) error { return nil }

func (p phones) SignOut(context.Context, staff.Principal) error { return nil }

// entry leads everybody with a WeChat to staff, and remembers who came.
type entry struct {
	mu   sync.Mutex
	came []string
}

func (e *entry) note(who string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.came = append(e.came, who)
}

func (e *entry) SignInPhone(_ context.Context, who staff.Phoned) (staff.SignedIn, error) {
	e.note(who.Member)
	return staff.SignedIn{Token: "T", Principal: staff.Principal{Account: "A", Name: "赵兰", Grants: []access.Grant{{Role: access.Volunteer, Scope: region.ScopeOf(staffCounty)}}, Withheld: true}}, nil
}

func (e *entry) Welcome(_ context.Context, token string, _ bool) (staff.Welcome, error) {
	if token != "AAAA-BBBB" {
		return staff.Welcome{}, staff.ErrInvitation
	}
	return staff.Welcome{Name: "赵兰", Login: "zhaolan", Purpose: staff.Join, Secret: "SECRET", Grants: []staff.Grant{{Role: "volunteer", Region: staffCounty}}}, nil
}

func (e *entry) JoinPhone(ctx context.Context, who staff.Phoned, token, code string) (staff.SignedIn, error) {
	if code != "123456" {
		return staff.SignedIn{}, staff.ErrTOTP
	}
	if _, err := e.Welcome(ctx, token, false); err != nil {
		return staff.SignedIn{}, err
	}
	return e.SignInPhone(ctx, who)
}

func (e *entry) Scan(_ context.Context, _ staff.Phoned, id string) (staff.Asked, error) {
	if id != "CODE" {
		return staff.Asked{}, staff.ErrCodeUnknown
	}
	return staff.Asked{Digits: "47", Site: "desk.example", Device: "Chrome", Name: "赵兰"}, nil
}

func (e *entry) Answer(_ context.Context, who staff.Phoned, id string, itIsMe bool) error {
	e.note(fmt.Sprint(who.Member, id, itIsMe))
	return nil
}

func (e *entry) Apply(_ context.Context, who staff.Phoned, name string, _ region.Code, _ string) (string, error) {
	e.note(who.Member + name)
	return "1", nil
}

func (e *entry) MyApplication(context.Context, staff.Phoned) (staff.Applying, error) {
	return staff.Applying{State: staff.ApplicationWaiting, Name: "其木格", Seen: 1}, nil
}

// entryCall is a well-formed request for a route that leads to staff.
func entryCall(route Route) request {
	method, path, _ := strings.Cut(string(route), " ")
	q := request{method: method, path: strings.ReplaceAll(path, "{id}", "CODE")}
	switch route {
	case "POST /api/v1/staff/invitation":
		q.body = `{"invitation":"AAAA-BBBB"}`
	case "POST /api/v1/staff/bindings":
		q.body = `{"invitation":"AAAA-BBBB","code":"123456"}`
	case "POST /api/v1/volunteers":
		q.body = `{"name":"其木格","region":"150424100200","why":"想帮忙"}`
	default:
		if method == http.MethodPost {
			q.body = "{}"
		}
	}
	return q
}

const (
	staffCounty  = region.Code("150424000000")
	staffVillage = region.Code("150424100200")
)

// staffAs signs somebody of these roles in, on a phone.
func (r *rig) staffAs(name string, roles ...access.Role) who {
	return r.staffIn(staff.Phone, name, roles...)
}

func (r *rig) staffIn(kind staff.SessionKind, name string, roles ...access.Role) who {
	p := staff.Principal{Account: name, Name: "赵" + name, Session: "S" + name, Kind: kind}
	for _, role := range roles {
		p.Grants = append(p.Grants, access.Grant{Role: role, Scope: region.ScopeOf(staffCounty)})
	}
	token := (string(kind) + "-" + name + strings.Repeat("x", 43))[:43]
	r.phones[token] = p
	return who{ID: name, Token: token}
}

// pieces is publish as far as stories know it.
type pieces map[string]contribution.PieceState

func (p pieces) Begin(context.Context, staff.Principal, contribution.Piece) error { return nil }

func (p pieces) States(context.Context, []string) (map[string]contribution.PieceState, error) {
	return maps.Clone(p), nil
}

func (p pieces) Withdraw(context.Context, string) error { return nil }

// numbers finds one number.
type numbers struct{}

func (numbers) Check(_ context.Context, _ string, texts [contribution.Boxes]string, _ bool) (found []contribution.Finding) {
	for i, text := range texts {
		if at := strings.Index(text, "000 4713 6025"); at >= 0 {
			mend := "妇联的人"
			found = append(found, contribution.Finding{Code: "privacy.phone", Severity: "blocks", Box: i, Start: at, End: at + 13, Text: "像电话", Mend: &mend})
		}
	}
	return found
}

// telling is what volunteers write.
func (r *rig) telling() *contribution.Service {
	if r.phones == nil {
		r.phones, r.pieces = phones{}, pieces{}
	}
	stored := store.NewContributions(r.engine, demoVault(r.engine))
	return need(contribution.New(contribution.Parts{
		Store: stored, Voices: stored, Pieces: r.pieces, Checker: numbers{}, Safety: silent{}, Now: r.clock.Now, NewID: testkit.IDs(),
		Believed: func() (time.Time, bool) { return r.clock.Now(), true },
	}))(r.t)
}

// staffRoles are the roles of staff.
func staffRoles() []access.Role {
	residents := []access.Role{access.Nobody, access.Guest, access.WeChat}
	return slices.DeleteFunc(access.Roles(), func(role access.Role) bool { return slices.Contains(residents, role) })
}

const (
	storyID = "STORYAAAAAAAAAAAAAAAAAAAAA"
	voiceID = "VOICEAAAAAAAAAAAAAAAAAAAAA"
	webm    = "\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x84webm and sound"
)

// tell writes a story that can be handed in, with a recording.
func (r *rig) tell(w who, id string) {
	r.t.Helper()
	r.want(201, w, "POST", "/api/v1/me/drafts", `{"id":"`+id+`"}`)
	r.want(200, w, "PUT", "/api/v1/me/drafts/"+id, storySave("她在镇上摆摊。"), "If-Match", `"0"`)
	r.want(200, w, "PUT", "/api/v1/me/drafts/"+id+"/consent", consented)
	r.want(200, w, "PUT", "/api/v1/me/drafts/"+id+"/voices/"+voiceID+"?box=0&seconds=48", webm, "Content-Type", "application/octet-stream")
}

const consented = `{"day":"2026-11-20","way":"spoken","scope":"words"}`

// storySave is a save of these texts.
func storySave(texts ...string) string {
	boxes := make([]string, contribution.Boxes)
	for i := range boxes {
		text := ""
		if i < len(texts) {
			text = texts[i]
		}
		boxes[i] = `{"text":` + strconv.Quote(text) + `}`
	}
	return `{"title":"腌菜缸","provenance":"real","boxes":[` + strings.Join(boxes, ",") + `]}`
}

// staffCall is a well-formed request for a route of staff, on a story.
func staffCall(route Route, id string) request {
	method, path, _ := strings.Cut(string(route), " ")
	q := request{method: method, path: strings.NewReplacer("{id}", id, "{voice}", voiceID).Replace(path)}
	switch route {
	case "POST " + picturesPath:
		q.body, q.headers = asForm(photograph(7))
	case "PUT " + picturesPath + "/{id}":
		q.body = `{"description":"一扇绿门"}`
	case "POST /api/v1/staff/sessions/current/confirmation":
		q.body = `{"code":"123456"}`
	case "POST /api/v1/me/acts":
		q.body = enteredAct
	case "POST /api/v1/me/drafts":
		q.body = `{"id":"` + id + `"}`
	case "PUT /api/v1/me/drafts/{id}":
		q.body, q.headers = storySave("她改了。"), []string{"If-Match", `"1"`}
	case "PUT /api/v1/me/drafts/{id}/consent":
		q.body = consented
	case "PUT /api/v1/me/drafts/{id}/voices/{voice}":
		q.path, q.body, q.headers = q.path+"?box=0&seconds=48", webm, []string{"Content-Type", "application/octet-stream"}
	}
	return q
}

// silent is a WeChat that finds nothing.
type silent struct{}

func (silent) Risky(context.Context, staff.Principal, []string) (int, error) { return -1, nil }
