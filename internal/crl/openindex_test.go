package crl

import (
	"bytes"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/crl/crltest"
	"github.com/sekisho/sekisho/internal/pkitest"
)

func TestIndexSaysWhatTheListSays(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "Root")
	for _, test := range []struct {
		name string
		edit func(*crltest.Draft)
	}{
		{"usual", func(*crltest.Draft) {}},
		{"no next update", func(d *crltest.Draft) { d.NextUpdate = nil }},
		{"no number", func(d *crltest.Draft) { d.Extensions = d.Extensions[:1] }},
		{"number 0", func(d *crltest.Draft) { d.Extensions[1] = crltest.Number(new(big.Int)) }},
		{"long number", func(d *crltest.Draft) { d.Extensions[1] = crltest.Number(new(big.Int).Lsh(entriesTwo, 150)) }},
		{"version 1", func(d *crltest.Draft) { d.Version, d.Extensions = nil, nil }},
		{"before 1970", func(d *crltest.Draft) { d.ThisUpdate = crltest.UTCTime(time.Date(1951, 1, 1, 0, 0, 0, 0, time.UTC)) }},
		{"scoped", func(d *crltest.Draft) {
			d.Extensions = append(d.Extensions, crltest.IssuingPoint(crltest.Point(pointURI), crltest.Flag(0x82)))
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			der := signed(t, ca, test.edit, entries(numbered(5)...))
			list, built := read(t, der), index(t, ca, der)
			var file bytes.Buffer
			n, err := built.WriteTo(&file)
			if err != nil || n != int64(len(built.Bytes())) || !bytes.Equal(file.Bytes(), built.Bytes()) {
				t.Fatalf("wrote %d bytes, %v", n, err)
			}
			opened, err := OpenIndex(file.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(opened.RawIssuer(), list.RawIssuer) || opened.IssuerKeySHA256() != keyHash(ca.Cert) || opened.ListSHA256() != list.SHA256 {
				t.Error("issuer, key or hash differ")
			}
			if !sameNumber(opened.Number(), list.Number) || !opened.ThisUpdate().Equal(list.ThisUpdate) || !opened.NextUpdate().Equal(list.NextUpdate) || opened.NextUpdate().IsZero() != list.NextUpdate.IsZero() {
				t.Errorf("got %v, %v, %v", opened.Number(), opened.ThisUpdate(), opened.NextUpdate())
			}
			if opened.Scope().String() != list.Scope.String() || opened.Identity() != list.Identity(ca.Cert) || opened.Len() != 5 {
				t.Errorf("got %v, %v, %d", opened.Scope(), opened.Identity(), opened.Len())
			}
		})
	}
}

func TestSameListSameIndex(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "Root")
	der := signed(t, ca, entries(numbered(500)...))
	if !bytes.Equal(index(t, ca, der).Bytes(), index(t, ca, der).Bytes()) {
		t.Error("two indexes of one list differ")
	}
}

func TestDuplicateKeepsTheEarliest(t *testing.T) {
	t.Parallel()
	list, builder, err := Parse(fixture(t, "serial-twice.der"))
	if err != nil {
		t.Fatal(err)
	}
	built, err := builder.Build(list, fixtureIssuers(t)[0])
	if err != nil {
		t.Fatal(err)
	}
	want := Entry{pkitest.Epoch.AddDate(0, 0, -3), CessationOfOperation}
	got, found := built.Find(big.NewInt(16))
	if !found || got != want || built.Len() != 2 {
		t.Errorf("got %v, %v of %d, want %v", got, found, built.Len(), want)
	}
}

// TestManyDuplicates fills a few buckets far beyond what is usual.
func TestManyDuplicates(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "Root")
	var many []row
	for i := range 3000 {
		many = append(many, row{big.NewInt(int64(i % 3)), pkitest.Epoch.Add(time.Duration((i*7919)%3000) * time.Hour), NoReason})
	}
	want, duplicates := earliest(many)
	der := signed(t, ca, entries(many...))
	if got := read(t, der).Duplicates; got != duplicates {
		t.Errorf("got %d duplicates, want %d", got, duplicates)
	}
	built := index(t, ca, der)
	for i := range int64(4) {
		got, found := built.Find(big.NewInt(i))
		entry, listed := want[big.NewInt(i).String()]
		if found != listed || got != entry {
			t.Errorf("%d: got %v, %v, want %v, %v", i, got, found, entry, listed)
		}
	}
}

func TestSignAndLeadingZerosAreExact(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "Root")
	number := func(text string) *big.Int {
		n, _ := new(big.Int).SetString(text, 0)
		return n
	}
	listed := []string{"0", "-1", "128", "-128", "255", "-256", "0x80000000000000000000000000000000", "-0x8000000000000000", "0x7fffffffffffffff"}
	var rows []row
	for _, text := range listed {
		rows = append(rows, row{number(text), pkitest.Epoch, NoReason})
	}
	built := index(t, ca, signed(t, ca, entries(rows...)))
	for _, text := range listed {
		if _, found := built.Find(number(text)); !found {
			t.Errorf("%s is not found", text)
		}
	}
	for _, text := range []string{"1", "-128000", "-255", "256", "-0x80000000000000000000000000000000", "0x8000000000000000", "0x80000000000000", "-0x7fffffffffffffff"} {
		if _, found := built.Find(number(text)); found {
			t.Errorf("%s is found", text)
		}
	}
	if _, found := built.Find(new(big.Int).Lsh(entriesTwo, 5000)); found {
		t.Error("a number longer than any on a list is found")
	}
}

