// Package member manages residents: who somebody is (a guest or a WeChat identity), her sessions, what she allowed us
// to store (her history settings), and how all of it is erased.
//
// It promises that everybody starts unidentified and signs in only by her own tap; that the sensitive history
// (mistakes, explainers read, favourites) is stored only after she turned it on and can be locked with a code, where a
// wrong code, an absent code and an empty book look alike; that a revoked session is refused everywhere within two
// seconds; that erasing removes every trace in every capability and is finished even when it was interrupted.
//
// It refuses to store an openid in the clear, a WeChat session_key in any form, a name, a phone number, an IP address,
// or any time finer than a day of what she read.
package member
