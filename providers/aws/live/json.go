package live

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"time"
)

// appendObject appends an object of the SDK in the JSON in which the aws command prints it: the
// SDK's field names are the API's. What is not set is left out; lists of the object itself are
// printed, if only as empty, because without them they were not known.
func appendObject(b []byte, object any) ([]byte, error) {
	v := reflect.ValueOf(object)
	if v.Kind() != reflect.Struct {
		return nil, fmt.Errorf("%T is no object", object)
	}
	return appendStruct(b, v, true)
}

func appendStruct(b []byte, v reflect.Value, outermost bool) ([]byte, error) {
	b = append(b, '{')
	first := true
	for i := range v.NumField() {
		field := v.Type().Field(i)
		value := v.Field(i)
		if !field.IsExported() || field.Anonymous || isUnset(value) && !(outermost && value.Kind() == reflect.Slice) {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = strconv.AppendQuote(b, field.Name)
		b = append(b, ':')
		var err error
		if b, err = appendValue(b, value); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

// isUnset reports whether a field has no value: texts that are no pointer are enumerations.
func isUnset(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Interface:
		return v.IsNil()
	case reflect.Slice, reflect.String:
		return v.Len() == 0
	default:
		return false
	}
}

func appendValue(b []byte, v reflect.Value) ([]byte, error) {
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if t, ok := v.Interface().(time.Time); ok {
		return strconv.AppendQuote(b, t.UTC().Format(time.RFC3339)), nil
	}
	switch v.Kind() {
	case reflect.Struct:
		return appendStruct(b, v, false)
	case reflect.Slice:
		b = append(b, '[')
		for i := range v.Len() {
			if i > 0 {
				b = append(b, ',')
			}
			var err error
			if b, err = appendValue(b, v.Index(i)); err != nil {
				return nil, err
			}
		}
		return append(b, ']'), nil
	case reflect.String, reflect.Bool, reflect.Int32, reflect.Int64, reflect.Float64:
		text, err := json.Marshal(v.Interface())
		return append(b, text...), err
	default:
		return nil, fmt.Errorf("a %s cannot be written", v.Type())
	}
}
