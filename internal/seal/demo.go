package seal

import (
	"crypto/sha256"
	_ "embed"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
)

// demoFile is the publicly known key file in this repository.
//
//go:embed demo.json
var demoFile []byte

// Demo opens the key file that is public in this repository. It is for tests and 演示 (demo) data only, since everybody can
// open what it seals. IsDemo detects a copy of it anywhere.
func Demo() *Keys {
	keys, err := parse(demoFile)
	if err != nil {
		panic("seal: the embedded demo keys are damaged: " + err.Error()) // only a broken build can do this
	}
	return keys
}

// IsDemo reports whether any root key or the lookup secret is one of the publicly known ones; production refuses such a
// file.
func (k *Keys) IsDemo() bool {
	known := Demo().fingerprints()
	for fingerprint := range k.fingerprints() {
		if known[fingerprint] {
			return true
		}
	}
	return false
}

func (k *Keys) fingerprints() map[[sha256.Size]byte]bool {
	found := map[[sha256.Size]byte]bool{sha256.Sum256(k.lookup): true}
	for _, root := range insecurecleartextkeyset.KeysetMaterial(k.roots()).GetKey() {
		found[sha256.Sum256(root.GetKeyData().GetValue())] = true
	}
	return found
}

// Describe says in Chinese how many root keys there are and which is primary; it never prints a key.
func (k *Keys) Describe() string {
	info := k.roots().KeysetInfo()
	text := fmt.Sprintf("根密钥 %d 把，主密钥编号 %d", len(info.GetKeyInfo()), info.GetPrimaryKeyId())
	if k.IsDemo() {
		text += "（演示密钥，人人都知道）"
	}
	return text
}

// Roots lists the ids of the root keys, the primary first.
func (k *Keys) Roots() []uint32 {
	info := k.roots().KeysetInfo()
	ids := []uint32{info.GetPrimaryKeyId()}
	for _, root := range info.GetKeyInfo() {
		if root.GetKeyId() != ids[0] {
			ids = append(ids, root.GetKeyId())
		}
	}
	return ids
}
