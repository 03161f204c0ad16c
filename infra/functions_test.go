package main

import (
	"fmt"
	"maps"
	"regexp"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/settings"
)

// Both are static binaries for arm64, on a runtime that is looked after.
func TestFunctions(t *testing.T) {
	got := example(t, "minimal")
	for name, timeout := range map[string]string{"RefresherFunction": "60", "VerifierFunction": "10"} {
		function := got.one(t, name)
		for property, want := range map[string]string{"Runtime": "provided.al2023", "Handler": "bootstrap", "Architectures": "arm64", "Timeout": timeout} {
			if function.property(property) != want {
				t.Errorf("%s: got %s %s, want %s", name, property, function.property(property), want)
			}
		}
	}
}

// Refreshes do not overlap, unless the account is too small to promise that.
func TestConcurrency(t *testing.T) {
	for settings, want := range map[string]string{
		`{}`: "1 and none",
		`{"refresher": {"reservedConcurrency": false}}`: "none and none",
		`{"pollEvery": "10s"}`:                          "2 and none",
		`{"verifier": {"concurrency": 7}}`:              "1 and 7",
	} {
		tm := of(t, with(t, settings))
		cap := func(name string) string {
			got := tm.one(t, name).property("ReservedConcurrentExecutions")
			if got == "" {
				return "none"
			}
			return got
		}
		if got := cap("RefresherFunction") + " and " + cap("VerifierFunction"); got != want {
			t.Errorf("%s: got %s, want %s", settings, got, want)
		}
	}
}

// A run that fails is kept for people to see, and so is one that never began.
func TestFailuresAreKept(t *testing.T) {
	onEach(t, func(t *testing.T, got template) {
		schedule := got.one(t, "Schedule")
		target := map[string]string{
			schedule.property("ScheduleExpression"):                          "rate(1 minute)",
			schedule.property("Target", "Arn"):                               "${RefresherFunction.Arn}",
			schedule.property("Target", "Input"):                             `{"detail-type":"Scheduled Event","source":"aws.scheduler"}`,
			schedule.property("Target", "RoleArn"):                           "${ScheduleRole.Arn}",
			schedule.property("Target", "DeadLetterConfig", "Arn"):           "${RefresherFailures.Arn}",
			schedule.property("State"):                                       "ENABLED",
			schedule.property("FlexibleTimeWindow", "Mode"):                  "OFF",
			got.one(t, "RefresherFailures").property("SqsManagedSseEnabled"): "true",
		}
		for have, want := range target {
			if have != want {
				t.Errorf("the schedule says %q, want %q", have, want)
			}
		}
		after := got.one(t, "RefresherAfterFailure")
		if after.property("DestinationConfig", "OnFailure", "Destination") != "${RefresherFailures.Arn}" || after.property("MaximumRetryAttempts") != "0" || after.property("MaximumEventAgeInSeconds") != "3600" {
			t.Errorf("got %v after a failure, want it in the queue, no second try, and an hour for its turn", after.Properties)
		}
	})
}

// What the functions are told, they understand: with the references filled in
// as AWS would, their own parsers accept it.
func TestFunctionsUnderstandTheirEnvironment(t *testing.T) {
	onEach(t, func(t *testing.T, got template) {
		refresh, err := settings.RefreshFromEnv(environmentOf(t, got, "RefresherFunction"))
		if err != nil {
			t.Errorf("the refresher does not understand its environment: %v", err)
		}
		if refresh.TrustStoreARN == "" || len(refresh.Sources) == 0 {
			t.Errorf("got %+v, want a trust store and sources", refresh)
		}
		if strings.HasSuffix(t.Name(), "/attach") {
			if refresh.BundleKey != "" {
				t.Errorf("got the bundle %s, want the trust store's own", refresh.BundleKey)
			}
			return
		}
		verify, err := settings.VerifyFromEnv(environmentOf(t, got, "VerifierFunction"))
		if err != nil {
			t.Errorf("the verifier does not understand its environment: %v", err)
		}
		if verify.Gate.Proto != "https" || verify.Gate.Port == 0 || verify.Gate.Header == settings.DefaultHeader {
			t.Errorf("got %+v, want protocol, port and a header of its own", verify.Gate)
		}
		if verify.BundleKey != refresh.BundleKey || verify.BundleSHA256 != refresh.BundleSHA256 || verify.BundleKey != got.one(t, "TrustStore").property("CaCertificatesBundleS3Key") {
			t.Errorf("refresher, verifier and trust store go by %s, %s and %s, want one bundle", refresh.BundleKey, verify.BundleKey, got.one(t, "TrustStore").property("CaCertificatesBundleS3Key"))
		}
	})
}

