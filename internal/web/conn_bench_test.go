package web

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

// BenchmarkPrepared asks for prepared responses on one connection: whole, compressed, and known already.
func BenchmarkPrepared(b *testing.B) {
	for _, size := range []int{700, 2000, 6000, 14_000} {
		body := strings.Repeat("一条法律", size/12)
		response := NewResponse([]byte(body), ResponseOptions{ContentType: "application/json", CacheControl: "no-store"})
		e, err := NewEngine(Options{Metrics: prometheus.NewRegistry()})
		if err != nil {
			b.Fatal(err)
		}
		e.Front(func(w http.ResponseWriter, r *http.Request) bool { response.Write(w, r); return true })
		s := httptest.NewUnstartedServer(e)
		s.Listener, s.Config.ConnContext = Listen(s.Listener, nil), ConnContext
		s.Start()
		for name, header := range map[string]string{"200": "", "gzip": "Accept-Encoding: gzip\r\n", "304": "If-None-Match: W/" + response.etag + "\r\n"} {
			b.Run(fmt.Sprintf("%d/%s", size, name), func(b *testing.B) {
				c, err := net.Dial("tcp", s.Listener.Addr().String())
				if err != nil {
					b.Fatal(err)
				}
				defer c.Close()
				r, request := bufio.NewReaderSize(c, 64<<10), "GET /read HTTP/1.1\r\nHost: x\r\n"+header+"\r\n"
				b.ReportAllocs()
				for b.Loop() {
					if _, err := io.WriteString(c, request); err != nil {
						b.Fatal(err)
					}
					answer, err := http.ReadResponse(r, nil)
					if err != nil {
						b.Fatal(err)
					}
					if _, err := io.Copy(io.Discard, answer.Body); err != nil {
						b.Fatal(err)
					}
					answer.Body.Close()
				}
			})
		}
		s.Close()
	}
}
