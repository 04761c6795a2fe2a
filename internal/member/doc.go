// Package member manages residents: who somebody is (a guest or a WeChat identity), her sessions, what she allowed us
// to store (her history settings), and how all of it is erased.
//
// It promises that everybody starts unidentified and signs in only by her own tap; that the sensitive history
// (mistakes, explainers read, favourites) is stored only after she turned it on and can be locked with a code; that a
// revoked session is refused everywhere within two seconds; that erasing removes every trace in every capability and is
// finished even when it was interrupted.
//
// # The lock
//
// A member has layers: one open layer, and up to eight (maxSealed) that are locked, each with its own settings, bookmarks
// and attempts. A request reaches one layer: the one its code opens, or, with no code and with a code that opens none, the
// open one. Service.Things makes that choice and nothing else does; whatever shows, changes, moves, counts or exports
// takes a Things, and the documents hang on a random Handle that only a layer names. So without her code an account is an
// empty one: what somebody turns on and saves there goes to the open layer, is shown back to him, is never mixed with
// hers, and is erased with her. Answers, status codes and the work done are the same as where nothing was ever locked.
//
//   - A code set on the open layer locks it, and a fresh open layer takes its place; so it is with a code of his own where
//     hers is locked already. A ninth locked layer removes the oldest: otherwise who counts how many codes the account takes would
//     learn whether there is one he does not know. It destroys nothing he could not destroy by ThrowAway, which asks for no code
//     because it is the way out for who lost hers.
//   - Removing the lock makes the layer the open one; what was in the open layer before is removed, not mixed in.
//   - Two layers that one code opens (a claim brought one with the same code) are joined by whoever knows that code.
//   - Tries are counted for the member and not for a layer. A code that opens a layer takes back its own try and no other, and
//     the first use of a code takes back none: otherwise a layer of his own would wipe out his tries at hers, or setting a
//     code would be a try that costs nothing. For a day after she set her code a wait may thus begin one wrong code earlier.
//   - A claim moves one layer: the locked one whose code was sent when the claim code was drawn, which keeps its lock and
//     needs none of the receiver's; or else what is in the open one, into the layer the receiver opened. The guest stays,
//     signed in, with what is still locked there: that she is not erased tells nothing, because an empty one is not either.
//   - Behind the right code she sees how many codes opened nothing since hers was set, and the day of the last (Tried).
//
// What it does not hide: who has the database and the root key file sees every layer; who has the database alone, how long the
// sealed bytes of them are.
//
// It refuses to store an openid in the clear, a WeChat session_key in any form, a name, a phone number, an IP address,
// or any time finer than a day of what she read.
package member
