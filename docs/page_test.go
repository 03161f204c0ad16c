package docs

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// page is what one page tells people to do.
type page struct {
	// besideATwin says that its reader has "make local" running.
	besideATwin bool
	blocks      []block
}

// block is what stands between two fences: commands for a shell.
type block struct {
	line       int
	commands   []string
	background bool
	// notRun is why it is not run here.
	notRun string
}

const (
	twinMark       = "<!-- beside a twin -->"
	backgroundMark = "<!-- run in the background -->"
	notRunMark     = "<!-- not run: "
)

// read takes the commands out of a page. What is said about a block stands in
// a comment in the line before it.
func read(t *testing.T, name string) page {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var p page
	var open *block
	before := ""
	for i, line := range strings.Split(string(text), "\n") {
		word := strings.TrimSpace(line)
		switch {
		case open != nil && word == "```":
			p.blocks, open = append(p.blocks, *open), nil
		case open != nil:
			open.commands = append(open.commands, word)
		case word == "```sh":
			open = &block{line: i + 1, background: before == backgroundMark, notRun: reason(before)}
		case word == twinMark:
			p.besideATwin = true
		}
		before = word
	}
	return p
}

func reason(mark string) string {
	rest, found := strings.CutPrefix(mark, notRunMark)
	if !found {
		return ""
	}
	return strings.TrimSuffix(rest, " -->")
}

// refused is a command that the page says will fail.
var refused = regexp.MustCompile(`^(.*\S)\s+# refused\b.*$`)

// script is the page as one script for bash; empty when it has no command.
func (p page) script() string {
	var out strings.Builder
	if p.besideATwin {
		out.WriteString(inBackground("twin", "exec bin/sekisho local --every 2s\n"))
	}
	count := 0
	for _, b := range p.blocks {
		if b.notRun != "" {
			continue
		}
		count++
		fmt.Fprintf(&out, "echo '--- line %d'\n", b.line)
		text := b.text()
		if b.background {
			text = inBackground(fmt.Sprintf("line-%d", b.line), text)
		}
		out.WriteString(text)
	}
	if count == 0 {
		return ""
	}
	return "set -euo pipefail\nHERE=$PWD\n" + out.String()
}

func (b block) text() string {
	var out strings.Builder
	for _, command := range b.commands {
		match := refused.FindStringSubmatch(command)
		if match != nil {
			command = fmt.Sprintf("if %s; then echo 'this was not refused: %s'; exit 1; fi", match[1], strings.ReplaceAll(match[1], "'", `"`))
		}
		out.WriteString(command + "\n")
	}
	return out.String()
}

// inBackground starts commands that go on, and waits until they say that they
// are ready.
func inBackground(name, commands string) string {
	log := `"$HERE"/` + name + ".log"
	return fmt.Sprintf(`( %s ) > %s 2>&1 &
for _ in $(seq 300); do ! grep -qE '^(ready|Serving)' %s || break; sleep 0.2; done
grep -qE '^(ready|Serving)' %s || { cat %s; exit 1; }
`, strings.TrimSuffix(commands, "\n"), log, log, log, log)
}

func TestReadingAPage(t *testing.T) {
	t.Parallel()
	name := t.TempDir() + "/page.md"
	text := "# A\n<!-- beside a twin -->\n```sh\nfalse    # refused, and why\n```\n\n<!-- not run: no account -->\n```sh\nrm\n```\n1. x\n\n   <!-- run in the background -->\n   ```sh\n   serve\n   ```\n```text\nnone\n```\n"
	err := os.WriteFile(name, []byte(text), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	p := read(t, name)
	if !p.besideATwin || len(p.blocks) != 3 || p.blocks[1].notRun != "no account" || !p.blocks[2].background {
		t.Errorf("got %+v", p)
	}
	script := p.script()
	for _, want := range []string{"if false; then echo", "( serve ) >", "bin/sekisho local --every 2s"} {
		if !strings.Contains(script, want) {
			t.Errorf("%q is not in\n%s", want, script)
		}
	}
	if strings.Contains(script, "rm") {
		t.Error("what is not to be run is run")
	}
}
