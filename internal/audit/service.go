package audit

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"pugongying/internal/fault"
)

// maxPage bounds how many entries one page holds.
const maxPage = 200

// cursorForm is an entry's ID.
var cursorForm = regexp.MustCompile(`^[0-9a-f]{12}[A-Z2-7]{26}$`)

// Query asks for a page of entries, newest first.
type Query struct {
	After   string // the cursor of the page before; "" for the first
	Limit   int    // 1 to 200; anything else is brought into that range
	Subject string // only acts on this, "" for all
	Actor   Actor  // only acts by this actor, the zero Actor for all
}

// Until is the cursor of the entries written before a time: what a reader who wants a day begins with.
func Until(t time.Time) string {
	return fmt.Sprintf("%012x", max(t.UnixMilli(), 0)) + strings.Repeat("2", randomDigits) // which sorts before every other
}

// randomDigits is how much of an entry's ID is random.
const randomDigits = 26

// Store reads entries.
type Store interface {
	// List returns up to Limit entries that are older than After, newest first.
	List(ctx context.Context, q Query) ([]Entry, error)
	ChainStore
}

// Service reads the record. Writing an entry is part of a capability's own change. Safe for concurrent use.
type Service struct{ store Store }

// NewService reads from a store.
func NewService(store Store) *Service { return &Service{store: store} }

// List returns a page and the cursor of the next one, "" at the end; fault.ErrCursor for a cursor that is none.
func (s *Service) List(ctx context.Context, q Query) (entries []Entry, next string, err error) {
	if q.After != "" && !cursorForm.MatchString(q.After) {
		return nil, "", fault.ErrCursor
	}
	limit := min(max(q.Limit, 1), maxPage)
	q.Limit = limit + 1
	entries, err = s.store.List(ctx, q)
	if err != nil {
		return nil, "", err
	}
	if len(entries) > limit {
		entries = entries[:limit]
		next = entries[limit-1].ID
	}
	return entries, next, nil
}
