package backup

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"io"

	"filippo.io/age"
	"github.com/klauspost/compress/zstd"
)

const (
	cutMask  = 63      // a chunk ends behind one id in 64
	cutBytes = 1 << 20 // and where it has become this long
)

// chunk is a piece of what is backed up, as the sealed index names it.
type chunk struct {
	ID  string `json:"i"` // what the manifest calls it: keyed, so that nobody can test a guess of its content
	Sum string `json:"s"` // SHA-256 of its bytes
}

// cutter cuts a collection's documents into chunks. Where it cuts depends on the documents' ids alone, so that a document
// that was added, changed or removed changes its own chunk.
type cutter struct {
	collection string
	documents  int64
	buffer     []byte
	emit       func(collection string, documents int64, plain []byte) error
}

func (c *cutter) add(d Document) error {
	if d.Collection != c.collection {
		if err := c.flush(); err != nil {
			return err
		}
		c.collection = d.Collection
	}
	c.buffer = append(c.buffer, d.Bytes...)
	c.documents++
	if crc32.ChecksumIEEE([]byte(d.ID))&cutMask == 0 || len(c.buffer) >= cutBytes {
		return c.flush()
	}
	return nil
}

func (c *cutter) flush() error {
	if len(c.buffer) == 0 {
		return nil
	}
	err := c.emit(c.collection, c.documents, c.buffer)
	c.buffer, c.documents = c.buffer[:0], 0
	return err
}

// split calls each with the documents of a chunk: BSON begins with its length, four bytes, the lowest first.
func split(plain []byte, each func([]byte) error) error {
	for len(plain) > 0 {
		if len(plain) < 5 {
			return fmt.Errorf("%w：一块里多出 %d 个字节", ErrDamaged, len(plain))
		}
		n := int(uint32(plain[0]) | uint32(plain[1])<<8 | uint32(plain[2])<<16 | uint32(plain[3])<<24)
		if n < 5 || n > len(plain) {
			return fmt.Errorf("%w：一份文档说自己有 %d 个字节", ErrDamaged, n)
		}
		if err := each(plain[:n]); err != nil {
			return err
		}
		plain = plain[n:]
	}
	return nil
}

// namer names chunks by a secret that only holders of the root key can derive.
type namer struct{ secret []byte }

func (n namer) name(plain []byte) chunk {
	sum := sha256.Sum256(plain)
	return n.named(hex.EncodeToString(sum[:]))
}

// named names a chunk whose SHA-256 is known.
func (n namer) named(sum string) chunk {
	return chunk{ID: hex.EncodeToString(n.mac("chunk", []byte(sum))[:16]), Sum: sum}
}

func (n namer) mac(purpose string, data []byte) []byte {
	mac := hmac.New(sha256.New, n.secret)
	mac.Write([]byte(purpose + "|"))
	mac.Write(data)
	return mac.Sum(nil)
}

// root says which root key a secret comes from, and nothing else about it.
func (n namer) root() string { return hex.EncodeToString(n.mac("root", nil)[:8]) }

// sealer compresses and seals; its buffers are used again.
type sealer struct {
	recipients []age.Recipient
	zip        *zstd.Encoder
	zipped     []byte
	sealed     bytes.Buffer
}

func newSealer(recipients []age.Recipient) (*sealer, error) {
	zip, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	return &sealer{recipients: recipients, zip: zip}, nil
}

// seal returns bytes that are valid until the next call.
func (s *sealer) seal(plain []byte) ([]byte, error) {
	s.zipped = s.zip.EncodeAll(plain, s.zipped[:0])
	s.sealed.Reset()
	w, err := age.Encrypt(&s.sealed, s.recipients...)
	if err != nil {
		return nil, fmt.Errorf("seal a chunk: %w", err)
	}
	if _, err := w.Write(s.zipped); err != nil {
		return nil, fmt.Errorf("seal a chunk: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("seal a chunk: %w", err)
	}
	return s.sealed.Bytes(), nil
}

// unseal opens what seal made. A key that does not fit is ErrIdentity.
func unseal(sealed []byte, identities []age.Identity) ([]byte, error) {
	r, err := age.Decrypt(bytes.NewReader(sealed), identities...)
	if err != nil {
		return nil, fmt.Errorf("%w：备份是封给另一把公钥的（%w）", ErrIdentity, err)
	}
	unzip, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	defer unzip.Close()
	plain, err := io.ReadAll(unzip)
	if err != nil {
		return nil, fmt.Errorf("%w：一块解不开（%w）", ErrDamaged, err)
	}
	return plain, nil
}
