package jsonapi

import (
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"github.com/prometheus/client_golang/prometheus"

	"pugongying/internal/web"
)

// Snapshots are the prepared responses of published reads: each is made at the first request and then sent as finished
// bytes, until published content changes (Renew) or its validity ends. Rarely requested responses are evicted in favour of
// frequently requested ones. A request with a session never uses or stores a snapshot.
type Snapshots struct {
	options  SnapshotOptions
	epoch    atomic.Pointer[epoch]
	served   [2]prometheus.Counter
	mutex    sync.Mutex
	prepared *simplelru.LRU[address, *web.Response]
	bytes    int
}

// SnapshotOptions bound the snapshots in memory and in time.
type SnapshotOptions struct {
	Bytes int // most memory of all prepared responses together
	Now   func() time.Time
	Until func(now time.Time) time.Time // when an answer given now may change without Renew, as at midnight
}

// epoch is a period in which the same request has the same answer.
type epoch struct{ from, until time.Time }

func (e *epoch) contains(t time.Time) bool { return t.Before(e.until) && !t.Before(e.from) }

// address is what was asked, query included.
type address struct{ path, query string }

// mostSnapshots bounds the number of responses; Bytes usually bounds it sooner.
const mostSnapshots = 1 << 16

// newSnapshots makes an empty set, which the engine asks first from now on.
func newSnapshots(e *web.Engine, o SnapshotOptions) *Snapshots {
	s := &Snapshots{options: o}
	s.served[0], s.served[1] = e.PreparedCounter(http.StatusOK), e.PreparedCounter(http.StatusNotModified)
	prepared, err := simplelru.NewLRU(mostSnapshots, func(_ address, r *web.Response) { s.bytes -= r.Size() })
	if err != nil {
		panic(err) // only a size below one is refused
	}
	s.prepared = prepared
	s.Renew()
	e.Front(s.serve)
	return s
}

// Renew discards every snapshot: published content has changed. A response that was started before is not stored any more.
func (s *Snapshots) Renew() {
	now := s.options.Now()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.epoch.Store(&epoch{from: now, until: s.options.Until(now)})
	s.prepared.Purge()
}

// current is the epoch of a read that begins now.
func (s *Snapshots) current() *epoch {
	e := s.epoch.Load()
	if e.contains(s.options.Now()) {
		return e
	}
	s.Renew()
	return s.epoch.Load()
}

// anonymous reports whether a request may be answered from a snapshot, or stored as one. A request with a session goes to
// its operation, since the session may have ended and must be refused then.
func anonymous(r *http.Request) bool {
	return r.Method == http.MethodGet && len(r.Header["Authorization"]) == 0
}

// serve answers from a snapshot; false leaves the request to its operation.
func (s *Snapshots) serve(w http.ResponseWriter, r *http.Request) bool {
	if !anonymous(r) || !s.epoch.Load().contains(s.options.Now()) {
		return false
	}
	s.mutex.Lock()
	response, found := s.prepared.Get(address{r.URL.Path, r.URL.RawQuery})
	s.mutex.Unlock()
	if !found {
		return false
	}
	if response.Write(w, r) == http.StatusOK {
		s.served[0].Inc()
	} else {
		s.served[1].Inc()
	}
	return true
}

// keep stores a response that was made in an epoch, unless the epoch is over or the request may not store one.
func (s *Snapshots) keep(of *epoch, r *http.Request, response *web.Response) {
	if !anonymous(r) || !canonical(r.URL) || response.Size() > s.options.Bytes/4 {
		return
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	at := address{r.URL.Path, r.URL.RawQuery}
	if s.epoch.Load() != of || s.prepared.Contains(at) {
		return
	}
	s.prepared.Add(at, response)
	s.bytes += response.Size()
	for s.bytes > s.options.Bytes {
		s.prepared.RemoveOldest()
	}
}

// canonical reports whether a query is in canonical form: each parameter once, with the usual escapes. Other spellings of
// the same request are answered too, but are not cached.
func canonical(u *url.URL) bool {
	if u.RawQuery == "" {
		return true
	}
	values := u.Query()
	for _, v := range values {
		if len(v) != 1 {
			return false
		}
	}
	return len(values.Encode()) == len(u.RawQuery)
}
