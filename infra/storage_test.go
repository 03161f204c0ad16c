package main

import (
	"strings"
	"testing"
)

// The bucket keeps every version, encrypts with S3's own keys and is closed.
func TestBucketIsClosedAndVersioned(t *testing.T) {
	onEach(t, func(t *testing.T, got template) {
		for _, id := range got.all("AWS::S3::Bucket") {
			bucket := got.Resources[id]
			for _, setting := range []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"} {
				if bucket.property("PublicAccessBlockConfiguration", setting) != "true" {
					t.Errorf("%s: %s is not true", id, setting)
				}
			}
			if got := bucket.property("BucketEncryption"); !strings.Contains(got, `"SSEAlgorithm":"AES256"`) {
				t.Errorf("%s: got the encryption %s, want AES256: the load balancer can read nothing else", id, got)
			}
			if plain(id) == "Bucket" && bucket.property("VersioningConfiguration", "Status") != "Enabled" {
				t.Error("the bucket is not versioned: a list could change between its check and its import")
			}
			if bucket.DeletionPolicy != "Retain" {
				t.Errorf("%s: got the deletion policy %q, want Retain", id, bucket.DeletionPolicy)
			}
		}
	})
}

// Nobody reads or writes without TLS.
func TestBucketsSpeakTLSOnly(t *testing.T) {
	onEach(t, func(t *testing.T, got template) {
		denied := map[string]bool{}
		for _, id := range got.all("AWS::S3::BucketPolicy") {
			policy := got.Resources[id]
			for _, s := range statements(policy.Properties["PolicyDocument"]) {
				if s.effect == "Deny" && s.actions == "s3:*" && strings.Contains(s.conditions, `"aws:SecureTransport":"false"`) {
					denied[policy.property("Bucket")] = true
				}
			}
		}
		for _, id := range got.all("AWS::S3::Bucket") {
			if !denied["${"+plain(id)+"}"] {
				t.Errorf("%s may be read without TLS", id)
			}
		}
	})
}

// A list may stay in force for a year: nothing that is current ever expires, but
// what was refused in the inbox.
func TestNothingCurrentExpires(t *testing.T) {
	rules := example(t, "minimal").one(t, "Bucket").property("LifecycleConfiguration", "Rules")
	refused := `{"ExpirationInDays":2,"Id":"what-was-refused","NoncurrentVersionExpiration":{"NoncurrentDays":1},"Prefix":"refused/","Status":"Enabled"}`
	others := strings.Replace(rules, refused, "", 1)
	if others == rules || !strings.Contains(others, `"NoncurrentVersionExpiration":{"NoncurrentDays":30}`) || strings.Contains(others, `"ExpirationInDays"`) {
		t.Errorf("got %s, want only what was overwritten or refused to go", rules)
	}
}

// The load balancer's logs come from nobody else, and go after their time.
func TestLogBucketTakesTheLoadBalancersLogsAlone(t *testing.T) {
	got := example(t, "minimal")
	if rules := got.one(t, "GateLogBucket").property("LifecycleConfiguration", "Rules"); !strings.Contains(rules, `"ExpirationInDays":90`) {
		t.Errorf("got the lifecycle %s, want 90 days", rules)
	}
	var allowed []string
	for _, s := range statements(got.one(t, "GateLogBucketPolicy").Properties["PolicyDocument"]) {
		if s.effect == "Allow" {
			allowed = append(allowed, s.principal+" "+s.actions+" "+s.resources)
		}
	}
	const delivery = `{"Service":"logdelivery.elasticloadbalancing.amazonaws.com"} s3:PutObject ${GateLogBucket.Arn}/`
	want := delivery + "access/AWSLogs/${AWS::AccountId}/*\n" + delivery + "connection/AWSLogs/${AWS::AccountId}/*"
	if got := strings.Join(allowed, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if !got.comesAfter("GateLoadBalancer", "GateLogBucketPolicy") {
		t.Error("the load balancer may try to write before it is allowed to")
	}
}

// Without logs there is no bucket for them, and the report says who wanted that.
func TestLogsCanBeTurnedOff(t *testing.T) {
	got := of(t, with(t, `{"accessLogs": false, "connectionLogs": false}`))
	if buckets := got.all("AWS::S3::Bucket"); len(buckets) != 1 {
		t.Errorf("got the buckets %v, want one", buckets)
	}
	only := of(t, with(t, `{"accessLogs": false}`)).one(t, "GateLoadBalancer").attributes("LoadBalancerAttributes")
	if only["connection_logs.s3.enabled"] != "true" || only["access_logs.s3.enabled"] != "" {
		t.Errorf("got %v, want connection logs alone", only)
	}
}

// Our own log groups end what Lambda would keep for ever.
func TestLogsAreKeptForAsLongAsSaid(t *testing.T) {
	onEach(t, func(t *testing.T, got template) {
		want := "90"
		if strings.HasSuffix(t.Name(), "/full") {
			want = "365"
		}
		for _, id := range got.all("AWS::Logs::LogGroup") {
			if days := got.Resources[id].property("RetentionInDays"); days != want {
				t.Errorf("%s keeps its entries for %s days, want %s", id, days, want)
			}
		}
		for _, name := range []string{"RefresherFunction", "VerifierFunction"} {
			for id, r := range got.Resources {
				if plain(id) == name && !strings.HasSuffix(r.property("LoggingConfig", "LogGroup"), "Logs}") {
					t.Errorf("%s logs to %q, want a log group of ours", name, r.property("LoggingConfig", "LogGroup"))
				}
			}
		}
	})
}
