package settings

// Alarms is who is told, and from when on.
type Alarms struct {
	// Whether the stack has alarms, a topic that they are sent to, and a dashboard.
	Enabled bool `json:"enabled"`
	// Who gets them by e-mail. AWS asks that address first whether it wants to. Without it, subscribe to the topic yourself.
	Email string `json:"email,omitempty"`
	// How much of a list's life, from its issue to its next update, may be left before somebody is told, in per cent.
	LifeLeftPercent int `json:"lifeLeftPercent"`
	// For how many minutes a source may go without one successful look.
	NoSuccessMinutes int `json:"noSuccessMinutes"`
	// How much of the trust store's quota of entries may be used, in per cent.
	QuotaPercent int `json:"quotaPercent"`
}

// Canary is who tries whether revocation works.
type Canary struct {
	// Whether there is a canary.
	Enabled bool `json:"enabled"`
	// The secret in AWS Secrets Manager with a certificate that must be let in, and its key.
	GoodSecretARN string `json:"goodSecretArn,omitempty"`
	// The secret with one that is revoked, and its key.
	RevokedSecretARN string `json:"revokedSecretArn,omitempty"`
	// How often it tries, in whole minutes, at least every 8h.
	Every Duration `json:"every"`
	// The gate's host name as clients know it, where `domainName` is not set.
	HostName string `json:"hostName,omitempty"`
	// Where it stands, for a load balancer that can only be reached from inside a VPC. In a new VPC that follows from `internetFacing`. From another VPC than the gate's it comes with an address, which `allowedCidrs` must admit.
	Network *FunctionNetwork `json:"network,omitempty"`
}
