package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// bbolt's file format (version 2), as far as its tree is walked: go.etcd.io/bbolt/internal/common.
const (
	fileMagic   = 0xED0CDAED
	fileVersion = 2
	metaOffset  = 16 // behind the page header
	metaSize    = 64
	branchFlag  = 0x01
	leafFlag    = 0x02
	bucketFlag  = 0x01 // of a leaf's element
	headerSize  = 16   // of a page, an element and the value of a bucket alike
	maxDepth    = 64
	maxPageSize = 1 << 24
)

var native = binary.NativeEndian

// errPages is what checkFile finds wrong; only its text matters.
var errPages = errors.New("bolt: broken pages")

func broken(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errPages, fmt.Sprintf(format, args...))
}

// checker reads a file's tree without mapping it into memory.
type checker struct {
	file     io.ReaderAt
	pageSize uint64
	end      uint64   // the first page number that is not in use
	met      []uint64 // a bit a page
	inside   bool     // a bucket of documents is walked: values are BSON
	pages    [maxDepth][]byte
}

// checkFile says what would make bbolt panic: no valid meta page, a page that is missing, of the wrong kind, met twice or
// out of bounds, keys out of order. A file of no bytes is a new one.
func checkFile(f *os.File) error {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return err
	}
	readAhead(f, info.Size())
	meta, err := newestMeta(f)
	if err != nil {
		return err
	}
	c := &checker{file: f, pageSize: meta.pageSize, end: meta.end}
	if size := uint64(info.Size()); c.end > size/c.pageSize || meta.root >= c.end {
		return broken("%d bytes are too few for %d pages", size, c.end)
	}
	c.met = make([]uint64, c.end/64+1)
	return c.page(meta.root, nil, nil, 0)
}

type meta struct{ pageSize, root, end, txid uint64 }

// newestMeta gives the valid meta page of the latest transaction. The first page tells the page size; where it is broken
// the second is looked for at every size there is, as bbolt does.
func newestMeta(f io.ReaderAt) (meta, error) {
	first, ok := metaAt(f, 0)
	for size := int64(1024); size <= maxPageSize; size *= 2 {
		if ok && first.pageSize != uint64(size) {
			continue
		}
		if second, valid := metaAt(f, size); valid && second.pageSize == uint64(size) && (!ok || second.txid > first.txid) {
			return second, nil
		}
	}
	if !ok {
		return meta{}, broken("no valid meta page")
	}
	return first, nil
}

func metaAt(f io.ReaderAt, page int64) (meta, bool) {
	var b [metaSize]byte
	if _, err := f.ReadAt(b[:], page+metaOffset); err != nil {
		return meta{}, false
	}
	sum := fnv.New64a()
	_, _ = sum.Write(b[:56])
	if native.Uint32(b[:]) != fileMagic || native.Uint32(b[4:]) != fileVersion || native.Uint64(b[56:]) != sum.Sum64() {
		return meta{}, false
	}
	m := meta{
		pageSize: uint64(native.Uint32(b[8:])), root: native.Uint64(b[16:]), end: native.Uint64(b[40:]), txid: native.Uint64(b[48:]),
	}
	return m, m.pageSize >= 1024 && m.pageSize <= maxPageSize
}

// page checks a page and all below it: its keys are from low up to but without high (nil: no bound).
func (c *checker) page(id uint64, low, high []byte, depth int) error {
	if depth == maxDepth {
		return broken("page %d lies too deep", id)
	}
	p, err := c.read(id, depth)
	if err != nil {
		return err
	}
	flags, count := native.Uint16(p[8:]), int(native.Uint16(p[10:]))
	if headerSize*(count+1) > len(p) || flags != leafFlag && (flags != branchFlag || count == 0) {
		return broken("page %d has kind %x and %d elements", id, flags, count)
	}
	element := c.leaf
	if flags == branchFlag {
		element = c.branch
	}
	for i := range count {
		key, err := keyAt(p, flags, i)
		if err != nil {
			return err
		}
		if order := bytes.Compare(low, key); low != nil && (order > 0 || order == 0 && i > 0) || high != nil && bytes.Compare(key, high) >= 0 {
			return broken("page %d has key %d out of order", id, i)
		}
		if err := element(p, i, count, high, depth); err != nil {
			return err
		}
		low = key
	}
	return nil
}

