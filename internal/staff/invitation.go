package staff

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/fault"
	"pugongying/internal/opaque"
)

// Faults of invitations.
var (
	ErrInvitation = fault.New(fault.NotFound, "staff.invitation_gone", "这个邀请码不能用：可能用过了、过期了，或者打错了。找请你来的人再要一个。")
	ErrBound      = fault.New(fault.Conflict, "staff.wechat_bound", "这个微信已经连着另一个工作账号。")
	ErrEnough     = fault.New(fault.Conflict, "staff.admins_enough", "已经有两位管账号的人了。再请人进来，请他们在工作台“账号”里办。")
	ErrHere       = fault.New(fault.Conflict, "staff.joined", "她已经进来了，不用再邀请。")
)

// Purpose is what an invitation is for.
type Purpose string

// The purposes.
const (
	Join  Purpose = "join"  // coming in for the first time: a password or a WeChat, and a second factor
	Renew Purpose = "renew" // a new second factor in place of a lost one, and whatever she signs in by
	Bind  Purpose = "bind"  // binding her WeChat; her second factor stays
)

const (
	invitationBytes = 10 // 80 bits, 16 characters
	joinLife        = 3 * 24 * time.Hour
	bindLife        = 15 * time.Minute
)

// Invitation is an open one of an account: there is at most one, and using it removes it.
type Invitation struct {
	Hash      string    `bson:"hash"`
	Purpose   Purpose   `bson:"purpose"`
	ExpiresAt time.Time `bson:"expiresAt"`
	Secret    []byte    `bson:"secret,omitempty"` // the second factor that was shown last, sealed
}

// newInvitation gives a token, which is nowhere stored, and the invitation it opens.
func (s *Service) newInvitation(p Purpose) (token string, i *Invitation) {
	b := make([]byte, invitationBytes)
	_, _ = rand.Read(b) // crypto/rand never fails
	life := joinLife
	if p == Bind {
		life = bindLife
	}
	raw := plain.EncodeToString(b)
	token = strings.Join([]string{raw[:4], raw[4:8], raw[8:12], raw[12:]}, "-")
	return token, &Invitation{Hash: opaque.Hash(raw), Purpose: p, ExpiresAt: s.now().Add(life)}
}

// typed is a token as somebody typed it.
var typed = strings.NewReplacer("-", "", " ", "", "0", "O", "1", "I", "8", "B")

func (s *Service) invited(ctx context.Context, token string) (Account, error) {
	raw := typed.Replace(strings.ToUpper(strings.TrimSpace(token)))
	a, err := s.stores.Accounts.Account(ctx, ByInvitation, opaque.Hash(raw))
	if errors.Is(err, ErrNotFound) || err == nil && !a.takes(opaque.Hash(raw), s.now()) || err == nil && a.Demo && !s.demo {
		return Account{}, ErrInvitation
	}
	return a, err
}

// takes reports whether the account's invitation is this one and still good.
func (a Account) takes(hash string, now time.Time) bool {
	i := a.Invitation
	return i != nil && i.Hash == hash && now.Before(i.ExpiresAt) && a.State != Suspended
}

func invitationPlace(account string) Place {
	return Place{Collection: "staffAccounts", ID: account, Field: "invitation"}
}

// Welcome is what an invitation shows to whoever has it.
type Welcome struct {
	Name    string
	Login   string
	Purpose Purpose
	Grants  []Grant
	Secret  string // of the second factor, in base32; "" where she keeps the one she has
	URI     string // the same for an authenticator
	Until   time.Time
}

// Welcome opens an invitation without using it. Every opening shows a new second factor, so that who looked before her has
// none; with again the last one is shown once more. ErrInvitation.
func (s *Service) Welcome(ctx context.Context, token string, again bool) (Welcome, error) {
	a, err := s.invited(ctx, token)
	if err != nil {
		return Welcome{}, err
	}
	w := Welcome{Name: a.Name, Login: a.Login, Purpose: a.Invitation.Purpose, Grants: a.Grants, Until: a.Invitation.ExpiresAt}
	if w.Purpose == Bind {
		return w, nil
	}
	if again && len(a.Invitation.Secret) > 0 {
		shown, err := s.sealer.Open(ctx, a.KeyID, invitationPlace(a.ID), a.Invitation.Secret)
		if err != nil {
			return Welcome{}, err
		}
		w.Secret = string(shown)
	} else if w.Secret, err = s.showSecret(ctx, a); err != nil {
		return Welcome{}, err
	}
	w.URI, err = uri(a.Login, w.Secret)
	return w, err
}

func (s *Service) showSecret(ctx context.Context, a Account) (string, error) {
	fresh := newSecret()
	sealed, err := s.sealer.Seal(ctx, a.KeyID, invitationPlace(a.ID), []byte(fresh))
	if err != nil {
		return "", err
	}
	hash := a.Invitation.Hash
	return fresh, s.stores.Accounts.StepAccount(ctx, a.ID, func(a *Account) error {
		if !a.takes(hash, s.now()) {
			return ErrInvitation
		}
		a.Invitation.Secret = sealed
		return nil
	})
}

