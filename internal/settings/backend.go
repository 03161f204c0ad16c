package settings

// Backend is where requests go: one of a target group, a function, instances
// or addresses. Its zero value is the built-in page.
type Backend struct {
	// An existing target group.
	TargetGroupARN string `json:"targetGroupArn,omitempty"`
	// An existing Lambda function.
	FunctionARN string `json:"functionArn,omitempty"`
	// Instances in the VPC of `vpcId`.
	InstanceIDs []string `json:"instanceIds,omitempty"`
	// Private addresses.
	IPAddresses []string `json:"ipAddresses,omitempty"`
	// Whether those addresses lie outside the load balancer's VPC, in a peered network or on premises.
	OutsideVPC bool `json:"outsideVpc,omitempty"`
	// The port of instances or addresses. With `targetGroupArn` it is the only one that the new load balancer's security group lets out to; without it that may be any.
	Port int `json:"port,omitempty"`
	// The protocol of instances or addresses.
	Protocol Protocol `json:"protocol,omitempty"`
	// The path of their health checks.
	HealthCheckPath string `json:"healthCheckPath,omitempty"`
}

// Rule sends some paths elsewhere.
type Rule struct {
	// Paths as the load balancer matches them: * stands for any text, ? for one character. At most five.
	Paths []string `json:"paths,omitempty" required:"true"`
	// Where they go.
	Backend Backend `json:"backend" required:"true"`
}

// Defaults of instances and addresses.
const (
	DefaultProtocol        = ProtocolHTTP
	DefaultHealthCheckPath = "/"
)

// WithDefaults fills in what was not written for instances and addresses.
func (b Backend) WithDefaults() Backend {
	if len(b.InstanceIDs)+len(b.IPAddresses) == 0 {
		return b
	}
	if b.Protocol == "" {
		b.Protocol = DefaultProtocol
	}
	if b.HealthCheckPath == "" {
		b.HealthCheckPath = DefaultHealthCheckPath
	}
	if b.Port == 0 && b.Protocol == ProtocolHTTPS {
		b.Port = 443
	}
	if b.Port == 0 {
		b.Port = 80
	}
	return b
}
