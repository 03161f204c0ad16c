package settings

import (
	"encoding/json"
	"reflect"
	"strings"
)

// fieldsOf maps the JSON keys of a struct to its fields.
func fieldsOf(t reflect.Type) map[string]reflect.StructField {
	fields := map[string]reflect.StructField{}
	for _, field := range visible(t) {
		fields[keyOf(field)] = field
	}
	return fields
}

// keysOf are the JSON keys of a struct in the order of its fields.
func keysOf(t reflect.Type) []string {
	var all []string
	for _, field := range visible(t) {
		all = append(all, keyOf(field))
	}
	return all
}

// visible are the fields of a struct that are written in JSON, those of
// embedded structs among them.
func visible(t reflect.Type) []reflect.StructField {
	var fields []reflect.StructField
	for _, field := range reflect.VisibleFields(t) {
		if field.IsExported() && !field.Anonymous {
			fields = append(fields, field)
		}
	}
	return fields
}

func keyOf(field reflect.StructField) string {
	name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
	return name
}

// wanted is what may stand for a Go type, in words.
func wanted(t reflect.Type) string {
	if t == reflect.TypeFor[Duration]() {
		return `a duration in quotes, like "300s"`
	}
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	case reflect.Slice:
		return "a list in brackets"
	case reflect.Struct:
		return "an object in braces"
	case reflect.Pointer:
		return wanted(t.Elem())
	}
	return "text in quotes"
}

// got is what was written instead. The value itself is not repeated: it may be
// long, and it stands where the key says.
func got(raw json.RawMessage) string {
	switch raw[0] {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		return "text"
	case 't', 'f':
		return "true or false"
	}
	return "the number " + string(raw)
}
