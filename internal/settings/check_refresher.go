package settings

import (
	"slices"
	"strconv"
	"strings"
)

// retentionDays are what Amazon CloudWatch Logs takes (API_PutRetentionPolicy).
var retentionDays = []int{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}

func (p *problems) retention(days int) {
	if slices.Contains(retentionDays, days) {
		return
	}
	var words []string
	for _, d := range retentionDays {
		words = append(words, strconv.Itoa(d))
	}
	p.add("logRetentionDays", "%d: CloudWatch Logs takes %s", days, strings.Join(words, ", "))
}

func (p *problems) refresher(s Settings) {
	p.plainURL("refresher.proxy", s.Refresher.Proxy, "http://host:port", "http", "https")
	if s.Refresher.Proxy == "" {
		p.without("refresher.proxy", namedText{"refresher.noProxy", s.Refresher.NoProxy})
	}
	if s.Refresher.Network != nil {
		p.refresherNetwork("refresher.network", *s.Refresher.Network, s)
	}
}

// refresherNetwork is in a VPC of its own, in the gate's existing one, or in
// the one that is made for the gate.
func (p *problems) refresherNetwork(key string, n RefresherNetwork, s Settings) {
	p.id(below(key, "vpcId"), n.VPCID, vpcID, "vpc-0123abcd")
	p.ids(below(key, "routeTableIds"), n.RouteTableIDs, routeTableID, "rtb-0123abcd")
	gateVPC := s.TrustStoreARN == "" && s.LoadBalancerARN == ""
	switch {
	case n.VPCID == "" && !gateVPC:
		p.add(below(key, "vpcId"), "none: no VPC is made or named for a gate, so name the one that reaches the distribution point")
	case n.VPCID == "" && s.VPCID == "":
		p.inNewVPC(key, n)
	default:
		p.inExistingVPC(key, n)
	}
}

func (p *problems) inNewVPC(key string, n RefresherNetwork) {
	if len(n.SubnetIDs)+len(n.AvailabilityZones)+len(n.RouteTableIDs) > 0 {
		p.add(key, "subnets and route tables of an existing VPC: set \"vpcId\" too, or remove them")
	}
	if n.Access == AccessExisting {
		p.add(below(key, "access"), "nothing exists yet in a new VPC: set \"endpoints\" or \"nat\"")
	}
}

func (p *problems) inExistingVPC(key string, n RefresherNetwork) {
	if n.VPCID != "" || len(n.SubnetIDs)+len(n.AvailabilityZones) > 0 {
		p.subnets(key, n.SubnetIDs, n.AvailabilityZones)
	}
	switch n.WithDefaults().Access {
	case AccessNAT:
		p.add(below(key, "access"), "a NAT gateway is only made in a new VPC: set \"existing\" where the subnets have one, or \"endpoints\"")
	case AccessEndpoints:
		if len(n.RouteTableIDs) == 0 {
			p.add(below(key, "routeTableIds"), "none: name the route tables of the subnets, for the S3 gateway endpoint; or set \"access\": \"existing\"")
		}
	case AccessExisting:
		if len(n.RouteTableIDs) > 0 {
			p.add(below(key, "routeTableIds"), "for new endpoints, but \"access\" is \"existing\": remove one of the two")
		}
	}
}
