// Package slug says how the names in addresses are formed: the laws', the explainers', the topics'. It promises one rule for
// all of them and refuses to make a slug of a title: a person chooses it, since it must not tell an onlooker anything.
package slug

import "regexp"

// Form says to an author how a slug is written.
const Form = "网址里的名字写 2 到 64 个字符，只用 a-z、0-9 和中间的 -。"

// Most is the longest slug, in characters.
const Most = 64

var form = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// Valid says whether s may stand in an address: 2 to 64 of a-z, 0-9 and single hyphens inside.
func Valid(s string) bool { return len(s) >= 2 && len(s) <= Most && form.MatchString(s) }
