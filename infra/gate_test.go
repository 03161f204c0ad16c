package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/settings"
)

// Whoever connects to :443 proves who they are before a single byte of HTTP.
func TestVerifyListenerVerifies(t *testing.T) {
	for _, name := range gates {
		t.Run(name, func(t *testing.T) {
			got := example(t, name).one(t, "GateVerify").Properties["MutualAuthentication"].(map[string]any)
			for key, want := range map[string]string{
				"Mode": "verify", "TrustStoreArn": "${TrustStore.TrustStoreArn}", "IgnoreClientCertificateExpiry": "false", "AdvertiseTrustStoreCaNames": "on",
			} {
				if text(got[key]) != want {
					t.Errorf("got %s %s, want %s", key, text(got[key]), want)
				}
			}
		})
	}
}

// gates are the examples that have one.
var gates = []string{"minimal", "full", "existing-vpc", "existing-load-balancer", "private-endpoint", "given-bucket"}

// Passthrough says passthrough and nothing more: AWS refuses even false.
func TestPassthroughListenerPassesThrough(t *testing.T) {
	for _, name := range gates {
		t.Run(name, func(t *testing.T) {
			tm := example(t, name)
			listener := tm.one(t, "GatePassthrough")
			got := listener.Properties["MutualAuthentication"].(map[string]any)
			if len(got) != 1 || got["Mode"] != "passthrough" {
				t.Errorf("got %v, want the mode passthrough alone", got)
			}
			actions := listener.Properties["DefaultActions"].([]any)
			action := actions[0].(map[string]any)
			if len(actions) != 1 || text(action["TargetGroupArn"]) != "${VerifierTargets.TargetGroupArn}" {
				t.Errorf("got the default actions %v, want the verifier", actions)
			}
		})
	}
}

// A request that reaches the verifier came through the passthrough listener.
func TestNothingElseUsesTheVerifiersTargetGroup(t *testing.T) {
	for _, name := range gates {
		t.Run(name, func(t *testing.T) {
			tm := example(t, name)
			for id := range tm.Resources {
				if slices.ContainsFunc(tm.references(id), func(other string) bool { return plain(other) == "VerifierTargets" }) && plain(id) != "GatePassthrough" {
					t.Errorf("%s uses it too", id)
				}
			}
		})
	}
}

// Both sides know the header's name, and nobody outside does.
func TestCertificateHeaderIsRenamedOnBothSides(t *testing.T) {
	for _, name := range gates {
		t.Run(name, func(t *testing.T) {
			tm := example(t, name)
			sent := tm.one(t, "GatePassthrough").attributes("ListenerAttributes")["routing.http.request.x_amzn_mtls_clientcert.header_name"]
			if want := "X-Sekisho-${Select 2 ${Split / ${AWS::StackId}}}-${VerifierRole.RoleId}"; sent != want {
				t.Errorf("the listener calls it %s, want %s", sent, want)
			}
			expected := tm.one(t, "VerifierFunction").property("Environment", "Variables", settings.EnvGate)
			if !strings.Contains(expected, `"header":"`+sent+`"`) {
				t.Errorf("the function is told %s, want the header %s", expected, sent)
			}
		})
	}
}

// The function sees every one of several headers of one name.
func TestVerifierSeesRepeatedHeaders(t *testing.T) {
	for _, name := range gates {
		group := example(t, name).one(t, "VerifierTargets")
		if got := group.attributes("TargetGroupAttributes")["lambda.multi_value_headers.enabled"]; got != "true" {
			t.Errorf("%s: got multi-value headers %q, want true", name, got)
		}
		if group.property("HealthCheckEnabled") != "false" || group.property("TargetType") != "lambda" {
			t.Errorf("%s: got %s with health checks %s", name, group.property("TargetType"), group.property("HealthCheckEnabled"))
		}
	}
}

// Permission, target group and function agree on one name.
func TestTargetGroupIsTheOneThatBothSidesExpect(t *testing.T) {
	for _, name := range gates {
		t.Run(name, func(t *testing.T) {
			tm := example(t, name)
			called := tm.one(t, "VerifierTargets").property("Name")
			prefix := "arn:${AWS::Partition}:elasticloadbalancing:${AWS::Region}:${AWS::AccountId}:targetgroup/" + called + "/"
			if got := tm.one(t, "VerifierPermission").property("SourceArn"); got != prefix+"*" {
				t.Errorf("the permission is for %s, want %s*", got, prefix)
			}
			told := tm.one(t, "VerifierFunction").property("Environment", "Variables", settings.EnvGate)
			if !strings.Contains(told, `"targetGroup":"`+prefix+`"`) {
				t.Errorf("the function is told %s, want the target group %s", told, prefix)
			}
		})
	}
}

