package browser

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestAPersonWithABrowser is let in on both listeners, and after the
// revocation on neither.
func TestAPersonWithABrowser(t *testing.T) {
	needs(t, "chromium", "certutil", "pk12util", "unshare")
	w := startTwin(t)
	alice := newPerson(t, w, "alice")

	english := alice.open("en", false)
	page := look(t, english, w.Verify+"/", "verify-listener")
	wants(t, page, "Let in by the verify listener", "CN=alice")
	page = look(t, english, w.Passthrough+"/", "passthrough-identity")
	wants(t, page, "Your certificate is accepted", "CN=alice", "CN=Sekisho local issuing CA")

	w.sekisho("local", "revoke", "alice", "--wait")

	page = look(t, alice.open("en", false), w.Passthrough+"/", "refused-en")
	wants(t, page, "Your certificate is not accepted here")
	page = look(t, alice.open("ja", false), w.Passthrough+"/", "refused-ja")
	wants(t, page, "この証明書では利用できません")
	refusedAtTheDoor(t, alice.open("en", false), w.Verify+"/")
	page = look(t, newPerson(t, w, "bob").open("en", false), w.Verify+"/", "")
	wants(t, page, "CN=bob")

	operator := newBrowser(t)
	page = look(t, operator.open("en", false), w.StatusPage, "status")
	wants(t, page, "Revocation lists", "issuing", "refused: revoked", "CN=alice", "replace (newer)")
	page = look(t, operator.open("ja", true), w.StatusPage, "status-ja-dark")
	wants(t, page, "失効リスト", "拒否: revoked")
}

// look opens a page and gives its text. Where that is wanted, a picture of it
// is kept.
func look(t *testing.T, browser context.Context, url, name string) string {
	t.Helper()
	err := chromedp.Do(browser, chromedp.Navigate(url))
	if err != nil {
		t.Fatalf("opening %s: %v", name, err)
	}
	text, err := chromedp.Run(browser, chromedp.Text("body"))
	if err != nil {
		t.Fatalf("reading %s: %v", name, err)
	}
	keepPicture(t, browser, name)
	return text
}

func keepPicture(t *testing.T, browser context.Context, name string) {
	t.Helper()
	folder := os.Getenv(screenshotsVariable)
	if folder == "" || name == "" {
		return
	}
	picture, err := chromedp.Run(browser, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatalf("taking a picture of %s: %v", name, err)
	}
	err = os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o644)
	if err != nil {
		t.Fatal(err)
	}
}

func wants(t *testing.T, page string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(page, text) {
			t.Errorf("%q is not on the page:\n%s", text, page)
		}
	}
}

// refusedAtTheDoor wants the handshake to fail: no page, only the browser's
// own words.
func refusedAtTheDoor(t *testing.T, browser context.Context, url string) {
	t.Helper()
	err := chromedp.Do(browser, chromedp.Navigate(url))
	if err == nil || !strings.Contains(err.Error(), "net::ERR_") {
		t.Errorf("got %v, want the connection to be refused", err)
		return
	}
	t.Logf("the browser says %v", err)
}
