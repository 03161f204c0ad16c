package main

import (
	"fmt"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2targets"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sekisho/sekisho/internal/settings"
)

// action is what becomes of requests for a backend.
func (f front) action(scope constructs.Construct, b settings.Backend) elb.ListenerAction {
	switch {
	case b.TargetGroupARN != "":
		f.letOut(awsec2.Peer_AnyIpv4(), portTo(b))
		return forward(knownTargetGroup(scope, jsii.String(b.TargetGroupARN)))
	case b.FunctionARN != "":
		// The name of its target group is AWS's to choose: this account's load
		// balancers may invoke it, whichever group they do it for.
		return forward(newFunctionTargets(scope, functionTargets{functionARN: jsii.String(b.FunctionARN)}))
	case len(b.InstanceIDs)+len(b.IPAddresses) > 0:
		return forward(f.serverTargets(scope, b.WithDefaults()))
	default:
		return page()
	}
}

// portTo is where the targets of somebody's target group listen. Its ARN does not
// say, nor whether they listen at all: it may be a function's. So it is any port,
// unless the settings name one.
func portTo(b settings.Backend) awsec2.Port {
	if b.Port == 0 {
		return awsec2.Port_AllTcp()
	}
	return awsec2.Port_Tcp(jsii.Number(b.Port))
}

func forward(group elb.IApplicationTargetGroup) elb.ListenerAction {
	return elb.ListenerAction_Forward(&[]elb.IApplicationTargetGroup{group}, nil)
}

// page is what answers where no backend is named: enough to see that the
// handshake succeeded.
func page() elb.ListenerAction {
	return elb.ListenerAction_FixedResponse(jsii.Number(200), &elb.FixedResponseOptions{
		ContentType: jsii.String("text/plain"),
		MessageBody: jsii.String("Verified: your certificate leads to a trusted CA and is not revoked.\n"),
	})
}

// serverTargets are instances or addresses, in any number of zones, of which
// those get requests that answer their health check.
func (f front) serverTargets(scope constructs.Construct, b settings.Backend) elb.IApplicationTargetGroup {
	kind, targets := elb.TargetType_INSTANCE, instances(b)
	if len(b.IPAddresses) > 0 {
		kind, targets = elb.TargetType_IP, addresses(b)
	}
	f.letOutTo(b)
	return elb.NewApplicationTargetGroup(scope, jsii.String("Servers"), &elb.ApplicationTargetGroupProps{
		Vpc:        f.network.vpc,
		TargetType: kind,
		Port:       jsii.Number(b.Port),
		Protocol:   protocol(b.Protocol),
		Targets:    &targets,
		HealthCheck: &elb.HealthCheck{
			Path: jsii.String(b.HealthCheckPath), Protocol: elb.Protocol(protocol(b.Protocol)),
		},
	})
}

func protocol(p settings.Protocol) elb.ApplicationProtocol {
	if p == settings.ProtocolHTTPS {
		return elb.ApplicationProtocol_HTTPS
	}
	return elb.ApplicationProtocol_HTTP
}

func instances(b settings.Backend) []elb.IApplicationLoadBalancerTarget {
	var targets []elb.IApplicationLoadBalancerTarget
	for _, id := range b.InstanceIDs {
		targets = append(targets, awselasticloadbalancingv2targets.NewInstanceIdTarget(jsii.String(id), jsii.Number(b.Port)))
	}
	return targets
}

// addresses outside of the VPC belong to no zone of it, and AWS wants that said.
func addresses(b settings.Backend) []elb.IApplicationLoadBalancerTarget {
	var zone *string
	if b.OutsideVPC {
		zone = jsii.String("all")
	}
	var targets []elb.IApplicationLoadBalancerTarget
	for _, address := range b.IPAddresses {
		targets = append(targets, awselasticloadbalancingv2targets.NewIpTarget(jsii.String(address), jsii.Number(b.Port), zone))
	}
	return targets
}

// letOutTo opens the load balancer's security group towards servers. Where an
// instance's address lies is not known here.
func (f front) letOutTo(b settings.Backend) {
	port := awsec2.Port_Tcp(jsii.Number(b.Port))
	if len(b.InstanceIDs) > 0 {
		f.letOut(awsec2.Peer_AnyIpv4(), port)
	}
	for _, address := range b.IPAddresses {
		f.letOut(awsec2.Peer_Ipv4(jsii.String(address+"/32")), port)
	}
}

// letOut opens the load balancer's own security group. An existing one is taken
// to let out already whatever its owner wants: the CDK adds nothing to it.
func (f front) letOut(to awsec2.IPeer, port awsec2.Port) {
	f.balancer.securityGroup.AddEgressRule(to, port, jsii.String("Backend"), nil)
}

// addRules sends the paths elsewhere that the settings name. Nobody has
// verified those clients.
func (f front) addRules(listener elb.ApplicationListener) {
	if f.settings.MutualAuthentication == settings.MutualAuthenticationOff {
		return
	}
	for i, rule := range f.settings.PassthroughRules {
		scope := constructs.NewConstruct(f.balancer.scope, jsii.String(fmt.Sprintf("Rule%d", i+1)))
		elb.NewApplicationListenerRule(scope, jsii.String("Rule"), &elb.ApplicationListenerRuleProps{
			Listener:   listener,
			Priority:   jsii.Number(i + 1),
			Conditions: &[]elb.ListenerCondition{elb.ListenerCondition_PathPatterns(jsii.Strings(slices.Clone(rule.Paths)...))},
			Action:     f.action(scope, rule.Backend),
		})
	}
}
