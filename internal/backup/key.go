package backup

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"filippo.io/age"
)

// CreateIdentity makes a pair of keys, writes the private half to path (readable by this user alone, in the format of
// age-keygen, so that the program age opens the files too) and returns the public half. It never overwrites a file.
func CreateIdentity(path string, now time.Time) (recipient string, err error) {
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return "", err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return "", fmt.Errorf("%s 已经在了，不会覆盖它：换一个文件名", path)
	}
	if err != nil {
		return "", err
	}
	_, err = fmt.Fprintf(f, "# created: %s\n# public key: %s\n%s\n", now.Format(time.RFC3339), identity.Recipient(), identity)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return "", errors.Join(err, os.Remove(path))
	}
	return identity.Recipient().String(), nil
}

// Recipients reads public keys (age1…); every one of them opens the backups with its own private half. ErrRecipient.
func Recipients(lines []string) ([]age.Recipient, error) {
	if len(lines) == 0 {
		return nil, ErrRecipient
	}
	recipients, err := age.ParseRecipients(strings.NewReader(strings.Join(lines, "\n")))
	if err != nil {
		return nil, fmt.Errorf("backup.recipients 里有读不懂的公钥，要写 age1 开头的那一行（不是 AGE-SECRET-KEY）：%w", err)
	}
	return recipients, nil
}

// Identities reads private keys from a file; none without a path. ErrIdentity.
func Identities(path string) ([]age.Identity, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%w：读不了 %s（%w）", ErrIdentity, path, err)
	}
	defer f.Close()
	identities, err := age.ParseIdentities(f)
	if err != nil {
		return nil, fmt.Errorf("%w：%s 里没有 AGE-SECRET-KEY 开头的一行（%w）", ErrIdentity, path, err)
	}
	return identities, nil
}

// fingerprint tells sets of recipients apart.
func fingerprint(recipients []age.Recipient) string {
	var lines []string
	for _, r := range recipients {
		lines = append(lines, fmt.Sprint(r))
	}
	slices.Sort(lines)
	return sealedName([]byte(strings.Join(lines, "\n")))[:16]
}
