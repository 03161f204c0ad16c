package settings

import "slices"

// functionNetwork is in a VPC of its own, in the gate's existing one, or in
// the one that is made for the gate. What it is there for, goal says.
func (p *problems) functionNetwork(key, goal string, n FunctionNetwork, s Settings) {
	p.id(below(key, "vpcId"), n.VPCID, vpcID, "vpc-0123abcd")
	p.ids(below(key, "routeTableIds"), n.RouteTableIDs, routeTableID, "rtb-0123abcd")
	gateVPC := s.TrustStoreARN == "" && s.LoadBalancerARN == ""
	switch {
	case n.VPCID == "" && !gateVPC:
		p.add(below(key, "vpcId"), "none: no VPC is made or named for a gate, so name the one that reaches %s", goal)
	case n.VPCID == "" && s.VPCID == "":
		p.inNewVPC(key, n)
	default:
		p.inExistingVPC(key, n)
	}
}

func (p *problems) inNewVPC(key string, n FunctionNetwork) {
	if len(n.SubnetIDs)+len(n.AvailabilityZones)+len(n.RouteTableIDs) > 0 {
		p.add(key, "subnets and route tables of an existing VPC: set \"vpcId\" too, or remove them")
	}
	if n.Access == AccessExisting {
		p.add(below(key, "access"), "nothing exists yet in a new VPC: set \"endpoints\" or \"nat\"")
	}
}

func (p *problems) inExistingVPC(key string, n FunctionNetwork) {
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

// oneGateway reports route tables that two functions want an endpoint in: AWS
// takes one way to S3 in each.
func (p *problems) oneGateway(s Settings) {
	taken := map[string]string{}
	for _, place := range []struct {
		key     string
		network *FunctionNetwork
	}{{"refresher.network", s.Refresher.Network}, {"verifier.network", s.Verifier.Network}, {"canary.network", s.Canary.Network}} {
		if place.network == nil || place.key == "canary.network" && !s.Canary.Enabled {
			continue
		}
		ids := slices.Compact(slices.Sorted(slices.Values(place.network.RouteTableIDs)))
		for _, id := range ids {
			other, found := taken[id]
			if found {
				p.add(below(place.key, "routeTableIds"), "%s gets its S3 gateway endpoint from %s: set \"access\": \"existing\" here", id, other)
			}
			taken[id] = place.key
		}
	}
}
