package console

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"pugongying/internal/fault"
	"pugongying/internal/staff"
	"pugongying/internal/web/pages"
)

// List is a table whose filter, sort and page stand in the address, so that an address is a view that can be sent to a
// colleague. What it exports is what it shows, all pages of it.
type List struct {
	Name     string // of the exported file
	Unit     string // what is counted, as 件
	Columns  []Column
	Filters  []Filter
	Tabs     string   // the filter that is drawn as tabs; "" for none
	Sort     string   // by what at first: a column's key, with - before it downwards; "" where the order is given
	Size     int      // rows of a page
	Acts     []Act    // what can be begun from here
	None     string   // what an empty list says when no filter is set
	Bulk     []Option // what can be done to chosen rows, by the value of "act"; none for a list whose rows are not chosen
	BulkPath string   // below Prefix: where chosen rows go, each as "id"
	Find     func(ctx context.Context, who staff.Principal, q Query) (Found, error)
}

// Column is one column of a list.
type Column struct {
	Key, Title string
	Sorts      bool
	Number     bool // right-aligned
	Tight      bool // on one line
}

// FilterKind is how a filter is set.
type FilterKind int

// The kinds of filters.
const (
	ByWords  FilterKind = iota // a search box, reached by /
	ByChoice                   // a list to choose from
	ByDay                      // a day
)

// Filter is one filter of a list.
type Filter struct {
	Name, Label string
	Kind        FilterKind
	Options     func(ctx context.Context, who staff.Principal) ([]Option, error) // of a choice; the empty value is added
}

// Option is one value to choose.
type Option struct {
	Value, Words string
	Count        string // beside a tab; "" for none
}

// Fixed are options that are always the same.
func Fixed(options ...Option) func(context.Context, staff.Principal) ([]Option, error) {
	return func(context.Context, staff.Principal) ([]Option, error) { return options, nil }
}

// Act is a button of a page's head.
type Act struct {
	Words, Path, Icon string
	Main              bool
}

// Query is what a list is asked for. Values come from the address: a capability checks them like any input.
type Query struct {
	values url.Values
	Sort   string // a column's key
	Down   bool
	After  string // the cursor of the page before
	Page   int    // counted from 1, for lists that know their total
	Limit  int
}

// Get is a filter's value; "" when it is not set.
func (q Query) Get(name string) string { return strings.TrimSpace(q.values.Get(name)) }

// From is how many rows the pages before have.
func (q Query) From() int { return (q.Page - 1) * q.Limit }

// Found is a page of rows. A list either knows its total, and its pages have numbers, or gives a cursor.
type Found struct {
	Rows  []Row
	Total int    // -1 when it is not known
	Next  string // the cursor of the next page; "" at the end, and where the total is known
}

// Row is one row. Its first cell leads to Path.
type Row struct {
	Path  string // below Prefix; "" leads nowhere
	Cells []Cell // one for each column
	Now   bool   // drawn as what is worked on

	Choice string // what a chosen row is called in a form; "" for one that cannot be chosen
	May    string // the acts of Bulk that she may do to it, with spaces between
}

// Cell is what stands in one column.
type Cell struct {
	Text  string
	At    time.Time // instead of a text: shown as people say it, exported as it is
	Note  string    // beside the text, smaller
	Code  string    // an id, drawn small behind the text
	Tag   string    // drawn as a tag: "warn", "good", "bad", "plain"
	Steps []Step
	Calm  bool // smaller and paler
}

// words is what a cell says on a page.
func (c Cell) words(now time.Time) string {
	if c.At.IsZero() {
		return c.Text
	}
	return When(c.At, now)
}

// Bounds of lists.
const (
	pageSize  = 20
	exportMax = 10_000
)

// ErrTooManyRows refuses an export that nobody would read.
var ErrTooManyRows = fault.New(fault.TooLarge, "list.too_many", "一次最多导出 "+strconv.Itoa(exportMax)+" 行。请先用上面的筛选缩小范围。")

// ListView is what the template of lists shows.
type ListView struct {
	List
	Query   Query
	Found   Found
	Filters []FilterView
	Tabs    *FilterView
	Set     []FilterView // those that narrow the list now
	First   int          // the number of the first row, where it is known
	path    string
}

// FilterView is a filter with its value.
type FilterView struct {
	Filter
	Options []Option
	Value   string
	Words   string // of the value
	Without string // the address without this filter
	path    string
}

// List answers with a list, or with all its rows as a file when the address says export.
func (r *Request) List(title string, l List) (pages.Answer, error) {
	return r.ListOn("list/list", title, l)
}

