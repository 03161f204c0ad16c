package browser

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// patience bounds what one browser does.
const patience = time.Minute

// person is somebody with a browser: a home with an NSS database, in which the
// certificates are, and the policy that chooses the client's.
type person struct {
	t      *testing.T
	home   string
	policy string
}

// newPerson imports the certificate that the twin issued under a name, as its
// operator hands it out: a PKCS #12 file and its password.
func newPerson(t *testing.T, w *twin, name string) *person {
	t.Helper()
	p := newBrowser(t)
	database := filepath.Join(p.home, ".pki", "nssdb")
	err := os.MkdirAll(database, 0o700)
	if err != nil {
		t.Fatal(err)
	}
	w.sekisho("local", "issue", name, "--p12")
	w.run("certutil", "-N", "--empty-password", "-d", "sql:"+database)
	w.run("pk12util", "-i", name+".p12", "-w", name+".p12.txt", "-d", "sql:"+database)
	w.run("certutil", "-A", "-n", "server CA", "-t", "C,,", "-i", w.ServerCA, "-d", "sql:"+database)
	return p
}

// newBrowser is a person without a certificate.
func newBrowser(t *testing.T) *person {
	t.Helper()
	p := &person{t: t, home: t.TempDir(), policy: t.TempDir()}
	p.choose()
	return p
}

// choose lets a policy choose the certificate, since nobody is there to click.
func (p *person) choose() {
	p.t.Helper()
	rule, err := json.Marshal(map[string]any{"pattern": "https://localhost", "filter": map[string]any{}})
	if err != nil {
		p.t.Fatal(err)
	}
	text, err := json.Marshal(map[string]any{"AutoSelectCertificateForUrls": []string{string(rule)}})
	if err != nil {
		p.t.Fatal(err)
	}
	managed := filepath.Join(p.policy, "policies", "managed")
	err = os.MkdirAll(managed, 0o755)
	if err != nil {
		p.t.Fatal(err)
	}
	err = os.WriteFile(filepath.Join(managed, "sekisho.json"), text, 0o644)
	if err != nil {
		p.t.Fatal(err)
	}
}

// inNamespace runs Chromium where /etc/chromium is the person's, and nobody
// else's machine is altered.
const inNamespace = `#!/bin/sh
exec unshare %USER% --mount sh -c 'mount --bind "$0" /etc/chromium && exec chromium "$@"' %POLICY% "$@"
`

// open starts a browser anew: with no connection that is still open, and none
// that is remembered to have failed. It closes with the test.
func (p *person) open(language string, dark bool) context.Context {
	p.t.Helper()
	launcher := filepath.Join(p.t.TempDir(), "chromium")
	err := os.WriteFile(launcher, []byte(script(p.policy)), 0o700)
	if err != nil {
		p.t.Fatal(err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(launcher), chromedp.NoSandbox, chromedp.UserDataDir(p.t.TempDir()),
		chromedp.Env("HOME="+p.home, "LANGUAGE="+language), chromedp.Flag("lang", language), chromedp.Flag("accept-lang", language),
		chromedp.Flag("headless", "new"), chromedp.WindowSize(1000, 760), chromedp.WSURLReadTimeout(patience),
		chromedp.ModifyCmdFunc(func(c *exec.Cmd) { c.WaitDelay = 5 * time.Second }),
	)
	if dark {
		options = append(options, chromedp.Flag("blink-settings", "preferredColorScheme=0"))
	}
	allocated, end := chromedp.NewExecAllocator(p.t.Context(), options...)
	p.t.Cleanup(end)
	browser, closeBrowser := chromedp.NewContext(allocated)
	p.t.Cleanup(closeBrowser)
	err = chromedp.Do(browser) // the browser lives as long as the context of this first call
	if err != nil {
		p.t.Fatalf("starting the browser: %v", err)
	}
	bounded, cancel := context.WithTimeout(browser, patience)
	p.t.Cleanup(cancel)
	return bounded
}

func script(policy string) string {
	user := ""
	if os.Geteuid() != 0 {
		user = "--user --map-root-user"
	}
	return strings.NewReplacer("%USER%", user, "%POLICY%", "'"+policy+"'").Replace(inNamespace)
}