// JoinConsole comes in at the console: it sets password and second factor, and uses the invitation up. ErrInvitation,
// ErrPassword, ErrTOTP.
func (s *Service) JoinConsole(ctx context.Context, token, password, code, device string) (SignedIn, error) {
	a, err := s.invited(ctx, token)
	if err != nil {
		return SignedIn{}, err
	}
	if a.Invitation.Purpose == Bind {
		return SignedIn{}, ErrInvitation
	}
	hashedPassword, err := s.newPassword(ctx, a.Login, password)
	if err != nil {
		return SignedIn{}, err
	}
	return s.join(ctx, a, code, begin{kind: Console, how: HowJoin, device: device, proved: true}, func(a *Account) {
		a.Password = hashedPassword
	})
}

// JoinPhone binds a phone's WeChat to the account of an invitation, with the one-time code of the second factor: the one
// that the invitation showed, or the one she has. ErrInvitation, ErrBound, ErrTOTP, ErrTOTPUsed.
func (s *Service) JoinPhone(ctx context.Context, who Phoned, token, code string) (SignedIn, error) {
	lookup, err := s.wechatOf(ctx, who)
	if err != nil {
		return SignedIn{}, err
	}
	a, err := s.invited(ctx, token)
	if err != nil {
		return SignedIn{}, err
	}
	return s.join(ctx, a, code, begin{kind: Phone, how: HowJoin, device: "手机", parent: who.Session, proved: true}, func(a *Account) {
		a.WeChat = lookup
	})
}

// join uses an invitation up. Wrong codes are counted by the account, so that nobody guesses one by an invitation he saw.
func (s *Service) join(ctx context.Context, a Account, code string, b begin, apply func(*Account)) (SignedIn, error) {
	hash, purpose := a.Invitation.Hash, a.Invitation.Purpose
	second, err := s.joiningFactor(ctx, a)
	if err != nil {
		return SignedIn{}, err
	}
	err = s.counted(ctx, "account|"+a.ID, func() error {
		return s.stores.Accounts.ChangeAccount(ctx, a.ID, func(fresh *Account) (audit.Entry, error) {
			if !fresh.takes(hash, s.now()) {
				return audit.Entry{}, ErrInvitation
			}
			if purpose != Bind {
				fresh.TOTP, fresh.Step = second.sealed, 0
			}
			if err := fresh.spend(second.plain, code, s.steady()); err != nil {
				return audit.Entry{}, err
			}
			apply(fresh)
			fresh.State, fresh.Invitation = Active, nil
			fresh.saw(s.now())
			a = *fresh
			return s.entry(herself(a.ID), audit.StaffJoin, a.ID, map[string]string{"purpose": string(purpose), "kind": string(b.kind)})
		})
	})
	if err != nil {
		return SignedIn{}, err
	}
	return s.open(ctx, a, b)
}

// factor is a second factor, plain and as it is stored.
type factor struct {
	plain  string
	sealed []byte
}

// joiningFactor is the second factor that an invitation is used with: for binding the one she has, else the one shown last.
func (s *Service) joiningFactor(ctx context.Context, a Account) (factor, error) {
	if a.Invitation.Purpose == Bind {
		has, err := s.secretOf(ctx, a)
		return factor{plain: has}, err
	}
	if len(a.Invitation.Secret) == 0 {
		return factor{}, ErrInvitation
	}
	shown, err := s.sealer.Open(ctx, a.KeyID, invitationPlace(a.ID), a.Invitation.Secret)
	if err != nil {
		return factor{}, err
	}
	sealed, err := s.sealer.Seal(ctx, a.KeyID, totpPlace(a.ID), shown)
	return factor{plain: string(shown), sealed: sealed}, err
}

// BindPhone gives the code with which she binds her WeChat to her account; it asks for a fresh second factor. ErrStepUp.
func (s *Service) BindPhone(ctx context.Context, p Principal) (token string, err error) {
	if err := errors.Join(p.May(access.StaffSelf, access.Record{Relation: access.Own}), s.Fresh(p)); err != nil {
		return "", err
	}
	token, i := s.newInvitation(Bind)
	return token, s.stores.Accounts.ChangeAccount(ctx, p.Account, func(a *Account) (audit.Entry, error) {
		a.Invitation = i
		return s.entry(p.Actor(), audit.StaffInvite, a.ID, map[string]string{"purpose": string(Bind)})
	})
}

// ChangePassword sets her password, the first or another; it asks for a fresh second factor and ends her other sessions.
// ErrStepUp, ErrPassword.
func (s *Service) ChangePassword(ctx context.Context, p Principal, password string) error {
	if err := errors.Join(p.May(access.StaffSelf, access.Record{Relation: access.Own}), s.Fresh(p)); err != nil {
		return err
	}
	a, err := s.stores.Accounts.Account(ctx, ByID, p.Account)
	if err != nil {
		return err
	}
	slow, err := s.newPassword(ctx, a.Login, password)
	if err != nil {
		return err
	}
	err = s.stores.Accounts.ChangeAccount(ctx, p.Account, func(a *Account) (audit.Entry, error) {
		a.Password = slow
		return s.entry(p.Actor(), audit.StaffPassword, a.ID, nil)
	})
	if err != nil {
		return err
	}
	return s.EndAll(ctx, p, true)
}
