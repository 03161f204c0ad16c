package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/sekisho/sekisho/internal/doctor"
)

// everyCommand calls visit for each command but those of cobra's own.
func everyCommand(visit func(*cobra.Command)) {
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		visit(cmd)
		for _, below := range cmd.Commands() {
			walk(below)
		}
	}
	walk(rootCommand())
}

func TestEveryCommandExplainsItself(t *testing.T) {
	t.Parallel()
	everyCommand(func(cmd *cobra.Command) {
		if cmd.Short == "" || strings.HasSuffix(cmd.Short, ".") {
			t.Errorf("%s: a short text without a full stop is wanted, got %q", cmd.CommandPath(), cmd.Short)
		}
		if !strings.Contains(cmd.Example, cmd.CommandPath()) {
			t.Errorf("%s: its help has no example of it", cmd.CommandPath())
		}
		for _, line := range examplesOf(cmd) {
			of, rest, err := rootCommand().Find(strings.Fields(line)[1:])
			if err != nil {
				t.Errorf("%s: example %q: %v", cmd.CommandPath(), line, err)
				continue
			}
			if line == "sekisho completion bash" {
				continue // cobra adds it when it runs
			}
			err = of.ParseFlags(rest)
			if err != nil {
				t.Errorf("%s: example %q: %v", cmd.CommandPath(), line, err)
			}
		}
	})
}

// examplesOf are the lines of a command's examples that call this program, each
// as one line and without what a shell does with it.
func examplesOf(cmd *cobra.Command) []string {
	var lines []string
	for line := range strings.SplitSeq(strings.ReplaceAll(cmd.Example, "\\\n", " "), "\n") {
		line, _, _ = strings.Cut(strings.TrimSpace(line), " >")
		if strings.HasPrefix(line, "sekisho ") {
			lines = append(lines, line)
		}
	}
	return lines
}

// What prints data prints it as JSON, too. The others do something, and say so.
func TestEveryCommandThatPrintsDataHasJSON(t *testing.T) {
	t.Parallel()
	doing := map[string]string{
		"sekisho": "help", "sekisho crl": "help", "sekisho policy": "help",
		"sekisho crl convert": "writes a file", "sekisho local": "runs; local.json describes it", "sekisho demo": "plays a story", "sekisho serve": "runs; its log is JSON",
		"sekisho approve": "gives an order", "sekisho reset": "gives an order", "sekisho undeny": "changes the deny list", "sekisho policy put": "changes the policy",
	}
	everyCommand(func(cmd *cobra.Command) {
		has := cmd.Flags().Lookup("json") != nil
		if has == (doing[cmd.CommandPath()] != "") {
			t.Errorf("%s: --json is %v, it %q", cmd.CommandPath(), has, doing[cmd.CommandPath()])
		}
	})
}

func TestErrorsGoToStandardErrorAndSayWhatToDo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"nonsense"}, "how it is used: sekisho --help"},
		{[]string{"local", "issue"}, "how it is used: sekisho local issue --help"},
		{[]string{"plan", "--nonsense"}, "how it is used: sekisho plan --help"},
		{[]string{"status", "--dir", t.TempDir()}, `start one with "sekisho local"`},
		{[]string{"doctor", "--dir", t.TempDir()}, `start one with "sekisho local"`},
		{[]string{"doctor", "--verify", "gate.example.com"}, "is no https:// URL"},
		{[]string{"doctor", "--verify", "https://x", "--dir", "y"}, "give --dir, or URLs"},
		{[]string{"doctor", "--verify", "https://x", "--key", "y"}, "--key without --cert"},
		{[]string{"doctor", "--environment", "y"}, "name it with --verify"},
	} {
		var out, errs bytes.Buffer
		code := run(t.Context(), c.args, &out, &errs)
		if code == exitFine || out.Len() > 0 || !strings.Contains(errs.String(), c.says) {
			t.Errorf("%v: exit code %d, on standard output %q, on standard error %q, want %q there", c.args, code, out.String(), errs.String(), c.says)
		}
	}
}

func TestShellsCanComplete(t *testing.T) {
	t.Parallel()
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		var out, errs bytes.Buffer
		code := run(t.Context(), []string{"completion", shell}, &out, &errs)
		if code != exitFine || !strings.Contains(out.String(), "sekisho") {
			t.Errorf("%s: exit code %d: %s", shell, code, errs.String())
		}
		if shell != "bash" {
			continue
		}
		_, err := exec.LookPath("bash")
		if err != nil {
			t.Skip("no bash here: nobody has read its completion")
		}
		check := exec.CommandContext(t.Context(), "bash", "-n")
		check.Stdin = &out
		text, err := check.CombinedOutput()
		if err != nil {
			t.Errorf("bash cannot read it: %v: %s", err, text)
		}
	}
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{"__complete", "local", "re"}, &out, &errs)
	if code != exitFine || !strings.Contains(out.String(), "revoke") || !strings.Contains(out.String(), "refresh") {
		t.Errorf("exit code %d: %s%s", code, out.String(), errs.String())
	}
}

