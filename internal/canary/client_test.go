package canary

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/pkitest"
)

func secretOf(t *testing.T, leaf *pkitest.Leaf) map[string]string {
	t.Helper()
	key, err := x509.MarshalPKCS8PrivateKey(leaf.Key)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{
		"certificate": string(pkitest.PEM(leaf.Chain...)),
		"privateKey":  string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})),
	}
}

func TestParseSecret(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "ca")
	good, other := secretOf(t, ca.Issue(t, "good")), secretOf(t, ca.Issue(t, "other"))
	text := func(members map[string]string) string {
		encoded, err := json.Marshal(members)
		if err != nil {
			t.Fatal(err)
		}
		return string(encoded)
	}
	client, err := ParseSecret([]byte(text(good)))
	if err != nil || serialOf(client) == "" || client.PrivateKey == nil {
		t.Errorf("got %v", err)
	}
	for name, bad := range map[string]string{
		"no JSON":        "-----BEGIN CERTIFICATE-----",
		"other names":    `{"cert": "x", "key": "y"}`,
		"no key":         text(map[string]string{"certificate": good["certificate"]}),
		"another's key":  text(map[string]string{"certificate": good["certificate"], "privateKey": other["privateKey"]}),
		"no PEM":         text(map[string]string{"certificate": "hunter2", "privateKey": "hunter2"}),
		"empty":          "",
		"swapped values": text(map[string]string{"certificate": good["privateKey"], "privateKey": good["certificate"]}),
	} {
		_, err := ParseSecret([]byte(bad))
		if err == nil || !strings.Contains(err.Error(), "reading a client's certificate") {
			t.Errorf("%s: got %v", name, err)
			continue
		}
		for _, secret := range []string{"hunter2", "BEGIN", good["privateKey"][30:60]} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%s: the error quotes the secret: %v", name, err)
			}
		}
	}
}
