package main

import (
	"strconv"

	acm "github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sekisho/sekisho/internal/settings"
)

// front is what stands between clients and what they want.
type front struct {
	settings    settings.Settings
	balancer    balancer
	network     *network
	certificate acm.ICertificate
}

// listen opens both listeners, after first: then, and not before, the load
// balancer knows the revoked.
func (f front) listen(trustStore elb.TrustStore, v verifier, first constructs.Construct) {
	listeners := []elb.ApplicationListener{f.newVerifyListener(trustStore), f.newPassthroughListener(v)}
	if f.settings.Port80 == settings.Port80Redirect {
		listeners = append(listeners, f.newRedirect())
	}
	for _, listener := range listeners {
		listener.Node().AddDependency(first)
	}
}

// newVerifyListener lets nobody finish the handshake whose certificate does not
// lead to the trust store, has expired, or is revoked. It says which CAs it
// knows, so that a client with several certificates shows the right one.
func (f front) newVerifyListener(trustStore elb.TrustStore) elb.ApplicationListener {
	return f.newListener("Verify", f.settings.VerifyPort, f.verifyAction(), &elb.MutualAuthentication{
		MutualAuthenticationMode:      elb.MutualAuthenticationMode_VERIFY,
		TrustStore:                    trustStore,
		IgnoreClientCertificateExpiry: jsii.Bool(false),
		AdvertiseTrustStoreCaNames:    jsii.Bool(true),
	})
}

func (f front) verifyAction() elb.ListenerAction {
	return f.action(constructs.NewConstruct(f.balancer.scope, jsii.String("Backend")), f.settings.Backend)
}

// newPassthroughListener hands every client's chain to the verifier. It verifies
// nothing itself and says so to AWS by leaving all else unset: even false would
// be refused.
func (f front) newPassthroughListener(v verifier) elb.ApplicationListener {
	forward := elb.ListenerAction_Forward(&[]elb.IApplicationTargetGroup{v.targets}, nil)
	listener := f.newListener("Passthrough", f.settings.PassthroughPort, forward, &elb.MutualAuthentication{
		MutualAuthenticationMode: elb.MutualAuthenticationMode_PASS_THROUGH,
	})
	listener.SetAttribute(jsii.String("routing.http.request.x_amzn_mtls_clientcert.header_name"), v.header)
	f.addRules(listener)
	return listener
}

// newListener is an HTTPS listener. Who may reach its port is the security
// group's business alone: left to itself, it would open the port to everybody.
func (f front) newListener(name string, port int, action elb.ListenerAction, authentication *elb.MutualAuthentication) elb.ApplicationListener {
	if f.settings.MutualAuthentication == settings.MutualAuthenticationOff {
		action, authentication = closed(), &elb.MutualAuthentication{MutualAuthenticationMode: elb.MutualAuthenticationMode_OFF}
	}
	listener := elb.NewApplicationListener(f.balancer.scope, jsii.String(name), &elb.ApplicationListenerProps{
		LoadBalancer:         f.balancer.loadBalancer,
		Port:                 jsii.Number(port),
		Protocol:             elb.ApplicationProtocol_HTTPS,
		Certificates:         &[]elb.IListenerCertificate{elb.ListenerCertificate_FromCertificateManager(f.certificate)},
		DefaultAction:        action,
		MutualAuthentication: authentication,
		Open:                 jsii.Bool(false),
	})
	// The settings hold AWS's own name of the policy, the construct wants another.
	listener.Node().DefaultChild().(elb.CfnListener).SetSslPolicy(jsii.String(string(f.settings.TLSPolicy)))
	return listener
}

// closed is what a listener does that no longer asks for certificates: it is on
// its way out, and nobody whom nobody has verified comes through.
func closed() elb.ListenerAction {
	return elb.ListenerAction_FixedResponse(jsii.Number(503), &elb.FixedResponseOptions{
		ContentType: jsii.String("text/plain"),
		MessageBody: jsii.String("This gate is being removed: mutual authentication is off, so nobody is let in.\n"),
	})
}

// newRedirect sends those who forgot the s to the verify listener.
func (f front) newRedirect() elb.ApplicationListener {
	return elb.NewApplicationListener(f.balancer.scope, jsii.String("Redirect"), &elb.ApplicationListenerProps{
		LoadBalancer: f.balancer.loadBalancer,
		Port:         jsii.Number(80),
		Protocol:     elb.ApplicationProtocol_HTTP,
		Open:         jsii.Bool(false),
		DefaultAction: elb.ListenerAction_Redirect(&elb.RedirectOptions{
			Protocol: jsii.String("HTTPS"), Port: jsii.String(strconv.Itoa(f.settings.VerifyPort)), Permanent: jsii.Bool(true),
		}),
	})
}
