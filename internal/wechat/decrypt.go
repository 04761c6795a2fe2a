package wechat

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/binary"
)

// WeChat pads to 32 bytes, not to AES's 16.
const (
	paddedTo    = 32
	envelope    = 16 + 4 // random bytes, then the length of the message
	keyText     = 43     // base64 of 32 bytes without its "="
	largestPush = 1 << 20
)

// decrypt opens a pushed message (消息加解密): base64 of AES-256-CBC of 16 random bytes, the message's length, the message and
// the AppID, padded as in PKCS #7. CBC authenticates nothing: call it only after msg_signature was found right.
func decrypt(key, appID, sealed string) ([]byte, bool) {
	text, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil || len(key) != keyText || len(text) < paddedTo || len(text)%paddedTo != 0 || len(text) > largestPush {
		return nil, false
	}
	secret, err := base64.StdEncoding.DecodeString(key + "=")
	if err != nil {
		return nil, false
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, false
	}
	cipher.NewCBCDecrypter(block, secret[:aes.BlockSize]).CryptBlocks(text, text)
	padding := int(text[len(text)-1])
	if padding < 1 || padding > paddedTo || len(text)-padding < envelope {
		return nil, false
	}
	text = text[:len(text)-padding]
	length := uint64(binary.BigEndian.Uint32(text[16:envelope]))
	if rest := text[envelope:]; length <= uint64(len(rest)) && string(rest[length:]) == appID {
		return rest[:length], true
	}
	return nil, false
}
