package attack

import (
	"bufio"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// credential is what a client shows, in DER, leaf first, and the key with
// which it proves to be the first of them. The zero value shows nothing.
type credential struct {
	chain [][]byte
	key   crypto.Signer
}

func of(leaf *pkitest.Leaf) credential { return show(leaf.Key, leaf.Chain...) }

// show is a client that shows any certificates, with a key that may not fit.
func show(key crypto.Signer, certs ...*x509.Certificate) credential {
	c := credential{key: key}
	for _, cert := range certs {
		c.chain = append(c.chain, cert.Raw)
	}
	return c
}

// value is what a load balancer makes of what a client shows (ALB guide, "HTTP
// headers and mutual TLS"), written here once more so that the product's own
// encoder is not asked.
func (c credential) value() string {
	var text strings.Builder
	for _, der := range c.chain {
		text.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	}
	return strings.NewReplacer(" ", "%20", "\n", "%0A").Replace(text.String())
}

// config presents the credential whatever the server asks for.
func (c credential) config(servers *x509.CertPool) *tls.Config {
	config := &tls.Config{RootCAs: servers, ServerName: "localhost", MinVersion: tls.VersionTLS12}
	if c.key != nil {
		own := tls.Certificate{Certificate: c.chain, PrivateKey: c.key}
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &own, nil }
	}
	return config
}

// patience bounds one conversation.
const patience = 15 * time.Second

// converse sends raw bytes over a connection of its own, and returns all
// answers until the server closes it; none when the handshake fails.
func converse(t *testing.T, address string, config *tls.Config, raw string) []answer {
	t.Helper()
	connection, err := tls.DialWithDialer(&net.Dialer{Timeout: patience}, "tcp", address, config)
	if isDialing(err) {
		t.Fatal(err)
	}
	if err != nil {
		return nil
	}
	return talk(connection, raw)
}

// talk sends raw bytes and reads all answers.
func talk(connection net.Conn, raw string) []answer {
	defer connection.Close()
	_ = connection.SetDeadline(time.Now().Add(patience))
	_, err := io.WriteString(connection, raw)
	if err != nil {
		return nil // a server that refuses a client may close before it listens
	}
	return readAnswers(connection)
}

func isDialing(err error) bool {
	var broken *net.OpError
	return errors.As(err, &broken) && broken.Op == "dial"
}

func readAnswers(connection io.Reader) []answer {
	var answers []answer
	reader := bufio.NewReader(connection)
	for {
		response, err := http.ReadResponse(reader, nil)
		if err != nil {
			return answers
		}
		body, err := io.ReadAll(response.Body)
		if err != nil {
			return answers
		}
		answers = append(answers, answer{status: response.StatusCode, header: response.Header, body: body})
		if response.Close {
			return answers
		}
	}
}

// first is the only answer, or no handshake.
func first(t *testing.T, name string, answers []answer) answer {
	t.Helper()
	if len(answers) > 1 {
		t.Errorf("%s: %d answers %v, want one", name, len(answers), answers)
	}
	if len(answers) == 0 {
		return answer{}
	}
	return answers[0]
}

// get is a plain request with header lines of any kind.
func get(lines ...string) string {
	request := "GET / HTTP/1.1\r\nHost: localhost\r\n"
	for _, line := range lines {
		request += line + "\r\n"
	}
	return request + "Connection: close\r\n\r\n"
}
