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

// Faults of claim codes. An unknown, a used and an expired code are the same fault.
var (
	ErrClaimUnknown = fault.New(fault.NotFound, "member.claim_unknown", "这个编号不对，或者已经用过、过期了。")
	ErrClaimRunning = fault.New(fault.Conflict, "member.claim_running", "正在合并，请过一分钟再看。")
	ErrGuestsOnly   = fault.New(fault.Forbidden, "member.guests_only", "已经用微信进入，不需要这个编号。")
	ErrWeChatOnly   = fault.New(fault.Forbidden, "member.wechat_only", "请先用微信进入，再输入这个编号。")
)

const (
	claimDigits = 16
	claimLife   = 30 * 24 * time.Hour
	claimLease  = time.Minute // how long one merge may take before another request may finish it
)

// ClaimState is the progress of a claim.
type ClaimState string

// The states, in their order.
const (
	ClaimOpen    ClaimState = "open"
	ClaimClaimed ClaimState = "claimed" // the code was used; the guest's data is being moved
	ClaimMerged  ClaimState = "merged"  // the data was moved; the guest is about to be erased
)

// Claim is one claim code. The code itself is never stored.
type Claim struct {
	ID       string     `bson:"_id"` // blind index of the code
	Guest    ID         `bson:"guest"`
	By       ID         `bson:"by,omitempty"`
	State    ClaimState `bson:"state"`
	Lease    time.Time  `bson:"lease"`              // a request works on it until then
	Job      *jobs.Due  `bson:"job,omitempty"`      // finishes what the request did not
	RemoveAt *time.Time `bson:"removeAt,omitempty"` // an unused code is removed then
	Rev      int64      `bson:"rev"`
	Schema   int        `bson:"schema"`
}

// take is the only transition by which a code is used or an interrupted merge is resumed.
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

// AskClaimCode gives a guest 16 digits with which a WeChat member can take over her data, once, within 30 days. An
// earlier unused code of hers becomes invalid. ErrGuestsOnly.
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

// Claim merges the guest who asked for this code (blanks and hyphens in it are ignored) into the WeChat member who
// sends it: her attempts and her stored history are moved, then the guest is erased. An interrupted claim is finished
// by FinishClaim, or when the same member sends the code again. ErrClaimUnknown, ErrClaimRunning, ErrWeChatOnly.
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

// merge performs the steps of a claim that are not done yet. Each step may be repeated.
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

// moveOver moves everything of the guest's to the member, except data the guest turned off whose removal was
// interrupted: that is removed first. A member who was erased meanwhile receives nothing.
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

// receive takes over the guest's choices. A history setting that was on for the guest is on for the member; the guest's
// lock is taken over when the member has none, because locked data must not become visible.
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

// FinishClaim finishes a merge that a request began; it is the handler of a claim's job. While it runs, the same member
// sending the code again gets ErrClaimRunning.
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
		return nil // nobody used it, or the merge is finished
	}
	if err != nil {
		return err
	}
	return s.merge(ctx, claim)
}
