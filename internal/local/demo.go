package local

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"os"
	"strings"
	"time"
)

// demoPatience bounds how long the demo waits for anything.
const demoPatience = time.Minute

// demo is the story that Demo plays.
type demo struct {
	out      io.Writer
	twin     *Twin
	dir      string
	every    time.Duration
	keep     time.Duration
	commands *Commands

	stolen, other *Prober
	open          *openConnection
	revokedAt     time.Time
}

// Demo starts a twin and plays the story: two clients are let in, one is
// revoked, and is turned away while the other is still served, until the
// operator denies it. It prints each step, stops what it started, and fails at
// the first step that does not go as it should.
func Demo(ctx context.Context, options Options, out io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, 3*demoPatience)
	defer cancel()
	twin, err := Start(ctx, options)
	if err != nil {
		return err
	}
	d := &demo{out: out, twin: twin, dir: options.Dir, every: options.Every, keep: options.ClientKeepAlive, commands: NewCommands(options.Dir)}
	err = d.play(ctx)
	if err != nil {
		d.evidence()
	}
	err = errors.Join(err, twin.Close())
	if err == nil {
		fmt.Fprintln(out, "The story went as it should. Everything that was started is stopped.")
	}
	return err
}

// evidence shows the end of the functions' logs, because the directory with
// them goes away.
func (d *demo) evidence() {
	for _, name := range []string{refreshFunction, verifyFunction} {
		text, err := os.ReadFile(d.twin.dir.file("log", name+".log"))
		if err == nil {
			fmt.Fprintf(d.out, "the end of the log of %s:\n%s\n", name, text[max(0, len(text)-2000):])
		}
	}
}

func (d *demo) play(ctx context.Context) error {
	for _, step := range []struct {
		name string
		do   func(context.Context) (string, error)
	}{
		{"the first refresh put a list of every CA in force", d.listsInForce},
		{"two clients got certificates", d.issue},
		{"both are served on both listeners", d.bothServed},
		{"somebody without a certificate is not", d.nobody},
		{"a connection of laptop-1 stays open", d.openConnection},
		{"laptop-1 is stolen, the CA revokes it", d.revoke},
		{"laptop-1 is turned away on both listeners", d.turnedAway},
		{"laptop-2 is still served", d.otherServed},
		{"the operator denies laptop-2", d.denied},
		{"the open connection ends by the keep-alive rule", d.connectionEnds},
	} {
		said, err := step.do(ctx)
		if err != nil {
			fmt.Fprintf(d.out, "✘ %s\n", step.name)
			return fmt.Errorf("demo: expected that %s: %w", step.name, err)
		}
		fmt.Fprintf(d.out, "✔ %s%s\n", step.name, said)
	}
	return nil
}

func (d *demo) listsInForce(ctx context.Context) (string, error) {
	status, err := d.commands.Status(ctx)
	if err != nil {
		return "", err
	}
	if status.Last.Error != "" {
		return "", errors.New(status.Last.Error)
	}
	said := ""
	for _, outcome := range status.Last.Report.Outcomes {
		if outcome.Revocation == 0 {
			return "", fmt.Errorf("source %s has none", outcome.Source)
		}
		said += fmt.Sprintf("\n    %s: number %s, revocation ID %d", outcome.Issuer, outcome.List.Number, outcome.Revocation)
	}
	if said == "" {
		return "", errors.New("the report names no list")
	}
	return said, nil
}

func (d *demo) issue(ctx context.Context) (string, error) {
	var err error
	d.stolen, err = d.client(ctx, "laptop-1")
	if err != nil {
		return "", err
	}
	d.other, err = d.client(ctx, "laptop-2")
	return ": laptop-1 and laptop-2", err
}

func (d *demo) client(ctx context.Context, name string) (*Prober, error) {
	_, err := d.commands.Issue(ctx, name, 1)
	if err != nil {
		return nil, err
	}
	client, err := LoadClient(d.dir, name)
	if err != nil {
		return nil, err
	}
	return NewProber(d.twin.Description(), client)
}

func (d *demo) bothServed(ctx context.Context) (string, error) {
	return "", errors.Join(d.served(ctx, "laptop-1", d.stolen), d.served(ctx, "laptop-2", d.other))
}

func (d *demo) otherServed(ctx context.Context) (string, error) {
	return " on both listeners", d.served(ctx, "laptop-2", d.other)
}

