package crl

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

func TestSplitFindsTheLists(t *testing.T) {
	t.Parallel()
	good := fixture(t, "good.der")
	pem := string(fixture(t, "good.pem"))
	body := pem[len(pemBegin)+1 : len(pem)-len(pemEnd)-2]
	for _, test := range []struct {
		name string
		data string
		want int
	}{
		{"DER", string(good), 1},
		{"PEM", pem, 1},
		{"CRLF", string(fixture(t, "crlf.pem")), 1},
		{"text around", string(fixture(t, "text-around.pem")), 1},
		{"two", string(fixture(t, "two.pem")), 2},
		{"no line end at the end", pem[:len(pem)-1], 1},
		{"spaces behind the lines", pemBegin + " \t\n" + body + " \n" + pemEnd + "  \r\n", 1},
		{"one long line", pemBegin + "\n" + string(bytes.ReplaceAll([]byte(body), []byte("\n"), nil)) + "\n" + pemEnd, 1},
		{"byte order mark and text", "\ufeffabout " + pemBegin + " there is a line:\n" + pem, 1},
		{"a begin line in the middle of a line is text", "x" + pemBegin + "\n" + pem, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			lists, err := Split([]byte(test.data))
			if err != nil || len(lists) != test.want {
				t.Fatalf("got %d lists, %v, want %d", len(lists), err, test.want)
			}
			for _, list := range lists {
				if !bytes.Equal(list, good) {
					t.Error("got another list")
				}
			}
		})
	}
}

func TestSplitRefusesWhatIsDamaged(t *testing.T) {
	t.Parallel()
	pem := string(fixture(t, "good.pem"))
	for _, test := range []struct{ name, data, text string }{
		{"nothing", "", "the file is empty; a list without entries is not"},
		{"white space", " \r\n", "the file is empty"},
		{"web page", string(fixture(t, "page.html")), "a web page or XML"},
		{"XML", "<?xml version='1.0'?><Error/>", "a web page or XML"},
		{"certificate", string(fixture(t, "certificate.pem")), "neither a list in DER nor one in PEM"},
		{"short DER", "0\x03\x02\x01\x01", "neither a list in DER nor one in PEM"},
		{"bad character", string(fixture(t, "damaged.pem")), "list 1 in the file is damaged"},
		{"second damaged", string(fixture(t, "second-damaged.pem")), "list 2 in the file is damaged"},
		{"cut off", string(fixture(t, "cut-off.pem")), "list 1 in the file has no line"},
		{"cut within the end line", pem[:len(pem)-10], "list 1 in the file has no line"},
		{"nothing between the lines", pemBegin + "\n" + pemEnd + "\n", "list 1 in the file is empty"},
		{"headers", pemBegin + "\nProc-Type: 4,ENCRYPTED\n\n" + pem[len(pemBegin)+1:], "list 1 in the file is damaged"},
		{"bits left over", pemBegin + "\nMB==\n" + pemEnd + "\n", "list 1 in the file is damaged"},
		{"text within", pemBegin + "\nMA==\nAAAA\n" + pemEnd + "\n", "list 1 in the file is damaged"},
		{"begin twice", pemBegin + "\n" + pem, "list 1 in the file is damaged"},
		{"another block within", pemBegin + "\n" + string(fixture(t, "certificate.pem")) + pemEnd + "\n", "list 1 in the file is damaged"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			lists, err := Split([]byte(test.data))
			refused(t, err, ReasonUnreadable, test.text)
			if lists != nil {
				t.Error("lists came back beside the error")
			}
		})
	}
}

// TestSplitTakesSoManyLists, and not one more: a file of 26 MB has room for
// 60,000.
func TestSplitTakesSoManyLists(t *testing.T) {
	t.Parallel()
	pem := fixture(t, "good.pem")
	lists, err := Split(bytes.Repeat(pem, MaxLists))
	if err != nil || len(lists) != MaxLists {
		t.Errorf("got %d lists, %v, want %d", len(lists), err, MaxLists)
	}
	lists, err = Split(bytes.Repeat(pem, MaxLists+1))
	refused(t, err, ReasonTooManyLists, "more than 64 lists in the file")
	if lists != nil {
		t.Error("lists came back beside the error")
	}
}

// TestThereAndBack: whatever is encoded is what is found, however many, with
// any text around.
func TestThereAndBack(t *testing.T) {
	t.Parallel()
	text := rapid.StringMatching(`[a-z<> \n]{0,40}`)
	rapid.Check(t, func(t *rapid.T) {
		var file bytes.Buffer
		var want [][]byte
		for range rapid.IntRange(1, 4).Draw(t, "lists") {
			der := rapid.SliceOfN(rapid.Byte(), 1, 300).Draw(t, "der")
			file.WriteString(text.Draw(t, "text") + "\n")
			err := EncodePEM(&file, der)
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, der)
		}
		file.WriteString(text.Draw(t, "text"))
		got, err := Split(file.Bytes())
		if err != nil || len(got) != len(want) {
			t.Fatalf("got %d lists, %v, want %d", len(got), err, len(want))
		}
		for i := range want {
			if !bytes.Equal(got[i], want[i]) {
				t.Errorf("list %d: got %x, want %x", i, got[i], want[i])
			}
		}
	})
}
