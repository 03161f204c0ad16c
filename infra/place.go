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
	// routeTables are those of existing subnets.
	routeTables []string
	// fresh is the network that these subnets were made in; nil for existing ones.
	fresh *network
	// ways are the ways out, which must be there before the function is used.
	ways []constructs.IConstruct
}

// visit is what takes a function into a VPC.
type visit struct {
	// wanted is where; nil is no VPC at all.
	wanted *settings.FunctionNetwork
	// purpose stands at its security group.
	purpose string
	// ports are those that it calls at.
	ports []int
	// apis are what it calls of AWS, beside S3.
	apis []api
}

// newPlace is where a function stands; nil when it is in no VPC, as long as
// everything that it calls can be reached from outside of one.
func newPlace(scope constructs.Construct, v visit, s settings.Settings, gate *network) *place {
	if v.wanted == nil {
		return nil
	}
	wanted := v.wanted.WithDefaults()
	at := choosePlace(scope, wanted, s, gate)
	// Nobody calls it over the network, and it calls where it is told to.
	at.securityGroup = awsec2.NewSecurityGroup(scope, jsii.String("SecurityGroup"), &awsec2.SecurityGroupProps{
		Vpc: at.vpc, Description: jsii.String(v.purpose), AllowAllOutbound: jsii.Bool(false),
	})
	for _, port := range v.ports {
		at.securityGroup.AddEgressRule(awsec2.Peer_AnyIpv4(), awsec2.Port_Tcp(jsii.Number(port)), jsii.String("AWS, and what it is there for"), nil)
	}
	if wanted.Access == settings.AccessEndpoints {
		at.addEndpoints(scope, v.apis)
	}
	return at
}

func choosePlace(scope constructs.Construct, wanted settings.FunctionNetwork, s settings.Settings, gate *network) *place {
	switch {
	case wanted.VPCID != "":
		return &place{
			vpc:         existingVPC(scope, "Vpc", wanted.VPCID, wanted.AvailabilityZones),
			subnets:     existingSubnets(scope, "Function", wanted.SubnetIDs, wanted.AvailabilityZones),
			routeTables: wanted.RouteTableIDs,
		}
	case len(wanted.SubnetIDs) > 0:
		return &place{
			vpc:         gate.vpc,
			subnets:     existingSubnets(scope, "Function", wanted.SubnetIDs, wanted.AvailabilityZones),
			routeTables: wanted.RouteTableIDs,
		}
	case s.VPCID != "":
		return &place{vpc: gate.vpc, subnets: gate.gate, routeTables: wanted.RouteTableIDs}
	}
	return &place{vpc: gate.vpc, subnets: group(functionSubnets), fresh: gate}
}

func routeTables(vpc awsec2.IVpc, subnets *awsec2.SubnetSelection) []string {
	var ids []string
	for _, subnet := range *vpc.SelectSubnets(subnets).Subnets {
		ids = append(ids, *subnet.RouteTable().RouteTableId())
	}
	return ids
}

// egressPorts are those of AWS, and of what a function is told to call.
func egressPorts(addresses ...string) []int {
	ports := []int{443}
	for _, address := range addresses {
		if address != "" {
			ports = append(ports, portOf(address))
		}
	}
	slices.Sort(ports)
	return slices.Compact(ports)
}

// portsOf are those of AWS and of the gate itself.
func portsOf(s settings.Settings) []int {
	ports := []int{443, s.VerifyPort, s.PassthroughPort}
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
