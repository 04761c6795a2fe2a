package blob

import (
	"errors"
	"fmt"
	"os"

	"pugongying/internal/media"
)

// Scratch is a folder for files that are being received. They have no name: nobody else opens them, and the kernel frees
// them when they are closed or the process ends, however it ends.
type Scratch struct{ dir string }

var _ media.Scratch = (*Scratch)(nil)

// NewScratch creates the folder when it is missing, readable by this user alone.
func NewScratch(dir string) (*Scratch, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("blob: scratch folder: %w", err)
	}
	return &Scratch{dir}, nil
}

// New implements media.Scratch.
func (s *Scratch) New() (media.ScratchFile, error) {
	file, err := os.CreateTemp(s.dir, "incoming-*")
	if err != nil {
		return nil, unusable(err)
	}
	if err := os.Remove(file.Name()); err != nil {
		return nil, unusable(errors.Join(err, file.Close()))
	}
	return scratchFile{file}, nil
}

// scratchFile says what is full or broken in media's words.
type scratchFile struct{ *os.File }

// Write implements io.Writer.
func (f scratchFile) Write(p []byte) (int, error) {
	n, err := f.File.Write(p)
	return n, unusable(err)
}
