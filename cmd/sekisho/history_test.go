package main

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/crl"
	"github.com/sekisho/sekisho/internal/pkitest"
	"github.com/sekisho/sekisho/internal/refresh"
	"github.com/sekisho/sekisho/internal/snapshot"
)

// shelf is a bucket in memory.
type shelf map[string][]byte

func (s shelf) Get(_ context.Context, key string) (refresh.Object, error) {
	body, ok := s[key]
	if !ok {
		return refresh.Object{}, fmt.Errorf("reading %s: %w", key, refresh.ErrAbsent)
	}
	return refresh.Object{Body: body}, nil
}

func (s shelf) List(_ context.Context, prefix string) ([]string, error) {
	var keys []string
	for key := range s {
		if strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys, nil
}

// past is what is on record of one CA.
type past struct {
	t     *testing.T
	shelf shelf
	ca    *pkitest.CA
	lists int64
}

// list has a list with these serial numbers come into force, an hour after the
// one before it, and returns its hash.
func (p *past) list(change *refresh.Change, serials ...int64) string {
	p.t.Helper()
	p.lists++
	at := pkitest.Epoch.Add(time.Duration(p.lists) * time.Hour)
	list, builder, err := crl.Parse(p.ca.CRLWith(p.t, func(l *x509.RevocationList) {
		l.Number = big.NewInt(p.lists)
		for _, serial := range serials {
			l.RevokedCertificateEntries = append(l.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: big.NewInt(serial), RevocationTime: pkitest.Epoch, ReasonCode: 1})
		}
	}))
	if err != nil {
		p.t.Fatal(err)
	}
	index, err := builder.Build(list, p.ca.Cert)
	if err != nil {
		p.t.Fatal(err)
	}
	sha256 := hex.EncodeToString(list.SHA256[:])
	p.shelf[snapshot.IndexKey(sha256)] = index.Bytes()
	facts := refresh.Facts{SHA256: sha256, Number: fmt.Sprint(p.lists), Entries: len(serials)}
	name := p.ca.Cert.Subject.CommonName
	text, err := json.Marshal(refresh.Record{Format: 1, At: at, Count: 1, First: at, Last: at, Outcome: refresh.Outcome{
		Source: name, Identity: name, Issuer: p.ca.Cert.Subject.String(), Action: refresh.Replace, Reason: refresh.Newer,
		List: facts, Enforced: facts, Fetched: facts, Change: change, Steps: []refresh.Step{{Name: "enforce", Took: 2 * time.Second}},
	}})
	if err != nil {
		p.t.Fatal(err)
	}
	p.shelf[refresh.RecordPrefix+at.Format("2006-01-02/150405.000")+"-"+name+".json"] = text
	return sha256
}

func (p *past) forget(sha256 string) { delete(p.shelf, snapshot.IndexKey(sha256)) }

func newPast(t *testing.T, name string, on shelf) *past {
	t.Helper()
	return &past{t: t, shelf: on, ca: pkitest.NewCA(t, name)}
}

