package reference

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/sekisho/sekisho/internal/settings"
)

// durations is what [settings.Duration] reads.
const durations = `^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$`

// Schema is the JSON schema of the settings (draft 2020-12).
func Schema(comments Comments) ([]byte, error) {
	all, err := comments.describe(reflect.ValueOf(settings.Defaults()))
	if err != nil {
		return nil, err
	}
	schema := object(all)
	schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	schema["title"] = "Settings of Sekisho"
	text, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encoding the schema: %w", err)
	}
	return append(text, '\n'), nil
}

func object(members []setting) map[string]any {
	properties := map[string]any{}
	var required []string
	for _, member := range members {
		properties[member.key] = member.schema()
		if member.required {
			required = append(required, member.key)
		}
	}
	schema := map[string]any{"type": "object", "additionalProperties": false, "properties": properties}
	if required != nil {
		schema["required"] = required
	}
	return schema
}

func (s setting) schema() map[string]any {
	schema := s.shape(s.kind)
	schema["description"] = s.meaning
	if s.fallback.IsValid() && s.members == nil {
		schema["default"] = s.fallback.Interface()
	}
	return schema
}

// shape is what may stand for a Go type.
func (s setting) shape(t reflect.Type) map[string]any {
	switch {
	case words(t) != nil:
		return map[string]any{"type": "string", "enum": words(t)}
	case isText(t):
		return map[string]any{"type": "string", "pattern": durations}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.shape(t.Elem())
	case reflect.Slice:
		return map[string]any{"type": "array", "items": s.shape(t.Elem())}
	case reflect.Struct:
		return object(s.members)
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return map[string]any{"type": "integer", "minimum": 0}
	}
	return map[string]any{"type": "string"}
}
