package docs

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestJapaneseReadmeIsInStep holds README.ja.md to the headings and the
// commands of README.md: the same levels in the same order, and the same
// commands but for their comments. Whether the words mean the same, people say.
func TestJapaneseReadmeIsInStep(t *testing.T) {
	t.Parallel()
	english, japanese := "../README.md", "../README.ja.md"
	want, got := levels(t, english), levels(t, japanese)
	if !slices.Equal(got, want) {
		t.Errorf("headings in Japanese %q, in English %q", got, want)
	}
	wanted, said := commands(t, english), commands(t, japanese)
	for i := range max(len(wanted), len(said)) {
		if i >= len(wanted) || i >= len(said) || wanted[i] != said[i] {
			t.Fatalf("command %d: in Japanese %q, in English %q", i+1, said[min(i, len(said)):], wanted[min(i, len(wanted)):])
		}
	}
	for _, word := range inline(t, japanese) {
		if !strings.Contains(text(t, english), word) {
			t.Errorf("%s stands in the Japanese text only", word)
		}
	}
}

func text(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// prose is a page without what stands between fences.
func prose(t *testing.T, name string) string {
	t.Helper()
	return regexp.MustCompile("(?ms)^```.*?^```").ReplaceAllString(text(t, name), "")
}

// levels are the levels of a page's headings.
func levels(t *testing.T, name string) []string {
	t.Helper()
	return regexp.MustCompile(`(?m)^#+`).FindAllString(prose(t, name), -1)
}

// inline is what a page quotes as code.
func inline(t *testing.T, name string) []string {
	t.Helper()
	return regexp.MustCompile("`[^`\n]+`").FindAllString(prose(t, name), -1)
}

// commands are those of a page, without comments.
func commands(t *testing.T, name string) []string {
	t.Helper()
	var all []string
	for _, b := range read(t, name).blocks {
		for _, command := range b.commands {
			bare := strings.TrimSpace(regexp.MustCompile(`\s+#.*$`).ReplaceAllString(command, ""))
			if bare != "" {
				all = append(all, bare)
			}
		}
	}
	return all
}
