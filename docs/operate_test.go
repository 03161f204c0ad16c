package docs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// rooms are the packages whose reasons people get to see.
var rooms = []string{"refresh", "crl", "crlhttp", "elbtrust", "gate", "chain", "clientcert", "policy", "albtarget"}

// TestEveryReasonIsExplained holds operate.md to the words in the code: each
// has its line, and no line speaks of a word that there is not.
func TestEveryReasonIsExplained(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("operate.md")
	if err != nil {
		t.Fatal(err)
	}
	explained := map[string]bool{}
	for _, match := range regexp.MustCompile("(?m)^\\| `([a-z-]+)` \\|").FindAllStringSubmatch(string(text), -1) {
		explained[match[1]] = true
	}
	spoken := map[string]bool{"accepted": true} // a decision that needs no reason
	for _, room := range rooms {
		found := reasonsOf(t, filepath.Join("..", "internal", room))
		if len(found) == 0 {
			t.Errorf("found no reason in %s: this test has gone blind", room)
		}
		for _, word := range found {
			spoken[word] = true
			if !explained[word] {
				t.Errorf("%s says %q, and operate.md does not explain it", room, word)
			}
		}
	}
	for _, word := range slices.Sorted(maps.Keys(explained)) {
		if !spoken[word] {
			t.Errorf("operate.md explains %q, which nothing says", word)
		}
	}
}

// reasonsOf are the stable words in a package: constants of type Reason or in
// reason.go, and what its code gives as a reason.
func reasonsOf(t *testing.T, dir string) []string {
	t.Helper()
	found := map[string]bool{}
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		all := filepath.Base(name) == "reason.go"
		ast.Inspect(file, func(node ast.Node) bool {
			for _, word := range reasonsIn(node, all) {
				found[word] = true
			}
			return true
		})
	}
	return slices.Sorted(maps.Keys(found))
}

// reasonsIn are the reasons that one piece of code gives.
func reasonsIn(node ast.Node, all bool) []string {
	switch n := node.(type) {
	case *ast.GenDecl:
		return constants(n, all)
	case *ast.CallExpr:
		called, _ := n.Fun.(*ast.Ident)
		if called != nil && slices.Contains([]string{"unexpected", "refuse", "problem", "writeProblem"}, called.Name) {
			return words(n.Args)
		}
	case *ast.KeyValueExpr:
		key, _ := n.Key.(*ast.Ident)
		if key != nil && strings.EqualFold(key.Name, "reason") {
			return words([]ast.Expr{n.Value})
		}
	case *ast.AssignStmt:
		return assigned(n)
	}
	return nil
}

// constants are those of type Reason, or in a file of nothing else all.
func constants(declared *ast.GenDecl, all bool) []string {
	var found []string
	if declared.Tok != token.CONST {
		return nil
	}
	for _, spec := range declared.Specs {
		value := spec.(*ast.ValueSpec)
		kind, _ := value.Type.(*ast.Ident)
		if all && kind == nil || kind != nil && kind.Name == "Reason" {
			found = append(found, words(value.Values)...)
		}
	}
	return found
}

// assigned is what is given to something called reason.
func assigned(statement *ast.AssignStmt) []string {
	var found []string
	for i, to := range statement.Lhs {
		name := ""
		switch target := to.(type) {
		case *ast.Ident:
			name = target.Name
		case *ast.SelectorExpr:
			name = target.Sel.Name
		}
		if name == "reason" && len(statement.Lhs) == len(statement.Rhs) {
			found = append(found, words(statement.Rhs[i:i+1])...)
		}
	}
	return found
}

var stable = regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)

// words are the literals that can be a reason.
func words(values []ast.Expr) []string {
	var found []string
	for _, value := range values {
		literal, ok := value.(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			continue
		}
		word, err := strconv.Unquote(literal.Value)
		if err == nil && stable.MatchString(word) {
			found = append(found, word)
		}
	}
	return found
}

// The pattern of the table reads a line as the ALB guide shows it, with and
// without quotes around the status.
func TestConnectionLogPattern(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("operate.md")
	if err != nil {
		t.Fatal(err)
	}
	match := regexp.MustCompile(`(?s)'input.regex' =\s+'(.*?)'\)`).FindSubmatch(text)
	if match == nil {
		t.Fatal("found no pattern")
	}
	pattern := regexp.MustCompile(string(match[1]))
	for name, line := range map[string]string{
		"plain":         `2023-10-04T17:05:15.514108Z 203.0.113.1 36280 443 TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256 4.036 "CN=amazondomains.com,O=endEntity,L=Seattle,ST=Washington,C=US" NotBefore=2023-09-21T22:43:21Z;NotAfter=2026-06-17T22:43:21Z FEF257372D5C14D4 Failed:ClientCertCrlHit TID_3180a73013c8ca4bac2f731159d4b0fe`,
		"quoted":        `2023-10-04T17:05:15.514108Z 203.0.113.1 36280 443 TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256 4.036 "CN=a b" NotBefore=2023-09-21T22:43:21Z;NotAfter=2026-06-17T22:43:21Z FEF257372D5C14D4 "Failed:ClientCertCrlHit" TID_3180a73013c8ca4bac2f731159d4b0fe`,
		"newer fields":  `2023-10-04T17:05:15.514108Z 2001:db8::1 36280 443 TLSv1.3 TLS_AES_128_GCM_SHA256 4.036 "CN=a" NotBefore=2023-09-21T22:43:21Z;NotAfter=2026-06-17T22:43:21Z FEF257372D5C14D4 Failed:ClientCertCrlHit TID_3180a73013c8ca4bac2f731159d4b0fe X25519MLKEM768 app/gate/0123456789abcdef 203.0.113.1`,
		"nothing known": `2023-10-04T17:05:15.514108Z 203.0.113.1 36280 443 - - - "-" - FEF257372D5C14D4 Failed:ClientCertCrlHit TID_3180a73013c8ca4bac2f731159d4b0fe`,
	} {
		got := pattern.FindStringSubmatch(line)
		if len(got) != 14 || got[10] != "FEF257372D5C14D4" || got[11] != "Failed:ClientCertCrlHit" || got[12] != "TID_3180a73013c8ca4bac2f731159d4b0fe" {
			t.Errorf("%s: got %q", name, got)
		}
	}
}
