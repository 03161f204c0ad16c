package crl

import (
	"bytes"
	"encoding/asn1"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// collections are modules that come with lists: some that CAs published, and
// some made to be wrong in one way.
var collections = []struct {
	module, dir string
	want        int // lists in it
}{
	{"github.com/zmap/zcrypto@v0.0.0-20260725024403-2c658ce3c66f", "x509/revocation/crl", 1},
	{"github.com/zmap/zcrypto@v0.0.0-20260725024403-2c658ce3c66f", "verifier/testdata", 1},
	{"github.com/zmap/zlint/v3@v3.7.3", "testdata", 80},
	{"github.com/letsencrypt/boulder@v0.20260720.0", "linter/lints", 51},
}

// malformed are the lists in them that are no valid lists, and why.
var malformed = map[string]string{
	"crlWithAuthKeyID.pem":                                  "a time is malformed", // +0100
	"crlWithMissingAuthKeyID.pem":                           "a time is malformed",
	"crlWithDuplicatesInCRLEntryExtensions.pem":             "a time is malformed",
	"crlWithNoDuplicateInCRLEntryExtensions.pem":            "a time is malformed",
	"crl_no_duplicate_ext.pem":                              "a time is malformed",
	"crl_with_duplicate_ext.pem":                            "a time is malformed",
	"crl_utctime_no_seconds.pem":                            "a time is malformed",
	"crlWithReasonCode7.pem":                                "a reason code is none",
	"crl_empty_extn_seq_ko.pem":                             "a sequence of extensions holds none",
	"crl_number_negative.pem":                               "a list number is negative",
	"crl_number_too_large.pem":                              "longer than 20 bytes",
	"crl_long_number.pem":                                   "longer than 20 bytes",
	"crl_with_wrong_critical_for_authkey_id.pem":            "authority key identifier incorrectly marked critical",
	"crl_idp_distributionPoint_and_onlyUser_and_onlyCA.pem": "the scope contradicts itself",
	"crl_idp_no_fullname.pem":                               "longer than what holds it",
	"crl_idp_no_uris.pem":                                   "a distribution point has no name",
	"crl_idp_some_reasons.pem":                              "a field that is unknown or out of order", // [3] constructed
}

// unusable are those that are valid, but of no use by themselves.
var unusable = map[string]Reason{
	"crlReasonCodeCrit.pem":                      ReasonUnknownCriticalExtension,
	"crl_critical_reason.pem":                    ReasonUnknownCriticalExtension,
	"crl_critical_number.pem":                    ReasonUnknownCriticalExtension,
	"crl_with_wrong_critical_for_crl_number.pem": ReasonUnknownCriticalExtension,
	"crl_with_discouraged_extensions.pem":        ReasonDelta,
	"crl_delta.pem":                              ReasonDelta,
	"crl_cert_issuer.pem":                        ReasonIndirect,
}

func TestListsOfTheRealWorld(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("modules with lists are not looked for in a short run")
	}
	for _, collection := range collections {
		t.Run(collection.module+"/"+collection.dir, func(t *testing.T) {
			t.Parallel()
			files := filesOf(t, collection.module, collection.dir)
			for _, file := range files {
				t.Run(filepath.Base(file.path), func(t *testing.T) { checkRealList(t, file) })
			}
			if len(files) != collection.want {
				t.Errorf("got %d lists, want %d", len(files), collection.want)
			}
		})
	}
}

// realFile is a file with one list.
type realFile struct {
	path string
	der  []byte
}

// filesOf finds the lists below a directory of a module.
func filesOf(t *testing.T, module, dir string) []realFile {
	t.Helper()
	var files []realFile
	root := filepath.Join(downloaded(t, module), dir)
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.Contains(strings.ToLower(entry.Name()), "crl") {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		lists, err := Split(data)
		if err == nil && len(lists) == 1 {
			files = append(files, realFile{path, lists[0]})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// downloaded is where a module lies, outside of ours, which must not depend on
// it.
func downloaded(t *testing.T, module string) string {
	t.Helper()
	command := exec.Command("go", "mod", "download", "-json", module)
	command.Dir, command.Env = t.TempDir(), append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
	output, err := command.Output()
	var answer struct{ Dir, Error string }
	errJSON := json.Unmarshal(output, &answer)
	if err != nil || errJSON != nil || answer.Dir == "" {
		t.Skipf("%s is not to be had here: %v %s", module, err, answer.Error)
	}
	return answer.Dir
}

func checkRealList(t *testing.T, file realFile) {
	t.Helper()
	name := filepath.Base(file.path)
	var pem bytes.Buffer
	list, err := Read(bytes.NewReader(file.der), Output{PEM: &pem})
	if malformed[name] != "" {
		refused(t, err, ReasonUnreadable, malformed[name])
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	err = usableKind(list)
	if unusable[name] != "" {
		refused(t, err, unusable[name], "")
	} else if err != nil {
		t.Error(err)
	}
	back, err := Split(pem.Bytes())
	if err != nil || len(back) != 1 || !bytes.Equal(back[0], file.der) {
		t.Errorf("there and back: %v, or other bytes", err)
	}
	compareWithOpenSSL(t, list, pem.Bytes())
}

// compareWithOpenSSL compares issuer, number and entries.
func compareWithOpenSSL(t *testing.T, list *List, pem []byte) {
	t.Helper()
	program, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("there is no openssl here to compare with")
	}
	command := exec.Command(program, "crl", "-noout", "-issuer", "-nameopt", "oid,dump_all,dump_der,sep_comma_plus", "-crlnumber", "-text")
	command.Stdin = bytes.NewReader(pem)
	output, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("openssl: %v\n%s", err, output)
	}
	text := string(output)
	number := "<NONE>"
	if list.Number != nil {
		number = fmt.Sprintf("0x%X", list.Number)
	}
	if !strings.Contains(text, "\ncrlNumber="+number+"\n") && !strings.Contains(text, "\ncrlNumber="+evenDigits(number)+"\n") {
		t.Errorf("number: got %s, openssl says\n%s", number, text)
	}
	issuer := "issuer=" + dumped(t, list.RawIssuer) + "\n"
	if !strings.Contains(text, issuer) {
		t.Errorf("got %s, openssl says\n%s", issuer, text)
	}
	if got := strings.Count(text, "\n    Serial Number: "); got != list.Entries {
		t.Errorf("got %d entries, openssl says %d", list.Entries, got)
	}
}

// dumped is a name as openssl writes it, with all values in hexadecimal digits.
func dumped(t *testing.T, raw []byte) string {
	t.Helper()
	var name []asn1.RawValue
	_, err := asn1.Unmarshal(raw, &name)
	if err != nil {
		t.Fatal(err)
	}
	var parts []string
	for _, part := range name {
		var attributes []struct {
			Type  asn1.ObjectIdentifier
			Value asn1.RawValue
		}
		_, err = asn1.UnmarshalWithParams(part.FullBytes, &attributes, "set")
		if err != nil {
			t.Fatal(err)
		}
		var texts []string
		for _, attribute := range attributes {
			texts = append(texts, fmt.Sprintf("%v=#%X", attribute.Type, attribute.Value.FullBytes))
		}
		parts = append(parts, strings.Join(texts, "+"))
	}
	return strings.Join(parts, ",")
}

// evenDigits is a number in hexadecimal digits as whole bytes.
func evenDigits(number string) string {
	if len(number)%2 == 1 {
		return "0x0" + number[2:]
	}
	return number
}
