package main

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awswafv2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sekisho/sekisho/internal/settings"
)

// balancer is the load balancer that the listeners stand on, ours or theirs.
type balancer struct {
	scope         constructs.Construct
	loadBalancer  elb.IApplicationLoadBalancer
	securityGroup awsec2.ISecurityGroup
}

func newBalancer(stack awscdk.Stack, s settings.Settings, n *network) balancer {
	scope := constructs.NewConstruct(stack, jsii.String("Gate"))
	b := existingBalancer(scope, s)
	if s.LoadBalancerARN == "" {
		b = freshBalancer(scope, s, n)
	}
	b.admit(s)
	if s.WebACLARN != "" {
		awswafv2.NewCfnWebACLAssociation(scope, jsii.String("WebAcl"), &awswafv2.CfnWebACLAssociationProps{
			ResourceArn: b.loadBalancer.LoadBalancerArn(), WebAclArn: jsii.String(s.WebACLARN),
		})
	}
	return b
}

func freshBalancer(scope constructs.Construct, s settings.Settings, n *network) balancer {
	// Closed but for what admit opens, and out to the backends alone. Where the
	// targets of somebody's target group lie, nobody says: those may be anywhere.
	group := awsec2.NewSecurityGroup(scope, jsii.String("SecurityGroup"), &awsec2.SecurityGroupProps{
		Vpc: n.vpc, Description: jsii.String("Gate: allowed clients in, backends out"), AllowAllOutbound: jsii.Bool(false),
	})
	addresses := elb.IpAddressType_IPV4
	if s.IPAddressType == settings.DualStack {
		addresses = elb.IpAddressType_DUAL_STACK
	}
	// A revoked client's open connection lives as long as the client may keep it
	// open; AWS's default of an hour is too long for that. Header names that
	// some backends read otherwise than the load balancer does are dropped.
	loadBalancer := elb.NewApplicationLoadBalancer(scope, jsii.String("LoadBalancer"), &elb.ApplicationLoadBalancerProps{
		Vpc:                     n.vpc,
		VpcSubnets:              n.gate,
		SecurityGroup:           group,
		InternetFacing:          jsii.Bool(s.InternetFacing),
		IpAddressType:           addresses,
		ClientKeepAlive:         awscdk.Duration_Seconds(jsii.Number(time.Duration(s.ClientKeepAlive).Seconds())),
		DropInvalidHeaderFields: jsii.Bool(true),
		DeletionProtection:      jsii.Bool(s.DeletionProtection),
	})
	keepLogs(scope, s, loadBalancer)
	return balancer{scope: scope, loadBalancer: loadBalancer, securityGroup: group}
}

// existingBalancer adds listeners to somebody else's load balancer and leaves
// its attributes as they are.
func existingBalancer(scope constructs.Construct, s settings.Settings) balancer {
	if s.LoadBalancerARN == "" {
		return balancer{}
	}
	group := awsec2.SecurityGroup_FromSecurityGroupId(scope, jsii.String("SecurityGroup"), jsii.String(s.SecurityGroupID), nil)
	loadBalancer := elb.ApplicationLoadBalancer_FromApplicationLoadBalancerAttributes(scope, jsii.String("LoadBalancer"), &elb.ApplicationLoadBalancerAttributes{
		LoadBalancerArn: jsii.String(s.LoadBalancerARN), SecurityGroupId: jsii.String(s.SecurityGroupID),
	})
	awscdk.Annotations_Of(scope).AddInfo(jsii.String(leftAsItIs))
	return balancer{scope: scope, loadBalancer: loadBalancer, securityGroup: group}
}

// leftAsItIs is printed: what of the gate's surface is not ours to set.
const leftAsItIs = "The load balancer exists already and keeps its attributes. Set them yourself: " +
	"client_keep_alive.seconds=300 (a revoked client's open connection lives that long; AWS's default is 3600), " +
	"routing.http.drop_invalid_header_fields.enabled=true, connection_logs.s3.enabled=true (refused certificates are only seen there), " +
	"access_logs.s3.enabled=true, deletion_protection.enabled=true, and a web ACL if you use one."

// admit opens the listeners' ports to those who may connect, and to nobody else.
func (b balancer) admit(s settings.Settings) {
	ports := []int{s.VerifyPort, s.PassthroughPort}
	if s.Port80 == settings.Port80Redirect {
		ports = append(ports, 80)
	}
	for _, cidr := range s.AllowedCIDRs {
		for _, port := range ports {
			b.securityGroup.AddIngressRule(peer(cidr), awsec2.Port_Tcp(jsii.Number(port)), jsii.String("Allowed clients"), nil)
		}
	}
	explain(b.securityGroup, finding{"AwsSolutions-EC23", "Whom the settings admit: a gate for clients everywhere asks each for a certificate, not for an address."})
}

func peer(cidr string) awsec2.IPeer {
	if isIPv6(cidr) {
		return awsec2.Peer_Ipv6(jsii.String(cidr))
	}
	return awsec2.Peer_Ipv4(jsii.String(cidr))
}
