package crlhttp

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestParseSource(t *testing.T) {
	t.Parallel()
	tests := []struct {
		url, reason, says string
	}{
		{"http://ca.example.com/ca.crl", "", ""},
		{"HTTPS://ca.example.com:8443/a?b=c", "", ""},
		{"http://[2001:db8::1]/ca.crl", "", ""},
		{"s3://bucket/a/b.crl", "", ""},
		{"ldap://ca.example.com/cn=ca?certificateRevocationList", UnsupportedScheme, "use the CA's HTTP distribution point"},
		{"LDAPS://ca.example.com/cn=ca", UnsupportedScheme, "s3://bucket/key"},
		{"ldap:///CN=ca,DC=corp?certificateRevocationList?base", UnsupportedScheme, "HTTP distribution point"},
		{"ftp://ca.example.com/ca.crl", UnsupportedScheme, `"ftp"`},
		{"file:///etc/passwd", UnsupportedScheme, `"file"`},
		{"ca.example.com/ca.crl", UnsupportedScheme, `""`},
		{"", UnsupportedScheme, `""`},
		{"http://", UnusableURL, "names no host"},
		{"http:ca.crl", UnusableURL, "names no host"},
		{"http:///ca.crl", UnusableURL, "names no host"},
		{"s3://bucket", UnusableURL, "names no object"},
		{"s3://bucket/", UnusableURL, "names no object"},
		{"s3:///key", UnusableURL, "names no host"},
		{"http://me:hush@ca.example.com/", UnusableURL, "user name or password"},
		{"http://hush@ca.example.com/", UnusableURL, "user name or password"},
		{"http://ca.example.com/hush\x00", UnusableURL, "not a URL"},
		{"http://ca.example.com:hush/", UnusableURL, "not a URL"},
		{"http://hush:%zz@ca.example.com/", UnusableURL, "not a URL"},
	}
	for _, test := range tests {
		t.Run(test.url, func(t *testing.T) {
			t.Parallel()
			_, err := parseSource(test.url)
			if test.reason == "" {
				if err != nil {
					t.Errorf("got error %v, want none", err)
				}
				return
			}
			var found *problem
			if !errors.As(err, &found) || found.reason != test.reason || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got error %v, want reason %q and %q", err, test.reason, test.says)
			}
			whole := (&Error{URL: shown(test.url), problem: found}).Error()
			if strings.Contains(whole, "hush") {
				t.Errorf("got error %q, which gives a secret away", whole)
			}
		})
	}
}

func TestShown(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"http://ca.test/a%20b?token=hush#x": "http://ca.test/a%20b?...",
		"http://me:hush@ca.test/":           "http://ca.test/",
		"http://%zz@hush/":                  "the list",
		"":                                  "",
	}
	for url, want := range tests {
		if got := shown(url); got != want {
			t.Errorf("got %q for %q, want %q", got, url, want)
		}
	}
	if got := shown("http://ca.test/" + strings.Repeat("a", 1000)); len(got) > maxShownURL+3 {
		t.Errorf("got %d characters, want few", len(got))
	}
}

func TestQuoted(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"plain":                  `"plain"`,
		" a\r\n\tb  c ":          `"a b c"`,
		`say "x" \ y`:            `"say \"x\" \\ y"`,
		"\x1b[31mred\x07\x00":    `"[31mred"`,
		"\xff\xfe\x30":           `"0"`,
		"\u202egnp.exe":          `"gnp.exe"`,
		"日本":                     `"\u65e5\u672c"`,
		strings.Repeat("a", 81):  `"` + strings.Repeat("a", 80) + `..."`,
		strings.Repeat("é", 500): `"` + strings.Repeat(`\u00e9`, 40) + `..."`,
	}
	for text, want := range tests {
		if got := quoted(text); got != want {
			t.Errorf("got %s for %q, want %s", got, text, want)
		}
	}
}

func FuzzQuoted(f *testing.F) {
	f.Add("<html>\r\n\x1b[2J")
	f.Add(strings.Repeat("日", 300))
	f.Fuzz(func(t *testing.T, text string) {
		got := quoted(text)
		if len(got) > 8*maxQuoted {
			t.Errorf("got %d characters, want few", len(got))
		}
		for _, r := range got {
			if r < ' ' || r > '~' {
				t.Errorf("got %q, want printable ASCII", got)
			}
		}
		short := cut(text, 10)
		if len(short) > 13 || utf8.ValidString(text) && !utf8.ValidString(short) {
			t.Errorf("got %q cut to %q, want whole characters", text, short)
		}
	})
}

// The text of a cause may come from outside: a certificate's names do.
func TestErrorIsOneShortLine(t *testing.T) {
	t.Parallel()
	cause := errors.New("valid for \x1b[2J\n\u202e" + strings.Repeat("x", 5000))
	err := &Error{URL: "http://ca.test/", problem: because(TLS, "no").by(cause)}
	text := err.Error()
	if !errors.Is(err, cause) || len(text) > 500 || strings.ContainsAny(text, "\x1b\n\u202e") {
		t.Errorf("got error %q, want the cause in one short line", text)
	}
}
