package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	acm "github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53targets"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sekisho/sekisho/internal/settings"
)

// newCertificate is the server's certificate: an existing one, or one that is
// issued for the domain and renewed as long as its record stands in the zone.
func newCertificate(stack awscdk.Stack, s settings.Settings) acm.ICertificate {
	scope := constructs.NewConstruct(stack, jsii.String("Server"))
	if s.CertificateARN != "" {
		return acm.Certificate_FromCertificateArn(scope, jsii.String("Certificate"), jsii.String(s.CertificateARN))
	}
	return acm.NewCertificate(scope, jsii.String("Certificate"), &acm.CertificateProps{
		DomainName: jsii.String(s.DomainName),
		Validation: acm.CertificateValidation_FromDns(zone(scope, s)),
	})
}

func zone(scope constructs.Construct, s settings.Settings) awsroute53.IHostedZone {
	return awsroute53.HostedZone_FromHostedZoneAttributes(scope, jsii.String("Zone"), &awsroute53.HostedZoneAttributes{
		HostedZoneId: jsii.String(s.HostedZoneID), ZoneName: jsii.String(s.HostedZoneName),
	})
}

// newRecords makes the domain lead to the load balancer. Of an existing one only
// the ARN is known, and a record cannot be made of that.
func newRecords(stack awscdk.Stack, s settings.Settings, b balancer) {
	if s.DomainName == "" {
		return
	}
	scope := constructs.NewConstruct(stack, jsii.String("Records"))
	if s.LoadBalancerARN != "" {
		awscdk.Annotations_Of(scope).AddInfo(jsii.String("The load balancer exists already: make an alias record from " + s.DomainName + " to it yourself."))
		return
	}
	target := awsroute53.RecordTarget_FromAlias(awsroute53targets.NewLoadBalancerTarget(b.loadBalancer, nil))
	at := zone(scope, s)
	awsroute53.NewARecord(scope, jsii.String("IPv4"), &awsroute53.ARecordProps{Zone: at, RecordName: jsii.String(s.DomainName), Target: target})
	if s.IPAddressType == settings.DualStack {
		awsroute53.NewAaaaRecord(scope, jsii.String("IPv6"), &awsroute53.AaaaRecordProps{Zone: at, RecordName: jsii.String(s.DomainName), Target: target})
	}
}
