package member

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"pugongying/internal/civil"
	"pugongying/internal/fault"
	"pugongying/internal/jobs"
)

// Faults of claim codes. A code that never was, was used, or has expired is one and the same.
var (
	ErrClaimUnknown = fault.New(fault.NotFound, "member.claim_unknown", "这个编号不对，或者已经用过、过期了。")
	ErrClaimRunning = fault.New(fault.Conflict, "member.claim_running", "正在合并，请过一分钟再看。")
	ErrGuestsOnly   = fault.New(fault.Forbidden, "member.guests_only", "已经用微信进入，不需要这个编号。")
	ErrWeChatOnly   = fault.New(fault.Forbidden, "member.wechat_only", "请先用微信进入，再输入这个编号。")
)

const (
	claimDigits = 16
	claimLife   = 30 * 24 * time.Hour
	claimLease  = time.Minute // how long one merge may take before another may finish it
)

// ClaimState is how far a claim has come.
type ClaimState string

// The states, in their order.
const (
	ClaimOpen    ClaimState = "open"
	ClaimClaimed ClaimState = "claimed" // somebody used the code; her things are on their way
	ClaimMerged  ClaimState = "merged"  // they have arrived; the guest is about to go
)

// Claim is one claim code. The code itself is nowhere.
type Claim struct {
	ID       string     `bson:"_id"` // blind index of the code
	Guest    ID         `bson:"guest"`
	By       ID         `bson:"by,omitempty"`
	State    ClaimState `bson:"state"`
	Lease    time.Time  `bson:"lease"`              // until then a request works on it
	Job      *jobs.Due  `bson:"job,omitempty"`      // finishes what the request did not
	RemoveAt *time.Time `bson:"removeAt,omitempty"` // an unused code goes then
	Rev      int64      `bson:"rev"`
	Schema   int        `bson:"schema"`
}

// take is the one transition by which a code is used or an interrupted merge is taken up again.
func (c *Claim) take(by ID, now time.Time) error {
	switch {
	case c.State == ClaimOpen && now.Before(*c.RemoveAt):
		c.State, c.By, c.RemoveAt = ClaimClaimed, by, nil
	case c.State == ClaimOpen || c.By != by:
		return ErrClaimUnknown
	case now.Before(c.Lease):
		return ErrClaimRunning
	}
	c.Lease = now.Add(claimLease)
	c.Job = jobs.At(c.Lease)
	return nil
}

// AskClaimCode gives a guest 16 digits with which a WeChat member takes her things over, once, within 30 days. An
// earlier code of hers that was not used is void. ErrGuestsOnly.
func (s *Service) AskClaimCode(ctx context.Context, who Principal) (code string, expires time.Time, err error) {
	if who.Kind != Guest {
		return "", time.Time{}, ErrGuestsOnly
	}
	number, err := rand.Int(rand.Reader, new(big.Int).Exp(big.NewInt(10), big.NewInt(claimDigits), nil))
	if err != nil {
		return "", time.Time{}, fmt.Errorf("draw claim code: %w", err)
	}
	code, expires = fmt.Sprintf("%0*d", claimDigits, number), s.now().Add(claimLife)
	err = s.stores.Members.UpdateMember(ctx, who.ID, func(m *Member) error {
		m.ClaimUntil = civil.DayOf(expires)
		return nil
	})
	if err != nil {
		return "", time.Time{}, expired(err)
	}
	if err := s.stores.Claims.DeleteOpenClaims(ctx, who.ID); err != nil {
		return "", time.Time{}, err
	}
	c := Claim{ID: s.claimIndex(code), Guest: who.ID, State: ClaimOpen, RemoveAt: &expires, Schema: 1}
	return code, expires, s.stores.Claims.InsertClaim(ctx, c)
}

func (s *Service) claimIndex(code string) string { return s.sealer.Lookup("member.claim", code) }

