package statuspage

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// busy is a status with something of everything.
func busy() Status {
	var j Journal
	j.Counted(Count{noon.Add(-time.Hour), "issuing", 0})
	j.Counted(Count{noon.Add(-time.Minute), "issuing", 3})
	j.Decided(Decision{noon.Add(-time.Minute), "issuing", "replace", "newer", "three more"})
	j.Revoked(noon.Add(-time.Minute), "0A")
	j.Visited(Visit{At: noon.Add(-58 * time.Second), Listener: "verify", Subject: "CN=laptop-1", Serial: "0A", Refused: true, Reason: "revoked"})
	j.Visited(Visit{At: noon, Listener: "passthrough", Subject: "CN=laptop-2", Serial: "0B"})
	s := Status{Now: noon, Where: "the twin", Sources: []Source{{
		Name: "issuing", Issuer: "CN=CA", Number: "2", ThisUpdate: noon.Add(-6 * time.Hour), NextUpdate: noon.Add(18 * time.Hour),
		Entries: 3, Revocation: 7, Decision: "replace (newer)",
	}}}
	j.Fill(&s)
	return s
}

func ask(t *testing.T, s Status, edit func(*http.Request)) *http.Response {
	t.Helper()
	page, err := New(func(context.Context) Status { return s })
	if err != nil {
		t.Fatal(err)
	}
	request := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:8447/", nil)
	if edit != nil {
		edit(request)
	}
	w := httptest.NewRecorder()
	page.ServeHTTP(w, request)
	return w.Result()
}

func text(t *testing.T, r *http.Response) string {
	t.Helper()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestPageShowsEverything(t *testing.T) {
	t.Parallel()
	answer := ask(t, busy(), nil)
	body := text(t, answer)
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("HTTP %d: %s", answer.StatusCode, body)
	}
	for _, want := range []string{
		"the twin", "CN=CA", `value="75"`, "75 %", "revocation 7", "replace (newer)", "three more",
		"CN=laptop-1", "✘ refused: revoked", "CN=laptop-2", "✔ let in", "<polyline", "<rect", `>2.0<`, "2026-06-02T06:00:00Z",
		"Last refused: CN=laptop-1",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not show %q", want)
		}
	}
}

// What clients and CAs say is never part of the page's own language.
func TestTextsFromElsewhereAreEscaped(t *testing.T) {
	t.Parallel()
	const evil = `"><script>alert(1)</script><svg onload='x'>&amp;`
	s := busy()
	s.Where, s.Problem = evil, evil
	s.Sources[0] = Source{Name: evil, Issuer: evil, Number: evil, Enforced: evil, Decision: evil, Problem: evil}
	s.Decisions = []Decision{{Source: evil, Action: evil, Reason: evil, Detail: evil}}
	s.Visits = []Visit{{Listener: evil, Subject: evil, Serial: evil, Refused: true, Reason: evil}}
	s.Counts = []Count{{At: noon, Source: evil, Entries: 1}}
	s.Refusals = []Refusal{{Listener: evil, Serial: evil, After: time.Second}}
	body := text(t, ask(t, s, nil))
	if strings.Contains(body, "<script>") || strings.Contains(body, "<svg onload") || strings.Count(body, "<script") != 1 {
		t.Errorf("the page has what others wrote as its own:\n%s", body)
	}
	if !strings.Contains(body, "&lt;script&gt;") {
		t.Error("it is not shown either")
	}
}

func TestLongTextsAreCut(t *testing.T) {
	t.Parallel()
	s := busy()
	s.Visits = []Visit{{Subject: strings.Repeat("名", 1000)}}
	body := text(t, ask(t, s, nil))
	if strings.Count(body, "名") != longest || !strings.Contains(body, "名…") {
		t.Errorf("%d characters are shown, want %d", strings.Count(body, "名"), longest)
	}
}

