package api

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/jobs"
	"pugongying/internal/member"
	"pugongying/internal/store"
	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

// TestHerStory walks through issue 4 on this API, on every engine.
func TestHerStory(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e document.Engine) {
		r := newRigOn(t, testkit.NewClock(), e, false)
		s := &story{rig: r}
		s.empty = s.counts()
		s.readsAndAnswers()
		s.keepsWhatWentWrong()
		s.locks()
		s.comesBack()
		s.movesToWeChat()
		s.takesACopy()
		s.erasesHerself()
	})
}

type story struct {
	*rig
	empty   map[string]int64
	attempt Attempt
	result  Result
	guest   who
	her     who
	traces  []string // what must be nowhere once she is erased
}

const code = "2580"

func (s *story) counts() map[string]int64 {
	n := map[string]int64{}
	for _, d := range store.Declarations() {
		count, err := s.engine.Collection(d.Collection).Count(context.Background(), bson.D{}, 0)
		s.must(err)
		n[d.Collection] = count
	}
	return n
}

func (s *story) readsAndAnswers() {
	slug := s.story()
	shown := read[Explainer](s.t, s.want(200, nobody, "GET", "/api/v1/explainers/"+slug, ""))
	if !strings.Contains(shown.Body, "法律怎么说") || len(shown.Citations) == 0 || shown.Citations[0].Label == "" || !shown.Sample {
		s.t.Fatalf("the story does not tell its law: %+v", shown)
	}
	s.want(204, nobody, "POST", "/api/v1/explainers/"+slug+"/readings", `{"scene":"~demo1"}`)
	w := s.want(201, nobody, "POST", "/api/v1/explainers/"+slug+"/attempts", `{"scene":"~demo1"}`)
	s.attempt = read[Attempt](s.t, w)
	before := []string{w.Body.String()}
	first := s.attempt.Questions[0]
	s.want(204, nobody, "PUT", "/api/v1/attempts/"+s.attempt.ID+"/answers/"+first.ID, `{"options":["`+first.Options[0].ID+`"]}`)
	w = s.want(200, nobody, "GET", "/api/v1/attempts/"+s.attempt.ID, "")
	before = append(before, w.Body.String())
	if again := read[Attempt](s.t, w); len(again.Answers) != 1 || again.State != "open" || again.Result != nil {
		s.t.Fatalf("resumed: %+v", again)
	}
	w = s.want(200, nobody, "POST", "/api/v1/attempts/"+s.attempt.ID+"/submission", "{}")
	s.result = read[Result](s.t, w)
	if s.result.Total != len(s.attempt.Questions) || !s.result.Released || len(s.result.Results) != s.result.Total || s.result.Score == s.result.Total {
		s.t.Fatalf("result: %+v", s.result)
	}
	for _, j := range s.result.Results {
		if j.Explanation == "" || len(j.Citations) == 0 || j.Citations[0].Label == "" || len(j.Answer) == 0 {
			s.t.Errorf("a judgment without its reason or law: %+v", j)
		}
	}
	if leaks(before, s.result) || !leaks([]string{w.Body.String()}, s.result) {
		s.t.Error("an answer leaves before submission, or this check would not see it")
	}
	if again := s.want(200, nobody, "POST", "/api/v1/attempts/"+s.attempt.ID+"/submission", `{"answers":{}}`); again.Body.String() != w.Body.String() {
		s.t.Errorf("submitted again: %s", again.Body)
	}
	s.want(409, nobody, "PUT", "/api/v1/attempts/"+s.attempt.ID+"/answers/"+first.ID, `{"options":[]}`)
	s.traces = append(s.traces, s.attempt.ID)
}

// leaks reports whether any of these bodies contains what a result shows.
func leaks(bodies []string, r Result) bool {
	return slices.ContainsFunc(bodies, func(body string) bool {
		for _, j := range r.Results {
			for _, secret := range []string{j.Explanation, `"answer":`, `"correct"`, `"explanation"`, `"concept"`, `"score"`} {
				if encoded, _ := json.Marshal(secret); strings.Contains(body, secret) || strings.Contains(body, string(encoded)) {
					return true
				}
			}
		}
		return false
	})
}

