package main

import (
	"bytes"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/crl"
)

// makeTestList makes a list of 300 entries.
func makeTestList(t *testing.T, kind string) (string, string) {
	t.Helper()
	dir := t.TempDir()
	file, ca := filepath.Join(dir, "list.der"), filepath.Join(dir, "ca.pem")
	err := makeList(file, ca, kind, "300", "2")
	if err != nil {
		t.Fatal(err)
	}
	return file, ca
}

func TestListsAreAsTheyAreMeantToBe(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]struct{ least, most int64 }{"plain": {300 * 45, 300 * 60}, "short": {300 * 18, 300 * 26}} {
		file, ca := makeTestList(t, kind)
		in, err := load(file, ca)
		if err != nil {
			t.Fatal(err)
		}
		list, _, err := crl.Parse(in.der)
		if err != nil {
			t.Fatal(err)
		}
		if list.Entries != 300 || list.Duplicates != 0 || list.Number.Int64() != 2 || list.Size < want.least || list.Size > want.most {
			t.Errorf("%s: %d entries, %d repeated, number %v, %d bytes", kind, list.Entries, list.Duplicates, list.Number, list.Size)
		}
		err = in.check(list)
		if err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// TestSecondListComesFromTheSameCA: the refresh function gets one after the
// other.
func TestSecondListComesFromTheSameCA(t *testing.T) {
	t.Parallel()
	first, ca := makeTestList(t, "plain")
	before, err := os.ReadFile(ca)
	if err != nil {
		t.Fatal(err)
	}
	err = makeList(first+".next", ca, "plain", "300", "3")
	if err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(ca)
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the CA is another one, or %v", err)
	}
	in, err := load(first+".next", ca)
	if err != nil {
		t.Fatal(err)
	}
	list, _, err := crl.Parse(in.der)
	if err != nil || in.check(list) != nil {
		t.Errorf("%v, %v", err, in.check(list))
	}
}

func TestEverySubjectRuns(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"plain", "short"} {
		file, ca := makeTestList(t, kind)
		in, err := load(file, ca)
		if err != nil {
			t.Fatal(err)
		}
		for name, subject := range subjects() {
			sample, err := subject(in, 2)
			if err != nil {
				t.Errorf("%s list, %s: %v", kind, name, err)
			}
			if name == "ours-index" && sample.Figures["bytesPerEntry"] <= 0 {
				t.Errorf("%s list: no length of the index", kind)
			}
		}
	}
}

// TestSubjectsRefuseAList that is not signed by the CA: being quick about
// nothing is easy.
func TestSubjectsRefuseAList(t *testing.T) {
	t.Parallel()
	file, _ := makeTestList(t, "plain")
	_, other := makeTestList(t, "plain")
	in, err := load(file, other)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ours-pem", "ours-index", "x509-pem", "x509-map"} {
		_, err := subjects()[name](in, 1)
		if err == nil {
			t.Errorf("%s takes a list of another CA", name)
		}
	}
}

func TestScanSeesWhatIsMalformed(t *testing.T) {
	t.Parallel()
	file, ca := makeTestList(t, "plain")
	in, err := load(file, ca)
	if err != nil {
		t.Fatal(err)
	}
	date := bytes.LastIndex(in.der, []byte(reasonCode)) - 15
	for name, change := range map[string]struct {
		at int
		to byte
	}{
		"the tag of a date": {date, 0x18}, "the thirteenth month": {date + 4, '2'}, "a letter in the day": {date + 6, 'x'},
		"another time zone": {date + 14, 'X'}, "another extension": {date + 15 + 8, 0x16}, "a reason that is none": {date + 15 + len(reasonCode), 11},
	} {
		der := bytes.Clone(in.der)
		der[change.at] = change.to
		if entries(der, wellFormed) == nil {
			t.Errorf("%s: passes", name)
		}
	}
	if entries(in.der, wellFormed) != nil || entries(in.der, anything) != nil {
		t.Error("a good list does not pass")
	}
}

func TestX509ProgramWritesPEM(t *testing.T) {
	t.Parallel()
	file, ca := makeTestList(t, "plain")
	out := file + ".pem"
	err := run([]string{"x509", file, ca, out})
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	block, rest := pem.Decode(text)
	der, err := os.ReadFile(file)
	if err != nil || block == nil || len(rest) > 0 || !bytes.Equal(block.Bytes, der) {
		t.Errorf("it is another list, or %v", err)
	}
}

func TestArgumentsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	file, ca := makeTestList(t, "short")
	for _, test := range []struct {
		args []string
		says string
	}{
		{nil, "want: make"},
		{[]string{"ours-pem", file, ca, "0"}, "want 1 or more"},
		{[]string{"nonsense", file, ca, "1"}, "no subject"},
		{[]string{"ours-pem", file + ".none", ca, "1"}, "reading the list"},
		{[]string{"make", file, ca, "long", "10", "1"}, "want plain or short"},
		{[]string{"make", file, ca, "plain", "none", "1"}, "want two numbers"},
	} {
		err := run(test.args)
		if err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%v: got %v, want %q", test.args, err, test.says)
		}
	}
}
