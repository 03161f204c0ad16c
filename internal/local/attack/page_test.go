package attack

import (
	"bytes"
	"testing"
)

// withBrowsers asks as a browser does. The page must be the same for everybody
// who is refused, whatever the certificate says.
func (v *visit) withBrowsers(t *testing.T) {
	pages := map[int][]byte{}
	for _, p := range v.presented {
		if p.want.mute || p.want.as != nil {
			continue
		}
		name := "page: " + p.name
		got := v.send(t, name, p.credential, get("Accept: text/html,*/*;q=0.8", "Accept-Language: <script>, ja;q=0.1, en;q=0.9", `Referer: https://localhost/"><script>`))
		v.judge(t, name, turnedAway(p.want.status), got)
		v.decisions++
		first, seen := pages[got.status]
		if !seen {
			pages[got.status] = got.body
			continue
		}
		if !bytes.Equal(first, got.body) {
			t.Errorf("%s: another page than others get who are refused: %.300q", name, got.body)
		}
	}
	for status, page := range pages {
		if !bytes.HasPrefix(page, []byte("<!DOCTYPE html>")) || bytes.Contains(page, []byte("<script")) || bytes.Contains(page, []byte("good")) {
			t.Errorf("page of %d: %.300q", status, page)
		}
	}
}