func TestTargetGroupNames(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, stack := range []string{"Sekisho", "S", "sekisho", strings.Repeat("long-", 25) + "end", strings.Repeat("long-", 25) + "End", "Twenty-two-characters-a", "Twenty-two-characters--b"} {
		name := targetGroupName(stack)
		if len(name) > 32 || strings.HasPrefix(name, "-") || strings.HasSuffix(name, "-") {
			t.Errorf("got %q for %q, which is no name of a target group", name, stack)
		}
		if seen[name] != "" {
			t.Errorf("got %q for %q and %q", name, stack, seen[name])
		}
		if targetGroupName(stack) != name {
			t.Errorf("got two names for %q", stack)
		}
		seen[name] = stack
	}
}

// Nobody is let in by a protocol that is broken.
func TestListenersSpeakTLS12OrNewer(t *testing.T) {
	for _, name := range gates {
		tm := example(t, name)
		for _, id := range []string{"GateVerify", "GatePassthrough"} {
			listener := tm.one(t, id)
			if !slices.Contains(settings.TLSPolicy("").Values(), listener.property("SslPolicy")) || listener.property("Protocol") != "HTTPS" {
				t.Errorf("%s: %s speaks %s with %s", name, id, listener.property("Protocol"), listener.property("SslPolicy"))
			}
		}
	}
}

// The load balancer is private, drops odd headers and keeps no connection of a
// revoked client for long.
func TestLoadBalancerIsCareful(t *testing.T) {
	balancer := example(t, "minimal").one(t, "GateLoadBalancer")
	got := balancer.attributes("LoadBalancerAttributes")
	for key, want := range map[string]string{
		"client_keep_alive.seconds":                       "300",
		"routing.http.drop_invalid_header_fields.enabled": "true",
		"deletion_protection.enabled":                     "false",
		"access_logs.s3.enabled":                          "true",
		"access_logs.s3.bucket":                           "${GateLogBucket}",
		"connection_logs.s3.enabled":                      "true",
		"connection_logs.s3.bucket":                       "${GateLogBucket}",
	} {
		if got[key] != want {
			t.Errorf("got %s %q, want %q", key, got[key], want)
		}
	}
	if balancer.property("Scheme") != "internal" {
		t.Errorf("got the scheme %s, want internal unless the settings say otherwise", balancer.property("Scheme"))
	}
}

// Only those may knock who are allowed to, and only where a listener is.
func TestOnlyAllowedClientsMayConnect(t *testing.T) {
	for name, want := range map[string][]string{
		"minimal":          {"10.0.0.0/8 443", "10.0.0.0/8 8443"},
		"full":             {"0.0.0.0/0 443", "0.0.0.0/0 80", "0.0.0.0/0 8443", "::/0 443", "::/0 80", "::/0 8443"},
		"existing-vpc":     {"10.0.0.0/8 443", "10.0.0.0/8 8443"},
		"private-endpoint": {"10.0.0.0/8 443", "10.0.0.0/8 8443"},
	} {
		t.Run(name, func(t *testing.T) {
			rules := example(t, name).one(t, "GateSecurityGroup").Properties["SecurityGroupIngress"].([]any)
			var got []string
			for _, rule := range rules {
				r := rule.(map[string]any)
				if text(r["FromPort"]) != text(r["ToPort"]) || r["IpProtocol"] != "tcp" {
					t.Errorf("got the rule %v, want one TCP port", r)
				}
				got = append(got, strings.TrimSpace(optional(r["CidrIp"])+optional(r["CidrIpv6"]))+" "+text(r["FromPort"]))
			}
			slices.Sort(got)
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

// The first step of removal closes the gate: nobody comes in unverified.
func TestSwitchedOffMeansClosed(t *testing.T) {
	got := of(t, with(t, `{"mutualAuthentication": "off", "passthroughRules": [{"paths": ["/a"], "backend": {"functionArn": "arn:aws:lambda:eu-central-1:111122223333:function:app"}}]}`))
	for _, id := range got.all("AWS::ElasticLoadBalancingV2::Listener") {
		listener := got.Resources[id]
		authentication := listener.Properties["MutualAuthentication"].(map[string]any)
		if len(authentication) != 1 || authentication["Mode"] != "off" {
			t.Errorf("%s: got %v, want the mode off, said aloud", id, authentication)
		}
		if !strings.Contains(listener.property("DefaultActions"), `"StatusCode":"503"`) {
			t.Errorf("%s: got %s, want 503", id, listener.property("DefaultActions"))
		}
	}
	if rules := got.all("AWS::ElasticLoadBalancingV2::ListenerRule"); len(rules) > 0 {
		t.Errorf("got the rules %v, want none", rules)
	}
}

// With port 80 closed nothing listens there; otherwise it only redirects.
func TestPort80(t *testing.T) {
	for id, listener := range example(t, "minimal").Resources {
		if listener.Type == "AWS::ElasticLoadBalancingV2::Listener" && listener.property("Port") == "80" {
			t.Errorf("%s listens at port 80", id)
		}
	}
	redirect := example(t, "full").one(t, "GateRedirect")
	if got := redirect.property("DefaultActions"); !strings.Contains(got, `"Protocol":"HTTPS"`) || !strings.Contains(got, `"Port":"443"`) || !strings.Contains(got, "HTTP_301") {
		t.Errorf("got %s, want a redirect to the verify listener", got)
	}
}
