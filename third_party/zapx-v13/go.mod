module github.com/blevesearch/zapx/v13

go 1.26.0

require github.com/blevesearch/zapx/v17 v17.2.5
