// Package s2 stands in for bleve's port of the S2 geometry: it has what bleve compiles against, and knows no place. Nothing
// here indexes places, so every list of terms is empty.
package s2

// CellID is a cell of the sphere.
type CellID uint64

// RangeMin is the cell itself.
func (c CellID) RangeMin() CellID { return c }

// RangeMax is the cell itself.
func (c CellID) RangeMax() CellID { return c }

// Level is that of the whole sphere.
func (c CellID) Level() int { return 0 }

// Parent is the cell itself.
func (c CellID) Parent(int) CellID { return c }

// Options are those of an indexer, all without effect.
type Options struct{}

// SetMaxLevel has no effect.
func (*Options) SetMaxLevel(int) {}

// SetMinLevel has no effect.
func (*Options) SetMinLevel(int) {}

// SetLevelMod has no effect.
func (*Options) SetLevelMod(int) {}

// SetMaxCells has no effect.
func (*Options) SetMaxCells(int) {}

// SetPointsOnly has no effect.
func (*Options) SetPointsOnly(bool) {}

// Region is any part of the sphere.
type Region interface{ region() }

type part struct{}

func (part) region() {}

// The parts of the sphere that bleve makes.
type (
	Point   struct{ part }
	LatLng  struct{ part }
	Rect    struct{ part }
	Cap     struct{ part }
	Loop    struct{ part }
	Polygon struct{ part }
)

// CapBound is a circle around it.
func (*Polygon) CapBound() Cap { return Cap{} }

// PointFromLatLng makes a point.
func PointFromLatLng(LatLng) Point { return Point{} }

// LatLngFromDegrees makes a place.
func LatLngFromDegrees(_, _ float64) LatLng { return LatLng{} }

// RectFromDegrees makes a rectangle.
func RectFromDegrees(_, _, _, _ float64) Rect { return Rect{} }

// CapFromCenterAndRadius makes a circle.
func CapFromCenterAndRadius(_, _, _ float64) Cap { return Cap{} }

// LoopFromPoints makes a loop.
func LoopFromPoints([]Point) *Loop { return &Loop{} }

// PolygonFromOrientedLoops makes a polygon.
func PolygonFromOrientedLoops([]*Loop) *Polygon { return &Polygon{} }

// RegionTermIndexer finds no terms.
type RegionTermIndexer struct{}

// NewRegionTermIndexerWithOptions makes one.
func NewRegionTermIndexerWithOptions(Options) *RegionTermIndexer { return &RegionTermIndexer{} }

// GetIndexTermsForPoint finds none.
func (*RegionTermIndexer) GetIndexTermsForPoint(Point, string) []string { return nil }

// GetQueryTermsForRegion finds none.
func (*RegionTermIndexer) GetQueryTermsForRegion(Region, string) []string { return nil }

// GeoBufferPool is empty.
type GeoBufferPool struct{}

// NewGeoBufferPool makes one.
func NewGeoBufferPool(_, _ int) *GeoBufferPool { return &GeoBufferPool{} }
