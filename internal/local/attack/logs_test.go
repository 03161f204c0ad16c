package attack

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode"
)

// longestLine bounds a line of the function's log, in bytes.
const longestLine = 2 << 10

// checkFunctionLog reads what a function printed: whole lines of JSON, one
// decision for each answer that was one, and nothing of what clients sent but
// what identifies them.
func (s *suite) checkFunctionLog(t *testing.T, log func() string, decisions int) {
	t.Helper()
	text := settled(log, decisions)
	found := 0
	for line := range strings.Lines(text) {
		var entry struct{ Msg string }
		err := json.Unmarshal([]byte(line), &entry)
		if err != nil || !plain(line) || len(line) > longestLine {
			t.Errorf("log line of %d bytes is not one short line of plain JSON: %.300q", len(line), line)
		}
		if entry.Msg == "decision" {
			found++
		}
	}
	if found != decisions {
		t.Errorf("%d decisions in the log, want %d", found, decisions)
	}
	s.checkSecrecy(t, "the function's log", text)
}

// settled waits until the log holds so many decisions: what a process printed
// arrives after its answer.
func settled(log func() string, decisions int) string {
	text := log()
	for end := time.Now().Add(patience); strings.Count(text, `"msg":"decision"`) < decisions && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
		text = log()
	}
	return text
}

// checkConnectionLog reads what the twin writes about connections.
func (s *suite) checkConnectionLog(t *testing.T, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		if !plain(line) || len(line) < 20 || line[10] != 'T' {
			t.Errorf("connection log: %.300q is not one line", line)
		}
	}
	s.checkSecrecy(t, "the connection log", text)
}

// checkSecrecy looks for certificates and header values in a log.
func (s *suite) checkSecrecy(t *testing.T, what, text string) {
	t.Helper()
	// What a line of PEM has to be is in the verifier's own words.
	text = strings.NewReplacer("the line -----BEGIN CERTIFICATE-----", "", "the line -----END CERTIFICATE-----", "").Replace(text)
	for _, forbidden := range []string{"-----", "%0A", "%20", "elb-healthchecker"} {
		if strings.Contains(strings.ToLower(text), strings.ToLower(forbidden)) {
			at := strings.Index(strings.ToLower(text), strings.ToLower(forbidden))
			t.Errorf("%s holds %q: %.300q", what, forbidden, text[max(0, at-150):])
		}
	}
	for _, p := range s.presented {
		for _, der := range p.chain {
			if holds(text, der) {
				t.Errorf("%s holds a part of a certificate of: %s", what, p.name)
			}
		}
	}
}

// holds looks for the beginning of any line of the PEM form of der.
func holds(text string, der []byte) bool {
	const line, part = 64, 32
	encoded := base64.StdEncoding.EncodeToString(der)
	for at := 0; at+part <= len(encoded); at += line {
		if strings.Contains(text, encoded[at:at+part]) {
			return true
		}
	}
	return false
}

// plain says that a line holds nothing that acts on whoever reads it.
func plain(line string) bool {
	return !strings.ContainsFunc(strings.TrimSuffix(line, "\n"), func(r rune) bool { return r > unicode.MaxASCII || unicode.IsControl(r) })
}
