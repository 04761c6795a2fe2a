package backup

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// What a stream consists of. Each frame is its kind and its parts, each part with its length before it.
const (
	frameCollection = 'c'
	frameDocument   = 'd'
	frameEnd        = 'e' // only a stream that ends with it is whole
	frameFailure    = 'f'
	largestPart     = 32 << 20
)

// Send writes the documents of a source as a stream, for a command beside the server that has the documents open. What
// goes wrong at the source is told in the stream.
func Send(ctx context.Context, w io.Writer, from Source) error {
	buffered := bufio.NewWriterSize(w, 256<<10)
	collection := ""
	err := from.Documents(ctx, func(d Document) error {
		if d.Collection != collection {
			collection = d.Collection
			if err := writeFrame(buffered, frameCollection, []byte(collection)); err != nil {
				return err
			}
		}
		return writeFrame(buffered, frameDocument, []byte(d.ID), d.Bytes)
	})
	if err != nil {
		return errors.Join(err, writeFrame(buffered, frameFailure, []byte(err.Error())), buffered.Flush())
	}
	return errors.Join(writeFrame(buffered, frameEnd), buffered.Flush())
}

func writeFrame(w *bufio.Writer, kind byte, parts ...[]byte) error {
	if err := w.WriteByte(kind); err != nil {
		return err
	}
	for _, part := range parts {
		if _, err := w.Write(binary.AppendUvarint(w.AvailableBuffer(), uint64(len(part)))); err != nil {
			return err
		}
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// Receive reads what Send wrote. A stream that breaks off is an error, and so is one in which the source failed.
func Receive(r io.Reader, each func(Document) error) error {
	in := &frames{r: bufio.NewReaderSize(r, 256<<10)}
	var d Document
	for {
		kind, err := in.r.ReadByte()
		if err != nil {
			return cutOff(err)
		}
		switch kind {
		case frameEnd:
			return nil
		case frameCollection:
			in.part(&in.id)
			d.Collection = string(in.id)
		case frameDocument:
			in.part(&in.id)
			in.part(&in.bytes)
			d.ID, d.Bytes = string(in.id), in.bytes
			if in.err == nil {
				in.err = each(d)
			}
		case frameFailure:
			in.part(&in.id)
			return fmt.Errorf("正在运行的服务没有读完：%s", in.id)
		default:
			return fmt.Errorf("%w：服务送来的读不懂", ErrDamaged)
		}
		if in.err != nil {
			return in.err
		}
	}
}

type frames struct {
	r         *bufio.Reader
	id, bytes []byte
	err       error
}

// part reads one part into a buffer that is used again.
func (f *frames) part(into *[]byte) {
	if f.err != nil {
		return
	}
	n, err := binary.ReadUvarint(f.r)
	if err == nil && n > largestPart {
		err = fmt.Errorf("%w：服务送来的读不懂", ErrDamaged)
	}
	if err != nil {
		f.err = cutOff(err)
		return
	}
	if uint64(cap(*into)) < n {
		*into = make([]byte, n)
	}
	*into = (*into)[:n]
	if _, err := io.ReadFull(f.r, *into); err != nil {
		f.err = cutOff(err)
	}
}

func cutOff(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("正在运行的服务中途断了，这一份不算：再做一次（%w）", io.ErrUnexpectedEOF)
	}
	return err
}
