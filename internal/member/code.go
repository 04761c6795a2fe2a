package member

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"regexp"
	"time"

	"golang.org/x/crypto/argon2"

	"pugongying/internal/fault"
)

// ErrCode refuses a new code that is not four to eight digits.
var ErrCode = fault.New(fault.Invalid, "member.code_invalid", "密码要用 4 到 8 个数字。")

const (
	maxTries = 5
	barredTo = 15 * time.Minute

	// argon2id with the parameters of OWASP's password storage cheat sheet for 19 MiB.
	codeTime    = 2
	codeMemory  = 19 * 1024 // KiB
	codeThreads = 1
	codeBytes   = 32
	saltBytes   = 16
)

var codeDigits = regexp.MustCompile(`^[0-9]{4,8}$`)

// Lock is a code in its stored form.
type Lock struct {
	Salt []byte `bson:"salt"`
	Hash []byte `bson:"hash"`
}

// Tries counts the codes that were sent, whether or not there is a lock, so that both cases take the same writes.
type Tries struct {
	Count int       `bson:"count"`
	Until time.Time `bson:"until"` // until then no code is accepted
}

// take counts a code that is about to be tried and says whether it may be tried. Counting comes first, so that codes
// tried at once cannot exceed five.
func (t *Tries) take(now time.Time) bool {
	if now.Before(t.Until) {
		return false
	}
	t.Count++
	if t.Count >= maxTries {
		t.Count, t.Until = 0, now.Add(barredTo)
	}
	return true
}

// codes computes the slow hashes of locks, at most two at a time, since each takes 19 MiB.
type codes struct{ room chan struct{} }

func newCodes() codes { return codes{room: make(chan struct{}, 2)} }

// lock makes the lock of a new code.
func (c codes) lock(ctx context.Context, code string) (*Lock, error) {
	if !codeDigits.MatchString(code) {
		return nil, ErrCode
	}
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt) // crypto/rand never fails
	hash, err := c.hash(ctx, code, salt)
	if err != nil {
		return nil, err
	}
	return &Lock{Salt: salt, Hash: hash}, nil
}

// fits says whether a code opens a lock; without a lock it takes equally long and says no.
func (c codes) fits(ctx context.Context, code string, l *Lock) (bool, error) {
	if l == nil {
		l = &Lock{Salt: make([]byte, saltBytes), Hash: make([]byte, codeBytes)}
	}
	hash, err := c.hash(ctx, code, l.Salt)
	return subtle.ConstantTimeCompare(hash, l.Hash) == 1, err
}

func (c codes) hash(ctx context.Context, code string, salt []byte) ([]byte, error) {
	select {
	case c.room <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-c.room }()
	return argon2.IDKey([]byte(code), salt, codeTime, codeMemory, codeThreads, codeBytes), nil
}
