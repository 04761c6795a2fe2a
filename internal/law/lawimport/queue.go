package lawimport

import (
	"context"
	"errors"
	"runtime"

	"pugongying/internal/law"
)

// job is a queued file. Files are parsed concurrently and imported one by one in the order they were added.
type job struct {
	pending
	err  error
	done chan struct{} // closed once pending.parsed or err is set, or the file was known
}

// waiting bounds the files in memory: enough to use every processor.
var waiting = 2 * runtime.GOMAXPROCS(0)

// Add imports one file; its outcome may be reported during a later Add or Close. The path is relative to the imported
// folder, with slashes. The importer retains data, so the caller must not change it.
func (m *Importer) Add(ctx context.Context, file string, data []byte) error {
	j := &job{pending: pending{file: file, key: m.key(file, data), data: data}, done: make(chan struct{})}
	if _, known := m.knows(j.key); known {
		close(j.done)
	} else {
		go func() {
			defer close(j.done)
			j.pending.parsed, j.err = read(file, data)
		}()
	}
	if m.queue = append(m.queue, j); len(m.queue) < waiting {
		return ctx.Err()
	}
	return m.next(ctx)
}

// next imports the file that has waited longest.
func (m *Importer) next(ctx context.Context) error {
	j := m.queue[0]
	m.queue[0] = nil
	m.queue = m.queue[1:]
	<-j.done
	if f, known := m.knows(j.key); known {
		m.again(f, j.pending)
		return m.flush(ctx, false)
	}
	m.take(j)
	return m.flush(ctx, false)
}

func (m *Importer) take(j *job) {
	l := j.pending.parsed
	var refused *Refusal
	switch {
	case errors.As(j.err, &refused):
		m.refuse(refused, j.key)
	case l.kind == noLaw:
		m.report(Outcome{File: j.file, Kind: Passed})
		m.remember(law.File{Key: j.key})
	case l.kind == whole:
		m.propose(l, j.key)
	default:
		m.groups[l.group] = append(m.groups[l.group], j.pending)
		m.remember(law.File{Key: j.key, Piece: true, Group: l.group})
	}
}
