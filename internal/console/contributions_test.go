package console

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"pugongying/internal/contribution"
	"pugongying/internal/staff"
)

// stories are raw stories in memory.
type stories struct {
	one   contribution.Saved
	did   []string
	calls int
}

func (s *stories) Waiting(_ context.Context, _ staff.Principal, state contribution.State) ([]contribution.Saved, error) {
	if s.one.State != state {
		return nil, nil
	}
	return []contribution.Saved{s.one}, nil
}

func (s *stories) Open(_ context.Context, _ staff.Principal, id string) (contribution.Saved, error) {
	if s.calls++; id != s.one.ID {
		return contribution.Saved{}, contribution.ErrNotFound
	}
	return s.one, nil
}

func (s *stories) Take(context.Context, staff.Principal, string) (contribution.Saved, error) {
	s.did = append(s.did, "take")
	taken := s.one
	taken.Contribution.Piece = "P7"
	return taken, nil
}

func (s *stories) GiveBack(_ context.Context, _ staff.Principal, _, sentence string) (contribution.Saved, error) {
	if sentence == "" {
		return contribution.Saved{}, contribution.ErrWhy
	}
	s.did = append(s.did, "return "+sentence)
	return s.one, nil
}

func (s *stories) Voice(context.Context, staff.Principal, string, string) ([]byte, string, error) {
	return []byte("voice"), "audio/mpeg", nil
}

func TestAnEditorTidiesAStory(t *testing.T) {
	sent := noon.Add(-time.Hour)
	s := &stories{one: contribution.Saved{Contribution: contribution.Contribution{ID: "C1", Author: "A白音", Region: banner, State: contribution.Sent, Provenance: contribution.Real, SentAt: &sent}}}
	s.one.Raw.Boxes[0] = contribution.Box{Text: "她<b>去了</b>", Recordings: []contribution.Recording{{ID: "V1", Seconds: 31}}}
	r := open(t, everyRole(), Contributions(s, called{"A白音": "白音"}, open(t, everyRole()).Regions))
	if page := r.get("editor1", "/contributions").Body.String(); !strings.Contains(page, "白音</a>") || !strings.Contains(page, "还没有录同意") || strings.Contains(page, "去了") || s.calls != 0 {
		t.Error("the list lacks a row, or shows raw words without a record")
	}
	page := r.get("editor1", "/contributions/C1").Body.String()
	for _, want := range []string{"她&lt;b&gt;去了&lt;/b&gt;", `src="/console/contributions/C1/voices/V1"`, "没有录同意", "disabled>开始整理"} {
		if !strings.Contains(page, want) {
			t.Errorf("without %s", want)
		}
	}
	if home := r.get("editor1", "").Body.String(); !strings.Contains(home, "白音的来稿") {
		t.Error("the home page says nothing of it")
	}
	if got := r.post("editor1", "/contributions/C1/return", url.Values{}); got.Code != http.StatusUnprocessableEntity || !strings.Contains(got.Body.String(), contribution.ErrWhy.Text) {
		t.Errorf("without a sentence: %d", got.Code)
	}
	if got := r.post("editor1", "/contributions/C1/return", url.Values{"sentence": {"请补上。"}}); got.Code != http.StatusSeeOther || s.did[0] != "return 请补上。" {
		t.Errorf("%d %v", got.Code, s.did)
	}
	if got := r.post("editor1", "/contributions/C1/piece", nil); got.Header().Get("Location") != "/console/write/P7" {
		t.Error(got.Header())
	}
	if got := r.get("editor1", "/contributions/C1/voices/V1"); got.Header().Get("Content-Type") != "audio/mpeg" || got.Body.String() != "voice" {
		t.Error(got.Header())
	}
	for _, role := range []string{"volunteer", "publisher", "auditor", "admin"} {
		if got := r.get(role, "/contributions/C1"); got.Code != http.StatusNotFound {
			t.Errorf("%s: %d", role, got.Code)
		}
	}
	if got := r.get("editor1", "/contributions/C2"); got.Code != http.StatusNotFound {
		t.Errorf("%d", got.Code)
	}
}
