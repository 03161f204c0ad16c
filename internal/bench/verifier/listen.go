package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log"
	"log/slog"
	"math/big"
	"net"
	"net/http/httputil"
	"net/url"
	"os"

	"github.com/sekisho/sekisho/internal/albtarget"
	"github.com/sekisho/sekisho/internal/local/alb"
)

// listen is the twin's passthrough listener, which verifies nobody, before a
// server. It says its address and ends with ctx.
func listen(ctx context.Context, address string) error {
	certificate, err := serverCertificate()
	if err != nil {
		return err
	}
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: address})
	target := albtarget.New(proxy, slog.New(slog.DiscardHandler))
	front, err := alb.NewPassthrough(alb.PassthroughConfig{
		Config:         alb.Config{Name: "bench", Certificate: certificate, ErrorLog: log.New(os.Stderr, "", 0)},
		Invoke:         target.Invoke,
		TargetGroupARN: "arn:aws:elasticloadbalancing:ap-northeast-1:000000000000:targetgroup/verifier/0123456789abcdef",
	})
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listening: %w", err)
	}
	fmt.Printf("{\"msg\":\"listening\",\"address\":%q}\n", listener.Addr())
	go func() { _ = front.Serve(listener) }()
	<-ctx.Done()
	return nil
}

// serverCertificate is made anew: nobody keeps its key.
func serverCertificate() (tls.Certificate, error) {
	cert, key, err := ownCertificate()
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key}, nil
}

func ownCertificate() (*x509.Certificate, *ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("making the server's key: %w", err)
	}
	template := client(big.NewInt(1))
	template.Subject.CommonName, template.DNSNames = "localhost", []string{"localhost"}
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	cert, err := certify(template, nil, key, key)
	return cert, key, err
}