func (s *story) keepsWhatWentWrong() {
	s.guest = s.rig.guest()
	s.traces = append(s.traces, s.guest.ID, s.guest.Token, s.guest.EndKey)
	if items := s.mistakes(s.guest); len(items) != 0 {
		s.t.Fatalf("kept before she asked: %v", items)
	}
	s.want(204, s.guest, "PUT", "/api/v1/me/keeping", `{"mistakes":true,"reading":true,"favourites":true,"adopt":"`+s.attempt.ID+`"}`)
	if items := s.mistakes(s.guest); len(items) != s.result.Total-s.result.Score || items[0].Explanation == "" || items[0].Day != "2026-11-23" {
		s.t.Fatalf("the book has %d of %d mistakes", len(items), s.result.Total-s.result.Score)
	}
	s.want(204, s.guest, "PUT", "/api/v1/me/shelf/favourites/"+s.story(), "")
	s.want(404, nobody, "GET", "/api/v1/attempts/"+s.attempt.ID, "")
}

func (s *story) mistakes(w who, headers ...string) []Mistake {
	s.t.Helper()
	return read[Page[Mistake]](s.t, s.want(200, w, "GET", "/api/v1/me/mistakes", "", headers...)).Items
}

// locks tries everything protected by the code with a wrong code, with none, with a malformed one, and as somebody who
// stores nothing: the four answers are the same.
func (s *story) locks() {
	s.want(204, s.guest, "PUT", "/api/v1/me/keeping", `{"mistakes":true,"reading":true,"favourites":true,"newCode":"`+code+`"}`)
	s.clock.Advance(48 * time.Hour) // so that something is due
	empty := s.rig.guest()
	alike := 0
	for _, path := range []string{"/api/v1/me/keeping", "/api/v1/me/mistakes", "/api/v1/me/shelf", "/api/v1/me/reviews"} {
		without := s.do(empty, "GET", path, "")
		for _, headersSent := range [][]string{nil, {"X-Keeping-Code", "0000"}} {
			w := s.do(s.guest, "GET", path, "", headersSent...)
			if w.Code != 200 || w.Body.String() != without.Body.String() || headers(w) != headers(without) {
				s.t.Errorf("%s with %v tells that there is a lock: %s, nothing kept: %s", path, headersSent, w.Body, without.Body)
			}
			alike++
		}
		s.clock.Advance(16 * time.Minute) // the wrong codes may have barred the lock
		if open := s.do(s.guest, "GET", path, "", "X-Keeping-Code", code); open.Body.String() == without.Body.String() {
			s.t.Errorf("negative control: %s shows nothing with the right code either", path)
		}
	}
	without := s.do(empty, "POST", "/api/v1/me/reviews/attempts", "{}")
	for _, headersSent := range [][]string{nil, {"X-Keeping-Code", "0000"}} {
		w := s.do(s.guest, "POST", "/api/v1/me/reviews/attempts", "{}", headersSent...)
		if w.Code != 404 || w.Body.String() != without.Body.String() || headers(w) != headers(without) {
			s.t.Errorf("a review with %v tells that there is a lock: %s, nothing kept: %s", headersSent, w.Body, without.Body)
		}
		alike++
	}
	wrong, none := s.do(s.guest, "GET", "/api/v1/me/export", "", "X-Keeping-Code", "0000"), s.do(s.guest, "GET", "/api/v1/me/export", "")
	if wrong.Body.String() != none.Body.String() || strings.Contains(none.Body.String(), s.result.Results[0].Stem) {
		s.t.Errorf("the copy tells a wrong code from none: %s", wrong.Body)
	}
	for _, w := range []*httptest.ResponseRecorder{
		s.do(s.guest, "PUT", "/api/v1/me/keeping", `{"mistakes":false,"reading":false,"favourites":false,"newCode":""}`, "X-Keeping-Code", "0000"),
		s.do(s.guest, "PUT", "/api/v1/me/keeping", `{"mistakes":false,"reading":false,"favourites":false,"newCode":""}`),
	} {
		if w.Code != 204 || w.Body.Len() > 0 {
			s.t.Errorf("a change without the code: %d %s", w.Code, w.Body)
		}
	}
	s.clock.Advance(16 * time.Minute)
	if len(s.mistakes(s.guest, "X-Keeping-Code", code)) == 0 {
		s.t.Error("a change without the code changed something")
	}
	s.t.Logf("behind the lock: %d answers (wrong code, no code) byte-equal with those of somebody who keeps nothing", alike)
}