// ListOn is List on a template of the area's own, which contains {{template "list" .}}.
func (r *Request) ListOn(template, title string, l List) (pages.Answer, error) {
	q := l.query(r.URL.Query())
	if format := r.URL.Query().Get("export"); format != "" {
		return r.export(l, q, format)
	}
	v, err := r.listView(l, q)
	if err != nil {
		return nil, err
	}
	if r.Partial() {
		return pages.Page{Template: template, Block: "list", Data: r.view(title, v)}, nil
	}
	return r.Page(template, title, v), nil
}

// query reads the address; what it does not know is left out.
func (l List) query(values url.Values) Query {
	q := Query{values: values, After: values.Get("after"), Limit: l.Size, Page: 1}
	if q.Limit == 0 {
		q.Limit = pageSize
	}
	if n, err := strconv.Atoi(values.Get("page")); err == nil && n > 1 && n < 1_000_000 {
		q.Page = n
	}
	sort := values.Get("sort")
	if !l.sorts(sort) {
		sort = l.Sort
	}
	q.Sort, q.Down = strings.TrimPrefix(sort, "-"), strings.HasPrefix(sort, "-")
	return q
}

func (l List) sorts(by string) bool {
	by = strings.TrimPrefix(by, "-")
	for _, c := range l.Columns {
		if c.Sorts && c.Key == by {
			return true
		}
	}
	return false
}

func (r *Request) listView(l List, q Query) (ListView, error) {
	v := ListView{List: l, Query: q, path: r.URL.Path}
	for _, f := range l.Filters {
		one := FilterView{Filter: f, Value: q.Get(f.Name), Without: v.Address(f.Name, ""), path: r.URL.Path}
		if f.Options != nil {
			options, err := f.Options(r.Context(), r.Who)
			if err != nil {
				return v, err
			}
			one.Options = options
		}
		one.Words = wordsOf(one.Options, one.Value)
		if f.Name == l.Tabs {
			v.Tabs = &one
		} else {
			v.Filters = append(v.Filters, one)
		}
		if one.Value != "" {
			v.Set = append(v.Set, one)
		}
	}
	found, err := l.Find(r.Context(), r.Who, q)
	if err != nil {
		return v, err
	}
	v.Found, v.First = found, q.From()+1
	return v, nil
}

func wordsOf(options []Option, value string) string {
	for _, o := range options {
		if o.Value == value {
			return o.Words
		}
	}
	return value
}

// Address is the list's address with one value changed; changing anything but the page begins at the first page.
func (v ListView) Address(name, value string) string {
	changed := url.Values{}
	for key, values := range v.Query.values {
		if len(values) > 0 && values[0] != "" && key != "export" {
			changed.Set(key, values[0])
		}
	}
	if name != "page" && name != "after" && name != "export" {
		changed.Del("page")
		changed.Del("after")
	}
	if changed.Set(name, value); value == "" {
		changed.Del(name)
	}
	if len(changed) == 0 {
		return v.path
	}
	return v.path + "?" + changed.Encode()
}

// SortState is a column's aria-sort.
func (v ListView) SortState(c Column) string {
	switch {
	case v.Query.Sort != c.Key:
		return "none"
	case v.Query.Down:
		return "descending"
	}
	return "ascending"
}

// SortNext is what pressing a column's head sorts by.
func (v ListView) SortNext(c Column) string {
	if v.Query.Sort == c.Key && !v.Query.Down {
		return "-" + c.Key
	}
	return c.Key
}

// Last is the number of the last row of the page.
func (v ListView) Last() int { return v.First + len(v.Found.Rows) - 1 }

// Before is the address of the page before; "" on the first.
func (v ListView) Before() string {
	switch {
	case v.Query.Page > 2:
		return v.Address("page", strconv.Itoa(v.Query.Page-1))
	case v.Query.Page == 2:
		return v.Address("page", "")
	}
	return ""
}

// Behind is the address of the next page; "" on the last.
func (v ListView) Behind() string {
	switch {
	case v.Found.Next != "":
		return v.Address("after", v.Found.Next)
	case v.Found.Total > v.Query.From()+len(v.Found.Rows) && len(v.Found.Rows) > 0:
		return v.Address("page", strconv.Itoa(v.Query.Page+1))
	}
	return ""
}

// Sorting is the value that the form of filters sends along so that a filter keeps the order.
func (v ListView) Sorting() string {
	if v.Query.values.Get("sort") == "" {
		return ""
	}
	if v.Query.Down {
		return "-" + v.Query.Sort
	}
	return v.Query.Sort
}
