package ca

import (
	"bytes"
	"crypto/x509"
	"errors"
	"math/big"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestRevokePublishesAtOnce(t *testing.T) {
	t.Parallel()
	c, clock := newCA(t)
	one, two := mustIssue(t, c, "laptop-1"), mustIssue(t, c, "laptop-2")
	before := mustList(t, c, Issuing)
	clock.advance(90 * time.Minute)
	revoked, err := c.Revoke("laptop-1", Revocation{Reason: KeyCompromise})
	if err != nil || len(revoked) != 1 || revoked[0].Serial.Cmp(one.Certificate.SerialNumber) != 0 {
		t.Fatalf("got %v, %v; want the one certificate", revoked, err)
	}
	after := mustList(t, c, Issuing)
	if after.Number.Cmp(before.Number) <= 0 || !after.ThisUpdate.Equal(clock.Now()) {
		t.Errorf("the new list has number %v of %s, want one after %v of now", after.Number, after.ThisUpdate, before.Number)
	}
	if revokes(before, one.Certificate.SerialNumber) || !revokes(after, one.Certificate.SerialNumber) || revokes(after, two.Certificate.SerialNumber) {
		t.Error("the lists do not say what was revoked")
	}
	entry := after.RevokedCertificateEntries[0]
	if entry.ReasonCode != int(KeyCompromise) || !entry.RevocationTime.Equal(clock.Now()) {
		t.Errorf("got reason %d at %s, want 1 now", entry.ReasonCode, entry.RevocationTime)
	}
	if len(mustList(t, c, Root).RevokedCertificateEntries) != 0 {
		t.Error("the root's list names a client")
	}
}

func TestRevokeTargets(t *testing.T) {
	t.Parallel()
	c, _ := newCA(t)
	first, second := mustIssue(t, c, "laptop-1"), mustIssue(t, c, "laptop-1")
	third := mustIssue(t, c, "laptop-3")
	serial := third.Certificate.SerialNumber.Text(16)
	for _, test := range []struct {
		name, target string
		want         []*big.Int
	}{
		{"every-certificate-of-a-name", "laptop-1", []*big.Int{first.Certificate.SerialNumber, second.Certificate.SerialNumber}},
		{"serial", serial, []*big.Int{third.Certificate.SerialNumber}},
		{"serial-upper-case", strings.ToUpper(serial), []*big.Int{third.Certificate.SerialNumber}},
		{"serial-with-colons", colons(serial), []*big.Int{third.Certificate.SerialNumber}},
		{"serial-with-zeros", "00" + serial, []*big.Int{third.Certificate.SerialNumber}},
	} {
		t.Run(test.name, func(t *testing.T) {
			revoked := mustRevoke(t, c, test.target)
			if len(revoked) != len(test.want) {
				t.Fatalf("got %v, want %d certificates", revoked, len(test.want))
			}
			list := mustList(t, c, Issuing)
			for i, serial := range test.want {
				if revoked[i].Serial.Cmp(serial) != 0 || !revokes(list, serial) {
					t.Errorf("got %v, want %v revoked and on the list", revoked[i], serial)
				}
			}
		})
	}
	for _, target := range []string{"nobody", "", "ff", "-" + serial} {
		_, err := c.Revoke(target, Revocation{})
		if !errors.Is(err, ErrUnknown) {
			t.Errorf("revoking %q: %v, want ErrUnknown", target, err)
		}
	}
}

func colons(serial string) string {
	if len(serial)%2 != 0 {
		serial = "0" + serial
	}
	var parts []string
	for i := 0; i < len(serial); i += 2 {
		parts = append(parts, serial[i:i+2])
	}
	return strings.Join(parts, ":")
}

func TestRevokingTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	c, clock := newCA(t)
	mustIssue(t, c, "laptop-1")
	first := mustRevoke(t, c, "laptop-1")
	before := mustList(t, c, Issuing)
	clock.advance(time.Minute)
	second, err := c.Revoke("laptop-1", Revocation{Reason: Superseded})
	if err != nil || second[0].Reason != Unspecified || !second[0].At.Equal(first[0].At) {
		t.Errorf("got %v, %v; want the first date and reason", second, err)
	}
	if !bytes.Equal(before.Raw, mustList(t, c, Issuing).Raw) {
		t.Error("revoking what was revoked published another list")
	}
	mustIssue(t, c, "laptop-1")
	third := mustRevoke(t, c, "laptop-1")
	if len(third) != 2 || !third[0].At.Equal(first[0].At) || third[1].At.Equal(first[0].At) {
		t.Errorf("got %v; want the old certificate as it was and the new one now", third)
	}
}

func TestRevocationDateCanBeGiven(t *testing.T) {
	t.Parallel()
	c, _ := newCA(t)
	mustIssue(t, c, "laptop-1")
	stolen := epoch.AddDate(0, 0, -3)
	revoked, err := c.Revoke("laptop-1", Revocation{At: stolen})
	if err != nil || !revoked[0].At.Equal(stolen) || !mustList(t, c, Issuing).RevokedCertificateEntries[0].RevocationTime.Equal(stolen) {
		t.Errorf("got %v, %v; want %s", revoked, err, stolen)
	}
}

// The root's list covers the issuing CA.
func TestRevokingTheIssuingCA(t *testing.T) {
	t.Parallel()
	c, _ := newCA(t)
	mustRevoke(t, c, issuingName)
	if !revokes(mustList(t, c, Root), c.Certificate(Issuing).SerialNumber) || len(mustList(t, c, Issuing).RevokedCertificateEntries) != 0 {
		t.Error("the issuing CA is not on the root's list alone")
	}
}