// Claim merges the guest who asked for this code (blanks and hyphens in it do not count) into the WeChat member who is
// asking: what she sat and kept moves over, then the guest is erased. Interrupted, it is finished by FinishClaim or by the
// same member sending the code again. ErrClaimUnknown, ErrClaimRunning, ErrWeChatOnly.
func (s *Service) Claim(ctx context.Context, who Principal, code string) (Profile, error) {
	if who.Kind != WeChat {
		return Profile{}, ErrWeChatOnly
	}
	var claim Claim
	err := s.stores.Claims.UpdateClaim(ctx, s.claimIndex(strings.NewReplacer(" ", "", "-", "").Replace(code)), func(c *Claim) error {
		err := c.take(who.ID, s.now())
		claim = *c
		return err
	})
	if err != nil {
		return Profile{}, err
	}
	if err := s.merge(ctx, claim); err != nil {
		return Profile{}, err
	}
	return s.Me(ctx, who.ID)
}

// merge does everything of a claim that is not done yet. Each step may be done again.
func (s *Service) merge(ctx context.Context, c Claim) error {
	if c.State == ClaimClaimed {
		if err := s.endAll(ctx, c.Guest); err != nil {
			return err
		}
		if err := s.moveOver(ctx, c.Guest, c.By); err != nil {
			return err
		}
		err := s.stores.Claims.UpdateClaim(ctx, c.ID, func(c *Claim) error { c.State = ClaimMerged; return nil })
		if err != nil {
			return err
		}
	}
	return s.Erase(ctx, c.Guest)
}

// moveOver makes everything of the guest's the member's, but for what the guest turned off and nobody came to throw away. A
// member who was erased meanwhile receives nothing.
func (s *Service) moveOver(ctx context.Context, guest, by ID) error {
	if err := s.discard(ctx, guest); err != nil && !errors.Is(err, ErrSessionUnknown) {
		return err
	}
	from, err := s.stores.Members.Member(ctx, guest)
	if errors.Is(err, ErrUnknown) {
		return nil
	}
	if err != nil {
		return err
	}
	err = s.stores.Members.UpdateMember(ctx, by, func(m *Member) error { m.receive(from); return nil })
	if errors.Is(err, ErrUnknown) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, m := range s.holders.Mergers {
		if err := m.Merge(ctx, guest, by); err != nil {
			return fmt.Errorf("merge: %w", err)
		}
	}
	bookmarks, err := s.stores.Bookmarks.Bookmarks(ctx, guest)
	if err != nil || len(bookmarks.Read)+len(bookmarks.Favourites) == 0 {
		return err
	}
	return s.stores.Bookmarks.UpdateBookmarks(ctx, by, func(mine *Bookmarks) error {
		mine.Read = addBookmarks(mine.Read, bookmarks.Read...)
		mine.Favourites = addBookmarks(mine.Favourites, bookmarks.Favourites...)
		return nil
	})
}

// receive takes over what the guest chose. What she kept is kept on, and behind her lock when the member has none: what
// was locked must not come to lie open.
func (m *Member) receive(from Member) {
	m.History.Mistakes = m.History.Mistakes || from.History.Mistakes
	m.History.Read = m.History.Read || from.History.Read
	m.History.Favourites = m.History.Favourites || from.History.Favourites
	if m.History.Lock == nil {
		m.History.Lock = from.History.Lock
	}
	if m.AgeBand == "" {
		m.AgeBand = from.AgeBand
	}
	if m.Region == "" {
		m.Region = from.Region
	}
}

// FinishClaim merges what a request began and did not end; it is the work of a claim's job. While it works the same member
// sending the code again is ErrClaimRunning.
func (s *Service) FinishClaim(ctx context.Context, id string) error {
	var claim Claim
	err := s.stores.Claims.UpdateClaim(ctx, id, func(c *Claim) error {
		if c.State == ClaimOpen {
			return ErrClaimUnknown
		}
		c.Lease = s.now().Add(claimLease)
		claim = *c
		return nil
	})
	if errors.Is(err, ErrClaimUnknown) {
		return nil // nobody used it, or the merge has ended
	}
	if err != nil {
		return err
	}
	return s.merge(ctx, claim)
}