func TestFindAllocatesNothing(t *testing.T) {
	ca := pkitest.NewCA(t, "Root")
	built := index(t, ca, signed(t, ca, entries(numbered(1000)...)))
	there, missing := numbered(500)[499].serial, new(big.Int).Lsh(entriesTwo, 77)
	allocations := testing.AllocsPerRun(100, func() {
		_, found := built.Find(there)
		_, missed := built.Find(missing)
		if !found || missed {
			t.Error("wrong answers")
		}
	})
	if allocations != 0 {
		t.Errorf("got %v allocations", allocations)
	}
}

func TestBuildRefusesWhatIsNotItsList(t *testing.T) {
	t.Parallel()
	issuer := fixtureIssuers(t)[0]
	list, builder, err := Parse(fixture(t, "good.der"))
	if err != nil {
		t.Fatal(err)
	}
	other := read(t, fixture(t, "no-entries.der"))
	for name, try := range map[string]func() (*Index, error){
		"the entries of another list": func() (*Index, error) { return builder.Build(other, issuer) },
		"no entries at all":           func() (*Index, error) { return new(Builder).Build(list, issuer) },
	} {
		_, err := try()
		if err == nil || !strings.Contains(err.Error(), "not the entries of that list") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	for _, name := range []string{"delta", "indirect", "scope-reasons", "scope-attribute", "critical-unknown"} {
		list, builder, err := Parse(fixture(t, name+".der"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = builder.Build(list, issuer)
		var refusal *RefusedError
		if !errors.As(err, &refusal) {
			t.Errorf("%s: got %v, want a refusal", name, err)
		}
	}
}

// TestMeetingWordsStayApart: of two serial numbers with different highest bytes
// the permuted words can be made to meet. They are two numbers all the same.
func TestMeetingWordsStayApart(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "Root")
	one := append(bytes.Repeat([]byte{0x11}, 8), 1, 2, 3, 4, 5, 6, 7, 8)
	other := append(bytes.Repeat([]byte{0x22}, 8), make([]byte, 8)...)
	low, _, rest := lowest(one)
	store(other[8:], low^fold(rest)^fold(other[:8]))
	a, b := new(big.Int).SetBytes(one), new(big.Int).SetBytes(other)
	if permutedWord(a.Bits(), 64) != permutedWord(b.Bits(), 64) {
		t.Fatal("the words do not meet")
	}
	early, late := row{a, pkitest.Epoch.Add(-time.Hour), KeyCompromise}, row{a, pkitest.Epoch, Superseded}
	for name, rows := range map[string][]row{
		"one":           {late},
		"both":          {late, {b, pkitest.Epoch, NoReason}},
		"both and twin": {late, {b, pkitest.Epoch, NoReason}, early},
		"twin":          {late, early},
	} {
		want, duplicates := earliest(rows)
		der := signed(t, ca, entries(rows...))
		built := index(t, ca, der)
		for _, serial := range []*big.Int{a, b} {
			got, found := built.Find(serial)
			entry, listed := want[serial.String()]
			if found != listed || got != entry {
				t.Errorf("%s: %x: got %v, %v, want %v, %v", name, serial, got, found, entry, listed)
			}
		}
		if read(t, der).Duplicates != duplicates {
			t.Errorf("%s: got %d duplicates, want %d", name, read(t, der).Duplicates, duplicates)
		}
	}
}

func TestWalkCanStop(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "Root")
	built := index(t, ca, signed(t, ca, entries(numbered(100)...)))
	met := 0
	for range built.All() {
		met++
		if met == 40 {
			break
		}
	}
	if met != 40 {
		t.Errorf("met %d entries, want 40", met)
	}
}

// TestNumberIsACopy, as are the names of the scope: nobody can change an index.
func TestNumberIsACopy(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "Root")
	built := index(t, ca, signed(t, ca))
	built.Number().SetInt64(99)
	if got := built.Number().Int64(); got != 1 {
		t.Errorf("got %d, want 1", got)
	}
}

// TestRowsOfPatterns: serial numbers as CAs make them fill the buckets evenly.
func TestRowsOfPatterns(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "Root")
	prefix := new(big.Int).Lsh(big.NewInt(0x610d3a7e), 120)
	for name, serial := range map[string]func(i int64) *big.Int{
		"counting":                 big.NewInt,
		"counting behind a prefix": func(i int64) *big.Int { return new(big.Int).Add(prefix, big.NewInt(i)) },
		"counting before a suffix": func(i int64) *big.Int { return new(big.Int).Add(prefix, new(big.Int).Lsh(big.NewInt(i), 72)) },
		"in steps of 2^32":         func(i int64) *big.Int { return new(big.Int).Lsh(big.NewInt(i+1), 32) },
	} {
		var rows []row
		for i := range int64(4000) {
			rows = append(rows, row{serial(i), hour, NoReason})
		}
		built := index(t, ca, signed(t, ca, entries(rows...)))
		longest := uint64(0)
		for _, table := range built.tables {
			for bucket := range uint64(table.buckets()) {
				from, to := table.bucket(bucket)
				longest = max(longest, to-from)
			}
		}
		if longest > 16 {
			t.Errorf("%s: a bucket has %d entries", name, longest)
		}
	}
}
