package reference

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/sekisho/sekisho/internal/settings"
)

// fewWords is how many words the table lists; for more it points to the schema.
const fewWords = 6

// Table is the settings as a Markdown table: key, type, default and meaning.
func Table(comments Comments) (string, error) {
	all, err := comments.describe(reflect.ValueOf(settings.Defaults()))
	if err != nil {
		return "", err
	}
	var table strings.Builder
	table.WriteString("| key | type | default | meaning |\n|---|---|---|---|\n")
	rows(&table, "", all)
	return table.String(), nil
}

func rows(table *strings.Builder, prefix string, all []setting) {
	for _, s := range all {
		fmt.Fprintf(table, "| `%s` | %s | %s | %s |\n", prefix+s.key, cell(inWords(s.kind)), cell(s.standing()), cell(s.meaning))
		below := prefix + s.key + "."
		if s.kind.Kind() == reflect.Slice {
			below = prefix + s.key + "[]."
		}
		rows(table, below, s.members)
	}
}

// standing is what stands at a key by default.
func (s setting) standing() string {
	switch {
	case s.required:
		return "needed"
	case !s.fallback.IsValid() || s.members != nil:
		return ""
	}
	return fmt.Sprintf("`%v`", s.fallback.Interface())
}

func inWords(t reflect.Type) string {
	all := words(t)
	switch {
	case len(all) > fewWords:
		return "one of those in the schema"
	case all != nil:
		return "`" + strings.Join(all, "`, `") + "`"
	case isText(t):
		return "duration"
	}
	switch t.Kind() {
	case reflect.Pointer:
		return inWords(t.Elem())
	case reflect.Slice:
		return "list of " + inWords(t.Elem())
	case reflect.Struct:
		return "object"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64:
		return "number"
	}
	return "text"
}

func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