// comesBack reviews what is due and gets it wrong again, with the code and without.
func (s *story) comesBack() {
	behind := []string{"X-Keeping-Code", code}
	before := read[Reviews](s.t, s.want(200, s.guest, "GET", "/api/v1/me/reviews", "", behind...))
	if !before.Saved || before.Due == 0 || before.Due > len(before.Concepts) || before.Concepts[0].Last != "2026-11-23" || before.Concepts[0].Explainer == nil {
		s.t.Fatalf("her schedule: %+v", before)
	}
	shown := func(headers ...string) int {
		daily := read[Attempt](s.t, s.want(201, s.guest, "POST", "/api/v1/me/daily", "{}", headers...))
		return s.again(s.guest, daily, headers...)
	}
	if n := shown(); n > 0 {
		s.t.Errorf("without her code a result tells %d times that something went wrong before", n)
	}
	if n := shown(behind...); n == 0 {
		s.t.Error("control: with her code the daily paper brings nothing that is due, or does not tell")
	}
	s.clock.Advance(72 * time.Hour)
	review := read[Attempt](s.t, s.want(201, s.guest, "POST", "/api/v1/me/reviews/attempts", "{}", behind...))
	if n := s.again(s.guest, review, behind...); n == 0 || len(review.Questions) > 5 || leaks([]string{fmt.Sprint(review)}, s.result) {
		s.t.Errorf("a review of %d questions that all went wrong before leads to %d stories", len(review.Questions), n)
	}
	after := read[Reviews](s.t, s.want(200, s.guest, "GET", "/api/v1/me/reviews", "", behind...))
	if after.Tomorrow < len(review.Questions) {
		s.t.Errorf("after a review with nothing right: %+v", after)
	}
}

// again submits a paper empty and counts the results that lead to a story because they were wrong twice; asked again the
// result is the same.
func (s *story) again(w who, a Attempt, headers ...string) int {
	s.t.Helper()
	s.traces = append(s.traces, a.ID)
	r := read[Result](s.t, s.want(200, w, "POST", "/api/v1/attempts/"+a.ID+"/submission", "{}", headers...))
	if resumed := read[Attempt](s.t, s.want(200, w, "GET", "/api/v1/attempts/"+a.ID, "", headers...)); !reflect.DeepEqual(*resumed.Result, r) {
		s.t.Errorf("resumed %+v, was %+v", resumed.Result, r)
	}
	n := 0
	for _, j := range r.Results {
		if j.Again != nil && j.Again.Title != "" {
			n++
		}
	}
	return n
}

func (s *story) movesToWeChat() {
	number := s.claimCode(s.guest, "X-Keeping-Code", code)
	s.her = s.weChat("her")
	s.traces = append(s.traces, number, s.her.ID, s.her.Token, s.her.EndKey)
	s.want(200, s.her, "POST", "/api/v1/me/claim", `{"code":"`+number[:4]+" "+number[4:8]+"-"+number[8:]+`"}`)
	s.want(200, s.guest, "GET", "/api/v1/me", "")
	schedule := read[Reviews](s.t, s.want(200, s.her, "GET", "/api/v1/me/reviews", "", "X-Keeping-Code", code))
	if len(s.mistakes(s.her)) != 0 || len(s.mistakes(s.her, "X-Keeping-Code", code)) == 0 || len(schedule.Concepts) == 0 {
		s.t.Error("her book did not move, or moved out of its lock")
	}
	stranger := s.weChat("stranger")
	if a, b := s.do(stranger, "POST", "/api/v1/me/claim", `{"code":"`+number+`"}`), s.do(stranger, "POST", "/api/v1/me/claim", `{"code":"1111222233334444"}`); a.Body.String() != b.Body.String() || a.Code != 404 {
		s.t.Errorf("a used code is told from one that never was: %s %s", a.Body, b.Body)
	}
	s.want(204, stranger, "DELETE", "/api/v1/me", "")
}

