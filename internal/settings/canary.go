package settings

import "fmt"

// CanaryTask is what the canary function is told.
type CanaryTask struct {
	// Name is the stack's, for the metrics.
	Name string
	// Bucket is where the manifest and the indexes lie that say which list is
	// in force.
	Bucket string
	Round  CanaryRound
}

// CanaryRound is what one round of the canary goes through.
type CanaryRound struct {
	// VerifyURL and PassthroughURL are the listeners by the name that clients use.
	VerifyURL      string `json:"verifyUrl"`
	PassthroughURL string `json:"passthroughUrl"`
	// GoodSecretARN and RevokedSecretARN are the secrets with the two
	// certificates and their keys.
	GoodSecretARN    string `json:"goodSecretArn"`
	RevokedSecretARN string `json:"revokedSecretArn"`
}

// CanaryTask is what the canary of this configuration is told.
func (p Prepared) CanaryTask(bucket string) CanaryTask {
	host := p.DomainName
	if host == "" {
		host = p.Canary.HostName
	}
	return CanaryTask{Name: p.StackName, Bucket: bucket, Round: CanaryRound{
		VerifyURL:        fmt.Sprintf("https://%s:%d/", host, p.VerifyPort),
		PassthroughURL:   fmt.Sprintf("https://%s:%d/", host, p.PassthroughPort),
		GoodSecretARN:    p.Canary.GoodSecretARN,
		RevokedSecretARN: p.Canary.RevokedSecretARN,
	}}
}

// CanaryFromEnv reads what the canary is told. The error joins a [*Problem] for
// everything that is missing or wrong.
func CanaryFromEnv(getenv func(string) string) (CanaryTask, error) {
	var p problems
	task := CanaryTask{Name: p.required(getenv, EnvName), Bucket: p.required(getenv, EnvBucket)}
	text := p.required(getenv, EnvCanary)
	if text != "" {
		p.decode(EnvCanary, []byte(text), &task.Round)
		p.round(EnvCanary, task.Round)
	}
	return task, p.join()
}

func (p *problems) round(key string, r CanaryRound) {
	for _, setting := range []namedText{
		{"verifyUrl", r.VerifyURL}, {"passthroughUrl", r.PassthroughURL},
		{"goodSecretArn", r.GoodSecretARN}, {"revokedSecretArn", r.RevokedSecretARN},
	} {
		if setting.value == "" {
			p.add(below(key, setting.key), "not set: the deployment sets it")
		}
	}
	p.plainURL(below(key, "verifyUrl"), r.VerifyURL, "https://host:port/", "https")
	p.plainURL(below(key, "passthroughUrl"), r.PassthroughURL, "https://host:port/", "https")
}

// Env is the environment from which [CanaryFromEnv] reads the same task.
func (c CanaryTask) Env() map[string]string {
	return map[string]string{EnvName: c.Name, EnvBucket: c.Bucket, EnvCanary: compact(c.Round)}
}
