package attack

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"testing"

	"github.com/sekisho/sekisho/internal/local/alb"
	"github.com/sekisho/sekisho/internal/pkitest"
)

// throughASingleValueListener attacks a listener whose target group has
// multi-value headers switched off. Our stack switches them on.
func (s *suite) throughASingleValueListener(t *testing.T, setting setting) {
	w := startTwin(t, s.house)
	v, f := s.startListener(t, w, setting)
	for _, c := range callers(t, s.house) {
		v.withHeaders(t, c)
	}
	v.checkHoles(t)
	s.unharmed(t, f)
	s.checkFunctionLog(t, f.output.String, v.decisions)
}

// startListener starts a listener as the twin has one, with a function of its
// own behind it that looks at the twin's bucket before every decision.
func (s *suite) startListener(t *testing.T, w *twin, setting setting) (*visit, *function) {
	t.Helper()
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	given := verifySettings(t, w)
	given.Gate.Header, given.Gate.Port = setting.header, socket.Addr().(*net.TCPAddr).Port
	given.Gate.MaxSnapshotAge = 0
	f := startFunction(t, w, given)
	certificate, servers := serverCertificate(t)
	listener, err := alb.NewPassthrough(alb.PassthroughConfig{
		Config: alb.Config{
			Name: "passthrough", Certificate: certificate, Headers: alb.HeaderNames{Clientcert: setting.header},
			Switches: alb.Switches{ClientSentHeader: setting.sent, WithoutCertificate: setting.without},
			ErrorLog: log.New(io.Discard, "", 0),
		},
		Invoke: f.Invoke, TargetGroupARN: targetGroup, SingleValueHeaders: setting.single,
	})
	if err != nil {
		t.Fatal(err)
	}
	serving := make(chan error, 1)
	go func() { serving <- listener.Serve(socket) }()
	t.Cleanup(func() {
		_ = listener.Shutdown(context.Background())
		<-serving
	})
	return &visit{suite: s, address: socket.Addr().String(), servers: servers, setting: setting}, f
}

func serverCertificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	ca := pkitest.NewCA(t, "Servers", current)
	leaf := ca.Issue(t, "localhost", current, domain("localhost"), func(c *x509.Certificate) {
		c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	})
	servers := x509.NewCertPool()
	servers.AddCert(ca.Cert)
	return tls.Certificate{Certificate: [][]byte{leaf.Cert.Raw}, PrivateKey: leaf.Key}, servers
}
