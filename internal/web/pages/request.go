package pages

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"pugongying/internal/fault"
	"pugongying/internal/web"
)

// Request is one request of a person at a page.
type Request struct {
	*http.Request
	door *Door
	gin  *gin.Context
}

// errForm refuses a body that is no form.
var errForm = fault.New(fault.Invalid, "input.form", "表单没能读懂，请刷新页面再试。")

// read parses the body of a request that has one. The engine has bounded and buffered it already.
func (r *Request) read() error {
	if r.Method == http.MethodGet || r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	kind := r.Header.Get("Content-Type")
	err := r.ParseForm()
	if strings.HasPrefix(kind, "multipart/form-data") {
		err = r.ParseMultipartForm(r.ContentLength + 1) // in memory, where it is already
	}
	if err != nil || !strings.HasPrefix(kind, "application/x-www-form-urlencoded") && !strings.HasPrefix(kind, "multipart/form-data") {
		return web.WithStatus(errForm.Because(err), http.StatusBadRequest)
	}
	for _, values := range r.PostForm {
		for i, v := range values {
			if !utf8.ValidString(v) {
				return web.WithStatus(errForm, http.StatusBadRequest)
			}
			values[i] = strings.ReplaceAll(v, "\r\n", "\n") // as browsers send the lines of a textarea
		}
	}
	return nil
}

// Param is what the route's :name stands for.
func (r *Request) Param(name string) string { return r.gin.Param(name) }

// Address is the client's network address.
func (r *Request) Address() string { return r.gin.ClientIP() }

// Partial reports whether htmx asked, for a part of a page.
func (r *Request) Partial() bool {
	return r.Header.Get("HX-Request") == "true" && r.Header.Get("HX-Boosted") != "true"
}

// Text is one field of the form that was sent, without blanks around it.
func (r *Request) Text(name string) string { return strings.TrimSpace(r.PostForm.Get(name)) }

// Secret is one field as it was sent: blanks belong to a password.
func (r *Request) Secret(name string) string { return r.PostForm.Get(name) }

// Form is what was sent, to be shown again with what is wrong.
func (r *Request) Form() *Form { return &Form{values: r.PostForm} }

// File is one uploaded file, whole; fault.Invalid at its field when none was sent.
func (r *Request) File(name string) (body []byte, as string, err error) {
	missing := errNoFile.At(fault.Field{Location: name, Message: "请选一个文件。"})
	file, header, err := r.FormFile(name)
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return nil, "", missing
	}
	if err != nil {
		return nil, "", errForm.Because(err)
	}
	defer func(file multipart.File) { _ = file.Close() }(file) // it is in memory
	body, err = io.ReadAll(file)
	return body, header.Filename, err
}

var errNoFile = fault.New(fault.Invalid, "input.file", "没有收到文件。")

// mostField bounds the text fields before an uploaded file.
const mostField = 64 << 10

// Upload is an uploaded file as a stream, on a route that is Raw: the text fields that stand before it in the form are read
// and are those of Form and Text. fault.Invalid at its field when none was sent.
func (r *Request) Upload(name string) (io.Reader, error) {
	r.PostForm = url.Values{}
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, web.WithStatus(errForm.Because(err), http.StatusBadRequest)
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, errNoFile.At(fault.Field{Location: name, Message: "请选一个文件。"})
		}
		if err != nil {
			return nil, web.WithStatus(errForm.Because(err), http.StatusBadRequest)
		}
		if part.FormName() == name && part.FileName() != "" {
			return part, nil
		}
		value, err := io.ReadAll(io.LimitReader(part, mostField+1))
		if err != nil || len(value) > mostField || !utf8.Valid(value) {
			return nil, web.WithStatus(errForm.Because(err), http.StatusBadRequest)
		}
		r.PostForm.Set(part.FormName(), string(value))
	}
}

// Attach leaves what was found out about the request, for the page of an error that may follow.
func (r *Request) Attach(v any) { web.Attach(r.Context(), v) }

// Form is a form as it was sent, with the faults at its fields. The zero Form is an empty one.
type Form struct {
	values url.Values
	faults map[string]string
	Fault  string // what is wrong with the whole
}

// Filled is a form with values in it, as a page shows before anything was sent.
func Filled(values map[string]string) *Form {
	f := &Form{values: url.Values{}}
	for name, value := range values {
		f.values.Set(name, value)
	}
	return f
}

// Get is a field's text.
func (f *Form) Get(name string) string {
	if f == nil {
		return ""
	}
	return f.values.Get(name)
}

// Has reports whether a field, of which there may be several, was sent with this value (check boxes).
func (f *Form) Has(name, value string) bool {
	if f == nil {
		return false
	}
	for _, v := range f.values[name] {
		if v == value {
			return true
		}
	}
	return false
}

// At is what is wrong at a field; "" when nothing is.
func (f *Form) At(name string) string {
	if f == nil {
		return ""
	}
	return f.faults[name]
}

// Refused notes a refusal on the form and reports whether the form is to be shown again: true for input that a person can
// mend. Locations may be dotted (body.title); a field of the form is named by the last part.
func (f *Form) Refused(err error) bool {
	refusal := fault.From(err)
	if refusal == nil || refusal.Kind != fault.Invalid && refusal.Kind != fault.Conflict && refusal.Kind != fault.TooMany && refusal.Kind != fault.TooLarge {
		return false
	}
	f.Fault = refusal.Text
	f.faults = map[string]string{}
	for _, field := range refusal.Fields {
		at := field.Location
		if i := strings.LastIndexByte(at, '.'); i >= 0 {
			at = at[i+1:]
		}
		f.faults[at] = field.Message
	}
	return true
}
