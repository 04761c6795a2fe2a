// Package parts refuses a service that is put together from less than it needs, so that a forgotten part is an error at
// start and not a nil pointer at somebody's request.
package parts

import (
	"fmt"
	"reflect"
	"strings"
)

// Missing is an error that names every field of a struct which holds nothing: a nil interface, pointer, function, map,
// channel or slice. An empty slice that is not nil is a decision and passes. A field tagged `parts:"optional"` may be
// nil. It is for constructors, at start; what is no struct is a fault of the program and panics.
func Missing(of string, given any) error {
	v := reflect.ValueOf(given)
	var missing []string
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if field.Tag.Get("parts") != "optional" && empty(v.Field(i)) {
			missing = append(missing, field.Name)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("%s: put together without %s", of, strings.Join(missing, ", "))
	}
	return nil
}

// empty also sees a nil pointer inside an interface, which is not equal to nil.
func empty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Interface:
		return v.IsNil() || empty(v.Elem())
	case reflect.Pointer, reflect.Func, reflect.Map, reflect.Chan, reflect.Slice:
		return v.IsNil()
	default:
		return false
	}
}
