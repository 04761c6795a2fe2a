package staff

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"

	"pugongying/internal/fault"
)

// Faults of one-time codes.
var (
	ErrTOTP     = fault.New(fault.Invalid, "staff.totp_wrong", "动态码不对。看看手机上现在是哪六个数，手机的时间准不准。")
	ErrTOTPUsed = fault.New(fault.Conflict, "staff.totp_used", "这个码刚用过。等手机上换成下一个，大约"+fault.AWhile+"。")
	ErrNoTOTP   = fault.New(fault.Conflict, "staff.totp_missing", "这个账号还没有动态码。找本地区管账号的人，要两个人一起办。")
)

const (
	period      = 30 * time.Second // RFC 6238
	secretBytes = 20
	skew        = 1 // steps that a phone's clock may be off
	issuer      = "蒲公英学堂工作台"
)

var totpDigits = hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}

// plain is a secret without padding, as authenticators take it.
var plain = base32.StdEncoding.WithPadding(base32.NoPadding)

// newSecret is a new secret in base32.
func newSecret() string {
	b := make([]byte, secretBytes)
	_, _ = rand.Read(b) // crypto/rand never fails
	return plain.EncodeToString(b)
}

// uri is what an authenticator scans.
func uri(login, secret string) (string, error) {
	raw, err := plain.DecodeString(secret)
	if err != nil {
		return "", err
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: issuer, AccountName: login, Secret: raw})
	if err != nil {
		return "", fmt.Errorf("staff: one-time codes: %w", err)
	}
	return key.URL(), nil
}

// stepOf is the step that a code belongs to, among those around now. ErrTOTP.
func stepOf(secret, code string, now time.Time) (int64, error) {
	code = strings.Join(strings.Fields(code), "")
	at := now.Unix() / int64(period/time.Second)
	found := int64(0)
	for step := at - skew; step <= at+skew; step++ {
		want, err := hotp.GenerateCodeCustom(secret, uint64(step), totpDigits)
		if err != nil {
			return 0, fmt.Errorf("staff: one-time code: %w", err)
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			found = step
		}
	}
	if found == 0 {
		return 0, ErrTOTP
	}
	return found, nil
}

// spend uses a code up: it fits, and neither it nor a later one was used. Called inside a change of the account, whose
// compare-and-swap lets one of two requests with the same code through.
func (a *Account) spend(secret, code string, now time.Time) error {
	step, err := stepOf(secret, code, now)
	if err != nil {
		return err
	}
	if step <= a.Step {
		next := time.Unix((a.Step+1)*int64(period/time.Second), 0)
		return ErrTOTPUsed.After(max(next.Sub(now), time.Second))
	}
	a.Step = step
	return nil
}

func totpPlace(account string) Place {
	return Place{Collection: "staffAccounts", ID: account, Field: "totp"}
}

// secretOf opens an account's secret. ErrNoTOTP.
func (s *Service) secretOf(ctx context.Context, a Account) (string, error) {
	if len(a.TOTP) == 0 {
		return "", ErrNoTOTP
	}
	b, err := s.sealer.Open(ctx, a.KeyID, totpPlace(a.ID), a.TOTP)
	if err != nil {
		return "", errors.Join(errors.New("staff: open a second factor"), err)
	}
	return string(b), nil
}
