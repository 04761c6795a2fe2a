package member

import (
	"context"
	"errors"
	"time"

	"pugongying/internal/fault"
	"pugongying/internal/region"
)

// Faults of members as a whole.
var (
	ErrUnknown       = fault.New(fault.NotFound, "member.unknown", "没有找到这个用户。")
	ErrAgeBand       = fault.New(fault.Invalid, "member.age_band_invalid", "请从列出的年龄段里选一个。")
	ErrRegionUnknown = fault.New(fault.Invalid, "member.region_unknown", "没有找到这个地区，请重新选。")
)

// Kind says how a member is identified.
type Kind string

// The kinds.
const (
	Guest  Kind = "guest"  // identified by a token alone
	WeChat Kind = "wechat" // signed in by wx.login
)

// AgeBand is the age range she chose to give; empty when she gave none.
type AgeBand string

// The bands. Under14 is the limit of PIPL article 31.
const (
	Under14 AgeBand = "under14"
	Teen    AgeBand = "14-17"
	Adult   AgeBand = "18-59"
	Elder   AgeBand = "60plus"
)

func (a AgeBand) valid() bool {
	switch a {
	case "", Under14, Teen, Adult, Elder:
		return true
	}
	return false
}

// Principal is who sends a request, passed to every operation explicitly. The zero Principal is nobody.
type Principal struct {
	ID      ID
	Kind    Kind
	Session string    // SHA-256 of the token, to end this session
	Since   time.Time // when this session began
}

// Nobody says that the request came without a session.
func (a Principal) Nobody() bool { return a.ID == "" }

// Member is one resident. It stores no name, no phone number and no openid.
type Member struct {
	ID         ID               `bson:"_id"`
	Kind       Kind             `bson:"kind"`
	AgeBand    AgeBand          `bson:"ageBand,omitempty"`
	Region     region.Code      `bson:"region,omitempty"`
	Layers     Layers           `bson:"-"`                 // stored sealed: nothing else leads from her to what hangs on her handles
	Earlier    *earlierSettings `bson:"keeping,omitempty"` // of schema 1 alone
	CreatedDay string           `bson:"createdDay"`
	Until      string           `bson:"until"`      // of a guest: the civil day after which no session leads to her,
	ClaimUntil string           `bson:"claimUntil"` // and that after which no claim code does
	Rev        int64            `bson:"rev"`
	Schema     int              `bson:"schema"`
}

// Profile is the part of a member shown to herself; it does not include her history.
type Profile struct {
	ID         ID
	Kind       Kind
	AgeBand    AgeBand
	Region     region.Code
	CreatedDay string
}

func (m Member) profile() Profile {
	return Profile{ID: m.ID, Kind: m.Kind, AgeBand: m.AgeBand, Region: m.Region, CreatedDay: m.CreatedDay}
}

// Change is what she may change of herself; nil leaves a field as it is, an empty value clears it.
type Change struct {
	AgeBand *AgeBand
	Region  *region.Code
}

// Me gives her profile; ErrSessionUnknown once she was erased.
func (s *Service) Me(ctx context.Context, who ID) (Profile, error) {
	m, err := s.stores.Members.Member(ctx, who)
	return m.profile(), expired(err)
}

// ChangeMe changes her profile and gives the result. ErrAgeBand, ErrRegionUnknown; ErrSessionUnknown once she was
// erased.
func (s *Service) ChangeMe(ctx context.Context, who ID, c Change) (Profile, error) {
	if c.AgeBand != nil && !c.AgeBand.valid() {
		return Profile{}, ErrAgeBand
	}
	if c.Region != nil && *c.Region != "" {
		if _, err := s.regions.Find(*c.Region); err != nil {
			return Profile{}, ErrRegionUnknown.Because(err)
		}
	}
	var changed Profile
	err := s.stores.Members.UpdateMember(ctx, who, func(m *Member) error {
		if c.AgeBand != nil {
			m.AgeBand = *c.AgeBand
		}
		if c.Region != nil {
			m.Region = *c.Region
		}
		changed = m.profile()
		return nil
	})
	return changed, expired(err)
}

// expired converts ErrUnknown to ErrSessionUnknown: the member of this session was erased.
func expired(err error) error {
	if errors.Is(err, ErrUnknown) {
		return ErrSessionUnknown.Because(err)
	}
	return err
}
