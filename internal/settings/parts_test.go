package settings

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestDurationIsShort(t *testing.T) {
	t.Parallel()
	for want, d := range map[string]time.Duration{
		"0s": 0, "5s": 5 * time.Second, "5m": 5 * time.Minute, "1h": time.Hour, "168h": 7 * 24 * time.Hour,
		"1h5m": time.Hour + 5*time.Minute, "1m30.5s": 90*time.Second + 500*time.Millisecond, "10m": 10 * time.Minute, "1h0m5s": time.Hour + 5*time.Second, "20h": 20 * time.Hour,
	} {
		if got := Duration(d).String(); got != want {
			t.Errorf("got %q for %s, want %q", got, d, want)
		}
	}
}

func TestDurationSurvivesText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		want := Duration(rapid.Int64Min(0).Draw(r, "nanoseconds"))
		text, err := want.MarshalText()
		if err != nil {
			r.Fatalf("writing: %v", err)
		}
		var got Duration
		err = got.UnmarshalText(text)
		if err != nil || got != want {
			r.Fatalf("got %v and error %v from %q, want %v", got, err, text, want)
		}
	})
}

func TestDerivedNames(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"http://ca.example.com/ca.crl":                "ca-990d28",
		"http://ca.example.com/CN=Issuing%20CA 1.crl": "CN-Issuing-CA-1-d8d95f",
		"http://ca.example.com/":                      "crl-b03867",
		"http://ca.example.com":                       "crl-71e503",
		"http://ca.example.com/crl?name=a":            "crl-767bee",
		"s3://bucket/crl/0a1b.crl":                    "0a1b-aacc71",
		"http://ca/" + strings.Repeat("long", 20):     strings.Repeat("long", 10) + "-bf4812",
	} {
		got := derivedName(address)
		if got != want {
			t.Errorf("got %q for %s, want %q", got, address, want)
		}
		if !sourceName.MatchString(got) {
			t.Errorf("got %q for %s, which is no name", got, address)
		}
	}
}

// A derived name depends on its own URL, and on nothing else in the list.
func TestDerivedNamesStay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		urls := rapid.SliceOfNDistinct(rapid.StringMatching(`http://[a-c]{1,3}/[a-zA-Z0-9.%_-]{0,60}`), 2, 6, rapid.ID).Draw(r, "urls")
		before := Trust{CRLURLs: urls}.AllSources()
		after := Trust{CRLURLs: urls[1:], Sources: []Source{{Name: "other"}}}.AllSources()
		if got, want := after[1:], before[1:]; fmt.Sprint(got) != fmt.Sprint(want) {
			r.Fatalf("got %v, want %v", got, want)
		}
		for i, source := range before {
			if !sourceName.MatchString(source.Name) {
				r.Fatalf("got %q for %s, which is no name", source.Name, urls[i])
			}
			if slices.ContainsFunc(before[:i], func(other Source) bool { return other.Name == source.Name }) {
				r.Fatalf("got %q twice from %v", source.Name, urls)
			}
		}
	})
}

func TestSuggestion(t *testing.T) {
	t.Parallel()
	known := []string{"caBundle", "crlUrls", "certificateArn"}
	for word, want := range map[string]string{
		"cabundle":      `: did you mean "caBundle"?`,
		"crlUrl":        `: did you mean "crlUrls"?`,
		"certificate":   `: did you mean "certificateArn"?`,
		"CertificatARN": `: did you mean "certificateArn"?`,
		"caBundleFiles": `: did you mean "caBundle"?`,
		"somethingElse": ": known are caBundle, crlUrls, certificateArn",
		"z":             ": known are caBundle, crlUrls, certificateArn",
	} {
		if got := suggestion(word, known); got != want {
			t.Errorf("got %q for %q, want %q", got, word, want)
		}
	}
}

// The number of letters to change is a distance.
func TestDistance(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"kitten", "sitting", 3}, {"abc", "abc", 0}, {"ab", "ba", 2}} {
		if got := distance(test.a, test.b); got != test.want {
			t.Errorf("got %d between %q and %q, want %d", got, test.a, test.b, test.want)
		}
	}
	word := rapid.StringMatching(`[ab]{0,6}`)
	rapid.Check(t, func(r *rapid.T) {
		a, b, c := word.Draw(r, "a"), word.Draw(r, "b"), word.Draw(r, "c")
		if distance(a, b) != distance(b, a) || (distance(a, b) == 0) != (a == b) || distance(a, c) > distance(a, b)+distance(b, c) {
			r.Fatalf("no distance: %d, %d, %d", distance(a, b), distance(b, a), distance(a, c))
		}
	})
}

// FuzzDecode: whatever the text, there are problems or a value; and what was
// decoded is decoded again from what it encodes to.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(minimal))
	f.Add([]byte(`{"sources": [{"name": "a", "urls": ["x"], "maxAge": "1h"}], "refresher": {"network": {}}, "limits": {"entries": 1}}`))
	f.Add([]byte(`{"sources": [null, 1], "verifier": [], "a": {"b": [{}]}, "caBundle": "x"}`))
	f.Add([]byte(`{"caBundle": [], "caBundle": []}`))
	f.Add([]byte(`{"sources": [{}], "passthroughRules": [{}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var p problems
		s := Defaults()
		p.decode("", text, &s)
		if len(p.all) > 0 {
			return
		}
		var again problems
		copied := Defaults()
		again.decode("", []byte(compact(s)), &copied)
		if len(again.all) > 0 || compact(copied) != compact(s) {
			t.Fatalf("got %v and\n%s\nwant\n%s", again.all, compact(copied), compact(s))
		}
	})
}
