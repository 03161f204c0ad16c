package main

import (
	"slices"
	"strings"
	"testing"
)

// Nothing that lets a client in exists before the lists of revoked certificates
// are in force.
func TestNoListenerBeforeTheFirstRefresh(t *testing.T) {
	onEach(t, func(t *testing.T, got template) {
		for _, id := range got.all("AWS::ElasticLoadBalancingV2::Listener") {
			if !got.comesAfter(id, "FirstRefresh") {
				t.Errorf("%s may exist before the first refresh has succeeded", id)
			}
		}
		first := got.one(t, "FirstRefresh")
		if first.Type != "Custom::Trigger" || first.property("InvocationType") != "RequestResponse" {
			t.Errorf("got a first refresh of type %s that is invoked by %s, want one that waits and fails", first.Type, first.property("InvocationType"))
		}
	})
}

// bucket, bundle, trust store, first refresh, listener: in this order.
func TestOrderOfTheFirstDeployment(t *testing.T) {
	onEach(t, func(t *testing.T, got template) {
		if len(got.all("AWS::ElasticLoadBalancingV2::TrustStore")) == 0 {
			return
		}
		before := map[string]string{
			"FirstRefresh":      "TrustStore",
			"TrustStore":        "CertificatesUploadCustomResource",
			"RefresherFunction": "CertificatesUploadCustomResource",
			"GateVerify":        "TrustStore",
			"VerifierFunction":  "FirstRefresh",
			"Schedule":          "FirstRefresh",
		}
		for later, earlier := range before {
			if !got.comesAfter(later, earlier) {
				t.Errorf("%s may exist before %s", later, earlier)
			}
		}
	})
}

// In a VPC the first refresh waits for every way out of it.
func TestFirstRefreshWaitsForTheNetwork(t *testing.T) {
	got := example(t, "private-endpoint")
	for _, id := range got.all("AWS::EC2::VPCEndpoint") {
		if !got.comesAfter("FirstRefresh", plain(id)) {
			t.Errorf("the first refresh does not wait for %s", id)
		}
	}
	nat := of(t, with(t, `{"refresher": {"network": {"access": "nat"}}}`))
	for _, id := range nat.all("AWS::EC2::NatGateway") {
		if !nat.comesAfter("FirstRefresh", plain(id)) {
			t.Errorf("the first refresh does not wait for %s", id)
		}
	}
}

// CloudFormation would take a list away before its successor is there.
func TestCloudFormationOwnsNoRevocation(t *testing.T) {
	onEach(t, func(t *testing.T, got template) {
		if strings.Contains(got.text, "TrustStoreRevocation\"") {
			t.Error("got a revocation in the template")
		}
	})
}

func TestNoCycle(t *testing.T) {
	onEach(t, func(t *testing.T, got template) {
		for id := range got.Resources {
			if got.needs(id)[id] {
				t.Errorf("%s needs itself", id)
			}
		}
	})
}

// The permission test of the walk itself: it sees a circle where there is one.
func TestCycleIsSeen(t *testing.T) {
	t.Parallel()
	ref := func(id string) map[string]any { return map[string]any{"Name": map[string]any{"Ref": id}} }
	circle := template{Resources: map[string]resource{
		"A": {Properties: ref("B")},
		"B": {DependsOn: []string{"C"}},
		"C": {Properties: map[string]any{"Name": map[string]any{"Fn::Sub": "x-${A.Arn}"}}},
		"D": {Properties: ref("A")},
	}}
	var found []string
	for id := range circle.Resources {
		if circle.needs(id)[id] {
			found = append(found, id)
		}
	}
	slices.Sort(found)
	if got := strings.Join(found, ""); got != "ABC" {
		t.Errorf("got %s in the circle, want ABC", got)
	}
}

// A run on the schedule may be under way when the first refresh begins, and only
// one runs at a time: it waits for its turn instead of failing the deployment.
func TestFirstRefreshWaitsForItsTurn(t *testing.T) {
	caller := example(t, "minimal").one(t, "AWSCDKTriggerCustomResourceProviderCustomResourceProviderHandler")
	if got := caller.property("Environment", "Variables", "AWS_MAX_ATTEMPTS"); got != "10" {
		t.Errorf("got %q attempts, want 10", got)
	}
	if got := caller.property("Environment", "Variables", "AWS_RETRY_MODE"); got != "standard" {
		t.Errorf("got the mode %q, want one that waits longer each time", got)
	}
}

// An operator may let the gate open without; the deployment still tries.
func TestOptionalFirstRefreshIsTriedAllTheSame(t *testing.T) {
	got := of(t, with(t, `{"firstRefresh": "optional"}`))
	first := got.one(t, "FirstRefresh")
	if first.Type != "Custom::FirstRefresh" {
		t.Fatalf("got a first refresh of type %s", first.Type)
	}
	for _, want := range []string{`"action":"invoke"`, `"ignoreErrorCodesMatching":".*"`, "RefresherFunctionCurrentVersion"} {
		if !strings.Contains(first.property("Update"), want) {
			t.Errorf("got the call %s, want %s in it", first.property("Update"), want)
		}
	}
	for _, id := range got.all("AWS::ElasticLoadBalancingV2::Listener") {
		if !got.comesAfter(id, "FirstRefresh") {
			t.Errorf("%s does not wait for the try", id)
		}
	}
}
