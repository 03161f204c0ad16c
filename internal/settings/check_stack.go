package settings

import (
	"reflect"
	"regexp"
	"strings"
)

var (
	stackName  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{0,127}$`)
	bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
)

// stack checks what only a deployment needs.
func (p *problems) stack(s Settings) {
	if !stackName.MatchString(s.StackName) {
		p.add("stackName", "%q: write a letter, then letters, digits or hyphens, at most 128 in all", s.StackName)
	}
	if s.BucketName != "" && !bucketName.MatchString(s.BucketName) {
		p.add("bucketName", "%q is not the name of a bucket: write the name alone, without s3:// or an ARN", s.BucketName)
	}
	p.retention(s.LogRetentionDays)
	p.refresher(s)
	p.alarms(s.Alarms)
	p.onePlace(arnsOf(s))
	p.arn("trustStoreArn", s.TrustStoreARN, trustStoreARNs)
	if s.TrustStoreARN != "" {
		p.attached(s)
		return
	}
	p.names(s.Names)
	p.network(s)
	p.listeners(s)
	p.verifier(s)
	p.canary(s)
	p.oneGateway(s)
}

// attached reports what belongs to a gate where none is deployed.
func (p *problems) attached(s Settings) {
	p.changed(s, "the bundle is that of the trust store in \"trustStoreArn\": remove one of the two", "caBundle")
	var gate []string
	for _, group := range []reflect.Type{reflect.TypeFor[Names](), reflect.TypeFor[Network](), reflect.TypeFor[Listeners]()} {
		gate = append(gate, keysOf(group)...)
	}
	p.changed(s, "belongs to a gate, and with \"trustStoreArn\" none is deployed: remove one of the two", append(gate, "verifier", "canary")...)
}

// changed reports the settings that are not as they are by default.
func (p *problems) changed(s Settings, detail string, keys ...string) {
	fields := fieldsOf(reflect.TypeFor[Settings]())
	for _, key := range keys {
		index := fields[key].Index
		now := reflect.ValueOf(s).FieldByIndex(index).Interface()
		before := reflect.ValueOf(Defaults()).FieldByIndex(index).Interface()
		if !reflect.DeepEqual(now, before) {
			p.add(key, "%s", detail)
		}
	}
}

func arnsOf(s Settings) []namedARN {
	arns := []namedARN{
		{"trustStoreArn", s.TrustStoreARN},
		{"loadBalancerArn", s.LoadBalancerARN},
		{"certificateArn", s.CertificateARN},
		{"webAclArn", s.WebACLARN},
		{"backend.targetGroupArn", s.Backend.TargetGroupARN},
		{"backend.functionArn", s.Backend.FunctionARN},
		{"canary.goodSecretArn", s.Canary.GoodSecretARN},
		{"canary.revokedSecretArn", s.Canary.RevokedSecretARN},
	}
	for i, rule := range s.PassthroughRules {
		key := below(at("passthroughRules", i), "backend")
		arns = append(arns, namedARN{below(key, "targetGroupArn"), rule.Backend.TargetGroupARN}, namedARN{below(key, "functionArn"), rule.Backend.FunctionARN})
	}
	return arns
}

// names checks the server's name and certificate.
func (p *problems) names(n Names) {
	p.arn("certificateArn", n.CertificateARN, certificateARNs)
	switch {
	case n.CertificateARN == "" && n.DomainName == "":
		p.add("certificateArn", "none: name the server's certificate, or set \"domainName\", \"hostedZoneId\" and \"hostedZoneName\" to have one issued")
	case n.CertificateARN != "" && n.DomainName != "":
		p.add("domainName", "a certificate would be issued for it, but \"certificateArn\" names one: remove one of the two")
	}
	if n.DomainName != "" {
		p.zone(n)
		return
	}
	p.without("domainName", namedText{"hostedZoneId", n.HostedZoneID}, namedText{"hostedZoneName", n.HostedZoneName})
}

// namedText is a value and where it was written.
type namedText struct{ key, value string }

// without reports settings that were made without the one they belong to.
func (p *problems) without(other string, settings ...namedText) {
	for _, setting := range settings {
		if setting.value != "" {
			p.add(setting.key, "without %q it has no effect: set that too, or remove this", other)
		}
	}
}

func (p *problems) zone(n Names) {
	if n.HostedZoneID == "" {
		p.add("hostedZoneId", "none: the certificate for \"domainName\" is validated in its hosted zone")
	}
	zone := strings.TrimSuffix(n.HostedZoneName, ".")
	switch {
	case zone == "":
		p.add("hostedZoneName", "none: the certificate for \"domainName\" is validated in its hosted zone")
	case n.DomainName != zone && !strings.HasSuffix(n.DomainName, "."+zone):
		p.add("domainName", "%q is not in the zone %q: its records could not be made there", n.DomainName, zone)
	}
	if !hostName.MatchString(n.DomainName) {
		p.add("domainName", "%q is not a host name: write it in lower case, like gate.example.com", n.DomainName)
	}
}

var hostName = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$`)

func (p *problems) verifier(s Settings) {
	v := s.Verifier
	p.path("verifier.healthCheckPath", v.HealthCheckPath)
	p.upstream(v, s)
	if v.Concurrency < 0 {
		p.add("verifier.concurrency", "%d is negative: write how many requests may be decided at once, or 0 for no cap", v.Concurrency)
	}
}

func (p *problems) path(key, path string) {
	if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "?# ") {
		p.add(key, "%q is not a path: write it like /healthz", path)
	}
}
