package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/sekisho/sekisho/internal/chain"
	"github.com/sekisho/sekisho/internal/gate"
)

// verifyAnswer is what "sekisho verify" prints.
type verifyAnswer struct {
	Accepted bool           `json:"accepted"`
	Identity *gate.Identity `json:"identity,omitempty"`
	// Reason is one stable word, Detail is for people. Position counts from
	// the leaf; Code is that of the load balancer's connection log.
	Reason   string `json:"reason,omitempty"`
	Position *int   `json:"position,omitempty"`
	Code     string `json:"code,omitempty"`
	Detail   string `json:"detail,omitempty"`

	identity *chain.Identity
}

// print ends with errFound for a refusal.
func (a verifyAnswer) print(out io.Writer, asJSON bool) error {
	err := a.write(out, asJSON)
	if err != nil {
		return fmt.Errorf("printing the answer: %w", err)
	}
	if !a.Accepted {
		return errFound
	}
	return nil
}

func (a verifyAnswer) write(out io.Writer, asJSON bool) error {
	if asJSON {
		if a.identity != nil {
			document := gate.IdentityOf(a.identity)
			a.Identity = &document
		}
		return json.NewEncoder(out).Encode(a)
	}
	if a.Accepted {
		return a.writeIdentity(out)
	}
	where := ""
	if a.Position != nil {
		where = fmt.Sprintf(" (certificate %d, counted from the client's, which is 0)", *a.Position)
	}
	_, err := fmt.Fprintf(out, "refused: %s\n%s%s\n", a.Reason, printable(strings.ReplaceAll(a.Detail, "\n", "; ")), where)
	return err
}

func (a verifyAnswer) writeIdentity(out io.Writer) error {
	id := a.identity
	fmt.Fprintln(out, "accepted")
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	rows := [][2]string{
		{"subject", id.Subject}, {"issuer", id.Issuer}, {"serial number", id.Serial}, {"SHA-256 fingerprint", id.Fingerprint},
		{"DNS", strings.Join(id.DNSNames, " ")}, {"e-mail", strings.Join(id.Emails, " ")},
		{"URI", strings.Join(id.URIs, " ")}, {"IP", strings.Join(id.IPs, " ")},
		{"valid", id.NotBefore.UTC().Format(time.RFC3339) + " to " + id.NotAfter.UTC().Format(time.RFC3339)},
	}
	for _, row := range rows {
		if row[1] != "" {
			fmt.Fprintf(table, "  %s\t%s\n", row[0], printable(row[1]))
		}
	}
	return table.Flush()
}

// printable is text that leaves a terminal as it is: names in certificates
// are written by others.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, text)
}
