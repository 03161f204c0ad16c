package main

import (
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/bench/measure"
	"github.com/sekisho/sekisho/internal/bench/peer"
)

// files are a CA with its key, and a short list.
func files(t *testing.T) (list, ca string) {
	t.Helper()
	_, key, err := ownCertificate()
	if err != nil {
		t.Fatal(err)
	}
	cert, err := certify(authority("Benchmark"), nil, key, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{
		Number: big.NewInt(1), ThisUpdate: time.Now().Add(-time.Minute), NextUpdate: time.Now().Add(time.Hour),
		RevokedCertificateEntries: []x509.RevocationListEntry{{SerialNumber: big.NewInt(77), RevocationTime: time.Now()}},
	}, cert, key)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for name, content := range map[string][]byte{"ca.pem": encoded(cert), "ca.pem.key": secret, "list.der": der} {
		err = os.WriteFile(filepath.Join(folder, name), content, 0o600)
		if err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(folder, "list.der"), filepath.Join(folder, "ca.pem")
}

func build(t *testing.T, program string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "program")
	text, err := exec.CommandContext(t.Context(), "go", "build", "-o", name, "github.com/sekisho/sekisho/"+program).CombinedOutput()
	if err != nil {
		t.Fatalf("building %s: %v\n%s", program, err, text)
	}
	return name
}

func TestSnapshotIsMeasured(t *testing.T) {
	t.Parallel()
	list, ca := files(t)
	for _, args := range [][]string{{"load", list, ca, "2"}, {"parse", list, ca, "2"}, {"start", list, ca, build(t, "lambdas/verify")}} {
		sample, err := measured(t.Context(), args)
		if err != nil || sample.Wall <= 0 {
			t.Errorf("%s: got %+v and %v", args[0], sample, err)
		}
	}
	_, err := measured(t.Context(), []string{"start", list, ca, "/bin/true"})
	if err == nil {
		t.Error("a program that is no function: got no error")
	}
}

// A server that lets a revoked client in is not measured.
func TestServersAreCheckedFirst(t *testing.T) {
	t.Parallel()
	list, ca := files(t)
	good, revoked, err := issue(list, ca)
	if err != nil {
		t.Fatal(err)
	}
	own := build(t, "internal/bench/verifier")
	program := build(t, "cmd/sekisho")
	text, err := exec.CommandContext(t.Context(), own, "sekisho", list, ca, program, "1").Output()
	if err != nil {
		t.Fatal(err)
	}
	sample, err := measure.Read(text)
	if err != nil || sample.Wall <= 0 || sample.CPU <= 0 {
		t.Errorf("got %+v and %v", sample, err)
	}
	under, err := startNginx(t.Context(), list, ca, "nginx")
	if err != nil {
		t.Skip("no nginx to compare with: " + err.Error())
	}
	t.Cleanup(under.stop)
	if under.wants(good, true) != nil || under.wants(revoked, false) != nil || under.wants(revoked, true) == nil {
		t.Error("nginx does not tell a revoked client from a good one")
	}
}

// Every peer lets a good client in, and nobody whose certificate was changed.
func TestPeersDecide(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	err := makeClients(folder)
	if err != nil {
		t.Fatal(err)
	}
	err = os.CopyFS(folder, peer.Programs)
	if err != nil {
		t.Fatal(err)
	}
	for kind := range kinds() {
		_, err := naive(folder, kind, "2")
		if err != nil {
			t.Errorf("naive, %s: %v", kind, err)
		}
	}
	forge(t, folder)
	_, err = naive(folder, "forged", "2")
	if err == nil {
		t.Error("naive: forged: got no error")
	}
	for _, p := range peer.All() {
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			decide := func(kind string) error {
				return exec.CommandContext(t.Context(), p.Program, filepath.Join(folder, p.File), filepath.Join(folder, kind+".header"), filepath.Join(folder, kind+".pem"), "2").Run()
			}
			if decide("P-256") != nil {
				t.Skip("not installed")
			}
			for _, kind := range []string{"RSA-2048", "RSA-4096"} {
				if decide(kind) != nil {
					t.Errorf("%s: refused", kind)
				}
			}
			if decide("forged") == nil {
				t.Error("forged: let in")
			}
		})
	}
}

// forge writes a client of the right CA with a bit of its signature changed.
func forge(t *testing.T, folder string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, "P-256.header"))
	if err != nil {
		t.Fatal(err)
	}
	plain := strings.NewReplacer("%20", " ", "%0A", "\n").Replace(string(text))
	block, rest := pem.Decode([]byte(plain))
	block.Bytes[len(block.Bytes)-1] ^= 1
	value := strings.NewReplacer(" ", "%20", "\n", "%0A").Replace(string(pem.EncodeToMemory(block)) + string(rest))
	root, err := os.ReadFile(filepath.Join(folder, "P-256.pem"))
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"forged.header": []byte(value), "forged.pem": root} {
		err = os.WriteFile(filepath.Join(folder, name), content, 0o600)
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestCommandLinesThatMakeNoSense(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{nil, {"make"}, {"naive", "a", "b"}, {"naive", "a", "P-256", "0"}, {"load", "none", "none", "1"}, {"nginx", "a", "b", "c", "x"}, {"other", "a", "b", "c"}} {
		if run(t.Context(), args) == nil {
			t.Errorf("%q: got no error", args)
		}
	}
}
