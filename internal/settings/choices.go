package settings

// FirstRefresh says whether a deployment waits for revocations to be in force.
type FirstRefresh string

// The two ways to deploy.
const (
	FirstRefreshRequired FirstRefresh = "required"
	FirstRefreshOptional FirstRefresh = "optional"
)

// Values are all that may be written.
func (FirstRefresh) Values() []string {
	return []string{string(FirstRefreshRequired), string(FirstRefreshOptional)}
}

// IPAddressType is which addresses a load balancer has.
type IPAddressType string

// The address types.
const (
	IPv4      IPAddressType = "ipv4"
	DualStack IPAddressType = "dualstack"
)

// Values are all that may be written.
func (IPAddressType) Values() []string { return []string{string(IPv4), string(DualStack)} }

// MutualAuthentication says whether the listeners ask for certificates.
type MutualAuthentication string

// The two states of a gate.
const (
	MutualAuthenticationOn  MutualAuthentication = "on"
	MutualAuthenticationOff MutualAuthentication = "off"
)

// Values are all that may be written.
func (MutualAuthentication) Values() []string {
	return []string{string(MutualAuthenticationOn), string(MutualAuthenticationOff)}
}

// Port80 is what happens at the port of plain HTTP.
type Port80 string

// What can happen there.
const (
	Port80Closed   Port80 = "closed"
	Port80Redirect Port80 = "redirect"
)

// Values are all that may be written.
func (Port80) Values() []string { return []string{string(Port80Closed), string(Port80Redirect)} }

// Protocol is what a backend speaks.
type Protocol string

// The protocols of a backend.
const (
	ProtocolHTTP  Protocol = "HTTP"
	ProtocolHTTPS Protocol = "HTTPS"
)

// Values are all that may be written.
func (Protocol) Values() []string { return []string{string(ProtocolHTTP), string(ProtocolHTTPS)} }

// Access is how a function inside a VPC reaches AWS.
type Access string

// The ways out of a VPC.
const (
	AccessEndpoints Access = "endpoints"
	AccessNAT       Access = "nat"
	AccessExisting  Access = "existing"
)

// Values are all that may be written.
func (Access) Values() []string {
	return []string{string(AccessEndpoints), string(AccessNAT), string(AccessExisting)}
}
