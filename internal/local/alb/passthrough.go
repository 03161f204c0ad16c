package alb

import (
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"os"
	"time"
)

// NewPassthrough makes a listener in passthrough mode. The error names
// everything that is missing or wrong in the configuration.
func NewPassthrough(config PassthroughConfig) (*Listener, error) {
	config.Config = config.orDefault()
	err := config.check()
	if err != nil {
		return nil, err
	}
	clientAuth := askForCertificate
	if config.Off {
		clientAuth = func(*tls.Config) {}
	}
	return newListener(config.Config, clientAuth, http.HandlerFunc(config.serve)), nil
}

func (c PassthroughConfig) check() error {
	problems := []error{c.Config.check()}
	if c.Invoke == nil {
		problems = append(problems, errors.New("configuring a passthrough listener: no function to invoke"))
	}
	if c.TargetGroupARN == "" {
		problems = append(problems, errors.New("configuring a passthrough listener: no target group ARN"))
	}
	return errors.Join(problems...)
}

// askForCertificate takes any certificate, or none. crypto/tls makes the client
// prove that it holds the key of the one that it presents, which must be RSA,
// ECDSA or Ed25519 for that; only the quota on the size of a TLS message is ours.
func askForCertificate(config *tls.Config) {
	config.ClientAuth = tls.RequestClientCert
	config.VerifyConnection = func(state tls.ConnectionState) error {
		return fitsMessage(state.PeerCertificates)
	}
}

// serve asks the function what to answer.
func (c PassthroughConfig) serve(w http.ResponseWriter, r *http.Request) {
	if wantsUpgrade(r.Header) {
		answerError(w, http.StatusBadRequest)
		return
	}
	body, err := c.readBody(w, r)
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		answerError(w, http.StatusRequestTimeout)
	case err != nil:
		answerError(w, http.StatusBadRequest)
	case len(body) > maxFunctionRequest:
		answerError(w, http.StatusRequestEntityTooLarge)
	default:
		c.invoke(w, r, body)
	}
}

// readBody waits for the body no longer than the idle time-out, and reads one
// byte more than may be.
func (c PassthroughConfig) readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.Body == http.NoBody {
		return nil, nil
	}
	deadlines := http.NewResponseController(w)
	err := deadlines.SetReadDeadline(time.Now().Add(c.IdleTimeout))
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxFunctionRequest+1))
	if err != nil {
		return nil, err
	}
	return body, deadlines.SetReadDeadline(time.Time{})
}

// invoke turns whatever goes wrong with the function into a 502 (ALB guide,
// "Troubleshoot your Application Load Balancers": HTTP 502).
func (c PassthroughConfig) invoke(w http.ResponseWriter, r *http.Request, body []byte) {
	addPresented(r.Header, c.Headers.Clientcert, r.TLS.PeerCertificates, c.Switches)
	event, err := newEvent(r, body, c.TargetGroupARN, c.SingleValueHeaders)
	if err != nil {
		answerError(w, http.StatusBadRequest)
		return
	}
	text, err := c.Invoke(r.Context(), event)
	if err != nil {
		answerError(w, http.StatusBadGateway)
		return
	}
	answer, err := readAnswer(text, c.SingleValueHeaders)
	if err != nil {
		answerError(w, http.StatusBadGateway)
		return
	}
	answer.write(w)
}
