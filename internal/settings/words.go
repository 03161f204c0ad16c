package settings

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// enumerated is a text that must be one of a few words.
type enumerated interface{ Values() []string }

// fewWords is how many words a message lists; of more it only names the nearest.
const fewWords = 6

// words finds every text below value that must be one of a few words and is
// not. An empty one stands for its default.
func (p *problems) words(key string, value reflect.Value) {
	word, ok := value.Interface().(enumerated)
	switch {
	case ok:
		p.word(key, value.String(), word.Values())
	case value.Kind() == reflect.Pointer && !value.IsNil():
		p.words(key, value.Elem())
	case value.Kind() == reflect.Struct:
		for _, field := range visible(value.Type()) {
			p.words(below(key, keyOf(field)), value.FieldByIndex(field.Index))
		}
	case value.Kind() == reflect.Slice:
		for i := range value.Len() {
			p.words(at(key, i), value.Index(i))
		}
	}
}

func (p *problems) word(key, word string, known []string) {
	if word == "" || slices.Contains(known, word) {
		return
	}
	if len(known) > fewWords {
		p.add(key, "%q is none of the %d that the schema lists: the nearest is %q", word, len(known), nearest(word, known))
		return
	}
	var quoted []string
	for _, k := range known {
		quoted = append(quoted, strconv.Quote(k))
	}
	p.add(key, "%q is not one of %s", word, strings.Join(quoted, ", "))
}
