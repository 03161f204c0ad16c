package policy

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEverythingThatIsWrongIsTold(t *testing.T) {
	t.Parallel()
	rule := func(members string) string { return `{"format":1,"rules":[{` + members + `}]}` }
	who := `"who":[{"subjectCn":"a"}]`
	cases := []struct {
		name, text string
		want       []string // keys and beginnings of the details
	}{
		{"empty", "", []string{"not valid JSON"}},
		{"page in HTML", "<html>", []string{"not valid JSON"}},
		{"two documents", `{"format":1,"rules":[]}{}`, []string{"not valid JSON"}},
		{"not UTF-8", "{\"format\":1,\"rules\":[],\"\xff\":1}", []string{"not valid UTF-8"}},
		{"too long", strings.Repeat(" ", MaxBytes+1), []string{"4194305 bytes"}},
		{"nested without end", strings.Repeat("[", 20_000), []string{"not valid JSON"}},
		{"no object", `[]`, []string{"want an object"}},
		{"nothing in it", `{}`, []string{"format: missing", "rules: missing"}},
		{"other format", `{"format":2,"rules":[]}`, []string{"format: want 1"}},
		{"format as text", `{"format":"1","rules":[]}`, []string{"format: want 1"}},
		{"unknown key", `{"format":1,"rules":[],"deny":[]}`, []string{"deny: unknown key"}},
		{"key in another case", `{"format":1,"Rules":[]}`, []string{"rules: missing", "Rules: unknown key"}},
		{"key twice", `{"format":1,"rules":[],"rules":[{}]}`, []string{"rules: given twice", "rules[0].name: missing", "rules[0].who: missing"}},
		{"rules no list", `{"format":1,"rules":{}}`, []string{"rules: want a list"}},
		{"rules null", `{"format":1,"rules":null}`, []string{"rules: want a list"}},
		{"rule no object", `{"format":1,"rules":["all"]}`, []string{"rules[0]: want an object"}},
		{"no name", rule(who), []string{"rules[0].name: missing"}},
		{"name with a blank", rule(`"name":"a b",` + who), []string{`rules[0].name: "a b": want 1 to 64`}},
		{"name no text", rule(`"name":7,` + who), []string{"rules[0].name: want a text"}},
		{"two of one name", `{"format":1,"rules":[{"name":"a",` + who + `},{"name":"a",` + who + `}]}`, []string{`rules[1].name: "a" is the name of another rule`}},
		{"nobody said", rule(`"name":"a"`), []string{"rules[0].who: missing"}},
		{"somebody and anyone", rule(`"name":"a","anyone":true,` + who), []string{"rules[0].anyone: the rule also says who"}},
		{"anyone false", rule(`"name":"a","anyone":false`), []string{"rules[0].anyone: only true"}},
		{"who is empty", rule(`"name":"a","who":[]`), []string{"rules[0].who: an empty list"}},
		{"who matches everybody", rule(`"name":"a","who":[{}]`), []string{"rules[0].who[0]: it matches everybody"}},
		{"unknown attribute", rule(`"name":"a","who":[{"subjectCn":"a","role":"admin"}]`), []string{"rules[0].who[0].role: unknown key"}},
		{"empty attribute", rule(`"name":"a","who":[{"subjectCn":""}]`), []string{"rules[0].who[0].subjectCn: want a text"}},
		{"null attribute", rule(`"name":"a","who":[{"subjectCn":null}]`), []string{"rules[0].who[0].subjectCn: want a text"}},
		{"two asterisks in a label", rule(`"name":"a","who":[{"subjectCn":"a*b*"}]`), []string{`rules[0].who[0].subjectCn: "a*b*": an asterisk may stand once`}},
		{"control character", rule(`"name":"a","who":[{"subjectCn":"a\u0000"}]`), []string{"rules[0].who[0].subjectCn: "}},
		{"key hash cut short", rule(`"name":"a","who":[{"issuerKeySha256":"00"}]`), []string{`rules[0].who[0].issuerKeySha256: "00": want the SHA-256`}},
		{"key hash as a pattern", rule(`"name":"a","who":[{"issuerKeySha256":"*"}]`), []string{`rules[0].who[0].issuerKeySha256: "*": want the SHA-256`}},
		{"serial number alone", rule(`"name":"a","who":[{"serial":"05"}]`), []string{"rules[0].who[0]: a serial number means something only with its issuer"}},
		{"serial number as a pattern", rule(`"name":"a","who":[{"serial":"*","issuerKeySha256":"` + strings.Repeat("0", 64) + `"}]`), []string{`rules[0].who[0].serial: "*": want a serial number`}},
		{"negative serial number", rule(`"name":"a","who":[{"serial":"-5","issuerKeySha256":"` + strings.Repeat("0", 64) + `"}]`), []string{`rules[0].who[0].serial: "-5": want a serial number`}},
		{"no paths", rule(`"name":"a","paths":[],` + who), []string{"rules[0].paths: an empty list"}},
		{"relative path", rule(`"name":"a","paths":["/ok","a"],` + who), []string{`rules[0].paths[1]: "a": a path begins with a slash`}},
		{"encoded path", rule(`"name":"a","paths":["/a%20b"],` + who), []string{"rules[0].paths[0]: "}},
		{"path as a pattern", rule(`"name":"a","paths":["/a/*"],` + who), []string{"rules[0].paths[0]: "}},
		{"path with dots", rule(`"name":"a","paths":["/a/../b"],` + who), []string{`rules[0].paths[0]: "/a/../b": it has a dot segment`}},
		{"path with an empty segment", rule(`"name":"a","paths":["/a//b"],` + who), []string{`rules[0].paths[0]: "/a//b": it has an empty segment`}},
		{"path with a backslash", rule(`"name":"a","paths":["/a\\b"],` + who), []string{"rules[0].paths[0]: "}},
		{"method in small letters", rule(`"name":"a","methods":["get"],` + who), []string{`rules[0].methods[0]: "get": a method is written in capital letters`}},
		{"methods no list", rule(`"name":"a","methods":"GET",` + who), []string{"rules[0].methods: want a list"}},
		{"method no text", rule(`"name":"a","methods":[1],` + who), []string{"rules[0].methods[0]: want a text"}},
		{"several at once", `{"format":3,"x":1,"rules":[{"name":"a","paths":["b"],"who":[{"y":1},{"subjectCn":"c*d*"}]}]}`,
			[]string{"format: want 1", "x: unknown key", "rules[0].paths[0]: ", "rules[0].who[0].y: unknown key", "rules[0].who[0]: it matches everybody", "rules[0].who[1].subjectCn: "}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			policy, err := Parse([]byte(c.text))
			if policy != nil {
				t.Error("got a policy, want none")
			}
			wantProblems(t, err, "reading the policy: ", c.want)
		})
	}
}

// wantProblems compares the problems in err, in order.
func wantProblems(t *testing.T, err error, prefix string, want []string) {
	t.Helper()
	if err == nil {
		t.Fatal("got no error")
	}
	var joined interface{ Unwrap() []error }
	if !strings.HasPrefix(err.Error(), prefix) || !errors.As(err, &joined) {
		t.Fatalf("got %v, want joined problems after %q", err, prefix)
	}
	var got []string
	for i, problem := range joined.Unwrap() {
		var typed *Problem
		if !errors.As(problem, &typed) {
			t.Errorf("got %T, want a *Problem", problem)
		}
		text := problem.Error()
		if i < len(want) && strings.HasPrefix(text, want[i]) {
			text = want[i]
		}
		got = append(got, text)
	}
	diff := cmp.Diff(want, got)
	if diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}