func (s *story) takesACopy() {
	copied := read[Export](s.t, s.want(200, s.her, "GET", "/api/v1/me/export", "", "X-Keeping-Code", code))
	if copied.Me.Kind != "wechat" || len(copied.Attempts) == 0 || len(copied.Bookmarks.Favourites) != 1 || !copied.Keeping.Mistakes || len(copied.Sessions) != 1 {
		s.t.Errorf("her copy: %+v", copied)
	}
}

// erasesHerself counts every collection, every cache key and every file afterwards.
func (s *story) erasesHerself() {
	_, err := s.quiz.Count(context.Background())
	s.must(err)
	s.want(204, s.guest, "DELETE", "/api/v1/me", "") // the old phone
	s.traces = append(s.traces, s.handles(s.her)...)
	found := s.find()
	if len(found) == 0 {
		s.t.Fatal("negative control: nothing of hers is found while she is there")
	}
	s.want(204, s.her, "DELETE", "/api/v1/me", "")
	s.want(401, s.her, "GET", "/api/v1/me", "")
	s.clock.Advance(2 * time.Minute)
	worker := &jobs.Worker{Name: "w", Now: s.clock.Now, Log: slog.New(slog.DiscardHandler), Kinds: []jobs.Kind{
		{Name: "erasures", Store: store.NewMembers(s.engine, demoVault(s.engine)).ErasureJobs(s.clock.Now), Do: s.members.FinishErasure, Ahead: member.JobsAhead},
	}}
	s.must(worker.Work(context.Background()))
	if left := s.find(); len(left) > 0 {
		s.t.Errorf("left of her: %v", left)
	}
	now := s.counts()
	if now["keys"] != now["members"]+now["identities"] {
		s.t.Errorf("%d keys of %d members and %d identities", now["keys"], now["members"], now["identities"])
	}
	for name, n := range now {
		if was := s.empty[name]; n != was && !strings.HasPrefix(name, "ledger") && name != "members" && name != "sessions" && name != "erasures" && name != "keys" { // the list of erasures names nobody
			s.t.Errorf("%s: %d documents, %d before she came", name, n, was)
		}
	}
	if now["members"] != 1 || now["sessions"] != 1 { // the guest who keeps nothing is somebody else
		s.t.Errorf("members %d, sessions %d", now["members"], now["sessions"])
	}
	_, err = s.ledger.Tally(context.Background())
	s.must(err)
	report, err := s.ledger.Verify(context.Background())
	s.must(err)
	if report.Lines != 5 || !report.Equal() {
		s.t.Errorf("the ledger: %+v", report)
	}
	s.t.Logf("erased: %d documents and keys named her before, 0 after, in %d collections, %d cache keys, %d files; the ledger keeps its %d lines, equal to their totals",
		len(found), len(now), len(s.redis.Keys()), s.files(), report.Lines)
}

// find names every document, cache key and file that holds anything of hers.
func (s *story) find() []string {
	var found []string
	for name, raw := range s.documents() {
		if slices.ContainsFunc(s.traces, func(trace string) bool { return strings.Contains(name+raw, trace) }) {
			found = append(found, name)
		}
	}
	for _, key := range s.redis.Keys() {
		value, _ := s.redis.Get(key)
		if slices.ContainsFunc(s.traces, func(trace string) bool { return strings.Contains(key+value, trace) }) {
			found = append(found, "cache "+key)
		}
	}
	return found
}

func (s *story) files() int {
	n := 0
	for info, err := range s.media.List(context.Background(), "") {
		s.must(err)
		if n++; info.Key != "audio/walk.mp3" && !strings.Contains(string(info.Key), strings.ToLower(shownID)) {
			s.t.Errorf("a file of hers: %s", info.Key)
		}
	}
	return n
}