func TestHistoryOfASerialNumber(t *testing.T) {
	t.Parallel()
	came := func(serials ...string) *refresh.Change { return &refresh.Change{Newly: len(serials), Came: serials} }
	left := func(mark refresh.Mark, serial string) *refresh.Change {
		return &refresh.Change{Gone: 1, Left: []refresh.Departure{{Serial: serial, Mark: mark}}}
	}
	for _, c := range []struct {
		name  string
		build func(p *past)
		want  []string
	}{
		{"never there", func(p *past) { p.list(nil, 1); p.list(came("2"), 1, 2) }, []string{"serial number AB was on no list that is on record"}},
		{"nothing on record", func(*past) {}, []string{"serial number AB was on no list that is on record"}},
		{"came and left early", func(p *past) {
			p.list(nil, 1)
			p.list(came("AB"), 1, 0xAB)
			p.list(came("2"), 1, 2, 0xAB)
			p.list(left(refresh.PossiblyEarly, "AB"), 1, 2)
		}, []string{
			"serial number AB of CN=C (source C)",
			"2026-06-01T13:00:02Z  not refused (list number 1, 1 revoked)",
			"2026-06-01T14:00:02Z  refused from here on (list number 2, 2 revoked); revoked by the CA at 2026-06-01T12:00:00Z, keyCompromise",
			"2026-06-01T16:00:02Z  not refused any more: it left the list, possibly early (list number 4, 2 revoked)",
			"now: not refused, by list number 4, 2 revoked",
		}},
		{"there from the beginning", func(p *past) { p.list(nil, 0xAB) }, []string{
			"2026-06-01T13:00:02Z  refused, and for how long before that is not on record (list number 1, 1 revoked); revoked by the CA at 2026-06-01T12:00:00Z, keyCompromise",
			"now: refused, by list number 1, 1 revoked",
		}},
		{"the indexes of old lists are gone", func(p *past) {
			p.forget(p.list(nil, 1))
			p.forget(p.list(came("AB"), 1, 0xAB))
			p.list(came("3"), 1, 3, 0xAB)
		}, []string{
			"2026-06-01T13:00:02Z  cannot be told from here on",
			"2026-06-01T14:00:02Z  refused from here on (list number 2, 2 revoked)\n",
			"now: refused, by list number 3",
		}},
		{"more came than is named", func(p *past) {
			p.list(nil, 1)
			p.forget(p.list(&refresh.Change{Newly: 2000, Came: []string{"5"}}, 1, 5, 0xAB))
			p.list(came("6"), 1, 5, 6, 0xAB)
		}, []string{
			"2026-06-01T14:00:02Z  cannot be told from here on",
			"2026-06-01T15:00:02Z  refused from here on",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPast(t, "C", shelf{})
			c.build(p)
			var out bytes.Buffer
			told, err := history(t.Context(), p.shelf, big.NewInt(0xAB), "")
			if err != nil {
				t.Fatal(err)
			}
			printHistory(&out, big.NewInt(0xAB), told)
			for _, want := range c.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("%q is not in\n%s", want, out.String())
				}
			}
		})
	}
}

// TestHistoryKeepsCAsApart: two CAs use the same serial number.
func TestHistoryKeepsCAsApart(t *testing.T) {
	t.Parallel()
	on := shelf{}
	newPast(t, "One", on).list(nil, 0xAB)
	newPast(t, "Two", on).list(nil, 0xAB, 1)
	for issuer, want := range map[string]int{"": 2, "one": 1, "CN=Two": 1, "three": 0} {
		var out bytes.Buffer
		told, err := history(t.Context(), on, big.NewInt(0xAB), issuer)
		printHistory(&out, big.NewInt(0xAB), told)
		if got := strings.Count(out.String(), "now: refused"); err != nil || got != want {
			t.Errorf("issuer %q: %v, %d CAs, want %d\n%s", issuer, err, got, want, out.String())
		}
	}
}

func TestRecordsThatAreDamagedAreAnError(t *testing.T) {
	t.Parallel()
	p := newPast(t, "C", shelf{})
	p.list(nil, 1)
	p.shelf[refresh.RecordPrefix+"2026-06-01/x.json"] = []byte("{")
	_, err := readRecords(t.Context(), p.shelf, pkitest.Epoch, pkitest.Epoch.Add(24*time.Hour))
	if err == nil || !strings.Contains(err.Error(), "reading records/2026-06-01/x.json") {
		t.Errorf("got %v, want the record named", err)
	}
}

func TestRecordsOfATime(t *testing.T) {
	t.Parallel()
	p := newPast(t, "C", shelf{})
	for range 48 {
		p.list(nil, 1)
	}
	from := pkitest.Epoch.Add(20 * time.Hour)
	records, err := readRecords(t.Context(), p.shelf, from, from.Add(9*time.Hour))
	if err != nil || len(records) != 10 || !records[0].At.Equal(from) {
		t.Errorf("got %v, %d records; want those of ten hours, over midnight", err, len(records))
	}
}
