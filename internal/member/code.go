package member

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"regexp"

	"golang.org/x/crypto/argon2"

	"pugongying/internal/fault"
)

// ErrCode refuses a new code that is not four to eight digits.
var ErrCode = fault.New(fault.Invalid, "member.code_invalid", "密码要用 4 到 8 个数字。")

const (
	// argon2id with the parameters of OWASP's password storage cheat sheet for 19 MiB.
	codeTime    = 2
	codeMemory  = 19 * 1024 // KiB
	codeThreads = 1
	codeBytes   = 32
	saltBytes   = 16

	hashesAtOnce = 2
)

var codeDigits = regexp.MustCompile(`^[0-9]{4,8}$`)

// Lock is a code in its stored form: its slow hash, hashed again with a salt of this lock's own. The slow hash is the same
// at every lock of a deployment, so that a code costs one slow hash however many locks it is compared with, and a lock
// that moves to another member still opens; whether there is a lock, and how many, cannot be measured.
type Lock struct {
	Salt []byte `bson:"salt"`
	Hash []byte `bson:"hash"`
	Form int    `bson:"form,omitempty"` // lockForm; 0: the slow hash itself, with the lock's salt
}

const lockForm = 1

// codes computes the slow hashes of locks, at most two at a time, since each takes 19 MiB.
type codes struct {
	room chan struct{}
	salt []byte // of the slow hash, secret and the same for the whole deployment
}

func newCodes(salt string) codes {
	return codes{room: make(chan struct{}, hashesAtOnce), salt: []byte(salt)}
}

// lock makes the lock of a new code.
func (c codes) lock(ctx context.Context, code string) (*Lock, error) {
	if !codeDigits.MatchString(code) {
		return nil, ErrCode
	}
	slow, err := c.hash(ctx, code, c.salt)
	if err != nil {
		return nil, err
	}
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt) // crypto/rand never fails
	return &Lock{Salt: salt, Hash: quick(slow, salt), Form: lockForm}, nil
}

// fits gives the locks that a code opens. It takes equally long for any number of locks, none included; one in the form
// of an older version alone takes a slow hash of its own when there are others beside it.
func (c codes) fits(ctx context.Context, code string, locks []*Lock) ([]*Lock, error) {
	slow := map[string][]byte{}
	salts := []string{string(c.salt)}
	if len(locks) == 1 && locks[0].Form != lockForm {
		salts = nil
	}
	for _, l := range locks {
		if l.Form != lockForm {
			salts = append(salts, string(l.Salt))
		}
	}
	for _, salt := range salts {
		var err error
		if slow[salt], err = c.hash(ctx, code, []byte(salt)); err != nil {
			return nil, err
		}
	}
	var fitting []*Lock
	for _, l := range locks {
		hash := slow[string(l.Salt)]
		if l.Form == lockForm {
			hash = quick(slow[string(c.salt)], l.Salt)
		}
		if subtle.ConstantTimeCompare(hash, l.Hash) == 1 {
			fitting = append(fitting, l)
		}
	}
	return fitting, nil
}

// quick hashes what has the entropy of a slow hash once more.
func quick(slow, salt []byte) []byte {
	mac := hmac.New(sha256.New, salt)
	mac.Write(slow)
	return mac.Sum(nil)
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
