package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/snapshot"
)

// policyFiles writes policies and returns their names.
func policyFiles(t *testing.T) func(string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"laptops.json": `{"format":1,"rules":[{"name":"laptops","paths":["/reports"],"methods":["GET"],"who":[{"subjectCn":"laptop-*","issuerCn":"issuing"}]}]}`,
		"two.json":     `{"format":1,"rules":[{"name":"a","anyone":true,"paths":["/a"]},{"name":"b","anyone":true,"paths":["/b"]}]}`,
		"none.json":    `{"format":1,"rules":[]}`,
		"wrong.json":   `{"format":1,"rules":[{"name":"a b","paths":["x"],"who":[{"cn":"y"}]}]}`,
	} {
		err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600)
		if err != nil {
			t.Fatal(err)
		}
	}
	return func(name string) string { return filepath.Join(dir, name) }
}

func TestPolicyCheck(t *testing.T) {
	file, rules := verifyFiles(t), policyFiles(t)
	for _, c := range []struct {
		name string
		args []string
		code int
		want string // in standard output, or in standard error where that is empty
	}{
		{"one rule", []string{rules("laptops.json")}, exitFine, "fine: 1 rule, whom"},
		{"two rules", []string{rules("two.json")}, exitFine, "fine: 2 rules, whom"},
		{"no rules", []string{rules("none.json")}, exitFine, "every verified client passes"},
		{"mistakes", []string{rules("wrong.json")}, exitRefused, `rules[0].name: "a b"`},
		{"more mistakes", []string{rules("wrong.json")}, exitRefused, "rules[0].who[0].cn: unknown key"},
		{"no file", []string{rules("absent.json")}, exitUsage, "absent.json"},
		{"allowed", []string{rules("laptops.json"), "--client", file("laptop.pem"), "--path", "/reports/may"}, exitFine, "allowed: rule laptops\n"},
		{"allowed with the issuer apart", []string{rules("laptops.json"), "--client", file("leaf.pem"), "--issuer", file("ca.pem"), "--path", "/reports"}, exitFine, "allowed: rule laptops\n"},
		{"allowed without rules", []string{rules("none.json"), "--client", file("laptop.pem")}, exitFine, "allowed: there are no rules\n"},
		{"no rule for the path", []string{rules("laptops.json"), "--client", file("laptop.pem"), "--path", "/admin"}, exitRefused, "refused: no-rule\n"},
		{"no rule for the method", []string{rules("laptops.json"), "--client", file("laptop.pem"), "--path", "/reports", "--method", "PUT"}, exitRefused, "refused: no-rule\n"},
		{"no rule for the client", []string{rules("laptops.json"), "--client", file("server.pem"), "--path", "/reports"}, exitRefused, "refused: no-rule\n"},
		{"path trick", []string{rules("laptops.json"), "--client", file("laptop.pem"), "--path", "/reports/%2e%2e/admin"}, exitRefused, "refused: ambiguous-path\n"},
		{"issuer unknown", []string{rules("laptops.json"), "--client", file("leaf.pem")}, exitUsage, "name it with --issuer"},
		{"another issuer", []string{rules("laptops.json"), "--client", file("leaf.pem"), "--issuer", file("other.pem")}, exitUsage, "name it with --issuer"},
		{"client that is junk", []string{rules("laptops.json"), "--client", file("junk")}, exitRefused, "reading certificates"},
		{"two files", []string{rules("laptops.json"), rules("two.json")}, exitUsage, "accepts at most 1 arg"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			code := run(t.Context(), append([]string{"policy", "check"}, c.args...), &out, &errs)
			said := out.String()
			if said == "" {
				said = errs.String()
			}
			if code != c.code || !strings.Contains(said, c.want) {
				t.Errorf("exit code %d, said %q, want %d and %q", code, said, c.code, c.want)
			}
		})
	}
}

func TestPolicyInForce(t *testing.T) {
	store, file, rules := serveBucket(t), verifyFiles(t), policyFiles(t)
	ask := []string{"policy", "check", "--client", file("laptop.pem"), "--path", "/reports"}
	steps := []struct {
		name string
		args []string
		code int
		want string
	}{
		{"none yet", []string{"policy", "check"}, exitFine, "fine: no rules"},
		{"nobody is refused by it", ask, exitFine, "allowed: there are no rules"},
		{"put", []string{"policy", "put", rules("laptops.json")}, exitFine, "in force: 1 rule"},
		{"allowed", ask, exitFine, "allowed: rule laptops"},
		{"denied", []string{"deny", file("laptop.pem")}, exitFine, "denied: "},
		{"refused for the denial", ask, exitRefused, "refused: denied"},
		{"lifted", []string{"undeny", file("laptop.pem")}, exitFine, "no longer denied"},
		{"one with mistakes is not put", []string{"policy", "put", rules("wrong.json")}, exitRefused, "rules[0].name"},
		{"still allowed", ask, exitFine, "allowed: rule laptops"},
		{"replaced", []string{"policy", "put", rules("two.json")}, exitFine, "in force: 2 rules"},
		{"no longer allowed", ask, exitRefused, "refused: no-rule"},
		{"everybody again", []string{"policy", "put", rules("none.json")}, exitFine, "every verified client passes"},
		{"allowed again", ask, exitFine, "allowed: there are no rules"},
	}
	for _, step := range steps {
		code, said, errs := operate(t, step.args...)
		if code != step.code || !strings.Contains(said+errs, step.want) {
			t.Fatalf("%s: exit code %d, said %q %q, want %d and %q", step.name, code, said, errs, step.code, step.want)
		}
	}
	object, err := store.Get(t.Context(), snapshot.PolicyKey)
	if err != nil || !strings.Contains(string(object.Body), `"rules":[]`) {
		t.Errorf("got %q and %v, want the file as it is", object.Body, err)
	}
}
