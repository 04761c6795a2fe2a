// Package zap stands in for a format of index files that nothing here ever wrote: bleve finds its present format in its
// place, and says of a file in the old one that it does not know it.
package zap

import v17 "github.com/blevesearch/zapx/v17"

// ZapPlugin is the present format's.
type ZapPlugin = v17.ZapPlugin
