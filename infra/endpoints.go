package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// api is an interface endpoint that a function needs.
type api struct {
	id      string
	service func() awsec2.InterfaceVpcEndpointAwsService
}

// addEndpoints lets a function reach what it needs of AWS from subnets without
// a way out: S3, which costs nothing by a gateway, and its APIs.
func (p *place) addEndpoints(scope constructs.Construct, apis []api) {
	if p.fresh != nil {
		p.ways = append(p.ways, p.fresh.gateway())
	} else {
		p.ways = append(p.ways, newGateway(scope, p.vpc, p.routeTables))
	}
	if len(apis) == 0 {
		return
	}
	inbound := awsec2.NewSecurityGroup(scope, jsii.String("EndpointSecurityGroup"), &awsec2.SecurityGroupProps{
		Vpc: p.vpc, Description: jsii.String("AWS endpoints: one function in"), AllowAllOutbound: jsii.Bool(false),
	})
	inbound.AddIngressRule(p.securityGroup, awsec2.Port_HTTPS(), jsii.String("The function"), nil)
	for _, wanted := range apis {
		p.ways = append(p.ways, awsec2.NewInterfaceVpcEndpoint(scope, jsii.String(wanted.id), &awsec2.InterfaceVpcEndpointProps{
			Vpc:            p.vpc,
			Subnets:        p.subnets,
			Service:        wanted.service(),
			SecurityGroups: &[]awsec2.ISecurityGroup{inbound},
			Open:           jsii.Bool(false),
		}))
	}
}

// gateway is the way to S3 from the subnets of functions in a new VPC, one for
// all of them: a route table takes no second one.
func (n *network) gateway() constructs.IConstruct {
	made := n.scope.Node().TryFindChild(jsii.String(gatewayID))
	if made != nil {
		return made
	}
	return newGateway(n.scope, n.vpc, routeTables(n.vpc, group(functionSubnets)))
}

const gatewayID = "S3"

// newGateway lets every bucket pass, because the trust store hands out its
// copies of lists from a bucket of its own whose name nobody knows.
func newGateway(scope constructs.Construct, vpc awsec2.IVpc, routeTables []string) constructs.IConstruct {
	return awsec2.NewCfnVPCEndpoint(scope, jsii.String(gatewayID), &awsec2.CfnVPCEndpointProps{
		VpcId:           vpc.VpcId(),
		VpcEndpointType: jsii.String("Gateway"),
		ServiceName:     jsii.String("com.amazonaws." + *awscdk.Aws_REGION() + ".s3"),
		RouteTableIds:   references(routeTables),
	})
}

// references are IDs in the form that generated constructs take them.
func references(ids []string) *[]any {
	var all []any
	for _, id := range ids {
		all = append(all, jsii.String(id))
	}
	return &all
}
