// Package http3 stands in for quic-go's: Gin's RunQUIC compiles against it, and nothing here calls that.
package http3

import (
	"errors"
	"net/http"
)

// ListenAndServeQUIC refuses: this program speaks HTTP/1.1 and leaves the rest to the proxy before it.
func ListenAndServeQUIC(addr, certFile, keyFile string, handler http.Handler) error {
	return errors.New("http3: not part of this program")
}
