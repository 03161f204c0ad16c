package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// addEndpoints lets the refresher reach what it needs of AWS from subnets
// without a way out: S3, which costs nothing by a gateway, and the trust-store
// API. The gateway lets every bucket pass, because the trust store hands out
// its copies of lists from a bucket of its own whose name nobody knows.
func (p *place) addEndpoints(scope constructs.Construct) {
	awsec2.NewCfnVPCEndpoint(scope, jsii.String("S3"), &awsec2.CfnVPCEndpointProps{
		VpcId:           p.vpc.VpcId(),
		VpcEndpointType: jsii.String("Gateway"),
		ServiceName:     jsii.String("com.amazonaws." + *awscdk.Aws_REGION() + ".s3"),
		RouteTableIds:   references(p.routeTables),
	})
	inbound := awsec2.NewSecurityGroup(scope, jsii.String("EndpointSecurityGroup"), &awsec2.SecurityGroupProps{
		Vpc: p.vpc, Description: jsii.String("Elastic Load Balancing endpoint: the refresh function in"), AllowAllOutbound: jsii.Bool(false),
	})
	inbound.AddIngressRule(p.securityGroup, awsec2.Port_HTTPS(), jsii.String("Refresh function"), nil)
	awsec2.NewInterfaceVpcEndpoint(scope, jsii.String("LoadBalancing"), &awsec2.InterfaceVpcEndpointProps{
		Vpc:            p.vpc,
		Subnets:        p.subnets,
		Service:        awsec2.InterfaceVpcEndpointAwsService_ELASTIC_LOAD_BALANCING(),
		SecurityGroups: &[]awsec2.ISecurityGroup{inbound},
		Open:           jsii.Bool(false),
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
