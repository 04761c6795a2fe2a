// Package scene is WeChat's rule for the text that a mini-program code carries (getUnlimitedQRCode): 1 to 32 characters,
// which are letters, digits and the Signs. The client refuses what breaks it before asking; the sandbox refuses it as
// WeChat does. What a scene means is defined in package region.
package scene

import "strings"

// Limit is how many characters a scene has at most.
const Limit = 32

// Signs are the characters that a scene may have besides letters and digits.
const Signs = "!#$&'()*+,/:;=?@-._~"

// LengthOK reports whether a scene has 1 to Limit characters.
func LengthOK(scene string) bool { return scene != "" && len(scene) <= Limit }

// CharactersOK reports whether every character may be in a scene.
func CharactersOK(scene string) bool {
	return strings.IndexFunc(scene, func(r rune) bool { return !letterOrDigit(r) && !strings.ContainsRune(Signs, r) }) < 0
}

// OK reports whether WeChat takes the scene.
func OK(scene string) bool { return LengthOK(scene) && CharactersOK(scene) }

func letterOrDigit(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}
