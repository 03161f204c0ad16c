// Package settings is the one typed configuration of the local twin, the
// functions and the deployed stack, and the environment variables through
// which the functions get their part of it.
//
// It decodes strictly and reports everything that is wrong at once, each
// problem with its key and with what to do. It opens no file and reads no
// clock; whoever uses it brings both.
//
// [Load] is for a configuration in JSON: everything is decoded, read and
// checked. A program that builds its settings itself starts from [Defaults]
// and calls [Settings.Prepare].
package settings

// Settings is everything that can be set. Its documentation, the JSON schema
// and the table in the README are made from the comments of its fields.
type Settings struct {
	// The JSON schema of these settings, for editors. Has no effect.
	Schema string `json:"$schema,omitempty"`
	// The name of the CloudFormation stack. Two gates are two configurations with two names.
	StackName string `json:"stackName"`

	Trust
	Names
	Network
	Listeners
	Functions
}

// Trust is who is let in, and whose revocations count.
type Trust struct {
	// The files with the certificates of the CAs that issue the clients' certificates, and of the CAs above them: PEM or DER. Needed, unless `trustStoreArn` is set.
	CABundle []string `json:"caBundle,omitempty"`
	// The URLs of the CAs' revocation lists, one source each: http, https or s3. At least one, or one of `sources`.
	CRLURLs []string `json:"crlUrls,omitempty"`
	// The same as `crlUrls`, with a name, mirrors and limits for each.
	Sources []Source `json:"sources,omitempty"`
	// Which certificates must be covered by a current revocation list: `require` every one below the trust anchor, `require-leaf` the client's own, `allow-missing` those whose issuer has a list, `off` none.
	Revocation Revocation `json:"revocation"`
	// Whether a deployment fails when the first refresh does. With `optional` the gate may open before any revocation is in force.
	FirstRefresh FirstRefresh `json:"firstRefresh"`
	// The trust store's quotas, where AWS has raised them.
	Limits Limits `json:"limits"`
	// Files with the CA certificates that HTTPS distribution points are trusted by, beside the public ones: PEM or DER.
	HTTPSCA []string `json:"httpsCa,omitempty"`
	// An existing trust store to attach to. Only the refresher is deployed then, the CA bundle is the trust store's own, and every setting of the gate is refused.
	TrustStoreARN string `json:"trustStoreArn,omitempty"`
	// An existing bucket to use instead of a new one. It must be versioned.
	BucketName string `json:"bucketName,omitempty"`
}

// Names is how clients find the gate, and how it proves to be the right one.
type Names struct {
	// The server certificate in AWS Certificate Manager. Needed, unless `domainName` is set.
	CertificateARN string `json:"certificateArn,omitempty"`
	// The gate's host name: a certificate for it is issued and its address records are made in the hosted zone.
	DomainName string `json:"domainName,omitempty"`
	// The Route 53 hosted zone of `domainName`.
	HostedZoneID string `json:"hostedZoneId,omitempty"`
	// The name of that hosted zone.
	HostedZoneName string `json:"hostedZoneName,omitempty"`
}

// Network is where the gate stands and who may knock.
type Network struct {
	// The addresses that may connect, as CIDR blocks. Needed for a new load balancer; for an existing one they are added to its security group.
	AllowedCIDRs []string `json:"allowedCidrs,omitempty"`
	// Whether a new load balancer has public addresses.
	InternetFacing bool `json:"internetFacing"`
	// Whether a new load balancer has IPv4 addresses only, or IPv6 ones too.
	IPAddressType IPAddressType `json:"ipAddressType"`
	// The address range of a new VPC.
	VPCCIDR string `json:"vpcCidr"`
	// An existing VPC to use instead of a new one, with `subnetIds` and `availabilityZones`.
	VPCID string `json:"vpcId,omitempty"`
	// The load balancer's subnets in that VPC, at least two.
	SubnetIDs []string `json:"subnetIds,omitempty"`
	// The availability zones of those subnets, in the same order.
	AvailabilityZones []string `json:"availabilityZones,omitempty"`
	// An existing Application Load Balancer to put the listeners on, with `securityGroupId`. What is an attribute of the load balancer is left as it is.
	LoadBalancerARN string `json:"loadBalancerArn,omitempty"`
	// The security group of that load balancer.
	SecurityGroupID string `json:"securityGroupId,omitempty"`
}

// Listeners is what the gate does with a connection.
type Listeners struct {
	// Whether clients must show a certificate. `off` is the first of the two steps of removal: taking mutual authentication out of a template does not turn it off.
	MutualAuthentication MutualAuthentication `json:"mutualAuthentication"`
	// The port of the verify listener.
	VerifyPort int `json:"verifyPort"`
	// The port of the passthrough listener.
	PassthroughPort int `json:"passthroughPort"`
	// What happens at port 80: nothing listens there, or it redirects to the verify listener.
	Port80 Port80 `json:"port80"`
	// The TLS security policy of the listeners. Those with PQ in their names add post-quantum key exchange.
	TLSPolicy TLSPolicy `json:"tlsPolicy"`
	// How long a client may keep a connection open, and with it how long a revoked client's open connection lives: 60s to 168h.
	ClientKeepAlive Duration `json:"clientKeepAlive"`
	// A regional AWS WAF web ACL for the load balancer.
	WebACLARN string `json:"webAclArn,omitempty"`
	// Whether the load balancer is protected from deletion.
	DeletionProtection bool `json:"deletionProtection"`
	// Whether requests are logged, into a bucket of the stack.
	AccessLogs bool `json:"accessLogs"`
	// Whether connections are logged, into that bucket: refused certificates are only seen there.
	ConnectionLogs bool `json:"connectionLogs"`
	// How many days those two logs are kept.
	LoadBalancerLogDays int `json:"loadBalancerLogDays"`
	// Where verified requests of the verify listener go. Without it a built-in page answers.
	Backend Backend `json:"backend,omitzero"`
	// Paths of the passthrough listener that go elsewhere than to the verifier. Nobody has verified those clients: the backend must.
	PassthroughRules []Rule `json:"passthroughRules,omitempty"`
}

// Functions is how the functions run.
type Functions struct {
	// The function that decides on the requests of the passthrough listener.
	Verifier Verifier `json:"verifier"`
	// The function that carries revocation lists to the trust store.
	Refresher Refresher `json:"refresher"`
	// Who is told when something is wrong, and when it counts as wrong.
	Alarms Alarms `json:"alarms"`
	// The function that tries a good and a revoked certificate at both listeners, again and again.
	Canary Canary `json:"canary"`
	// How often the revocation lists are looked at. A schedule runs once a minute at most; with less, each run looks several times until 45 s have passed: 1s to 1m.
	PollEvery Duration `json:"pollEvery"`
	// How many days the functions' logs are kept.
	LogRetentionDays int `json:"logRetentionDays"`
}
