package crlhttp

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"strings"
	"testing"
	"testing/quick"
	"time"
	"unicode/utf8"

	"github.com/sekisho/sekisho/internal/refresh"
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

func TestKindOf(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"203.0.113.1":                "",
		"8.8.8.8":                    "",
		"10.0.0.1":                   "",
		"172.16.0.1":                 "",
		"192.168.1.1":                "",
		"100.64.0.1":                 "",
		"fd12:3456::1":               "",
		"2001:db8::1":                "",
		"128.0.0.1":                  "",
		"126.255.255.255":            "",
		"169.253.255.255":            "",
		"127.0.0.1":                  "loopback",
		"127.255.255.255":            "loopback",
		"::1":                        "loopback",
		"::ffff:127.0.0.1":           "loopback",
		"::127.0.0.1":                "loopback",
		"64:ff9b::127.0.0.1":         "loopback",
		"64:ff9b:1::127.0.0.1":       "loopback",
		"2002:7f00:1::":              "loopback",
		"2002:7f00:1:5::9":           "loopback",
		"0.0.0.0":                    "unspecified",
		"0.1.2.3":                    "unspecified",
		"::":                         "unspecified",
		"::ffff:0.0.0.0":             "unspecified",
		"169.254.0.1":                "link-local",
		"169.254.169.254":            "link-local",
		"169.254.170.2":              "link-local",
		"fe80::1":                    "link-local",
		"fe80::1%eth0":               "link-local",
		"::ffff:169.254.169.254":     "link-local",
		"64:ff9b::169.254.169.254":   "link-local",
		"2002:a9fe:a9fe::":           "link-local",
		"224.0.0.1":                  "multicast",
		"ff02::1":                    "multicast",
		"255.255.255.255":            "multicast",
		"fd00:ec2::254":              "metadata",
		"fd00:ec2::254%lo":           "metadata",
		"fd20:ce::254":               "metadata",
		"100.100.100.200":            "metadata",
		"64:ff9b::100.100.100.200":   "metadata",
		"64:ff9b::203.0.113.1":       "",
		"2002:cb00:7101::":           "",
		"::ffff:203.0.113.1":         "",
		"::203.0.113.1":              "",
		"2001:db8:7f00:1::127.0.0.1": "",
	}
	for text, want := range tests {
		if got := kindOf(netip.MustParseAddr(text)); got != want {
			t.Errorf("got %q for %s, want %q", got, text, want)
		}
	}
	if got := kindOf(netip.Addr{}); got != "malformed" {
		t.Errorf("got %q for no address, want malformed", got)
	}
}

// Every spelling of an IPv4 address is as bad as the address.
func TestKindOfIsTheSameInEverySpelling(t *testing.T) {
	t.Parallel()
	law := func(a [4]byte) bool {
		want := kindOf(netip.AddrFrom4(a))
		plain := netip.AddrFrom4(a)
		mapped := netip.AddrFrom16(plain.As16())
		nat64 := netip.MustParseAddr("64:ff9b::" + plain.String())
		tunnel := netip.MustParseAddr(fmt.Sprintf("2002:%02x%02x:%02x%02x::", a[0], a[1], a[2], a[3]))
		return kindOf(mapped) == want && kindOf(nat64) == want && kindOf(tunnel) == want
	}
	for _, first := range []byte{0, 10, 100, 127, 169, 203, 224, 255} {
		err := quick.Check(func(rest [3]byte) bool { return law([4]byte{first, rest[0], rest[1], rest[2]}) }, nil)
		if err != nil {
			t.Error(err)
		}
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

// shelf is a bucket for tests.
type shelf struct {
	body       []byte
	tag        string
	err        error
	wait       bool
	asked      string
	bucket     string
	key        string
	maxAllowed int64
}

func (s *shelf) Get(ctx context.Context, bucket, key, etag string, maxBytes int64) ([]byte, string, error) {
	s.bucket, s.key, s.asked, s.maxAllowed = bucket, key, etag, maxBytes
	if s.wait {
		<-ctx.Done()
		return nil, "", ctx.Err()
	}
	if s.err != nil {
		return nil, "", s.err
	}
	if etag == s.tag {
		return nil, etag, nil
	}
	return s.body, s.tag, nil
}

func TestObjects(t *testing.T) {
	t.Parallel()
	const at = "s3://lists/ca/a%20b.crl"
	held := refresh.Validators{URL: at, ETag: tag, Whole: now.Add(-time.Minute)}
	old := held
	old.Whole = now.Add(-wholeEvery)
	elsewhere := held
	elsewhere.URL = "s3://lists/other"
	tests := []struct {
		name        string
		shelf       *shelf
		held        refresh.Validators
		asked       string
		notModified bool
		reason      string
	}{
		{"first time", &shelf{body: theList, tag: tag}, refresh.Validators{}, "", false, ""},
		{"unchanged", &shelf{body: theList, tag: tag}, held, tag, true, ""},
		{"changed", &shelf{body: theList, tag: `"new"`}, held, tag, false, ""},
		{"unchanged for long", &shelf{body: theList, tag: tag}, old, "", false, ""},
		{"held from elsewhere", &shelf{body: theList, tag: tag}, elsewhere, "", false, ""},
		{"without a tag", &shelf{body: theList, tag: ""}, held, tag, false, ""},
		{"absent", &shelf{err: fmt.Errorf("reading: %w", fs.ErrNotExist)}, held, tag, false, Absent},
		{"failing", &shelf{err: errors.New("access denied")}, held, tag, false, Bucket},
		{"something else", &shelf{body: []byte("<html>"), tag: `"new"`}, held, tag, false, NotAList},
		{"empty", &shelf{body: []byte{}, tag: `"new"`}, held, tag, false, Empty},
		{"nothing at all", &shelf{body: nil, tag: `"new"`}, refresh.Validators{}, "", false, Empty},
		{"slow", &shelf{wait: true}, held, tag, false, TimedOut},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				fetcher := newTestFetcher(t, newNetwork(), Options{Objects: test.shelf})
				fetched, err := fetcher.Fetch(context.Background(), refresh.Request{URLs: []string{at}, Now: now, Held: test.held, MaxBytes: 5000})
				if test.shelf.bucket != "lists" || test.shelf.key != "ca/a b.crl" || test.shelf.asked != test.asked || test.shelf.maxAllowed != 5000 {
					t.Errorf("got %+v asked for, want the object with tag %q", test.shelf, test.asked)
				}
				if test.reason != "" {
					wantReason(t, err, test.reason)
					return
				}
				if err != nil || fetched.NotModified != test.notModified || fetched.URL != at {
					t.Fatalf("got %+v and error %v, want unchanged: %v", fetched, err, test.notModified)
				}
				checkObject(t, test.shelf, test.held, fetched)
			})
		})
	}
}

func checkObject(t *testing.T, shelf *shelf, held refresh.Validators, fetched refresh.Fetched) {
	t.Helper()
	want := refresh.Validators{URL: "s3://lists/ca/a%20b.crl", ETag: shelf.tag, Whole: now}
	if fetched.NotModified {
		want = held
	}
	if shelf.tag == "" {
		want = refresh.Validators{}
	}
	if fetched.Validators != want || fetched.NotModified != (fetched.Body == nil) {
		t.Errorf("got %+v with %d bytes, want %+v", fetched.Validators, len(fetched.Body), want)
	}
}

func TestObjectsWithoutABucket(t *testing.T) {
	bubble(t, func(t *testing.T) {
		_, err := fetch(t, newNetwork(), "s3://lists/ca.crl")
		wantReason(t, err, UnsupportedScheme)
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
