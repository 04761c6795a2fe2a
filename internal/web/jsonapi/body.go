package jsonapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"pugongying/internal/web"
)

// Quick is a body that decodes itself in one pass, for operations that many people call at once. huma parses every body
// twice, first into maps to check them and then into its struct, which is most of what such a request allocates.
type Quick interface {
	// ReadQuick decodes a UTF-8 body that is exactly what the schema declares; false leaves anything else, right or wrong,
	// to the schema.
	ReadQuick(body []byte) bool
	// Slow is where a body that was left to the schema waits for Check.
	Slow() *[]byte
}

var quickType = reflect.TypeFor[Quick]()

// quickly decodes a body that can decode itself; false when v contains none.
func quickly(data []byte, v any) bool {
	at := reflect.ValueOf(v).Elem()
	if at.Kind() != reflect.Pointer || !at.Type().Implements(quickType) {
		return false
	}
	body := reflect.New(at.Type().Elem())
	at.Set(body)
	quick := body.Interface().(Quick)
	if !utf8.Valid(data) || !quick.ReadQuick(data) {
		*quick.Slow() = bytes.Clone(data)
	}
	return true
}

// QuickBody has an operation's body, which must be a Quick, read in one pass. Its handler has to call Check.
func (a *API) QuickBody(op *Operation) {
	op.SkipValidateBody = true
	op.Middlewares = append(op.Middlewares, func(hc huma.Context, next func(huma.Context)) {
		if kind := hc.Header("Content-Type"); kind != "" && kind != "application/json" && GinOf(hc).Request.ContentLength != 0 {
			var nothing any
			if err := a.Unmarshal(kind, []byte("null"), &nothing); errors.Is(err, huma.ErrUnknownContentType) {
				a.Refuse(hc, web.WithStatus(ErrMedia, http.StatusUnsupportedMediaType))
				return
			}
		}
		next(hc)
	})
}

// Check reads a body that did not read itself as every other operation's body is read: it refuses what the schema of the
// operation does not declare, in the same words. It does nothing for a body that is complete, or nil.
func Check[B any, Q interface {
	*B
	Quick
}](a *API, op *huma.Operation, body Q) error {
	if body == nil || *body.Slow() == nil {
		return nil
	}
	data := *body.Slow()
	var parsed any
	if err := decode(data, &parsed); err != nil {
		return humaError(http.StatusBadRequest, "unreadable body", &huma.ErrorDetail{Location: "body", Message: err.Error()})
	}
	path := huma.NewPathBuffer(nil, 0)
	path.Push("body")
	var found huma.ValidateResult
	huma.Validate(a.OpenAPI().Components.Schemas, op.RequestBody.Content["application/json"].Schema, path, huma.ModeWriteToServer, parsed, &found)
	if len(found.Errors) > 0 {
		return humaError(http.StatusUnprocessableEntity, "validation failed", found.Errors...)
	}
	*body.Slow() = nil
	return json.Unmarshal(data, body)
}
