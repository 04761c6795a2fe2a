// Package geojson stands in for bleve's shapes: it has what bleve compiles against and makes none. Whoever would index or
// look for a shape is told so.
package geojson

import (
	"bytes"
	"errors"

	index "github.com/blevesearch/bleve_index_api"

	"github.com/blevesearch/geo/s2"
)

// ErrNone refuses every shape.
var ErrNone = errors.New("geojson: shapes are not built in")

// GeoShape is a shape as it is written down.
type GeoShape struct {
	Type        string
	Coordinates [][][][]float64
	Radius      string
	Center      []float64
}

// Envelope is a rectangle; there is never one.
type Envelope struct{ index.GeoJSON }

// Marshal refuses.
func (*Envelope) Marshal() ([]byte, error) { return nil, ErrNone }

// GeometryCollection is several shapes; there is never one.
type GeometryCollection struct {
	index.GeoJSON
	Shapes []index.GeoJSON
}

// ParseGeoJSONShape refuses.
func ParseGeoJSONShape([]byte) (index.GeoJSON, error) { return nil, ErrNone }

// NewGeometryCollection refuses.
func NewGeometryCollection([]*GeoShape) (index.GeoJSON, []byte, error) { return nil, nil, ErrNone }

// NewGeoCircleShape refuses.
func NewGeoCircleShape([]float64, string) (index.GeoJSON, []byte, error) { return nil, nil, ErrNone }

// NewGeoJsonShape refuses.
func NewGeoJsonShape([][][][]float64, string) (index.GeoJSON, []byte, error) {
	return nil, nil, ErrNone
}

// ExtractShapesFromBytes refuses.
func ExtractShapesFromBytes([]byte, **bytes.Reader, *s2.GeoBufferPool) (index.GeoJSON, error) {
	return nil, ErrNone
}

// FilterGeoShapesOnRelation refuses.
func FilterGeoShapesOnRelation(index.GeoJSON, []byte, string, **bytes.Reader, *s2.GeoBufferPool) (bool, error) {
	return false, ErrNone
}

// NewGeoJsonPoint makes none.
func NewGeoJsonPoint([]float64) index.GeoJSON { return nil }

// NewGeoJsonMultiPoint makes none.
func NewGeoJsonMultiPoint([][]float64) index.GeoJSON { return nil }

// NewGeoJsonLinestring makes none.
func NewGeoJsonLinestring([][]float64) index.GeoJSON { return nil }

// NewGeoJsonMultilinestring makes none.
func NewGeoJsonMultilinestring([][][]float64) index.GeoJSON { return nil }

// NewGeoJsonPolygon makes none.
func NewGeoJsonPolygon([][][]float64) index.GeoJSON { return nil }

// NewGeoJsonMultiPolygon makes none.
func NewGeoJsonMultiPolygon([][][][]float64) index.GeoJSON { return nil }

// NewGeoCircle makes none.
func NewGeoCircle([]float64, string) index.GeoJSON { return nil }

// NewGeoEnvelope makes none.
func NewGeoEnvelope([][]float64) index.GeoJSON { return nil }

// DeduplicateTerms is never given any.
func DeduplicateTerms(terms []string) []string { return terms }

// StripCoveringTerms is never given any.
func StripCoveringTerms(terms []string) []string { return terms }
