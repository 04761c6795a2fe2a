package member

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"slices"
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
	ClaimClaimed ClaimState = "claimed" // the code was used; the layer is being moved
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

	ClaimLinks `bson:"-"` // stored sealed
}

// ClaimLinks are the handles a claim is about.
type ClaimLinks struct {
	Layer  Handle `bson:"layer,omitempty"`  // the locked layer that its code opened; empty: the open layer
	To     Handle `bson:"to,omitempty"`     // the layer of hers that takes in what is not locked
	Moving *Layer `bson:"moving,omitempty"` // the open layer as the guest gave it up
}

// take is the only transition by which a code is used or an interrupted merge is resumed.
func (c *Claim) take(by Things, now time.Time) error {
	switch {
	case c.State == ClaimOpen && now.Before(*c.RemoveAt):
		c.State, c.By, c.To, c.RemoveAt = ClaimClaimed, by.who, by.Handle(), nil
	case c.State == ClaimOpen || c.By != by.who:
		return ErrClaimUnknown
	case now.Before(c.Lease):
		return ErrClaimRunning
	}
	c.Lease = now.Add(claimLease)
	c.Job = jobs.At(c.Lease)
	return nil
}

// AskClaimCode gives a guest 16 digits with which a WeChat member can take over one layer of hers, once, within 30 days:
// the locked one that was opened, or else the open one. What is locked moves with its code alone. An earlier unused code
// of hers becomes invalid. ErrGuestsOnly.
func (s *Service) AskClaimCode(ctx context.Context, who Principal, t Things) (code string, expires time.Time, err error) {
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
	c := Claim{ID: s.claimIndex(code), Guest: who.ID, State: ClaimOpen, RemoveAt: &expires, Schema: 2}
	if t.View().Locked {
		c.Layer = t.Handle()
	}
	return code, expires, s.stores.Claims.InsertClaim(ctx, c)
}

func (s *Service) claimIndex(code string) string { return s.sealer.Lookup("member.claim", code) }

// Claim moves a layer of the guest who asked for this code (blanks and hyphens in it are ignored) to the WeChat member
// who sends it. A locked layer becomes a layer of hers, with its lock; what was open goes into the layer of hers that was
// opened. The guest stays, with whatever else is locked there: whether anything is cannot be told. An interrupted claim
// is finished by FinishClaim, or when the same member sends the code again. ErrClaimUnknown, ErrClaimRunning,
// ErrWeChatOnly.
func (s *Service) Claim(ctx context.Context, who Principal, t Things, code string) (Profile, error) {
	if who.Kind != WeChat {
		return Profile{}, ErrWeChatOnly
	}
	var claim Claim
	err := s.stores.Claims.UpdateClaim(ctx, s.claimIndex(strings.NewReplacer(" ", "", "-", "").Replace(code)), func(c *Claim) error {
		err := c.take(t, s.now())
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

// merge performs the steps of a claim that are not done yet. Each step may be repeated. A guest or a member who was
// erased meanwhile gives and receives nothing.
func (s *Service) merge(ctx context.Context, c Claim) error {
	err := s.moveOver(ctx, c)
	if err != nil && !errors.Is(err, ErrSessionUnknown) {
		return err
	}
	return s.stores.Claims.DeleteClaim(ctx, c.ID)
}

// moveOver first removes what the guest turned off and what was not removed yet.
func (s *Service) moveOver(ctx context.Context, c Claim) error {
	if err := s.discard(ctx, c.Guest); err != nil {
		return err
	}
	from, err := s.member(ctx, c.Guest)
	if err != nil {
		return err
	}
	err = s.stores.Members.UpdateMember(ctx, c.By, func(m *Member) error { return m.adopt(from) })
	if err != nil && !errors.Is(err, errUnchanged) {
		return expired(err)
	}
	if c.Layer == "" || c.Layer == from.Layers.Open.Handle {
		return s.moveOpen(ctx, c)
	}
	return s.moveSealed(ctx, c, from)
}

// moveSealed moves a locked layer as it is; what hangs on it stays where it is. One that is no longer there was moved
// already, or thrown away.
func (s *Service) moveSealed(ctx context.Context, c Claim, from Member) error {
	i := from.Layers.sealed(c.Layer)
	if i < 0 {
		return nil
	}
	layer := from.Layers.Sealed[i]
	layer.Fresh = true
	err := s.change(ctx, c.By, func(l *Layers) error {
		if l.find(c.Layer) == nil {
			l.add(layer, s.now())
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.change(ctx, c.Guest, func(l *Layers) error {
		l.Sealed = slices.DeleteFunc(slices.Clone(l.Sealed), func(layer Layer) bool { return layer.Handle == c.Layer })
		return nil
	})
}

// moveOpen moves what is in the guest's open layer; a fresh one takes its place.
func (s *Service) moveOpen(ctx context.Context, c Claim) error {
	if c.Moving == nil {
		guest, err := s.member(ctx, c.Guest)
		if err != nil {
			return err
		}
		c.Moving = &guest.Layers.Open
		err = s.stores.Claims.UpdateClaim(ctx, c.ID, func(now *Claim) error { now.Moving = c.Moving; return nil })
		if err != nil {
			return err
		}
	}
	err := s.change(ctx, c.Guest, func(l *Layers) error {
		if l.Open.Handle == c.Moving.Handle {
			l.Open = newLayers().Open
			l.Discard = append(l.Discard, Removal{Handle: c.Moving.Handle, Part: partMoving, At: s.now()})
		}
		return nil
	})
	if err != nil {
		return err
	}
	to := c.To
	err = s.change(ctx, c.By, func(l *Layers) error {
		into := l.find(c.To)
		if into == nil {
			into = &l.Open
		}
		into.receive(*c.Moving)
		to = into.Handle
		return nil
	})
	if err != nil {
		return err
	}
	if err := s.moveThings(ctx, c.Moving.Handle, to); err != nil {
		return err
	}
	// A request that began before may still add to it: it is removed now, and again after a while.
	err = s.change(ctx, c.Guest, func(l *Layers) error {
		l.Discard = slices.DeleteFunc(slices.Clone(l.Discard), func(r Removal) bool { return r.Handle == c.Moving.Handle })
		l.drop(c.Moving.Handle, s.now())
		return nil
	})
	if err != nil {
		return err
	}
	return s.discard(ctx, c.Guest)
}

// adopt takes over what the guest said of herself and the member did not.
func (m *Member) adopt(from Member) error {
	before := m.profile()
	if m.AgeBand == "" {
		m.AgeBand = from.AgeBand
	}
	if m.Region == "" {
		m.Region = from.Region
	}
	if m.profile() == before {
		return errUnchanged
	}
	return nil
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
