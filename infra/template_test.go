package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// template is a synthesised template.
type template struct {
	Resources map[string]resource
	Outputs   map[string]struct{ Value any }
	text      string
}

type resource struct {
	Type           string
	Properties     map[string]any
	DependsOn      []string
	DeletionPolicy string
}

func readTemplate(t *testing.T, file string) template {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("reading the template: %v", err)
	}
	got := template{text: string(text)}
	err = json.Unmarshal(text, &got)
	if err != nil {
		t.Fatalf("parsing the template: %v", err)
	}
	return got
}

// all are the IDs of the resources of a type, in order.
func (tm template) all(kind string) []string {
	var ids []string
	for id, r := range tm.Resources {
		if r.Type == kind {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// one is the only resource whose ID begins like this.
func (tm template) one(t *testing.T, prefix string) resource {
	t.Helper()
	var found []string
	for id := range tm.Resources {
		if plain(id) == prefix {
			found = append(found, id)
		}
	}
	if len(found) != 1 {
		t.Fatalf("got %d resources called %s, want 1", len(found), prefix)
	}
	return tm.Resources[found[0]]
}

var hashSuffix = regexp.MustCompile(`[0-9A-F]{8}$`)

// plain is an ID without the hash of its path.
func plain(id string) string { return hashSuffix.ReplaceAllString(id, "") }

// text is a value with its references written as ${ID} or ${ID.Attribute}.
func text(value any) string {
	switch v := value.(type) {
	case map[string]any:
		return intrinsic(v)
	case []any:
		var parts []string
		for _, part := range v {
			parts = append(parts, text(part))
		}
		return strings.Join(parts, ",")
	default:
		return fmt.Sprint(v)
	}
}

func intrinsic(v map[string]any) string {
	for name, argument := range v {
		list, _ := argument.([]any)
		switch name {
		case "Ref":
			return "${" + plain(fmt.Sprint(argument)) + "}"
		case "Fn::GetAtt":
			return "${" + plain(fmt.Sprint(list[0])) + "." + fmt.Sprint(list[1]) + "}"
		case "Fn::Join":
			return joined(list)
		case "Fn::Sub":
			return fmt.Sprint(argument)
		case "Fn::Select", "Fn::Split":
			return "${" + strings.TrimPrefix(name, "Fn::") + " " + fmt.Sprint(list[0]) + " " + text(list[1]) + "}"
		}
	}
	encoded, _ := json.Marshal(v)
	return string(encoded)
}

func joined(list []any) string {
	var parts []string
	for _, part := range list[1].([]any) {
		parts = append(parts, text(part))
	}
	return strings.Join(parts, fmt.Sprint(list[0]))
}

// property is a property as text, "" where there is none.
func (r resource) property(path ...string) string {
	var value any = r.Properties
	for _, name := range path {
		object, ok := value.(map[string]any)
		if !ok || object[name] == nil {
			return ""
		}
		value = object[name]
	}
	return text(value)
}

// attributes are key and value pairs, as load balancers, listeners and target
// groups have them.
func (r resource) attributes(name string) map[string]string {
	pairs := map[string]string{}
	list, _ := r.Properties[name].([]any)
	for _, pair := range list {
		object := pair.(map[string]any)
		pairs[text(object["Key"])] = text(object["Value"])
	}
	return pairs
}

// references are the IDs that a resource cannot be without.
func (tm template) references(id string) []string {
	found := map[string]bool{}
	for _, other := range tm.Resources[id].DependsOn {
		found[other] = true
	}
	tm.collect(tm.Resources[id].Properties, found)
	return slices.Sorted(maps.Keys(found))
}

var inSub = regexp.MustCompile(`\$\{([A-Za-z0-9]+)[.}]`)

func (tm template) collect(value any, found map[string]bool) {
	switch v := value.(type) {
	case []any:
		for _, part := range v {
			tm.collect(part, found)
		}
	case map[string]any:
		for name, part := range v {
			tm.note(name, part, found)
			tm.collect(part, found)
		}
	}
}

func (tm template) note(name string, argument any, found map[string]bool) {
	var named []string
	switch list, _ := argument.([]any); {
	case name == "Ref":
		named = append(named, fmt.Sprint(argument))
	case name == "Fn::GetAtt" && len(list) > 0:
		named = append(named, fmt.Sprint(list[0]))
	case name == "Fn::Sub":
		for _, match := range inSub.FindAllStringSubmatch(fmt.Sprint(argument), -1) {
			named = append(named, match[1])
		}
	}
	for _, id := range named {
		if _, ok := tm.Resources[id]; ok {
			found[id] = true
		}
	}
}

// needs are all IDs that a resource comes after, whatever the way.
func (tm template) needs(id string) map[string]bool {
	all := map[string]bool{}
	open := []string{id}
	for len(open) > 0 {
		next := open[0]
		open = open[1:]
		for _, other := range tm.references(next) {
			if !all[other] {
				all[other] = true
				open = append(open, other)
			}
		}
	}
	return all
}

// comesAfter says that no resource called later exists before one called
// earlier. IDs are meant with or without their hashes.
func (tm template) comesAfter(later, earlier string) bool {
	for id := range tm.Resources {
		if plain(id) != plain(later) {
			continue
		}
		for other := range tm.needs(id) {
			if plain(other) == earlier {
				return true
			}
		}
	}
	return false
}

// statement is one statement of a policy as one line.
type statement struct {
	sid, effect, principal, actions, resources, conditions string
}

func statements(document any) []statement {
	object, _ := document.(map[string]any)
	list, _ := object["Statement"].([]any)
	var all []statement
	for _, one := range list {
		s := one.(map[string]any)
		all = append(all, statement{
			sid: optional(s["Sid"]), effect: text(s["Effect"]), principal: optional(s["Principal"]),
			actions: text(s["Action"]), resources: optional(s["Resource"]), conditions: optional(s["Condition"]),
		})
	}
	return all
}

func optional(value any) string {
	if value == nil {
		return ""
	}
	return text(value)
}

// grants are the statements of each role, by the role's plain ID.
func (tm template) grants() map[string][]statement {
	all := map[string][]statement{}
	for id, r := range tm.Resources {
		switch r.Type {
		case "AWS::IAM::Role":
			inline, _ := r.Properties["Policies"].([]any)
			for _, policy := range inline {
				all[plain(id)] = append(all[plain(id)], statements(policy.(map[string]any)["PolicyDocument"])...)
			}
		case "AWS::IAM::Policy":
			for _, role := range r.Properties["Roles"].([]any) {
				name := strings.Trim(text(role), "${}")
				all[name] = append(all[name], statements(r.Properties["PolicyDocument"])...)
			}
		}
	}
	return all
}
