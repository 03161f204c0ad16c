package main

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sekisho/sekisho/internal/settings"
)

// place is where in a VPC a function stands.
type place struct {
	vpc           awsec2.IVpc
	subnets       *awsec2.SubnetSelection
	securityGroup awsec2.SecurityGroup
	routeTables   []string
}

// newPlace is where the refresher stands; nil when it is in no VPC, as long as
// every distribution point can be reached from outside of one.
func newPlace(scope constructs.Construct, s settings.Settings, gate *network) *place {
	if s.Refresher.Network == nil {
		return nil
	}
	wanted := s.Refresher.Network.WithDefaults()
	at := choosePlace(scope, wanted, s, gate)
	// Nobody calls the refresher over the network, and it calls at the ports of
	// AWS and of the distribution points.
	at.securityGroup = awsec2.NewSecurityGroup(scope, jsii.String("SecurityGroup"), &awsec2.SecurityGroupProps{
		Vpc: at.vpc, Description: jsii.String("Refresh function: nothing in, AWS and revocation lists out"), AllowAllOutbound: jsii.Bool(false),
	})
	for _, port := range egressPorts(s) {
		at.securityGroup.AddEgressRule(awsec2.Peer_AnyIpv4(), awsec2.Port_Tcp(jsii.Number(port)), jsii.String("AWS, or revocation lists"), nil)
	}
	if wanted.Access == settings.AccessEndpoints {
		at.addEndpoints(scope)
	}
	return at
}

func choosePlace(scope constructs.Construct, wanted settings.RefresherNetwork, s settings.Settings, gate *network) *place {
	switch {
	case wanted.VPCID != "":
		return &place{
			vpc:         existingVPC(scope, "Vpc", wanted.VPCID, wanted.AvailabilityZones),
			subnets:     existingSubnets(scope, "Refresher", wanted.SubnetIDs, wanted.AvailabilityZones),
			routeTables: wanted.RouteTableIDs,
		}
	case len(wanted.SubnetIDs) > 0:
		return &place{
			vpc:         gate.vpc,
			subnets:     existingSubnets(scope, "Refresher", wanted.SubnetIDs, wanted.AvailabilityZones),
			routeTables: wanted.RouteTableIDs,
		}
	case s.VPCID != "":
		return &place{vpc: gate.vpc, subnets: gate.gate, routeTables: wanted.RouteTableIDs}
	}
	return &place{vpc: gate.vpc, subnets: group(refresherSubnets), routeTables: routeTables(gate.vpc, group(refresherSubnets))}
}

func routeTables(vpc awsec2.IVpc, subnets *awsec2.SubnetSelection) []string {
	var ids []string
	for _, subnet := range *vpc.SelectSubnets(subnets).Subnets {
		ids = append(ids, *subnet.RouteTable().RouteTableId())
	}
	return ids
}

// egressPorts are those of AWS, of the distribution points and of the proxy.
func egressPorts(s settings.Settings) []int {
	ports := []int{443}
	for _, source := range s.AllSources() {
		for _, address := range source.URLs {
			ports = append(ports, portOf(address))
		}
	}
	if s.Refresher.Proxy != "" {
		ports = append(ports, portOf(s.Refresher.Proxy))
	}
	slices.Sort(ports)
	return slices.Compact(ports)
}

// portOf is the port of a URL that the settings have accepted.
func portOf(address string) int {
	parsed, err := url.Parse(address)
	if err != nil {
		return 443
	}
	port, err := strconv.Atoi(parsed.Port())
	switch {
	case err == nil:
		return port
	case parsed.Scheme == "http":
		return 80
	default:
		return 443
	}
}
