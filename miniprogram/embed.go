// Package miniprogram carries the resident's app as the browser runs it (H5), built from the uni-app
// source in this folder, and its look.
//
// It promises that a plain `go build` always works: without a build of the pages the site is one
// placeholder page that says, in Chinese, how to make them. It refuses nothing and serves nothing:
// serving, headers and caching belong to the door that asks for the files.
package miniprogram

import (
	"embed"
	"io/fs"
)

// all: keeps files whose names begin with an underscore, as the bundler may name its chunks.
//
//go:embed all:h5
var files embed.FS

// Look is the folder with tokens.css, the house's colours and sizes: residents' pages and staff's console have the same.
func Look() fs.FS {
	sub, err := fs.Sub(styles, "src/styles")
	if err != nil {
		panic(err) // the path is a constant
	}
	return sub
}

//go:embed src/styles/tokens.css
var styles embed.FS

const (
	built       = "h5/site"
	placeholder = "h5/placeholder"
)

// Site is the root of the H5 pages, with index.html in it: the real build when there was one when
// this package was compiled, else the placeholder.
func Site() fs.FS { return site(files) }

// Built says whether Site is the real app rather than the placeholder.
func Built() bool { return has(files) }

func has(all fs.FS) bool {
	_, err := fs.Stat(all, built+"/index.html")
	return err == nil
}

func site(all fs.FS) fs.FS {
	dir := placeholder
	if has(all) {
		dir = built
	}
	sub, err := fs.Sub(all, dir)
	if err != nil {
		panic(err) // dir is one of two constants, and fs.Sub refuses only malformed paths
	}
	return sub
}