// Nothing is loaded from elsewhere, and the browser is told to hold to that.
func TestPageStandsAlone(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/", "/style.css", "/live.js", "/status.json"} {
		answer := ask(t, busy(), func(r *http.Request) { r.URL.Path = path })
		body := text(t, answer)
		if answer.StatusCode != http.StatusOK {
			t.Errorf("%s: HTTP %d", path, answer.StatusCode)
		}
		if regexp.MustCompile(`(?i)(https?:)?//[a-z0-9.]+\.[a-z]|url\(|@import|<style| style=| on[a-z]+=`).MatchString(body) {
			t.Errorf("%s names an address elsewhere, or has style or script in its text", path)
		}
		policy := answer.Header.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") {
			t.Errorf("%s: policy %q", path, policy)
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"} {
			if answer.Header.Get(name) != want {
				t.Errorf("%s: %s is %q", path, name, answer.Header.Get(name))
			}
		}
	}
}

func TestWhoComesByAnotherNameIsTurnedAway(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]int{
		"localhost:8447": 200, "localhost": 200, "127.0.0.1:8447": 200, "[::1]:8447": 200, "127.9.9.9": 200,
		"evil.example:8447": 421, "localhost.evil.example": 421, "192.0.2.1:8447": 421, "": 421,
	} {
		answer := ask(t, busy(), func(r *http.Request) { r.Host = host })
		if answer.StatusCode != want {
			t.Errorf("host %q: HTTP %d, want %d", host, answer.StatusCode, want)
		}
	}
}

func TestNothingCanBeChanged(t *testing.T) {
	t.Parallel()
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete} {
		answer := ask(t, busy(), func(r *http.Request) { r.Method = method })
		if answer.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("%s: HTTP %d", method, answer.StatusCode)
		}
	}
}

func TestLanguageOfThePage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ accept, query, want string }{
		{"", "", "en"}, {"ja", "", "ja"}, {"ja-JP,en;q=0.8", "", "ja"}, {"ja;q=0.1, en;q=0.9", "", "en"}, {"fr, ja;q=0.5", "", "ja"},
		{"ja;q=0", "", "en"}, {"ja;q=x", "", "en"}, {"de", "", "en"}, {"ja", "lang=en", "en"}, {"", "lang=ja", "ja"}, {"", "lang=xx", "en"},
		{strings.Repeat("fr,", 100) + "ja", "", "en"},
	} {
		answer := ask(t, busy(), func(r *http.Request) { r.Header.Set("Accept-Language", c.accept); r.URL.RawQuery = c.query })
		body := text(t, answer)
		if got := answer.Header.Get("Content-Language"); got != c.want || !strings.Contains(body, `<html lang="`+c.want+`">`) {
			t.Errorf("%q ?%s: %s, want %s", c.accept, c.query, got, c.want)
		}
		if strings.Contains(body, "失効リスト") != (c.want == "ja") {
			t.Errorf("%q: the words are of another language", c.accept)
		}
	}
}

// Both languages have a word for all that the page asks for, and none besides.
func TestWordsAreThoseOfThePage(t *testing.T) {
	t.Parallel()
	page, err := files.ReadFile("page/page.html")
	if err != nil {
		t.Fatal(err)
	}
	asked := map[string]bool{}
	for _, found := range regexp.MustCompile(`Words\.([a-zA-Z]+)`).FindAllStringSubmatch(string(page), -1) {
		asked[found[1]] = true
	}
	for _, lang := range []language{english, japanese} {
		has := words(lang)
		for name := range asked {
			if has[name] == "" {
				t.Errorf("%s: no word for %s", lang, name)
			}
		}
		for name := range has {
			if !asked[name] {
				t.Errorf("%s: nobody asks for %s", lang, name)
			}
		}
	}
}

// Each element is closed, each id is there once, and each reference leads to one.
func TestPageIsWellFormed(t *testing.T) {
	t.Parallel()
	body := text(t, ask(t, busy(), nil))
	body = regexp.MustCompile(`<(meta|link)([^>]*)>`).ReplaceAllString(body, "<$1$2/>")
	body = regexp.MustCompile(` (data-live|defer|hidden|reversed)([ >])`).ReplaceAllString(body, ` $1=""$2`)
	body = strings.ReplaceAll(strings.TrimPrefix(body, "<!doctype html>"), "<br>", "<br/>")
	decoder := xml.NewDecoder(strings.NewReader(body))
	var ids, references []string
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("%v", err)
		}
		start, is := token.(xml.StartElement)
		if !is {
			continue
		}
		for _, a := range start.Attr {
			switch {
			case a.Name.Local == "id":
				ids = append(ids, a.Value)
			case a.Name.Local == "aria-labelledby":
				references = append(references, a.Value)
			case a.Name.Local == "href" && strings.HasPrefix(a.Value, "#"):
				references = append(references, a.Value[1:])
			}
		}
	}
	slices.Sort(ids)
	if len(slices.Compact(slices.Clone(ids))) != len(ids) {
		t.Errorf("an id is there twice: %v", ids)
	}
	for _, reference := range references {
		if !slices.Contains(ids, reference) {
			t.Errorf("nothing has the id %s", reference)
		}
	}
}

