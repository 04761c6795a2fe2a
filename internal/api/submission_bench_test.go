package api

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// BenchmarkSubmission submits attempts through the API from 50 clients at once, as a member with a session and as nobody:
// the time and the allocations of a whole request, storage included.
func BenchmarkSubmission(b *testing.B) {
	for _, of := range []string{"nobody", "guest"} {
		b.Run(of, func(b *testing.B) {
			r := newRig(b)
			w := nobody
			if of == "guest" {
				w = r.guest()
			}
			papers := r.papers(w, b.N)
			var next atomic.Int64
			b.SetParallelism(25)
			b.ReportAllocs()
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					p := papers[next.Add(1)-1]
					answer := httptest.NewRecorder()
					answer.Body = nil
					r.web.ServeHTTP(answer, p)
					if answer.Code != 200 {
						b.Error(answer.Code)
					}
				}
			})
		})
	}
}

// papers starts n attempts and makes the requests that submit them.
func (r *rig) papers(w who, n int) []*http.Request {
	papers := make([]*http.Request, n)
	topic := r.topic()
	for i := range papers {
		a := read[Attempt](r.t, r.want(201, w, "POST", "/api/v1/quizzes/"+topic+"/attempts", "{}"))
		answers := map[string][]string{}
		for _, q := range a.Questions {
			answers[q.ID] = []string{q.Options[0].ID}
		}
		text, err := json.Marshal(map[string]any{"answers": answers})
		r.must(err)
		papers[i] = httptest.NewRequest("POST", "/api/v1/attempts/"+a.ID+"/submission", strings.NewReader(string(text)))
		papers[i].Header.Set("Content-Type", "application/json")
		if w.Token != "" {
			papers[i].Header.Set("Authorization", "Bearer "+w.Token)
		}
	}
	return papers
}