func TestListIsSignedAnewAtHalfOfItsLife(t *testing.T) {
	t.Parallel()
	clock := newClock()
	c := mustOpen(t, t.TempDir(), Options{Now: clock.Now, ListLife: time.Hour})
	first := mustList(t, c, Root)
	if !first.NextUpdate.Equal(epoch.Add(time.Hour)) {
		t.Errorf("the list ends at %s, want an hour after %s", first.NextUpdate, epoch)
	}
	clock.advance(30*time.Minute - time.Second)
	if mustList(t, c, Root).Number.Cmp(first.Number) != 0 {
		t.Error("the list was signed anew before half of its life")
	}
	clock.advance(time.Second)
	second := mustList(t, c, Root)
	if second.Number.Cmp(first.Number) <= 0 || !second.ThisUpdate.Equal(clock.Now()) {
		t.Errorf("at half of its life the list has number %v of %s", second.Number, second.ThisUpdate)
	}
}

// Whatever happens in whatever order, over restarts too: each new list has a
// number above all that were ever seen, and says exactly what was revoked.
func TestNumbersOnlyGrow(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	runs := 0
	rapid.Check(t, func(rt *rapid.T) {
		runs++
		clock := newClock()
		dir := filepath.Join(base, strconv.Itoa(runs))
		options := Options{Now: clock.Now, ListLife: time.Hour}
		c := mustOpen(t, dir, options)
		var published List
		var issued []*Credential
		highest, revoked := int64(0), 0
		rt.Repeat(map[string]func(*rapid.T){
			"wait":    func(rt *rapid.T) { clock.advance(time.Duration(rapid.IntRange(0, 4000).Draw(rt, "s")) * time.Second) },
			"restart": func(*rapid.T) { c = mustOpen(t, dir, options) },
			"issue":   func(*rapid.T) { issued = append(issued, mustIssue(t, c, "n"+strconv.Itoa(len(issued)))) },
			"revoke the next one": func(rt *rapid.T) {
				if revoked == len(issued) {
					rt.Skip("nothing to revoke")
				}
				mustRevoke(t, c, "n"+strconv.Itoa(revoked))
				revoked++
			},
			"sign aside": func(rt *rapid.T) {
				aside, err := c.SignList(Issuing, clock.Now(), clock.Now().Add(time.Minute))
				if err != nil || aside.Number <= highest {
					rt.Fatalf("signed number %d after %d, %v", aside.Number, highest, err)
				}
				highest = aside.Number
			},
			"": func(rt *rapid.T) {
				list, err := c.List(Issuing)
				if err != nil {
					rt.Fatal(err)
				}
				if !bytes.Equal(list.DER, published.DER) && list.Number <= highest {
					rt.Fatalf("published number %d after %d", list.Number, highest)
				}
				published, highest = list, max(highest, list.Number)
				parsed := mustList(t, c, Issuing)
				for i, credential := range issued {
					if revokes(parsed, credential.Certificate.SerialNumber) != (i < revoked) {
						rt.Fatalf("certificate %d of %d, %d revoked: on the list %v", i, len(issued), revoked, i >= revoked)
					}
				}
			},
		})
	})
}

func TestSignListIsNotPublished(t *testing.T) {
	t.Parallel()
	c, _ := newCA(t)
	published := mustList(t, c, Issuing)
	past, err := c.SignList(Issuing, epoch.AddDate(0, 0, -2), epoch.AddDate(0, 0, -1))
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseRevocationList(past.DER)
	if err != nil || !parsed.NextUpdate.Equal(epoch.AddDate(0, 0, -1)) || parsed.Number.Cmp(published.Number) <= 0 {
		t.Errorf("got %v, %v; want a list of the past with a newer number", parsed, err)
	}
	if !bytes.Equal(mustList(t, c, Issuing).Raw, published.Raw) {
		t.Error("the list that was signed aside is published")
	}
	mustIssue(t, c, "laptop-1")
	mustRevoke(t, c, "laptop-1")
	if mustList(t, c, Issuing).Number.Int64() <= past.Number {
		t.Errorf("the next list has number %v, want one after %d", mustList(t, c, Issuing).Number, past.Number)
	}
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	c, _ := newCA(t)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			name := "laptop-" + string(rune('a'+i))
			credential, err := c.Issue(Request{Name: name})
			if err != nil {
				t.Error(err)
				return
			}
			_, err = c.Revoke(name, Revocation{})
			list, errList := c.List(Issuing)
			parsed, errParse := x509.ParseRevocationList(list.DER)
			if err != nil || errList != nil || errParse != nil || !revokes(parsed, credential.Certificate.SerialNumber) {
				t.Errorf("%s is not on the list after its revocation: %v", name, errors.Join(err, errList, errParse))
			}
		})
	}
	group.Wait()
	if len(mustList(t, c, Issuing).RevokedCertificateEntries) != 8 {
		t.Errorf("got %d entries, want 8", len(mustList(t, c, Issuing).RevokedCertificateEntries))
	}
}

func TestParseReason(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]Reason{
		"": 0, "unspecified": 0, "keyCompromise": 1, "cACompromise": 2, "affiliationChanged": 3, "superseded": 4,
		"cessationOfOperation": 5, "privilegeWithdrawn": 9, "aACompromise": 10,
	} {
		got, err := ParseReason(name)
		if err != nil || got != want {
			t.Errorf("%q: got %d, %v; want %d", name, got, err, want)
		}
	}
	_, err := ParseReason("certificateHold")
	if err == nil || !strings.Contains(err.Error(), "keyCompromise") {
		t.Errorf("a hold: got %v, want an error that names a reason", err)
	}
}
