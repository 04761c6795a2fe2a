package staff

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"pugongying/internal/fault"
)

// ErrPassword refuses a new password. Ten characters suffice because a password alone opens nothing: the one-time code is
// asked for at every sign-in (NIST SP 800-63B asks for 15 where there is no second factor).
var ErrPassword = fault.New(fault.Invalid, "staff.password_weak", "密码至少 10 个字，最多 100 个，不要是账号，也不要是连着的数字或同一个字。")

const (
	// argon2id with the parameters of OWASP's password storage cheat sheet for 19 MiB.
	passwordTime    = 2
	passwordMemory  = 19 * 1024 // KiB
	passwordThreads = 1
	passwordBytes   = 32
	saltBytes       = 16

	shortestPassword, longestPassword = 10, 100
)

// Password is the slow hash of one.
type Password struct {
	Salt   []byte `bson:"salt"`
	Hash   []byte `bson:"hash"`
	Time   uint32 `bson:"time"`
	Memory uint32 `bson:"memory"` // KiB
}

// newPassword hashes a new password. ErrPassword.
func (s *Service) newPassword(ctx context.Context, login, password string) (*Password, error) {
	if !strong(login, password) {
		return nil, ErrPassword
	}
	p := &Password{Salt: make([]byte, saltBytes), Time: passwordTime, Memory: passwordMemory}
	_, _ = rand.Read(p.Salt) // crypto/rand never fails
	var err error
	p.Hash, err = s.slow(ctx, password, p)
	return p, err
}

// fits compares a password with its hash; without one it takes as long and is false.
func (s *Service) fits(ctx context.Context, password string, p *Password) (bool, error) {
	if p == nil {
		p = &Password{Salt: make([]byte, saltBytes), Time: passwordTime, Memory: passwordMemory}
	}
	hash, err := s.slow(ctx, password, p)
	return err == nil && subtle.ConstantTimeCompare(hash, p.Hash) == 1, err
}

func (s *Service) slow(ctx context.Context, password string, p *Password) ([]byte, error) {
	select {
	case s.hashing <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-s.hashing }()
	if len(password) > 4*longestPassword {
		password = password[:4*longestPassword]
	}
	return argon2.IDKey([]byte(password), p.Salt, p.Time, p.Memory, passwordThreads, passwordBytes), nil
}

// strong refuses what is guessed first: the login, one character over and over, a run of neighbours.
func strong(login, password string) bool {
	n := utf8.RuneCountInString(password)
	if !utf8.ValidString(password) || n < shortestPassword || n > longestPassword {
		return false
	}
	plain := strings.ToLower(password)
	if login != "" && strings.Contains(plain, login) && n < shortestPassword+len(login) {
		return false
	}
	steps := map[rune]int{}
	var last rune
	for i, r := range []rune(plain) {
		if i > 0 {
			steps[r-last]++
		}
		last = r
	}
	for _, same := range steps {
		if same >= n-2 { // 1234567890, aaaaaaaaaa: every step is the same
			return false
		}
	}
	return true
}
