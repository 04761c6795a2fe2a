// Package memcache stands in for gomemcache: the WeChat SDK's own cache compiles against it, and nothing here uses that.
package memcache

import "errors"

var errAbsent = errors.New("memcache: not part of this program")

// Item is what would be stored.
type Item struct {
	Key        string
	Value      []byte
	Expiration int32
}

// Client refuses everything.
type Client struct{}

// New gives a client that refuses.
func New(...string) *Client { return &Client{} }

// Get fails.
func (*Client) Get(string) (*Item, error) { return nil, errAbsent }

// Set fails.
func (*Client) Set(*Item) error { return errAbsent }

// Delete fails.
func (*Client) Delete(string) error { return errAbsent }