func TestStatusForPrograms(t *testing.T) {
	t.Parallel()
	answer := ask(t, busy(), func(r *http.Request) { r.URL.Path = "/status.json" })
	var got Status
	err := json.NewDecoder(answer.Body).Decode(&got)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Sources) != 1 || len(got.Refusals) != 1 || got.Refusals[0].After != 2*time.Second {
		t.Errorf("got %+v", got)
	}
}

func TestLifeLeft(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name       string
		this, next time.Duration
		want       int
		stale      bool
	}{
		{"all", 0, time.Hour, 100, false}, {"half", -time.Hour, time.Hour, 50, false}, {"none", -time.Hour, 0, 0, false},
		{"past", -time.Hour, -time.Second, 0, true}, {"not begun", time.Hour, 2 * time.Hour, 100, false}, {"the wrong way round", 0, -time.Hour, -1, true},
	} {
		s := Source{ThisUpdate: noon.Add(c.this), NextUpdate: noon.Add(c.next)}
		if got := s.LifeLeft(noon); got != c.want || s.Stale(noon) != c.stale {
			t.Errorf("%s: %d %%, stale %v; want %d %%, %v", c.name, got, s.Stale(noon), c.want, c.stale)
		}
	}
	if got := (Source{ThisUpdate: noon}).LifeLeft(noon); got != -1 {
		t.Errorf("no next update: %d", got)
	}
}

func TestRefusalIsMeasuredOnceForEachListener(t *testing.T) {
	t.Parallel()
	var j Journal
	visit := func(after time.Duration, listener, serial, reason string) {
		j.Visited(Visit{At: noon.Add(after), Listener: listener, Serial: serial, Refused: reason != "", Reason: reason})
	}
	visit(-time.Second, "verify", "0A", "revoked") // before anybody said so
	j.Revoked(noon, "0A")
	j.Revoked(noon.Add(time.Hour), "0A")
	visit(1*time.Second, "verify", "0A", "")
	visit(2*time.Second, "verify", "0A", "expired")
	visit(3*time.Second, "verify", "0B", "revoked")
	visit(4*time.Second, "verify", "0A", "revoked")
	visit(5*time.Second, "verify", "0A", "revoked")
	visit(6*time.Second, "passthrough", "0A", "revoked")
	var s Status
	j.Fill(&s)
	if len(s.Refusals) != 2 || s.Refusals[0].After != 4*time.Second || s.Refusals[1].After != 6*time.Second {
		t.Errorf("got %+v, want 4 s at one and 6 s at the other", s.Refusals)
	}
	if s.Visits[0].Listener != "passthrough" {
		t.Error("the newest visit is not the first")
	}
}

func TestCountsAreNotedWhenTheyChange(t *testing.T) {
	t.Parallel()
	var j Journal
	for i, entries := range []int{1, 1, 2, 2, 1} {
		j.Counted(Count{noon.Add(time.Duration(i) * time.Second), "a", entries})
		j.Counted(Count{noon, "b", 0})
	}
	var s Status
	j.Fill(&s)
	if len(s.Counts) != 4 {
		t.Errorf("got %+v, want three of a and one of b", s.Counts)
	}
}

