package api

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
)

// BenchmarkSubmission hands an attempt in at the door, as a member with a session and as nobody: what the whole way of a
// request allocates, storage included.
func BenchmarkSubmission(b *testing.B) {
	for _, of := range []string{"nobody", "guest"} {
		b.Run(of, func(b *testing.B) {
			r := newRig(b)
			w := nobody
			if of == "guest" {
				w = r.guest()
			}
			type paper struct{ id, body string }
			papers := make([]paper, b.N)
			topic := r.topic()
			for i := range papers {
				a := read[Attempt](b, r.want(201, w, "POST", "/api/v1/quizzes/"+topic+"/attempts", "{}"))
				answers := map[string][]string{}
				for _, q := range a.Questions {
					answers[q.ID] = []string{q.Options[0].ID}
				}
				text, err := json.Marshal(map[string]any{"answers": answers})
				r.must(err)
				papers[i] = paper{a.ID, string(text)}
			}
			b.ReportAllocs()
			b.ResetTimer()
			for _, p := range papers {
				b.StopTimer()
				req := httptest.NewRequest("POST", "/api/v1/attempts/"+p.id+"/submission", strings.NewReader(p.body))
				req.Header.Set("Content-Type", "application/json")
				if w.Token != "" {
					req.Header.Set("Authorization", "Bearer "+w.Token)
				}
				rec := httptest.NewRecorder()
				b.StartTimer()
				r.web.ServeHTTP(rec, req)
				if rec.Code != 200 {
					b.Fatal(rec.Code, rec.Body)
				}
			}
		})
	}
}
