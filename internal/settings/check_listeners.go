package settings

import (
	"net/netip"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"
)

// The bounds of client_keep_alive.seconds (ALB guide, application-load-balancers.html).
const (
	minKeepAlive = time.Minute
	maxKeepAlive = 7 * 24 * time.Hour
)

func (p *problems) listeners(s Settings) {
	p.ports(s.Listeners)
	p.arn("webAclArn", s.WebACLARN, webACLARNs)
	keepAlive := time.Duration(s.ClientKeepAlive)
	if keepAlive < minKeepAlive || keepAlive > maxKeepAlive || keepAlive%time.Second != 0 {
		p.add("clientKeepAlive", "%s: a load balancer takes whole seconds from 60s to 168h", s.ClientKeepAlive)
	}
	if s.LoadBalancerLogDays < 1 {
		p.add("loadBalancerLogDays", "%d: keep the logs for a day at least; \"accessLogs\" and \"connectionLogs\" turn them off", s.LoadBalancerLogDays)
	}
	p.backend("backend", s.Backend, s)
	for i, rule := range s.PassthroughRules {
		p.rule(at("passthroughRules", i), rule, s)
	}
	if len(s.PassthroughRules) > maxRules {
		p.add("passthroughRules", "%d: a load balancer takes %d rules", len(s.PassthroughRules), maxRules)
	}
}

func (p *problems) ports(l Listeners) {
	p.port("verifyPort", l.VerifyPort, l)
	p.port("passthroughPort", l.PassthroughPort, l)
	if l.VerifyPort == l.PassthroughPort {
		p.add("passthroughPort", "%d is the port of the verify listener too: take another one", l.PassthroughPort)
	}
}

func (p *problems) port(key string, port int, l Listeners) {
	if port < 1 || port > 65535 {
		p.add(key, "%d is not a port: write a number from 1 to 65535", port)
	}
	if port == 80 && l.Port80 == Port80Redirect {
		p.add(key, "80 is where \"port80\" redirects: take another port, or set \"port80\": \"closed\"")
	}
}

// The quotas of rules (ALB guide, load-balancer-limits.html and
// listener-rules.html).
const (
	maxRules = 100
	maxPaths = 5
)

// pathPattern is what a path condition may hold (ALB guide, rule-condition-types.html).
var pathPattern = regexp.MustCompile(`^/[A-Za-z0-9_.$/~"'@:+&*?-]{0,127}$`)

func (p *problems) rule(key string, rule Rule, s Settings) {
	if len(rule.Paths) == 0 {
		p.add(below(key, "paths"), "none: name at least one path, like /public/*")
	}
	if len(rule.Paths) > maxPaths {
		p.add(below(key, "paths"), "%d: a rule takes %d; write a second rule", len(rule.Paths), maxPaths)
	}
	for i, path := range rule.Paths {
		if !pathPattern.MatchString(path) {
			p.add(at(below(key, "paths"), i), "%q is not a path pattern: write it like /public/*", path)
		}
		if strings.Contains(path, "*") && strings.Trim(path, "/*") == "" {
			p.add(at(below(key, "paths"), i), "every path would go past the verifier: name the paths that may")
		}
	}
	if reflect.ValueOf(rule.Backend).IsZero() {
		p.add(below(key, "backend"), "none: say where these paths go")
	}
	p.backend(below(key, "backend"), rule.Backend, s)
}

func (p *problems) backend(key string, b Backend, s Settings) {
	p.oneKind(key, b)
	p.arn(below(key, "targetGroupArn"), b.TargetGroupARN, targetGroupARNs)
	p.arn(below(key, "functionArn"), b.FunctionARN, functionARNs)
	p.ids(below(key, "instanceIds"), b.InstanceIDs, instanceID, "i-0123abcd")
	for i, address := range b.IPAddresses {
		p.backendAddress(at(below(key, "ipAddresses"), i), address)
	}
	filled := b.WithDefaults()
	if filled.Port < 0 || filled.Port > 65535 {
		p.add(below(key, "port"), "%d is not a port: write a number from 1 to 65535", filled.Port)
	}
	if filled.HealthCheckPath != "" {
		p.path(below(key, "healthCheckPath"), filled.HealthCheckPath)
	}
	if len(b.InstanceIDs)+len(b.IPAddresses) == 0 {
		p.targetless(key, b)
		return
	}
	p.targets(key, b, s)
}

// oneKind reports two backends at one place.
func (p *problems) oneKind(key string, b Backend) {
	kinds := 0
	for _, given := range []bool{b.TargetGroupARN != "", b.FunctionARN != "", len(b.InstanceIDs) > 0, len(b.IPAddresses) > 0} {
		if given {
			kinds++
		}
	}
	if kinds > 1 {
		p.add(key, "%d kinds of backend: keep one of targetGroupArn, functionArn, instanceIds and ipAddresses", kinds)
	}
}

// targets reports what instances and addresses lack.
func (p *problems) targets(key string, b Backend, s Settings) {
	if s.VPCID == "" && s.LoadBalancerARN != "" {
		p.add("vpcId", "none: the target group of %s needs the VPC of the load balancer", key)
	}
	if s.VPCID == "" && s.LoadBalancerARN == "" && len(b.InstanceIDs) > 0 {
		p.add(below(key, "instanceIds"), "no instance is in a VPC that is yet to be made: set \"vpcId\"")
	}
	if b.OutsideVPC && len(b.IPAddresses) == 0 {
		p.add(below(key, "outsideVpc"), "about addresses, and there are none in \"ipAddresses\": remove it")
	}
	if distinct(append(slices.Clone(b.InstanceIDs), b.IPAddresses...)) != len(b.InstanceIDs)+len(b.IPAddresses) {
		p.add(key, "one of the targets twice: remove it")
	}
}

// targetless reports what only instances and addresses have, and the port, which
// says of a target group whereto the load balancer must be let out.
func (p *problems) targetless(key string, b Backend) {
	if b.Port != 0 && b.TargetGroupARN == "" {
		p.add(below(key, "port"), "only \"instanceIds\", \"ipAddresses\" and \"targetGroupArn\" have it: remove it, or name some")
	}
	for _, setting := range []struct {
		name  string
		given bool
	}{
		{"protocol", b.Protocol != ""},
		{"healthCheckPath", b.HealthCheckPath != ""},
		{"outsideVpc", b.OutsideVPC},
	} {
		if setting.given {
			p.add(below(key, setting.name), "only \"instanceIds\" and \"ipAddresses\" have it: remove it, or name some")
		}
	}
}

func (p *problems) backendAddress(key, text string) {
	address, err := netip.ParseAddr(text)
	if err != nil {
		p.add(key, "%q is not an IP address", text)
		return
	}
	if !address.Is4() || !address.IsPrivate() && !sharedAddresses.Contains(address) {
		p.add(key, "%s: a load balancer takes targets at private IPv4 addresses only", address)
	}
}

// sharedAddresses is RFC 6598, which a target group takes beside RFC 1918 (ALB
// guide, load-balancer-target-groups.html).
var sharedAddresses = netip.MustParsePrefix("100.64.0.0/10")
