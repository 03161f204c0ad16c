package policy

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestPattern(t *testing.T) {
	t.Parallel()
	cases := []struct {
		pattern, value string
		want           bool
	}{
		{"laptop", "laptop", true},
		{"laptop", "laptops", false},
		{"laptop-*", "laptop-7", true},
		{"laptop-*", "laptop-", false},
		{"laptop-*", "laptop-7.example", false},
		{"laptop-*", "laptop-7 admin", false},
		{"laptop-*", "laptop-7/admin", false},
		{"laptop-*", "laptop-7,CN=admin", false},
		{"laptop-*", "laptop-a-b_c", true},
		{"*", "laptop", true},
		{"*", "", false},
		{"*", "two words", false},
		{"* *", "two words", true},
		{"* *", "two  words", false},
		{"*-lap", "my-lap", true},
		{"my-*-lap", "my-own-lap", true},
		{"my-*-lap", "my-lap", false},
		{"my-*-lap", "my--lap", false},
		{"*.*.example.com", "a.b.example.com", true},
		{"*.*.example.com", "a.example.com", false},
		{"*.example.com", ".example.com", false},
		{"*.example.com", "a.example.com.", false},
		{"*.example.com", "*.example.com", false},
		{"a*c", "a*c", false},
		{"社員-*", "社員-山田", true},
		{"*", "a\u200bb", false},
		{"*", "a\x00b", false},
		{"*", "\xff", false},
		{"a\xff*", "a\xffb", false},
	}
	for _, c := range cases {
		compiled, fault := compilePattern(c.pattern)
		got := fault == "" && compiled.matches(c.value)
		if got != c.want {
			t.Errorf("%q on %q: got %v, want %v (%s)", c.pattern, c.value, got, c.want, fault)
		}
	}
}

// A pattern is a regular expression in which an asterisk stands for the
// characters of a label.
func TestPatternProperty(t *testing.T) {
	t.Parallel()
	text := rapid.StringOfN(rapid.RuneFrom([]rune("ab-_.@/ *é")), 0, 12, -1)
	rapid.Check(t, func(t *rapid.T) {
		source := text.Draw(t, "pattern")
		compiled, fault := compilePattern(source)
		if fault != "" {
			return
		}
		expression := regexp.MustCompile(`\A` + strings.ReplaceAll(regexp.QuoteMeta(source), `\*`, `[\p{L}\p{M}\p{N}_-]+`) + `\z`)
		for _, value := range []string{text.Draw(t, "value"), strings.ReplaceAll(source, "*", rapid.StringMatching(`[ab.]{0,3}`).Draw(t, "filling"))} {
			want := expression.MatchString(value)
			if compiled.matches(value) != want {
				t.Fatalf("%q on %q: got %v, want %v", source, value, !want, want)
			}
		}
	})
}
