package policy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"
)

// node is a value of a document and where it stands. The zero value stands for
// what could not be read: it gives nothing, and no further problems.
type node struct {
	key   string
	value any // as encoding/json has it; an object is an *object
	found *problems
}

// object is an object whose members are taken out one by one: what is left in
// the end is unknown.
type object struct{ members map[string]any }

// document reads the text as one JSON object of the format that is known here.
func (p *problems) document(text []byte) node {
	fault := textFault(text)
	if fault != "" {
		p.add("", "%s", fault)
		return node{}
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	root := node{value: p.value(decoder, ""), found: p}
	_, is := root.value.(*object)
	if !is {
		root.wrong("want an object in braces")
		return node{}
	}
	format, there := root.take("format")
	if there && format.value != json.Number(fmt.Sprint(Format)) {
		format.wrong("want %d: another version of this program may know it", Format)
	}
	if !there {
		root.child("format", nil).wrong("missing: write %d", Format)
	}
	return root
}

// textFault says what keeps a text from being JSON that is read here.
func textFault(text []byte) string {
	if len(text) > MaxBytes {
		return fmt.Sprintf("%d bytes: at most %d are read", len(text), MaxBytes)
	}
	if !utf8.Valid(text) {
		return "not valid UTF-8"
	}
	var shape any
	err := json.Unmarshal(text, &shape)
	if err != nil {
		return "not valid JSON: " + err.Error()
	}
	return ""
}

// value reads one value; that it is valid is known. encoding/json would keep
// the last of two members with one name, without a word.
func (p *problems) value(decoder *json.Decoder, key string) any {
	token, _ := decoder.Token()
	switch token {
	case json.Delim('{'):
		return p.object(decoder, key)
	case json.Delim('['):
		list := []any{}
		for decoder.More() {
			list = append(list, p.value(decoder, at(key, len(list))))
		}
		_, _ = decoder.Token()
		return list
	}
	return token
}

func (p *problems) object(decoder *json.Decoder, key string) *object {
	o := &object{members: map[string]any{}}
	for decoder.More() {
		token, _ := decoder.Token()
		name := fmt.Sprint(token)
		value := p.value(decoder, below(key, name))
		_, twice := o.members[name]
		if twice {
			p.add(below(key, name), "given twice: keep one of them")
		}
		o.members[name] = value
	}
	_, _ = decoder.Token()
	return o
}

func (n node) wrong(format string, args ...any) {
	if n.found != nil {
		n.found.add(n.key, format, args...)
	}
}

func (n node) child(name string, value any) node {
	return node{below(n.key, name), value, n.found}
}

// take takes a member out of an object.
func (n node) take(name string) (node, bool) {
	o, is := n.value.(*object)
	if !is {
		return node{}, false
	}
	value, there := o.members[name]
	delete(o.members, name)
	return n.child(name, value), there
}

// rest complains about members that nobody took, and about what is no object.
func (n node) rest() {
	o, is := n.value.(*object)
	if !is {
		n.wrong("want an object in braces")
		return
	}
	for _, name := range slices.Sorted(maps.Keys(o.members)) {
		n.child(name, nil).wrong("unknown key")
	}
}

// list are the elements of the member name, which may be absent; unlessEmpty
// says why it may not be empty, if it may not.
func (n node) list(name, unlessEmpty string) ([]node, bool) {
	member, there := n.take(name)
	if !there {
		return nil, false
	}
	elements, is := member.value.([]any)
	switch {
	case !is:
		member.wrong("want a list in brackets")
	case len(elements) == 0 && unlessEmpty != "":
		member.wrong("an empty list: %s", unlessEmpty)
	}
	var all []node
	for i, element := range elements {
		all = append(all, node{at(member.key, i), element, n.found})
	}
	return all, true
}

// text is the text of a node, which may not be empty.
func (n node) text() string {
	text, is := n.value.(string)
	if !is || text == "" {
		n.wrong("want a text in quotes that is not empty")
	}
	return text
}

func at(key string, index int) string { return fmt.Sprintf("%s[%d]", key, index) }

func below(key, name string) string {
	if key == "" {
		return name
	}
	return key + "." + name
}
