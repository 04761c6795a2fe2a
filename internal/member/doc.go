// Package member keeps residents: who somebody is (a guest or a WeChat identity), her sessions, what she allowed us to
// keep, and how all of it is erased.
//
// It promises that everybody starts as nobody and signs in only by her own tap; that what would tell on her (mistakes,
// reading, favourites) is kept only after she turned it on and can be locked with a code, where a wrong and an absent
// code and an empty book look alike; that a revoked session is dead everywhere within two seconds; that erasing removes
// every trace in every capability and is finished even when it was interrupted.
//
// It refuses to hold an openid in the clear, a WeChat session_key in any form, a name, a phone number, an address of a
// machine, or any instant finer than a day of what she read.
package member
