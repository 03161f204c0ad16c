package main

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sekisho/sekisho/internal/settings"
)

// network is the VPC of the gate: a new one, or one that exists. It is nil for
// an existing load balancer whose VPC nobody named.
type network struct {
	scope constructs.Construct
	vpc   awsec2.IVpc
	// gate are the load balancer's subnets.
	gate *awsec2.SubnetSelection
}

func newNetwork(stack awscdk.Stack, s settings.Settings) *network {
	scope := constructs.NewConstruct(stack, jsii.String("Network"))
	switch {
	case s.VPCID != "":
		return existingNetwork(scope, s)
	case s.LoadBalancerARN != "":
		return nil
	default:
		return freshNetwork(scope, s)
	}
}

// existingNetwork is described by the settings alone: asking AWS for the rest
// would make a template depend on who made it, and when.
func existingNetwork(scope constructs.Construct, s settings.Settings) *network {
	return &network{
		scope: scope,
		vpc:   existingVPC(scope, "Vpc", s.VPCID, s.AvailabilityZones),
		gate:  existingSubnets(scope, "Gate", s.SubnetIDs, s.AvailabilityZones),
	}
}

func existingVPC(scope constructs.Construct, id, vpcID string, zones []string) awsec2.IVpc {
	if len(zones) == 0 {
		zones = []string{"unknown"}
	}
	return awsec2.Vpc_FromVpcAttributes(scope, jsii.String(id), &awsec2.VpcAttributes{
		VpcId:             jsii.String(vpcID),
		AvailabilityZones: jsii.Strings(zones...),
	})
}

func existingSubnets(scope constructs.Construct, id string, ids, zones []string) *awsec2.SubnetSelection {
	var subnets []awsec2.ISubnet
	for i, subnet := range ids {
		existing := awsec2.Subnet_FromSubnetAttributes(scope, jsii.String(id+subnet), &awsec2.SubnetAttributes{
			SubnetId:         jsii.String(subnet),
			AvailabilityZone: jsii.String(zones[i]),
		})
		// Route tables are theirs: nothing here reads or changes one.
		awscdk.Annotations_Of(existing).AcknowledgeWarning(jsii.String("@aws-cdk/aws-ec2:noSubnetRouteTableId"), nil)
		subnets = append(subnets, existing)
	}
	return &awsec2.SubnetSelection{Subnets: &subnets}
}

// The names of the groups of subnets in a new VPC.
const (
	gateSubnets     = "Gate"
	functionSubnets = "Functions"
	egressSubnets   = "Egress"
)

// freshNetwork is a VPC in two zones, as small as a load balancer allows. It
// has no NAT gateways, which would be most of the bill: nothing in it calls
// out, unless a function is put there and asks for one.
func freshNetwork(scope constructs.Construct, s settings.Settings) *network {
	nat := 0
	if slices.ContainsFunc(guests(s), func(n settings.FunctionNetwork) bool { return n.Access == settings.AccessNAT }) {
		nat = 1
	}
	vpc := awsec2.NewVpc(scope, jsii.String("Vpc"), &awsec2.VpcProps{
		IpAddresses:                  awsec2.IpAddresses_Cidr(jsii.String(s.VPCCIDR)),
		IpProtocol:                   ipProtocol(s.IPAddressType),
		MaxAzs:                       jsii.Number(2),
		NatGateways:                  jsii.Number(nat),
		SubnetConfiguration:          subnetGroups(s, nat > 0),
		RestrictDefaultSecurityGroup: jsii.Bool(true),
	})
	logRejected(scope, vpc, s.LogRetentionDays)
	return &network{scope: scope, vpc: vpc, gate: group(gateSubnets)}
}

func ipProtocol(addresses settings.IPAddressType) awsec2.IpProtocol {
	if addresses == settings.DualStack {
		return awsec2.IpProtocol_DUAL_STACK
	}
	return awsec2.IpProtocol_IPV4_ONLY
}

func group(name string) *awsec2.SubnetSelection {
	return &awsec2.SubnetSelection{SubnetGroupName: jsii.String(name)}
}

// guests are how the functions that stand in the gate's new VPC want to get out
// of it.
func guests(s settings.Settings) []settings.FunctionNetwork {
	var all []settings.FunctionNetwork
	for _, wanted := range []*settings.FunctionNetwork{s.Refresher.Network, s.Verifier.Network, canaryNetwork(s)} {
		if wanted != nil && wanted.VPCID == "" {
			all = append(all, wanted.WithDefaults())
		}
	}
	return all
}

// subnetGroups are the load balancer's subnets, reachable from outside only if
// it is, and those of the functions that stand in this VPC.
func subnetGroups(s settings.Settings, nat bool) *[]*awsec2.SubnetConfiguration {
	kind := awsec2.SubnetType_PRIVATE_ISOLATED
	if s.InternetFacing {
		kind = awsec2.SubnetType_PUBLIC
	}
	groups := []*awsec2.SubnetConfiguration{subnetGroup(gateSubnets, kind)}
	if len(guests(s)) == 0 {
		return &groups
	}
	if !nat {
		groups = append(groups, subnetGroup(functionSubnets, awsec2.SubnetType_PRIVATE_ISOLATED))
		return &groups
	}
	groups = append(groups, subnetGroup(functionSubnets, awsec2.SubnetType_PRIVATE_WITH_EGRESS))
	if !s.InternetFacing {
		groups = append(groups, subnetGroup(egressSubnets, awsec2.SubnetType_PUBLIC))
	}
	return &groups
}

func subnetGroup(name string, kind awsec2.SubnetType) *awsec2.SubnetConfiguration {
	config := &awsec2.SubnetConfiguration{Name: jsii.String(name), SubnetType: kind}
	if kind == awsec2.SubnetType_PUBLIC {
		// A load balancer and a NAT gateway bring their own public addresses.
		config.MapPublicIpOnLaunch = jsii.Bool(false)
	}
	return config
}

// logRejected writes down who was turned away before TLS even began. What was
// accepted stands in the load balancer's own logs.
func logRejected(scope constructs.Construct, vpc awsec2.Vpc, days int) {
	vpc.AddFlowLog(jsii.String("Rejected"), &awsec2.FlowLogOptions{
		Destination: awsec2.FlowLogDestination_ToCloudWatchLogs(newLogGroup(scope, "RejectedLogs", days), nil),
		TrafficType: awsec2.FlowLogTrafficType_REJECT,
	})
}
