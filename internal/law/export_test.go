package law

// What tests outside of the package look into.
var (
	DatedOn = dated
	Against = (*Version).against
)

// CachedTexts is how many texts a library keeps decoded.
const CachedTexts = cachedTexts
