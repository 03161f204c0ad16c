package settings

import (
	"reflect"
)

// Refresh is what the refresh function is told.
type Refresh struct {
	// Name is the stack's.
	Name string
	// Bucket is the name of the bucket.
	Bucket string
	// TrustStoreARN is the trust store that the lists go to.
	TrustStoreARN string
	// BundleKey and BundleSHA256 (hex) are the CA bundle in the bucket. Both
	// are empty for an attached trust store: its own bundle counts then.
	BundleKey    string
	BundleSHA256 string
	// Sources have every default in place when they come from the environment.
	Sources []Source
	// Limits likewise.
	Limits Limits
	// Revocation decides whether a CA without a list is an error.
	Revocation Revocation
	// HTTPSCAKey and HTTPSCASHA256 (hex) are the PEM in the bucket with the
	// CAs that HTTPS distribution points are trusted by beside the public
	// ones; both are empty where there are none.
	HTTPSCAKey    string
	HTTPSCASHA256 string
	// PollEvery is how often one run looks; with a minute it looks once.
	PollEvery Duration
	// Proxy and NoProxy are for the variables that Go's HTTP client reads.
	// They are written, never read back.
	Proxy   string
	NoProxy string
}

// RefreshFromEnv reads the settings of the refresh function. The error joins a
// [*Problem] for everything that is missing or wrong.
func RefreshFromEnv(getenv func(string) string) (Refresh, error) {
	var p problems
	r := Refresh{
		Name:          getenv(EnvName),
		Bucket:        p.required(getenv, EnvBucket),
		TrustStoreARN: p.required(getenv, EnvTrustStore),
		BundleKey:     getenv(EnvBundleKey),
		BundleSHA256:  getenv(EnvBundleSHA256),
		Revocation:    Revocation(getenv(EnvRevocation)),
		HTTPSCAKey:    getenv(EnvHTTPSCAKey),
		HTTPSCASHA256: getenv(EnvHTTPSCASHA256),
	}
	p.pinned(EnvBundleKey, r.BundleKey, EnvBundleSHA256, r.BundleSHA256)
	p.pinned(EnvHTTPSCAKey, r.HTTPSCAKey, EnvHTTPSCASHA256, r.HTTPSCASHA256)
	p.arn(EnvTrustStore, r.TrustStoreARN, trustStoreARNs)
	p.words(EnvRevocation, reflect.ValueOf(r.Revocation))
	r.Sources = p.sourcesFrom(getenv)
	r.Limits = p.limitsFrom(getenv)
	r.PollEvery = p.pollEveryFrom(getenv)
	return r.withDefaults(), p.join()
}

func (p *problems) sourcesFrom(getenv func(string) string) []Source {
	var sources []Source
	text := p.required(getenv, EnvSources)
	if text != "" {
		p.decode(EnvSources, []byte(text), &sources)
		p.words(EnvSources, reflect.ValueOf(sources))
		p.sources(EnvSources, sources)
	}
	return sources
}

func (p *problems) limitsFrom(getenv func(string) string) Limits {
	var limits Limits
	text := getenv(EnvLimits)
	if text != "" {
		p.decode(EnvLimits, []byte(text), &limits)
		p.limits(EnvLimits, limits)
	}
	return limits
}

// Env is the environment from which [RefreshFromEnv] reads the same settings.
func (r Refresh) Env() map[string]string {
	env := map[string]string{
		EnvBucket:     r.Bucket,
		EnvTrustStore: r.TrustStoreARN,
		EnvSources:    compact(r.Sources),
	}
	if r.Limits != (Limits{}) {
		env[EnvLimits] = compact(r.Limits)
	}
	for name, value := range map[string]string{
		EnvBundleKey:     r.BundleKey,
		EnvBundleSHA256:  r.BundleSHA256,
		EnvRevocation:    string(r.Revocation),
		EnvHTTPSCAKey:    r.HTTPSCAKey,
		EnvHTTPSCASHA256: r.HTTPSCASHA256,
		EnvName:          r.Name,
		EnvPollEvery:     r.pollEveryText(),
		envHTTPProxy:     r.Proxy,
		envHTTPSProxy:    r.Proxy,
		envNoProxy:       r.NoProxy,
	} {
		if value != "" {
			env[name] = value
		}
	}
	return env
}

// pollEveryText is empty for the default.
func (r Refresh) pollEveryText() string {
	if r.PollEvery == 0 || r.PollEvery == Duration(DefaultPollEvery) {
		return ""
	}
	return r.PollEvery.String()
}

func (p *problems) pollEveryFrom(getenv func(string) string) Duration {
	text := getenv(EnvPollEvery)
	if text == "" {
		return Duration(DefaultPollEvery)
	}
	var every Duration
	err := every.UnmarshalText([]byte(text))
	if err != nil {
		p.add(EnvPollEvery, "%s", err)
		return Duration(DefaultPollEvery)
	}
	p.pollEvery(EnvPollEvery, every)
	return every
}

func (r Refresh) withDefaults() Refresh {
	if r.Name == "" {
		r.Name = Defaults().StackName
	}
	if r.Revocation == "" {
		r.Revocation = RevocationRequire
	}
	r.Limits = r.Limits.withDefaults()
	var sources []Source
	for _, source := range r.Sources {
		sources = append(sources, source.WithDefaults())
	}
	r.Sources = sources
	return r
}

func (p *problems) required(getenv func(string) string, name string) string {
	value := getenv(name)
	if value == "" {
		p.add(name, "not set: the deployment sets it")
	}
	return value
}

// pinned checks an object in the bucket that is named along with its hash.
func (p *problems) pinned(keyName, key, hashName, hash string) {
	switch {
	case key == "" && hash != "":
		p.add(keyName, "not set, but %s is: the deployment sets both or neither", hashName)
	case key != "" && !hexSHA256.MatchString(hash):
		p.add(hashName, "want 64 lower-case hex digits: the deployment sets it along with %s", keyName)
	}
}

func (p *problems) limits(key string, limits Limits) {
	for _, limit := range []struct {
		name  string
		value int
	}{
		{"entries", limits.Entries},
		{"lists", limits.Lists},
		{"caCertificates", limits.CACertificates},
		{"caSubjectBytes", limits.CASubjectBytes},
	} {
		if limit.value < 0 {
			p.add(below(key, limit.name), "%d is negative", limit.value)
		}
	}
}
