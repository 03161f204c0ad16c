package settings

import (
	"net/netip"
	"regexp"
	"slices"
)

var (
	vpcID           = regexp.MustCompile(`^vpc-[0-9a-f]+$`)
	subnetID        = regexp.MustCompile(`^subnet-[0-9a-f]+$`)
	securityGroupID = regexp.MustCompile(`^sg-[0-9a-f]+$`)
	routeTableID    = regexp.MustCompile(`^rtb-[0-9a-f]+$`)
	instanceID      = regexp.MustCompile(`^i-[0-9a-f]+$`)
	zoneName        = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[0-9]+[a-z]$`)
)

// network checks where the gate stands: in a new VPC, in an existing one, or
// on an existing load balancer.
func (p *problems) network(s Settings) {
	p.arn("loadBalancerArn", s.LoadBalancerARN, loadBalancerARNs)
	p.id("vpcId", s.VPCID, vpcID, "vpc-0123abcd")
	p.id("securityGroupId", s.SecurityGroupID, securityGroupID, "sg-0123abcd")
	switch {
	case s.LoadBalancerARN != "":
		p.existingLoadBalancer(s)
	case s.VPCID != "":
		p.existingVPC(s)
	default:
		p.newVPC(s)
	}
	if s.LoadBalancerARN == "" && s.SecurityGroupID != "" {
		p.add("securityGroupId", "the group of an existing load balancer: set \"loadBalancerArn\" too, or remove this")
	}
	if s.LoadBalancerARN == "" && len(s.AllowedCIDRs) == 0 {
		p.add("allowedCidrs", "none: say who may connect, such as [\"10.0.0.0/8\"], or [\"0.0.0.0/0\"] for everybody")
	}
	p.allowed(s)
	p.allowedFit(s)
}

func (p *problems) existingLoadBalancer(s Settings) {
	if s.SecurityGroupID == "" {
		p.add("securityGroupId", "none: name the security group of the load balancer in \"loadBalancerArn\"")
	}
	p.changed(s, "an attribute of the load balancer, and \"loadBalancerArn\" names an existing one: set it there and remove it here",
		"internetFacing", "ipAddressType", "clientKeepAlive", "webAclArn", "deletionProtection", "accessLogs", "connectionLogs", "loadBalancerLogDays")
	p.changed(s, "for a new load balancer, but \"loadBalancerArn\" names an existing one: remove one of the two",
		"subnetIds", "availabilityZones", "vpcCidr")
}

func (p *problems) existingVPC(s Settings) {
	p.changed(s, "for a new VPC, but \"vpcId\" names an existing one: remove one of the two", "vpcCidr")
	p.subnets("", s.SubnetIDs, s.AvailabilityZones)
	if len(s.SubnetIDs) == 1 {
		p.add("subnetIds", "one: a load balancer needs subnets in at least two availability zones")
	}
	if distinct(s.AvailabilityZones) != len(s.AvailabilityZones) {
		p.add("availabilityZones", "one of them twice: a load balancer takes one subnet of each zone")
	}
}

// subnets checks subnets and their zones, which are written side by side.
func (p *problems) subnets(key string, ids, zones []string) {
	if len(ids) == 0 {
		p.add(below(key, "subnetIds"), "none: name subnets of the VPC in \"%s\"", below(key, "vpcId"))
	}
	if distinct(ids) != len(ids) {
		p.add(below(key, "subnetIds"), "one of them twice: remove it")
	}
	if len(ids) != len(zones) {
		p.add(below(key, "availabilityZones"), "%d for %d subnets: name the zone of each subnet, in the same order", len(zones), len(ids))
	}
	p.ids(below(key, "subnetIds"), ids, subnetID, "subnet-0123abcd")
	p.ids(below(key, "availabilityZones"), zones, zoneName, "eu-central-1a")
}

func (p *problems) newVPC(s Settings) {
	p.changed(s, "of an existing VPC: set \"vpcId\" too, or remove this", "subnetIds", "availabilityZones")
	prefix, err := netip.ParsePrefix(s.VPCCIDR)
	switch {
	case err != nil || !prefix.Addr().Is4() || prefix.Masked() != prefix:
		p.add("vpcCidr", "%q is not an IPv4 range: write it like 10.0.0.0/16", s.VPCCIDR)
	case prefix.Bits() < 16 || prefix.Bits() > 24:
		p.add("vpcCidr", "%q: a VPC takes at most a /16, and subnets in two zones need at least a /24", s.VPCCIDR)
	}
}

// allowed checks who may connect.
func (p *problems) allowed(s Settings) {
	if distinct(s.AllowedCIDRs) != len(s.AllowedCIDRs) {
		p.add("allowedCidrs", "one of them twice: remove it")
	}
	for i, text := range s.AllowedCIDRs {
		key := at("allowedCidrs", i)
		prefix, err := netip.ParsePrefix(text)
		address, single := netip.ParseAddr(text)
		switch {
		case single == nil:
			p.add(key, "%q is one address: write %s for it alone", text, netip.PrefixFrom(address, address.BitLen()))
		case err != nil:
			p.add(key, "%q is not a range of addresses: write it like 203.0.113.0/24", text)
		case prefix.Masked() != prefix:
			p.add(key, "%q: there are address bits behind the mask; %s is meant, or a longer mask", text, prefix.Masked())
		case prefix.Addr().Is6() && s.IPAddressType != DualStack && s.LoadBalancerARN == "":
			p.add(key, "%q is IPv6, but the load balancer would have IPv4 addresses only: set \"ipAddressType\": \"dualstack\", or remove it", text)
		}
	}
}

// maxIngress is the quota L-0EA8095F, which counts the rules of each family of
// addresses for themselves (VPC guide, amazon-vpc-limits.html).
const maxIngress = 60

// allowedFit reports more rules than a security group takes: one for each range
// and port.
func (p *problems) allowedFit(s Settings) {
	ranges := map[string]int{}
	for _, text := range s.AllowedCIDRs {
		prefix, err := netip.ParsePrefix(text)
		switch {
		case err != nil:
		case prefix.Addr().Is6():
			ranges["IPv6"]++
		default:
			ranges["IPv4"]++
		}
	}
	ports := 2
	if s.Port80 == Port80Redirect {
		ports = 3
	}
	for _, family := range []string{"IPv4", "IPv6"} {
		rules := ranges[family] * ports
		if rules > maxIngress {
			p.add("allowedCidrs", "%d %s ranges at %d ports are %d rules, and a security group takes %d (quota L-0EA8095F, inbound rules): join neighbouring ranges", ranges[family], family, ports, rules, maxIngress)
		}
	}
}

func (p *problems) id(key, id string, pattern *regexp.Regexp, example string) {
	if id != "" && !pattern.MatchString(id) {
		p.add(key, "%q: write it like %s", id, example)
	}
}

func (p *problems) ids(key string, ids []string, pattern *regexp.Regexp, example string) {
	for i, id := range ids {
		if !pattern.MatchString(id) {
			p.add(at(key, i), "%q: write it like %s", id, example)
		}
	}
}

func distinct(all []string) int {
	sorted := slices.Sorted(slices.Values(all))
	return len(slices.Compact(sorted))
}
