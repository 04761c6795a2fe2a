package store

// Owners are the fields that name a member, by collection. A collection that is not listed stores nothing about any one
// person. Everything listed is gone once she is erased: a test of the wiring fills every field and erases her, and a test
// of the documents refuses a field that names a member and is not listed.
func Owners() map[string][]string {
	return map[string][]string{
		members:    {"_id"},
		identities: {"member"},
		sessions:   {"member"},
		bookmarks:  {"_id"},
		claims:     {"guest", "by"},
		erasures:   {"member"}, // the erasure itself: it goes last, with its job
		attempts:   {"owner"},
		dismissals: {"_id"},

		staffApplications: {"member"},

		appointments: {"owner"},
		waits:        {"owner"},
	}
}
