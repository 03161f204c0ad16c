package settings

import (
	"reflect"
	"regexp"
)

var (
	hexSHA256      = regexp.MustCompile(`^[0-9a-f]{64}$`)
	targetGroupARN = regexp.MustCompile(`^arn:[a-z-]+:elasticloadbalancing:[a-z0-9-]+:[0-9]{12}:targetgroup/[A-Za-z0-9-]+/[A-Za-z0-9]*$`)
	headerName     = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")
)

// Verify is what the verify function is told.
type Verify struct {
	// Name is the stack's.
	Name string
	// Bucket is the name of the bucket.
	Bucket string
	// BundleKey and BundleSHA256 (hex) are the CA bundle in the bucket; a
	// bundle with another hash is refused.
	BundleKey    string
	BundleSHA256 string
	Gate         Gate
}

// VerifyFromEnv reads the settings of the verify function. The error joins a
// [*Problem] for everything that is missing or wrong.
func VerifyFromEnv(getenv func(string) string) (Verify, error) {
	var p problems
	v := Verify{
		Name:         getenv(EnvName),
		Bucket:       p.required(getenv, EnvBucket),
		BundleKey:    p.required(getenv, EnvBundleKey),
		BundleSHA256: p.required(getenv, EnvBundleSHA256),
		Gate:         DefaultGate(),
	}
	if v.BundleKey != "" && v.BundleSHA256 != "" {
		p.pinned(EnvBundleKey, v.BundleKey, EnvBundleSHA256, v.BundleSHA256)
	}
	gate := p.required(getenv, EnvGate)
	if gate != "" {
		p.decode(EnvGate, []byte(gate), &v.Gate)
		p.gate(EnvGate, v.Gate)
	}
	if v.Name == "" {
		v.Name = Defaults().StackName
	}
	return v, p.join()
}

// Env is the environment from which [VerifyFromEnv] reads the same settings.
func (v Verify) Env() map[string]string {
	env := map[string]string{
		EnvBucket:       v.Bucket,
		EnvBundleKey:    v.BundleKey,
		EnvBundleSHA256: v.BundleSHA256,
		EnvGate:         compact(v.Gate),
	}
	if v.Name != "" {
		env[EnvName] = v.Name
	}
	return env
}

func (p *problems) gate(key string, gate Gate) {
	p.words(key, reflect.ValueOf(gate))
	if !headerName.MatchString(gate.Header) {
		p.add(below(key, "header"), "%q is not a header name", gate.Header)
	}
	if gate.Revocation == "" {
		p.add(below(key, "revocation"), "empty: name a mode, or leave the key out")
	}
	if gate.TargetGroup != "" && !targetGroupARN.MatchString(gate.TargetGroup) {
		p.add(below(key, "targetGroup"), "%q is neither the ARN of a target group nor its beginning up to the slash after the name", gate.TargetGroup)
	}
	if gate.Port < 0 || gate.Port > 65535 {
		p.add(below(key, "port"), "%d is not a port", gate.Port)
	}
	p.path(below(key, "healthPath"), gate.HealthPath)
	p.plainURL(below(key, "upstream"), gate.Upstream, "https://host:port", "https", "http")
}