// read gives a page with its overflow; it is met here for the first time.
func (c *checker) read(id uint64, depth int) ([]byte, error) {
	if id < 2 || id >= c.end {
		return nil, broken("page %d of %d", id, c.end)
	}
	p, err := c.fill(depth, id, c.pageSize)
	if err != nil {
		return nil, err
	}
	overflow := uint64(native.Uint32(p[12:]))
	if native.Uint64(p) != id || overflow >= c.end-id {
		return nil, broken("page %d says it is %d", id, native.Uint64(p))
	}
	for n := id; n <= id+overflow; n++ {
		if c.met[n/64]&(1<<(n%64)) != 0 {
			return nil, broken("page %d is met twice", n)
		}
		c.met[n/64] |= 1 << (n % 64)
	}
	if overflow == 0 {
		return p, nil
	}
	return c.fill(depth, id, c.pageSize*(overflow+1))
}

func (c *checker) fill(depth int, id, size uint64) ([]byte, error) {
	if uint64(cap(c.pages[depth])) < size {
		c.pages[depth] = make([]byte, size)
	}
	p := c.pages[depth][:size]
	if _, err := c.file.ReadAt(p, int64(id*c.pageSize)); err != nil {
		return nil, broken("page %d: %v", id, err)
	}
	return p, nil
}

// spanOf returns the size bytes of p that begin at from, or an error when p is too short.
func spanOf(p []byte, from, size uint64) ([]byte, error) {
	if from > uint64(len(p)) || size > uint64(len(p))-from {
		return nil, broken("an element reaches beyond its page")
	}
	return p[from : from+size], nil
}

func keyAt(p []byte, flags uint16, i int) ([]byte, error) {
	at := uint64(headerSize * (i + 1))
	if flags == branchFlag {
		return spanOf(p, at+uint64(native.Uint32(p[at:])), uint64(native.Uint32(p[at+4:])))
	}
	return spanOf(p, at+uint64(native.Uint32(p[at+4:])), uint64(native.Uint32(p[at+8:])))
}

// valueAt gives the value of a leaf's element, which follows its key.
func valueAt(p []byte, i int) ([]byte, error) {
	at := uint64(headerSize * (i + 1))
	from := at + uint64(native.Uint32(p[at+4:])) + uint64(native.Uint32(p[at+8:]))
	return spanOf(p, from, uint64(native.Uint32(p[at+12:])))
}

// branch checks the page below element i, whose keys are before those of the next element.
func (c *checker) branch(p []byte, i, count int, high []byte, depth int) error {
	key, err := keyAt(p, branchFlag, i)
	if err == nil && i+1 < count {
		high, err = keyAt(p, branchFlag, i+1)
	}
	if err != nil {
		return err
	}
	return c.page(native.Uint64(p[headerSize*(i+1)+8:]), key, high, depth+1)
}

// leaf checks the value of element i, and the tree below it when it is a bucket.
func (c *checker) leaf(p []byte, i, _ int, _ []byte, depth int) error {
	value, err := valueAt(p, i)
	if err != nil {
		return err
	}
	if native.Uint32(p[headerSize*(i+1):])&bucketFlag == 0 {
		return c.document(value)
	}
	key, err := keyAt(p, leafFlag, i)
	if err != nil {
		return err
	}
	c.inside = bytes.HasPrefix(key, documentsPrefix)
	defer func() { c.inside = false }()
	if len(value) < headerSize {
		return broken("a bucket of %d bytes", len(value))
	}
	if root := native.Uint64(value); root != 0 {
		return c.page(root, nil, nil, depth+1)
	}
	return c.inline(value[headerSize:])
}

var documentsPrefix = []byte("d\x00")

// document checks that a value is what a document must be, down to its last field.
func (c *checker) document(value []byte) error {
	if !c.inside {
		return nil
	}
	if err := bson.Raw(value).Validate(); err != nil {
		return broken("a document is none: %v", err)
	}
	return nil
}

// inline checks a small bucket that is stored within its parent's leaf.
func (c *checker) inline(p []byte) error {
	if len(p) < headerSize || native.Uint16(p[8:]) != leafFlag || headerSize*(int(native.Uint16(p[10:]))+1) > len(p) {
		return broken("a small bucket is no leaf")
	}
	var low []byte
	for i := range int(native.Uint16(p[10:])) {
		key, err := keyAt(p, leafFlag, i)
		if err != nil {
			return err
		}
		if i > 0 && bytes.Compare(low, key) >= 0 {
			return broken("a small bucket is out of order")
		}
		value, err := valueAt(p, i)
		if err == nil {
			err = c.document(value)
		}
		if err != nil {
			return err
		}
		low = key
	}
	return nil
}
