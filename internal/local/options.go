package local

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/sekisho/sekisho/internal/local/alb"
	"github.com/sekisho/sekisho/internal/local/ca"
	"github.com/sekisho/sekisho/internal/local/elbv2"
	"github.com/sekisho/sekisho/internal/local/endpoint"
	"github.com/sekisho/sekisho/internal/settings"
)

// Options say how to run a twin. DefaultOptions has every default in place.
type Options struct {
	// Dir is the state directory; it is made when it is not there.
	Dir string
	// PortBase is where the fixed ports begin; 0 takes any free ones.
	PortBase int
	// Every is the period of the refresh schedule.
	Every time.Duration
	// PollEvery is how often each run of the schedule looks for new lists until
	// 45 s have passed; with a minute it looks once.
	PollEvery time.Duration
	// KeyKind is the kind of key that the built-in CA makes; empty is P-256 for
	// a new one, and whatever it has for one that is there.
	KeyKind ca.KeyKind
	// ListLife is how long a list of the built-in CA is valid.
	ListLife time.Duration
	// CABundles and CRLURLs bring a foreign CA: files in PEM or DER, and the
	// addresses of its lists. Both or neither are given.
	CABundles []string
	CRLURLs   []string
	// Revocation is which certificates need a list.
	Revocation settings.Revocation
	// SubjectCN and IssuerCN, where set, are what the verifier demands of the
	// client's common name and of its issuer's.
	SubjectCN, IssuerCN string
	// ClientKeepAlive is how long a client's connection lives.
	ClientKeepAlive time.Duration
	// CertificateHeader is what the passthrough listener calls the header.
	CertificateHeader string
	// RefreshBinary and VerifyBinary are the functions' programs; empty looks
	// beside the running program.
	RefreshBinary, VerifyBinary string
	// Gate and TrustStore settle what AWS does not document.
	Gate       alb.Switches
	TrustStore elbv2.Switches
	// Quotas are those of the trust store; what is zero has AWS's default.
	Quotas elbv2.Quotas
	// Guards are those of the built-in CA's sources.
	Guards settings.Guards
	// Authority and Listeners, where set, get the built-in CA and the gate's
	// configuration before they are used: for playing what goes wrong there.
	Authority func(*ca.CA)
	Listeners func(*alb.VerifyConfig, *alb.PassthroughConfig)
	// Fault, where set, decides what becomes of each call to the endpoint.
	Fault func(endpoint.Call) endpoint.Fault
	// Out takes what a person reads.
	Out io.Writer
}

// DefaultOptions are those of a plain "sekisho local".
func DefaultOptions() Options {
	return Options{
		Dir:               ".sekisho",
		PortBase:          8440,
		Every:             time.Minute,
		PollEvery:         settings.DefaultPollEvery,
		ListLife:          24 * time.Hour,
		Revocation:        settings.RevocationRequire,
		ClientKeepAlive:   300 * time.Second,
		CertificateHeader: settings.DefaultHeader,
		Out:               io.Discard,
	}
}

// foreign says that the lists come from somebody else's CA.
func (o Options) foreign() bool { return len(o.CABundles) > 0 }

// check reports every option that cannot work, by its flag.
func (o Options) check() error {
	var problems []error
	if o.Dir == "" {
		problems = append(problems, errors.New("--dir is empty: name a directory for the state of the twin"))
	}
	if reserved(o.CertificateHeader) {
		problems = append(problems, fmt.Errorf("--certificate-header %q: want a name that nothing else uses, such as X-Amzn-Mtls-Clientcert", o.CertificateHeader))
	}
	if (len(o.CABundles) == 0) != (len(o.CRLURLs) == 0) {
		problems = append(problems, errors.New("--ca-bundle and --crl-url belong together: give both for a foreign CA, or neither for the built-in one"))
	}
	if o.Every <= 0 {
		problems = append(problems, fmt.Errorf("--every %s: want more than nothing, such as 60s", o.Every))
	}
	if o.PollEvery < time.Second || o.PollEvery > settings.DefaultPollEvery {
		problems = append(problems, fmt.Errorf("--poll-every %s: want 1s to 1m", o.PollEvery))
	}
	if o.ClientKeepAlive <= 0 {
		problems = append(problems, fmt.Errorf("--client-keep-alive %s: want more than nothing, such as 300s", o.ClientKeepAlive))
	}
	if o.PortBase < 0 || o.PortBase > 65000 {
		problems = append(problems, fmt.Errorf("--port-base %d: want 0 for any free ports, or a number up to 65000", o.PortBase))
	}
	return errors.Join(problems...)
}

// reserved says that a header has a meaning of its own.
func reserved(header string) bool {
	name := strings.ToLower(header)
	return name == "" || strings.HasPrefix(name, "x-forwarded-") || strings.HasPrefix(name, "content-") ||
		slices.Contains([]string{"host", "connection", "cookie", "te", "trailer", "transfer-encoding", "upgrade", "x-amzn-trace-id"}, name)
}
