package policy

import (
	"fmt"
	"regexp"
	"strings"
)

// readRules reads the rules of a document.
func readRules(document node) []rule {
	elements, there := document.list("rules", "")
	if !there {
		document.child("rules", nil).wrong("missing: an empty list lets every verified client pass")
	}
	document.rest()
	var rules []rule
	named := map[string]bool{}
	for _, element := range elements {
		r := readRule(element)
		if r.name != "" && named[r.name] {
			element.child("name", nil).wrong("%q is the name of another rule already", r.name)
		}
		named[r.name] = true
		rules = append(rules, r)
	}
	return rules
}

func readRule(n node) rule {
	var r rule
	_, is := n.value.(*object)
	if !is {
		n.wrong("want an object in braces")
		return r
	}
	r.name = readName(n)
	r.paths = readTexts(n, "paths", prefixFault)
	r.methods = readTexts(n, "methods", methodFault)
	r.who, r.anyone = readWho(n)
	n.rest()
	return r
}

func readName(n node) string {
	name, there := n.take("name")
	if !there {
		n.child("name", nil).wrong("missing: the log names the rule that let a client pass")
		return ""
	}
	text := name.text()
	if text != "" && !regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`).MatchString(text) {
		name.wrong("%q: want 1 to 64 letters, digits, dots, hyphens and underscores", text)
	}
	return text
}

// readTexts reads a list of texts that may be absent but not empty: an empty
// one could be meant as "none" and as "all".
func readTexts(n node, name string, fault func(string) string) []string {
	elements, _ := n.list(name, "leave the key out to cover all of them")
	var texts []string
	for _, element := range elements {
		text := element.text()
		problem := fault(text)
		if text != "" && problem != "" {
			element.wrong("%q: %s", text, problem)
		}
		texts = append(texts, trimSlash(text))
	}
	return texts
}

func methodFault(method string) string {
	if strings.Trim(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-") != "" {
		return "a method is written in capital letters"
	}
	return ""
}

// readWho reads whom a rule is for. To let every verified client pass must be
// said in so many words.
func readWho(n node) ([]criteria, bool) {
	elements, listed := n.list("who", "nobody could pass")
	anyone, said := n.take("anyone")
	if said && anyone.value != true {
		anyone.wrong("only true has a meaning here: leave the key out to say whom the rule is for")
	}
	switch {
	case listed && said:
		anyone.wrong("the rule also says who: keep one of the two")
	case !listed && !said:
		n.child("who", nil).wrong(`missing: say whom the rule is for, or write "anyone": true for every verified client`)
	}
	var who []criteria
	for _, element := range elements {
		who = append(who, readCriteria(element))
	}
	return who, said
}

func readCriteria(n node) criteria {
	var all criteria
	for name := range attributeNames {
		value, there := n.take(name.String())
		if !there {
			continue
		}
		text := value.text()
		compiled, fault := name.compile(text)
		if text != "" && fault != "" {
			value.wrong("%q: %s", text, fault)
		}
		all = append(all, criterion{name, compiled})
	}
	n.rest()
	_, is := n.value.(*object)
	if is && len(all) == 0 {
		n.wrong("it matches everybody: name an attribute, one of %s", knownAttributes())
	}
	if all.has(serialNumber) && !all.has(issuerKey) {
		n.wrong("a serial number means something only with its issuer: add %s", issuerKey)
	}
	return all
}

func (c criteria) has(name attributeName) bool {
	for i := range c {
		if c[i].of == name {
			return true
		}
	}
	return false
}

func knownAttributes() string {
	var names []string
	for name := range attributeNames {
		names = append(names, fmt.Sprint(name))
	}
	return strings.Join(names, ", ")
}
