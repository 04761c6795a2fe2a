package app

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// TestABackupGivesWayToPeople walks through a minute that nobody sleeps through: alone, beside people, beside an operator's
// tools, and after people have gone.
func TestABackupGivesWayToPeople(t *testing.T) {
	var asked int64
	p := &paced{to: io.Discard, asked: func() int64 { return asked }}
	now := time.Unix(1_800_000_000, 0)
	pace := func(after time.Duration, more int64) int {
		now, asked = now.Add(after), asked+more
		return p.pace(now)
	}
	for i, row := range []struct {
		after time.Duration
		more  int64
		want  int
	}{
		{0, 5000, paceAlone}, // before it began
		{lookEvery, 1, paceAlone},
		{lookEvery, 30, paceBeside},
		{lookEvery / 2, 0, paceBeside},
		{goneAfter / 2, 0, paceBeside},
		{goneAfter, 0, paceAlone},
		{lookEvery, 3, paceBeside},
		{hurryEvery, 25 * 20, 2 * paceBeside},
		{hurryEvery, 25 * 20, 4 * paceBeside},
		{time.Minute, 15 * 60, paceAlone}, // fifteen a second
		{time.Minute, 25 * 60, paceAlone}, // long enough
	} {
		if got := pace(row.after, row.more); got != row.want {
			t.Errorf("row %d: %d MB a second", i, got>>20)
		}
	}
}

// TestABackupIsPaced writes half a second's worth of what people leave; a stream that nobody read for a while is not hurried.
func TestABackupIsPaced(t *testing.T) {
	p := &paced{to: io.Discard, asked: func() int64 { return 0 }, served: time.Now().Add(time.Hour), due: time.Now().Add(-time.Hour)}
	begun := time.Now()
	for range 20 {
		if n, err := p.Write(make([]byte, paceBeside/40)); n != paceBeside/40 || err != nil {
			t.Fatal(n, err)
		}
	}
	if took := time.Since(begun); took < 500*time.Millisecond {
		t.Errorf("half a second's worth took %v", took)
	}
}

// TestTheServerCountsWhoAsks by its public door.
func TestTheServerCountsWhoAsks(t *testing.T) {
	a := &App{}
	h := a.leaving(http.NotFoundHandler())
	for range 3 {
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
	}
	if n := a.asked.Load(); n != 3 {
		t.Errorf("%d", n)
	}
}