func TestVersionHasTheCommit(t *testing.T) {
	t.Parallel()
	text := command(t, "version")
	if !regexp.MustCompile(`^sekisho \d+\.\d+\.\d+ \(commit [a-z0-9 -]+\), go1\.\S+, \S+/\S+\n$`).MatchString(text) {
		t.Errorf("got %q", text)
	}
	if short := command(t, "--version"); short != text {
		t.Errorf("--version says %q, version %q", short, text)
	}
	var facts buildFacts
	err := json.Unmarshal([]byte(command(t, "version", "--json")), &facts)
	if err != nil || facts.Version == "" || facts.Go == "" {
		t.Errorf("%v: %+v", err, facts)
	}
	for _, c := range []struct {
		settings []debug.BuildSetting
		want     string
	}{
		{nil, ""},
		{[]debug.BuildSetting{{Key: "vcs.revision", Value: "abc"}, {Key: "vcs.modified", Value: "false"}}, "abc"},
		{[]debug.BuildSetting{{Key: "vcs.revision", Value: "abc"}, {Key: "vcs.modified", Value: "true"}}, "abc-dirty"},
		{[]debug.BuildSetting{{Key: "vcs.modified", Value: "true"}}, ""},
	} {
		if got := commitOf(c.settings); got != c.want {
			t.Errorf("%v: %q, want %q", c.settings, got, c.want)
		}
	}
}

// The linker's word comes through, as "make build" gives it.
func TestLinkerSetsTheCommit(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), "sekisho")
	built, err := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-X main.commit=0123456789ab", "-o", program, ".").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, built)
	}
	text, err := exec.CommandContext(t.Context(), program, "version").Output()
	if err != nil || !strings.Contains(string(text), "(commit 0123456789ab)") {
		t.Errorf("%v: %s", err, text)
	}
}

// Colours are for people: on a terminal, and not where NO_COLOR is set.
func TestColoursAreForTerminals(t *testing.T) {
	wrong := false
	check := doctor.Check{ID: "x", Title: "x", OK: &wrong, Detail: "a\x1b[2Jb", Fix: "mend it"}
	t.Setenv("TERM", "xterm")
	t.Setenv("NO_COLOR", "")
	shown, terminal := openTerminal(t)
	doctorTable(terminal)(check)
	await := func(want string) {
		for end := time.Now().Add(10 * time.Second); !strings.Contains(shown.String(), want) && time.Now().Before(end); {
			time.Sleep(time.Millisecond)
		}
	}
	await("mend it")
	if !strings.Contains(shown.String(), "\x1b[31m✘") || strings.Contains(shown.String(), "\x1b[2J") {
		t.Errorf("on a terminal: %q, want it red, and nothing that came from elsewhere", shown.String())
	}
	var piped bytes.Buffer
	doctorTable(&piped)(check)
	if strings.Contains(piped.String(), "\x1b") {
		t.Errorf("in a pipe: %q", piped.String())
	}
	for name, value := range map[string]string{"NO_COLOR": "1", "TERM": "dumb"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, value)
			if coloursOf(terminal).on {
				t.Error("colours")
			}
		})
	}
}

func TestListsAreComparedAndLookedUpAsJSON(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	err := layOut(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	var compared struct {
		Old, New edition
		Changes  []difference
	}
	err = json.Unmarshal([]byte(command(t, "crl", "diff", "--json", filepath.Join(dir, "old.crl"), filepath.Join(dir, "new.crl"))), &compared)
	if err != nil {
		t.Fatal(err)
	}
	if compared.Old.Entries != 1 || compared.New.Entries != 2 || len(compared.Changes) != 3 || compared.Changes[0].Change != "-" || compared.Changes[0].Before == nil || compared.Changes[1].After.Reason != "keyCompromise" {
		t.Errorf("got %+v", compared)
	}
	var found lookup
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{"crl", "lookup", "--json", "05", filepath.Join(dir, "old.crl")}, &out, &errs)
	err = json.Unmarshal(out.Bytes(), &found)
	if err != nil || code != exitRefused || !found.Revoked || found.Entry.Reason != "keyCompromise" {
		t.Errorf("exit code %d, %v: %s%s", code, err, out.String(), errs.String())
	}
	if said := command(t, "crl", "lookup", "--json", "06", filepath.Join(dir, "old.crl")); said != `{"serial":"6","revoked":false}`+"\n" {
		t.Errorf("got %s", said)
	}
	err = os.WriteFile(filepath.Join(dir, "policy.json"), []byte(`{"format":1,"rules":[]}`), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if said := command(t, "policy", "check", "--json", filepath.Join(dir, "policy.json")); said != `{"rules":0}`+"\n" {
		t.Errorf("got %s", said)
	}
}
