package settings

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
)

// decode fills target, a pointer to a struct or slice, from JSON. Unlike the
// standard decoder it reports everything that is wrong, each with its key, and
// accepts neither an unknown key, nor one in another case, nor one twice.
// What the text does not mention keeps its value.
func (p *problems) decode(key string, text []byte, target any) {
	var raw json.RawMessage
	err := json.Unmarshal(text, &raw)
	if err != nil {
		p.add(key, "not valid JSON: %s", located(text, err))
		return
	}
	p.value(key, raw, reflect.ValueOf(target).Elem())
}

func (p *problems) value(key string, raw json.RawMessage, target reflect.Value) {
	_, isText := target.Addr().Interface().(encoding.TextUnmarshaler)
	switch kind := target.Kind(); {
	case isText, kind != reflect.Struct && kind != reflect.Slice && kind != reflect.Pointer, raw[0] == 'n':
		p.leaf(key, raw, target)
	case kind == reflect.Pointer:
		target.Set(reflect.New(target.Type().Elem()))
		p.value(key, raw, target.Elem())
	case kind == reflect.Struct && raw[0] == '{':
		p.object(key, raw, target)
	case kind == reflect.Slice && raw[0] == '[':
		p.array(key, raw, target)
	default:
		p.mistyped(key, raw, target)
	}
}

func (p *problems) leaf(key string, raw json.RawMessage, target reflect.Value) {
	if raw[0] == 'n' {
		p.add(key, "null has no meaning here: leave the key out to get its default")
		return
	}
	fresh := reflect.New(target.Type())
	err := json.Unmarshal(raw, fresh.Interface())
	var mistyped *json.UnmarshalTypeError
	switch {
	case errors.As(err, &mistyped):
		p.mistyped(key, raw, target)
	case err != nil:
		p.add(key, "%s", err)
	default:
		target.Set(fresh.Elem())
	}
}

func (p *problems) array(key string, raw json.RawMessage, target reflect.Value) {
	var elements []json.RawMessage
	err := json.Unmarshal(raw, &elements)
	if err != nil {
		p.add(key, "%s", err)
		return
	}
	target.Set(reflect.MakeSlice(target.Type(), len(elements), len(elements)))
	for i, element := range elements {
		p.value(at(key, i), element, target.Index(i))
	}
}

func (p *problems) object(key string, raw json.RawMessage, target reflect.Value) {
	fields := fieldsOf(target.Type())
	seen := map[string]bool{}
	for _, m := range members(raw) {
		path := below(key, m.name)
		field, known := fields[m.name]
		switch {
		case seen[m.name]:
			p.add(path, "given twice: keep one of them")
		case known:
			p.value(path, m.value, target.FieldByIndex(field.Index))
		default:
			p.add(path, "unknown key%s", suggestion(m.name, keysOf(target.Type())))
		}
		seen[m.name] = true
	}
}

func (p *problems) mistyped(key string, raw json.RawMessage, target reflect.Value) {
	p.add(key, "want %s, got %s", wanted(target.Type()), got(raw))
}

// member is one key of a JSON object and its value.
type member struct {
	name  string
	value json.RawMessage
}

// members reads a JSON object in its own order, repetitions included. The text
// is known to be valid JSON, so that no read can fail.
func members(raw json.RawMessage) []member {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	var all []member
	_, err := decoder.Token()
	for err == nil && decoder.More() {
		var name json.Token
		var value json.RawMessage
		name, err = decoder.Token()
		if err == nil {
			err = decoder.Decode(&value)
		}
		all = append(all, member{fmt.Sprint(name), value})
	}
	return all
}

// located says where in the text a syntax error is.
func located(text []byte, err error) string {
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return err.Error()
	}
	before := text[:min(int(syntax.Offset), len(text))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := len(before) - bytes.LastIndexByte(before, '\n') - 1
	return fmt.Sprintf("%s (line %d, column %d)", err, line, column)
}