func (d *demo) served(ctx context.Context, name string, prober *Prober) error {
	for _, url := range []string{d.twin.description.Verify, d.twin.description.Passthrough} {
		answer, err := prober.Ask(ctx, url, nil)
		if err != nil {
			return err
		}
		if answer.Verdict != Served {
			return fmt.Errorf("%s at %s: %s", name, url, answer)
		}
	}
	return nil
}

func (d *demo) nobody(ctx context.Context) (string, error) {
	nobody, err := NewProber(d.twin.Description(), tls.Certificate{})
	if err != nil {
		return "", err
	}
	verify, err := nobody.Ask(ctx, d.twin.description.Verify, nil)
	if err != nil {
		return "", err
	}
	passthrough, err := nobody.Ask(ctx, d.twin.description.Passthrough, nil)
	if err != nil {
		return "", err
	}
	if verify.Verdict != Refused || verify.Status != 0 || passthrough.Status != http.StatusUnauthorized {
		return "", fmt.Errorf("verify: %s, passthrough: %s", verify, passthrough)
	}
	return fmt.Sprintf(": verify ends the handshake (%s), passthrough answers 401", verify.Reason), nil
}

func (d *demo) revoke(ctx context.Context) (string, error) {
	d.revokedAt = time.Now()
	revoked, err := d.commands.Revoke(ctx, "laptop-1")
	return ": serial " + strings.Join(revoked.Serials, ", "), err
}

func (d *demo) turnedAway(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, demoPatience)
	defer cancel()
	waited, err := AwaitRefusal(ctx, d.twin.Description(), d.stolen.Client, d.revokedAt)
	if err != nil {
		return "", err
	}
	last := d.twin.connections.Last(connectionsKept)
	code := ""
	for _, entry := range last {
		if entry.Listener == "verify" && entry.Status() == "Failed:ClientCertCrlHit" {
			code = entry.Status()
		}
	}
	if code == "" {
		return "", errors.New("the connection log of the verify listener names no Failed:ClientCertCrlHit")
	}
	return fmt.Sprintf("\n    verify: %.1f s after the revocation (%s in the connection log)\n    passthrough: %.1f s after the revocation (403, reason revoked)\n    the schedule runs every %s",
		waited.Verify.Seconds(), code, waited.Passthrough.Seconds(), d.every), nil
}

// openConnection is one connection that a client keeps.
type openConnection struct {
	client *http.Client
	url    string
	opened time.Time
}

// ask sends a request and says whether it went over the connection that was
// opened first.
func (c *openConnection) ask(ctx context.Context) (bool, error) {
	reused := false
	trace := &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) { reused = info.Reused }}
	request, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, trace), http.MethodGet, c.url+"/", nil)
	if err != nil {
		return false, err
	}
	response, err := c.client.Do(request)
	if err != nil {
		return false, err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return false, err
	}
	if response.StatusCode != http.StatusOK {
		return false, fmt.Errorf("HTTP %d", response.StatusCode)
	}
	return reused, nil
}

func (d *demo) openConnection(ctx context.Context) (string, error) {
	d.open = &openConnection{client: d.stolen.HTTPClient(), url: d.twin.description.Verify, opened: time.Now()}
	_, err := d.open.ask(ctx)
	return fmt.Sprintf(" (the keep-alive is %s)", d.keep), err
}

// connectionEnds shows what revocation does not do: a connection that was open
// before goes on being served, until it is too old. The next one is refused.
func (d *demo) connectionEnds(ctx context.Context) (string, error) {
	defer d.open.client.CloseIdleConnections()
	served := 0
	for time.Since(d.open.opened) < d.keep+demoPatience {
		reused, err := d.open.ask(ctx)
		if err != nil {
			return d.ended(served, err)
		}
		if !reused {
			return "", errors.New("laptop-1 was let in with a new connection")
		}
		served++
		err = pause(ctx, waitStep)
		if err != nil {
			return "", err
		}
	}
	return "", fmt.Errorf("it was still open after %s", time.Since(d.open.opened).Round(time.Second))
}

func (d *demo) ended(served int, cause error) (string, error) {
	age := time.Since(d.open.opened)
	answer, err := refusedHandshake(d.open.url, cause)
	if err != nil {
		return "", err
	}
	if age < d.keep {
		return "", fmt.Errorf("it ended after %.1f s, before its time: %s", age.Seconds(), answer)
	}
	return fmt.Sprintf(": still served for %.1f s (%d requests after the refusal above), then closed; its next handshake is refused", age.Seconds(), served), nil
}
