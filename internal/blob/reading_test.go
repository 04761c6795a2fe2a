package blob

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"pugongying/internal/media"
)

func TestPlaybackReadsRanges(t *testing.T) {
	onEach(t, func(t *testing.T, store engine) {
		body := content(3, 3<<20)
		mustPut(t, store, "audio/talk.mp3", "audio/mpeg", body)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			file, info, err := store.Get(r.Context(), "audio/talk.mp3")
			if err != nil {
				t.Error(err)
				return
			}
			defer file.Close()
			w.Header().Set("Content-Type", info.ContentType)
			http.ServeContent(w, r, "", info.Modified, file)
		}))
		defer server.Close()
		ways := map[string]string{"handler": server.URL}
		link, err := store.Link(t.Context(), "audio/talk.mp3", time.Minute)
		switch {
		case err == nil:
			ways["link"] = link
		case !errors.Is(err, ErrNoLink):
			t.Fatal(err)
		}
		for where, address := range ways {
			for header, want := range map[string][]byte{
				"bytes=0-99": body[:100], "bytes=2000000-2000999": body[2000000:2001000], "bytes=-7": body[len(body)-7:], "": body,
			} {
				status, got := fetch(t, address, header)
				wantStatus := http.StatusPartialContent
				if header == "" {
					wantStatus = http.StatusOK
				}
				if status != wantStatus || !bytes.Equal(got, want) {
					t.Errorf("%s, %q: %d, %d bytes, want %d, %d bytes", where, header, status, len(got), wantStatus, len(want))
				}
			}
		}
		http.DefaultClient.CloseIdleConnections()
	})
}

func fetch(t *testing.T, address, byteRange string) (int, []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if byteRange != "" {
		request.Header.Set("Range", byteRange)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, body
}

func TestAnOpenFileStaysAsItWasOpened(t *testing.T) {
	onEach(t, func(t *testing.T, store engine) {
		const key = media.Key("audio/story.mp3")
		first := content(1, 2<<20)
		mustPut(t, store, key, "audio/mpeg", first)
		file, info, err := store.Get(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		mustPut(t, store, key, "audio/mpeg", content(2, 50))
		if got, err := io.ReadAll(file); err != nil || !bytes.Equal(got, first) || info.SHA256 != hashOf(first) {
			t.Fatalf("replaced while open: %d bytes, %v", len(got), err)
		}
		// After a seek the same version continues, or the read fails.
		if _, err := file.Seek(1<<20, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(file)
		if err == nil && !bytes.Equal(got, first[1<<20:]) || err != nil && !errors.Is(err, media.ErrUnavailable) {
			t.Fatalf("after a jump: %d bytes, %v", len(got), err)
		}
		if _, err := file.Seek(-1, io.SeekStart); err == nil {
			t.Fatal("sought before the beginning")
		}
	})
}

func TestWhoHasLeftIsNotServed(t *testing.T) {
	onEach(t, func(t *testing.T, store engine) {
		mustPut(t, store, "code/a.png", "image/png", []byte("old"))
		left, leave := context.WithCancel(t.Context())
		leave()
		_, putErr := store.Put(left, "code/a.png", "image/png", strings.NewReader("new"))
		_, _, getErr := store.Get(left, "code/a.png")
		_, statErr := store.Stat(left, "code/a.png")
		var listErr error
		for _, err := range store.List(left, "") {
			listErr = err
		}
		for call, err := range map[string]error{"Put": putErr, "Get": getErr, "Stat": statErr, "List": listErr, "Delete": store.Delete(left, "code/a.png")} {
			if !errors.Is(err, context.Canceled) || errors.Is(err, media.ErrUnavailable) {
				t.Errorf("%s = %v, want context.Canceled", call, err)
			}
		}
		if got, _ := read(t, store, "code/a.png"); string(got) != "old" {
			t.Errorf("Get = %q", got)
		}
	})
}

// Writers replace one file while readers read it: every reader gets one writer's bytes with the same writer's metadata.
func TestReadersSeeOneWriterOrTheOther(t *testing.T) {
	onEach(t, func(t *testing.T, store engine) {
		const key = media.Key("audio/contested.mp3")
		mustPut(t, store, key, "audio/mpeg", content(0, 1000))
		ctx, done := context.WithCancel(t.Context())
		var writers, readers sync.WaitGroup
		for w := range 6 {
			writers.Go(func() {
				for i := range 12 {
					body := content(uint64(w*100+i), 1000+w*7000+i)
					if _, err := store.Put(t.Context(), key, fmt.Sprintf("audio/%d", len(body)), bytes.NewReader(body)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		mixed := 0
		readers.Go(func() {
			for ctx.Err() == nil {
				body, info := read(t, store, key)
				if info.SHA256 != hashOf(body) || (info.Size != 1000 && info.ContentType != fmt.Sprintf("audio/%d", len(body))) {
					mixed++
				}
			}
		})
		writers.Wait()
		done()
		readers.Wait()
		if mixed > 0 {
			t.Errorf("%d mixtures read", mixed)
		}
		if body, info := read(t, store, key); info.SHA256 != hashOf(body) {
			t.Errorf("at rest: %+v for %s", info, hashOf(body))
		}
	})
}
