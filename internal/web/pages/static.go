package pages

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"

	"pugongying/internal/web"

	"github.com/gin-gonic/gin"
)

// Static are files of the door's own, each under an address that contains a hash of its bytes and may therefore be stored
// for a year. Safe for concurrent use.
type Static struct {
	prefix    string
	addresses map[string]string // by name
	responses map[string]*web.Response
}

// hashDigits of a file's hash stand in its address.
const hashDigits = 12

// NewStatic reads every file of some folders.
func NewStatic(prefix string, folders ...fs.FS) (*Static, error) {
	s := &Static{prefix: prefix, addresses: map[string]string{}, responses: map[string]*web.Response{}}
	for _, files := range folders {
		if err := s.read(files); err != nil {
			return nil, fmt.Errorf("static files: %w", err)
		}
	}
	return s, nil
}

func (s *Static) read(files fs.FS) error {
	return fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		ext := path.Ext(name)
		address := strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:])[:hashDigits] + ext
		s.addresses[name] = s.prefix + "/" + address
		s.responses["/"+address] = web.NewResponse(body, web.ResponseOptions{
			ContentType: mime.TypeByExtension(ext), CacheControl: "public, max-age=31536000, immutable",
		})
		return nil
	})
}

// Address is where a file is; an unknown name is an error of the template that asks.
func (s *Static) Address(name string) (string, error) {
	if address := s.addresses[name]; address != "" {
		return address, nil
	}
	return "", fmt.Errorf("no static file %q", name)
}

// Static serves the files; they are the same for everybody.
func (d *Door) Static(s *Static) {
	route := web.Route{Method: http.MethodGet, Path: s.prefix + "/*file", Priority: web.Read, Quiet: true}
	d.engine.Route(route, func(c *gin.Context) {
		response := s.responses[c.Param("file")]
		if response == nil {
			d.engine.Fail(c, web.ErrNoRoute)
			return
		}
		response.Write(c.Writer, c.Request)
	})
}
