package sandbox

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
)

// signature is the SHA-1 of the sorted parts (消息推送).
func signature(parts ...string) string {
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}

// encrypt seals a pushed message as WeChat does (消息加解密): AES-256-CBC of 16 random bytes, the message's length, the message
// and the AppID, padded to 32 bytes; in base64.
func encrypt(key, appID, random string, message []byte) (string, error) {
	secret, err := base64.StdEncoding.DecodeString(key + "=")
	if err != nil || len(secret) != 32 || len(random) != 16 {
		return "", errors.New("sandbox: the push AES key is not usable")
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return "", errors.New("sandbox: the push AES key is not usable")
	}
	text := binary.BigEndian.AppendUint32([]byte(random), uint32(len(message)))
	text = append(append(text, message...), appID...)
	padding := 32 - len(text)%32
	text = append(text, bytes.Repeat([]byte{byte(padding)}, padding)...)
	cipher.NewCBCEncrypter(block, secret[:aes.BlockSize]).CryptBlocks(text, text)
	return base64.StdEncoding.EncodeToString(text), nil
}
