package refresh

import (
	"context"
	"crypto/x509"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sekisho/sekisho/internal/crl"
	"github.com/sekisho/sekisho/internal/pkitest"
)

// failingGets is a bucket from which one object cannot be read.
type failingGets struct {
	*party
	key string
}

func (b failingGets) Get(ctx context.Context, key string) (Object, error) {
	if key == b.key {
		return Object{}, errBefell
	}
	return b.party.Get(ctx, key)
}

// indexOf is the index of a list with these entries.
func indexOf(tb testing.TB, ca *pkitest.CA, entries []x509.RevocationListEntry) *crl.Index {
	tb.Helper()
	list, builder, err := crl.Parse(ca.CRLWith(tb, func(l *x509.RevocationList) { l.RevokedCertificateEntries = entries }))
	if err != nil {
		tb.Fatal(err)
	}
	index, err := builder.Build(list, ca.Cert)
	if err != nil {
		tb.Fatal(err)
	}
	return index
}

func entryOf(serial int64, age time.Duration, reason crl.RevocationReason) x509.RevocationListEntry {
	return x509.RevocationListEntry{SerialNumber: big.NewInt(serial), RevocationTime: pkitest.Epoch.Add(-age), ReasonCode: max(0, int(reason))}
}

const day = 24 * time.Hour

func TestChangeNamesWhatCameAndWhatLeft(t *testing.T) {
	t.Parallel()
	ca := newCA(t, "C")
	stays := entryOf(1, day, crl.KeyCompromise)
	before := indexOf(t, ca, []x509.RevocationListEntry{
		stays, entryOf(0x2A, 400*day, crl.NoReason), entryOf(3, 10*day, crl.CertificateHold), entryOf(4, 10*day, crl.Superseded), entryOf(5, 365*day, crl.Superseded),
	})
	after := indexOf(t, ca, []x509.RevocationListEntry{stays, entryOf(0xBEEF, 0, crl.KeyCompromise), entryOf(7, 0, crl.NoReason)})
	for _, c := range []struct {
		lifetime time.Duration
		want     string
	}{
		{0, "2 [7 BEEF]; 4: 2A - , 3 certificateHold hold released, 4 superseded , 5 superseded "},
		{365 * day, "2 [7 BEEF]; 4: 4 superseded possibly early, 2A - , 3 certificateHold hold released, 5 superseded "},
	} {
		got := changeOf(before, after, c.lifetime, pkitest.Epoch)
		var left []string
		for _, d := range got.Left {
			reason := d.Reason
			if reason == "" {
				reason = "-"
			}
			left = append(left, fmt.Sprintf("%s %s %s", d.Serial, reason, d.Mark))
		}
		if text := fmt.Sprintf("%d %v; %d: %s", got.Newly, got.Came, got.Gone, strings.Join(left, ", ")); text != c.want {
			t.Errorf("lifetime %s:\ngot  %s\nwant %s", c.lifetime, text, c.want)
		}
		if got.HoldReleased != 1 || (got.PossiblyEarly == 1) != (c.lifetime > 0) {
			t.Errorf("%d released, %d possibly early", got.HoldReleased, got.PossiblyEarly)
		}
	}
}

// TestChangeAgreesWithSets: counts and names are those of a comparison with
// maps, whatever the two lists hold.
func TestChangeAgreesWithSets(t *testing.T) {
	t.Parallel()
	ca := newCA(t, "C")
	rapid.Check(t, func(r *rapid.T) {
		serials := rapid.SliceOfDistinct(rapid.Int64Range(1, 40), rapid.ID)
		before, after := serials.Draw(r, "before"), serials.Draw(r, "after")
		entries := func(of []int64) []x509.RevocationListEntry {
			var all []x509.RevocationListEntry
			for _, serial := range of {
				all = append(all, entryOf(serial, day, crl.NoReason))
			}
			return all
		}
		got := changeOf(indexOf(t, ca, entries(before)), indexOf(t, ca, entries(after)), 2*day, pkitest.Epoch)
		var came, left []string
		for _, serial := range after {
			if !slices.Contains(before, serial) {
				came = append(came, fmt.Sprintf("%X", serial))
			}
		}
		for _, serial := range before {
			if !slices.Contains(after, serial) {
				left = append(left, fmt.Sprintf("%X", serial))
			}
		}
		slices.Sort(came)
		slices.Sort(left)
		var named []string
		for _, d := range got.Left {
			named = append(named, d.Serial)
		}
		if !slices.Equal(came, got.Came) || !slices.Equal(left, named) || got.Newly != len(came) || got.Gone != len(left) || got.PossiblyEarly != len(left) {
			r.Fatalf("got %+v, want %v came and %v left", got, came, left)
		}
	})
}

// TestChangeOfLongLists counts all and names no more than it may, the possibly
// early ones among them.
func TestChangeOfLongLists(t *testing.T) {
	t.Parallel()
	ca := newCA(t, "C")
	random := rand.New(rand.NewPCG(1, 2))
	var before, after []x509.RevocationListEntry
	for serial := range int64(6000) {
		age := 400 * day
		if serial%20 == 0 {
			age = day
		}
		one := entryOf(serial<<32|random.Int64N(1<<32), age, crl.NoReason)
		if serial < 3000 {
			before = append(before, one)
			continue
		}
		after = append(after, one)
	}
	got := changeOf(indexOf(t, ca, before), indexOf(t, ca, after), 365*day, pkitest.Epoch)
	if got.Gone != 3000 || got.Newly != 3000 || got.PossiblyEarly != 150 || len(got.Left) != named || len(got.Came) != named {
		t.Errorf("%d left, %d came, %d possibly early; %d and %d named", got.Gone, got.Newly, got.PossiblyEarly, len(got.Left), len(got.Came))
	}
	for i, left := range got.Left {
		if (left.Mark == PossiblyEarly) != (i < 150) {
			t.Fatalf("the departure at %d is marked %q: want the possibly early ones first", i, left.Mark)
		}
	}
}