// What AWS would put in place of the references.
var filled = strings.NewReplacer(
	"${AWS::Partition}", "aws", "${AWS::Region}", "eu-central-1", "${AWS::AccountId}", "111122223333",
	"${Select 2 ${Split / ${AWS::StackId}}}", "51af3dc0-da77-11e4-872e-1234567abcd0",
	"${VerifierRole.RoleId}", "AROAJQABLZS4A3QDU576Q", "${Bucket}", "sekisho-bucket-1a2b3c4d5e6f",
	"${TrustStore.TrustStoreArn}", "arn:aws:elasticloadbalancing:eu-central-1:111122223333:truststore/sekisho-9210f973be59-51af3dc0/0123456789abcdef",
)

var unfilled = regexp.MustCompile(`\$\{[^}]*\}`)

func environmentOf(t *testing.T, tm template, function string) func(string) string {
	t.Helper()
	variables := map[string]string{}
	declared, _ := tm.one(t, function).Properties["Environment"].(map[string]any)["Variables"].(map[string]any)
	for name, value := range declared {
		variables[name] = filled.Replace(text(value))
		if left := unfilled.FindString(variables[name]); left != "" {
			t.Errorf("%s of %s holds %s, which nobody fills in", name, function, left)
		}
	}
	err := settings.CheckEnvironment(function, maps.Clone(variables))
	if err != nil {
		t.Error(err)
	}
	return func(name string) string { return variables[name] }
}

// Names are AWS's to choose, so that a stack can be deployed twice and every
// resource replaced. The target group's is the exception.
func TestOnlyTheTargetGroupHasAFixedName(t *testing.T) {
	naming := map[string]bool{
		"Name": true, "BucketName": true, "FunctionName": true, "RoleName": true, "QueueName": true, "LogGroupName": true,
		"GroupName": true, "LayerName": true, "ManagedPolicyName": true, "AlarmName": true, "TopicName": true, "DashboardName": true, "AliasName": true,
	}
	onEach(t, func(t *testing.T, got template) {
		for id, r := range got.Resources {
			for property, value := range r.Properties {
				literal, ok := value.(string)
				record := r.Type == "AWS::Route53::RecordSet" && property == "Name"
				theirs := r.Type == "AWS::Lambda::Permission" && strings.HasPrefix(fmt.Sprint(value), "arn:")
				alias := r.Type == "AWS::Lambda::Alias" // a name within its function
				if ok && naming[property] && !record && !theirs && !alias && plain(id) != "VerifierTargets" {
					t.Errorf("%s has the fixed name %s", id, literal)
				}
			}
		}
	})
}

// Two stacks, and two bundles of one stack, have two trust stores.
func TestTrustStoreNameFits(t *testing.T) {
	name := example(t, "minimal").one(t, "TrustStore").property("Name")
	want := regexp.MustCompile(`^sekisho-[0-9a-f]{12}-\$\{Select 0 \$\{Split - \$\{Select 2 \$\{Split / \$\{AWS::StackId\}\}\}\}\}$`)
	if !want.MatchString(name) {
		t.Errorf("got %s, want hash and stack in it", name)
	}
}
