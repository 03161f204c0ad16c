package reference

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/sekisho/sekisho/internal/settings"
)

// setting is one key: what may stand there, and what it means.
type setting struct {
	key      string
	meaning  string
	required bool
	kind     reflect.Type
	// fallback is the default; the zero Value where nothing stands for nothing.
	fallback reflect.Value
	// members are the keys below, where an object or a list of objects stands.
	members []setting
}

// describe lists the keys of a struct, with the defaults that value holds.
func (c Comments) describe(value reflect.Value) ([]setting, error) {
	var all []setting
	for _, field := range reflect.VisibleFields(value.Type()) {
		if field.Anonymous {
			continue
		}
		one, err := c.field(field, owner(value.Type(), field), value.FieldByIndex(field.Index))
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

func (c Comments) field(field reflect.StructField, owner string, value reflect.Value) (setting, error) {
	key, options, _ := strings.Cut(field.Tag.Get("json"), ",")
	one := setting{
		key:      key,
		meaning:  c[owner+"."+field.Name],
		required: field.Tag.Get("required") == "true",
		kind:     field.Type,
	}
	if one.meaning == "" {
		return setting{}, fmt.Errorf("describing the settings: %s.%s has no comment: write what it means to an operator", owner, field.Name)
	}
	if !value.IsZero() || value.Kind() == reflect.Bool || options == "" && !one.required {
		one.fallback = value
	}
	below, ok := prototype(field.Type, value)
	if !ok {
		return one, nil
	}
	members, err := c.describe(below)
	one.members = members
	return one, err
}

// owner is the struct that declares a field: the type itself, or the one that
// is embedded in it.
func owner(t reflect.Type, field reflect.StructField) string {
	if len(field.Index) > 1 {
		return t.FieldByIndex(field.Index[:len(field.Index)-1]).Type.Name()
	}
	return t.Name()
}

// prototype is an object as it may stand at a key of this type, with its
// defaults; there is none for a type that is no object.
func prototype(t reflect.Type, value reflect.Value) (reflect.Value, bool) {
	if t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer {
		t, value = t.Elem(), reflect.Zero(t.Elem())
	}
	switch {
	case t == reflect.TypeFor[settings.Source]():
		return reflect.ValueOf(settings.Source{}.WithDefaults()), true
	case t == reflect.TypeFor[settings.FunctionNetwork]():
		return reflect.ValueOf(settings.FunctionNetwork{}.WithDefaults()), true
	case t == reflect.TypeFor[settings.Backend]():
		backend := settings.Backend{IPAddresses: []string{""}}.WithDefaults()
		backend.IPAddresses = nil
		return reflect.ValueOf(backend), true
	}
	return value, t.Kind() == reflect.Struct
}

// words are all that may stand at a key where only some words may.
func words(t reflect.Type) []string {
	enumerated, ok := reflect.Zero(t).Interface().(interface{ Values() []string })
	if !ok {
		return nil
	}
	return enumerated.Values()
}

func isText(t reflect.Type) bool {
	return slices.ContainsFunc([]reflect.Type{t, reflect.PointerTo(t)}, func(t reflect.Type) bool {
		return t.Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
	})
}
