package gate

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/clientcert"
)

func TestExpectedOrigin(t *testing.T) {
	t.Parallel()
	const group = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/verifier/"
	prefix := Expected{TargetGroup: group, Port: 443, Proto: "https"}
	whole := Expected{TargetGroup: group + "0123456789abcdef"}
	good := Origin{TargetGroupARN: group + "0123456789abcdef", Port: "443", Proto: "https"}
	with := func(edit func(*Origin)) Origin {
		o := good
		edit(&o)
		return o
	}
	cases := []struct {
		name     string
		expected Expected
		origin   Origin
		status   int
		reason   string
	}{
		{"as expected", prefix, good, 200, ""},
		{"as expected, whole ARN", whole, good, 200, ""},
		{"nothing expected", Expected{}, Origin{}, 200, ""},
		{"no origin", prefix, Origin{}, 403, "target-group"},
		{"other group", prefix, with(func(o *Origin) { o.TargetGroupARN = strings.Replace(group, "verifier", "other", 1) + "1" }), 403, "target-group"},
		{"group whose name goes on", prefix, with(func(o *Origin) { o.TargetGroupARN = strings.TrimSuffix(group, "/") + "-2/1" }), 403, "target-group"},
		{"group of another account", prefix, with(func(o *Origin) { o.TargetGroupARN = strings.Replace(good.TargetGroupARN, "1234", "4321", 1) }), 403, "target-group"},
		{"beginning without an ID", prefix, with(func(o *Origin) { o.TargetGroupARN = group }), 403, "target-group"},
		{"something behind the ID", prefix, with(func(o *Origin) { o.TargetGroupARN += "/x" }), 403, "target-group"},
		{"whole ARN is no beginning", whole, with(func(o *Origin) { o.TargetGroupARN += "0" }), 403, "target-group"},
		{"other port", prefix, with(func(o *Origin) { o.Port = "8443" }), 403, "listener-port"},
		{"port unknown", prefix, with(func(o *Origin) { o.Port = "" }), 403, "listener-port"},
		{"two ports in one", prefix, with(func(o *Origin) { o.Port = "443, 80" }), 403, "listener-port"},
		{"plain HTTP", prefix, with(func(o *Origin) { o.Proto = "http" }), 403, "listener-protocol"},
		{"protocol unknown", prefix, with(func(o *Origin) { o.Proto = "" }), 403, "listener-protocol"},
	}
	w := newWorld(t)
	leaf := w.issuing.Issue(t, "laptop")
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w.gate.config.Expected = c.expected
			r := request(clientcert.Encode(leaf.Chain))
			w.want(w.send(r.WithContext(WithOrigin(r.Context(), c.origin))), c.status, c.reason)
		})
	}
}

func TestExpectedNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	cases := []struct {
		name     string
		subject  pkix.Name
		expected Expected
		status   int
		reason   string
	}{
		{"subject", pkix.Name{CommonName: "app"}, Expected{SubjectCN: "app"}, 200, ""},
		{"subject and issuer", pkix.Name{CommonName: "app"}, Expected{SubjectCN: "app", IssuerCN: "issuing"}, 200, ""},
		{"other attributes beside it", pkix.Name{CommonName: "app", Organization: []string{"o"}}, Expected{SubjectCN: "app"}, 200, ""},
		{"other subject", pkix.Name{CommonName: "app2"}, Expected{SubjectCN: "app"}, 403, "subject-cn"},
		{"other case", pkix.Name{CommonName: "App"}, Expected{SubjectCN: "app"}, 403, "subject-cn"},
		{"look-alike letter", pkix.Name{CommonName: "аpp"}, Expected{SubjectCN: "app"}, 403, "subject-cn"},
		{"name in another attribute", pkix.Name{Organization: []string{"app"}}, Expected{SubjectCN: "app"}, 403, "subject-cn"},
		{"name quoted in another name", pkix.Name{CommonName: "x,CN=app"}, Expected{SubjectCN: "app"}, 403, "subject-cn"},
		{"two common names", twoCommonNames("evil", "app"), Expected{SubjectCN: "app"}, 403, "subject-cn"},
		{"the same common name twice", twoCommonNames("app", "app"), Expected{SubjectCN: "app"}, 403, "subject-cn"},
		{"other issuer", pkix.Name{CommonName: "app"}, Expected{IssuerCN: "root"}, 403, "issuer-cn"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w.gate.config.Expected = c.expected
			leaf := w.issuing.Issue(t, "", func(cert *x509.Certificate) { cert.Subject = c.subject })
			w.want(w.show(leaf), c.status, c.reason)
		})
	}
}