// The verifier's log is read along, however it is cut into pieces.
func TestLogIsReadAlong(t *testing.T) {
	t.Parallel()
	log := `{"time":"2026-06-01T12:00:00Z","level":"INFO","msg":"decision","decision":"accepted","status":200,"reason":"","serial":"0A","fingerprint":"f1"}
START RequestId: 1
{"time":"2026-06-01T12:00:03Z","level":"INFO","msg":"decision","decision":"refused","status":403,"reason":"revoked","serial":"0A","fingerprint":"f2"}
{"level":"INFO","decision":{"not":"one"}}
{"decision":"refused","status":403,"detail":"` + strings.Repeat("x", maxLine) + `"}
{"time":"2026-06-01T12:00:04Z","decision":"no certificate","status":401,"reason":"no-certificate"}
`
	for _, piece := range []int{1, 7, 1 << 20} {
		var j Journal
		j.Named("f1", "CN=laptop-1")
		j.Named("f2", "CN=somebody with the same number")
		j.Revoked(noon, "0A")
		var passed strings.Builder
		w := j.Along(&passed, "passthrough")
		for rest := log; rest != ""; rest = rest[min(piece, len(rest)):] {
			n, err := w.Write([]byte(rest[:min(piece, len(rest))]))
			if err != nil || n != min(piece, len(rest)) {
				t.Fatal(n, err)
			}
		}
		var s Status
		j.Fill(&s)
		if passed.String() != log {
			t.Error("the log is another one")
		}
		if len(s.Visits) != 3 || s.Visits[2].Refused || s.Visits[2].Subject != "CN=laptop-1" || s.Visits[1].Reason != "revoked" || s.Visits[1].Subject != "CN=somebody with the same number" || s.Visits[0].Reason != "no-certificate" {
			t.Errorf("pieces of %d: %+v", piece, s.Visits)
		}
		if len(s.Refusals) != 1 || s.Refusals[0].After != 3*time.Second {
			t.Errorf("pieces of %d: %+v", piece, s.Refusals)
		}
	}
}

func TestNamesAreBounded(t *testing.T) {
	t.Parallel()
	var j Journal
	for i := range 2 * namesKept {
		j.Named(time.Duration(i).String(), "CN=somebody")
		j.Named("same", "CN=somebody")
	}
	if len(j.names) > namesKept || len(j.called) != len(j.names) {
		t.Errorf("%d names", len(j.names))
	}
}

// A journal takes what comes from everywhere at once, and stays small.
func TestJournalIsBounded(t *testing.T) {
	t.Parallel()
	var j Journal
	var all sync.WaitGroup
	for worker := range 4 {
		all.Go(func() {
			for i := range 2000 {
				serial := string(rune('A'+worker)) + time.Duration(i).String()
				j.Revoked(noon, serial)
				j.Visited(Visit{At: noon, Listener: "verify", Serial: serial, Refused: true, Reason: "revoked"})
				j.Decided(Decision{At: noon})
				j.Counted(Count{At: noon, Source: serial, Entries: i})
				if i%100 == 0 {
					j.Fill(&Status{})
				}
			}
		})
	}
	all.Wait()
	var s Status
	j.Fill(&s)
	if len(s.Visits) != visitsKept || len(s.Decisions) != decisionsKept || len(s.Counts) != countsKept || len(s.Refusals) != refusalsKept || len(j.revoked) > revokedKept {
		t.Errorf("kept %d %d %d %d %d", len(s.Visits), len(s.Decisions), len(s.Counts), len(s.Refusals), len(j.revoked))
	}
}

func TestPlotsStayInTheirFrame(t *testing.T) {
	t.Parallel()
	counts := []Count{{noon, "a", 0}, {noon.Add(time.Hour), "a", 500_000}, {noon.Add(2 * time.Hour), "b", 7}, {noon.Add(time.Hour), "a", 1}}
	p := entriesPlot(counts, noon.Add(90*time.Minute))
	if len(p.Lines) != 2 || p.Top != "500000" {
		t.Fatalf("got %+v", p)
	}
	if want := "0,160 373,160 373,0 373,0 373,160 560,160"; p.Lines[0].Points != want {
		t.Errorf("got %s, want %s", p.Lines[0].Points, want)
	}
	var many []Refusal
	for i := range 100 {
		many = append(many, Refusal{After: time.Duration(i) * time.Second})
	}
	d := delaysPlot(many)
	last := d.Bars[len(d.Bars)-1]
	if len(d.Bars) != barsShown || last.X+last.Width > plotWidth || last.Height != plotHeight || d.Top != "99.0" {
		t.Errorf("got %+v", d)
	}
	if !entriesPlot(nil, noon).Empty() || !delaysPlot(nil).Empty() {
		t.Error("nothing is drawn of nothing")
	}
}
