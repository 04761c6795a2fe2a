package member

// ID is a member's internal, opaque name: 128 random bits in base32, never counting up, unrelated to any openid. The
// zero ID means nobody.
type ID string
