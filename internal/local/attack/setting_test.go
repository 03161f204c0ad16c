package attack

import (
	"fmt"

	"github.com/sekisho/sekisho/internal/local/alb"
)

const (
	defaultHeader = "X-Amzn-Mtls-Clientcert"
	// renamedHeader stands for a name that a client does not know.
	renamedHeader = "X-Sekisho-5d41402a-bc4b2a76"
)

// setting is one way in which a load balancer may treat what AWS does not
// document, and what it calls the certificate header.
type setting struct {
	sent    alb.ClientSentHeader
	without alb.WithoutCertificate
	header  string
	// single is for a target group without multi-value headers: of several
	// values only the last arrives.
	single bool
}

func (s setting) String() string {
	name := "default name"
	if s.header == renamedHeader {
		name = "renamed"
	}
	if s.single {
		name += ", single-value headers"
	}
	return fmt.Sprintf("client-sent header %s, without a certificate %s, %s", s.sent, s.without, name)
}

// allSettings are all of them.
func allSettings() []setting {
	var all []setting
	for _, header := range []string{defaultHeader, renamedHeader} {
		for _, sent := range []alb.ClientSentHeader{alb.HeaderReplaced, alb.HeaderKept, alb.HeaderAppended} {
			for _, without := range []alb.WithoutCertificate{alb.HeaderAbsent, alb.HeaderEmpty} {
				all = append(all, setting{sent: sent, without: without, header: header})
			}
		}
	}
	return all
}

// singleValueSettings are those of the default name, with single-value headers.
func singleValueSettings() []setting {
	var all []setting
	for _, s := range allSettings() {
		if s.header == defaultHeader {
			s.single = true
			all = append(all, s)
		}
	}
	return all
}

// open says that a client who knows the header's name can be anybody: the
// design says so of every setting that may leave the client's header alone.
func (s setting) open() bool {
	return s.sent == alb.HeaderKept || s.sent == alb.HeaderAppended && s.without == alb.HeaderAbsent
}