// TestEndKeyEndsItsSessionAndDoesNothingElse: the quick exit relies on this.
func TestEndKeyEndsItsSessionAndDoesNothingElse(t *testing.T) {
	r := newRig(t)
	w, other := r.guest(), r.guest()
	if bad := r.do(who{Token: w.EndKey}, "GET", "/api/v1/me", ""); bad.Code != 401 {
		t.Errorf("an end key opens a session: %d", bad.Code)
	}
	none := r.want(204, nobody, "POST", "/api/v1/sessions/end", `{"key":"AAAAAAAAAAAAAAAAAAAAAA"}`)
	r.want(200, w, "GET", "/api/v1/me", "")
	done := r.want(204, nobody, "POST", "/api/v1/sessions/end", `{"key":"`+w.EndKey+`"}`)
	if headers(none) != headers(done) || none.Body.String() != done.Body.String() {
		t.Error("a key that ends a session is told from one that ends none")
	}
	r.want(401, w, "GET", "/api/v1/me", "")
	r.want(200, other, "GET", "/api/v1/me", "")
	r.want(204, nobody, "POST", "/api/v1/sessions/end", `{"key":"`+w.EndKey+`"}`)
}

// TestTheSameKeyHasOneEffect sends every creating POST again: the same, with another body, and as somebody else.
func TestTheSameKeyHasOneEffect(t *testing.T) {
	r := newRig(t)
	guest := r.guest()
	key := []string{"Idempotency-Key", "0123456789abcdef"}
	r.want(204, guest, "PUT", "/api/v1/me/keeping", `{"mistakes":true,"reading":false,"favourites":false}`)
	r.learned(guest, 3)
	const review = "/api/v1/me/reviews/attempts"
	for _, path := range []string{"/api/v1/me/daily", review, "/api/v1/quizzes/" + r.topic() + "/attempts", "/api/v1/explainers/" + r.story() + "/attempts"} {
		for _, w := range []who{nobody, guest} {
			if w == nobody && path == review {
				continue
			}
			first := r.want(201, w, "POST", path, `{}`, key...)
			if again := r.want(201, w, "POST", path, `{}`, key...); again.Body.String() != first.Body.String() {
				t.Errorf("%s again: %s, first %s", path, again.Body, first.Body)
			}
			if other := r.want(422, w, "POST", path, `{"scene":"~demo1"}`, key...); !strings.Contains(other.Body.String(), "idempotency.reused") {
				t.Errorf("%s with another body: %s", path, other.Body)
			}
		}
		if a, b := r.do(nobody, "POST", path, `{}`, key...), r.do(guest, "POST", path, `{}`, key...); a.Body.String() == b.Body.String() {
			t.Errorf("%s: one person's key gives another's attempt", path)
		}
		r.want(422, guest, "POST", path, `{}`, "Idempotency-Key", "short")
		if a, b := r.want(201, guest, "POST", path, `{}`), r.want(201, guest, "POST", path, `{}`); a.Body.String() == b.Body.String() {
			t.Errorf("%s: negative control: without a key nothing differs", path)
		}
	}
	count := func() int64 {
		n, err := r.engine.Collection("ledger_lines").Count(context.Background(), bson.D{}, 0)
		r.must(err)
		return n
	}
	path := "/api/v1/explainers/" + r.story() + "/readings"
	for range 3 {
		r.want(204, nobody, "POST", path, `{}`, key...)
	}
	once := count()
	r.want(204, nobody, "POST", path, `{}`)
	if once != 1 || count() != 2 {
		t.Errorf("readings with one key: %d lines, with none more: %d", once, count())
	}
}

// TestOneSubmissionUnderAnyConcurrency sends one attempt in from many phones at once.
func TestOneSubmissionUnderAnyConcurrency(t *testing.T) {
	r := newRig(t)
	a := r.begin(nobody)
	bodies := make(chan string, 32)
	for i := range cap(bodies) {
		go func() {
			q := a.Questions[i%len(a.Questions)]
			bodies <- r.do(nobody, "POST", "/api/v1/attempts/"+a.ID+"/submission", fmt.Sprintf(`{"answers":{%q:[%q]}}`, q.ID, q.Options[i%len(q.Options)].ID)).Body.String()
		}()
	}
	first := <-bodies
	for range cap(bodies) - 1 {
		if other := <-bodies; other != first {
			t.Fatalf("two results: %s\n%s", first, other)
		}
	}
	if n, err := r.quiz.Count(context.Background()); n != 1 || err != nil {
		t.Errorf("counted %d times, %v", n, err)
	}
}
