package law

// Unexported functions that external tests use.
var (
	DatedOn = dated
	Against = (*Version).against
)

// CachedTexts is how many decoded texts a library caches.
const CachedTexts = cachedTexts
