package settings

// Verifier is how the verify function decides and runs.
type Verifier struct {
	// The subject common name that a client's certificate must have, where only one is let in.
	SubjectCN string `json:"subjectCn,omitempty"`
	// The common name that the issuer of a client's certificate must have, where only one counts.
	IssuerCN string `json:"issuerCn,omitempty"`
	// How long past its next update a revocation list still counts.
	Grace Duration `json:"grace"`
	// How old the verifier's data may be before it looks for newer.
	MaxSnapshotAge Duration `json:"maxSnapshotAge"`
	// For how long that look may fail before requests are answered with 503.
	SnapshotGrace Duration `json:"snapshotGrace"`
	// The path that health checks ask for. It is answered without a look at any certificate, and reveals nothing.
	HealthCheckPath string `json:"healthCheckPath"`
	// The URL to which accepted requests are passed on, with the verified identity in headers. Without it the verifier answers with the identity.
	Upstream string `json:"upstream,omitempty"`
	// Where the verifier stands when its upstream can only be reached from inside a VPC.
	Network *FunctionNetwork `json:"network,omitempty"`
	// How many requests are decided at the same time at most. 0 sets no cap of its own.
	Concurrency int `json:"concurrency"`
}

// Refresher is how the refresh function runs.
type Refresher struct {
	// Whether some of the account's concurrency is reserved for refreshes: one at a time, or two with `pollEvery` below a minute, so that an event need not wait for the run that polls. Runs that overlap are safe. Turn it off in an account with a very low limit.
	ReservedConcurrency bool `json:"reservedConcurrency"`
	// Where the refresher stands when a distribution point can only be reached from inside a VPC.
	Network *FunctionNetwork `json:"network,omitempty"`
	// The proxy for distribution points: http://host:port.
	Proxy string `json:"proxy,omitempty"`
	// Hosts that are asked directly all the same, in the form of the NO_PROXY variable.
	NoProxy string `json:"noProxy,omitempty"`
}

// FunctionNetwork puts a function into a VPC.
type FunctionNetwork struct {
	// The VPC. Without it, the gate's.
	VPCID string `json:"vpcId,omitempty"`
	// Its subnets for the function. Without them, the gate's.
	SubnetIDs []string `json:"subnetIds,omitempty"`
	// The availability zones of those subnets, in the same order.
	AvailabilityZones []string `json:"availabilityZones,omitempty"`
	// The route tables of those subnets, for the S3 gateway endpoint that `endpoints` makes in an existing VPC.
	RouteTableIDs []string `json:"routeTableIds,omitempty"`
	// How the function reaches AWS from there: through new VPC `endpoints`, through a new `nat` gateway (in a new VPC only), or by what is `existing`.
	Access Access `json:"access,omitempty"`
}

// WithDefaults fills in what was not written.
func (n FunctionNetwork) WithDefaults() FunctionNetwork {
	if n.Access == "" {
		n.Access = AccessEndpoints
	}
	return n
}
