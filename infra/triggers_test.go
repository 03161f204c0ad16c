package main

import (
	"strings"
	"testing"
)

// A list in inbox/, and one that AWS Private CA wrote, are looked at at once.
func TestTriggers(t *testing.T) {
	onEach(t, func(t *testing.T, got template) {
		bucket := `{"Ref":"` + idOf(got, "Bucket") + `"}`
		if strings.HasSuffix(t.Name(), "/given-bucket") {
			bucket = `"example-revocation-lists"`
		}
		for name, want := range map[string]string{
			"TriggersInbox":     `{"detail":{"bucket":{"name":[` + bucket + `]},"object":{"key":[{"prefix":"inbox/"}]}},"detail-type":["Object Created"],"source":["aws.s3"]}`,
			"TriggersPrivateCA": `{"detail-type":["ACM Private CA CRL Generation"],"source":["aws.acm-pca"]}`,
		} {
			rule := got.one(t, name)
			if pattern := rule.property("EventPattern"); pattern != want {
				t.Errorf("%s: got\n%s\nwant\n%s", name, pattern, want)
			}
			target := rule.Properties["Targets"].([]any)[0].(map[string]any)
			if text(target["Arn"]) != "${RefresherFunction.Arn}" || !strings.Contains(text(target["DeadLetterConfig"]), "RefresherFailures") {
				t.Errorf("%s goes to %v, want the refresher, and what is not delivered into its queue", name, target)
			}
		}
	})
}

// idOf is the whole ID of a resource, "" where there is none.
func idOf(tm template, name string) string {
	for id := range tm.Resources {
		if plain(id) == name {
			return id
		}
	}
	return ""
}

// S3 tells EventBridge of it only when the bucket is told to; somebody else's
// bucket is not ours to tell.
func TestBucketTellsEventBridge(t *testing.T) {
	if set := example(t, "minimal").one(t, "Bucket").property("NotificationConfiguration", "EventBridgeConfiguration", "EventBridgeEnabled"); set != "true" {
		t.Errorf("got %q", set)
	}
	if told := example(t, "given-bucket").all("Custom::S3BucketNotifications"); len(told) > 0 {
		t.Errorf("got %v on somebody else's bucket", told)
	}
}

// Only these two rules may put something into the queue, beside the roles of
// the schedule and of the function.
func TestQueueTakesWhatTheRulesCouldNotDeliver(t *testing.T) {
	policy := example(t, "minimal").one(t, "RefresherFailuresPolicy").Properties["PolicyDocument"]
	rules := 0
	for _, s := range statements(policy) {
		if s.effect != "Allow" {
			continue
		}
		rules++
		if s.principal != `{"Service":"events.amazonaws.com"}` || s.actions != "sqs:SendMessage" || !strings.Contains(s.conditions, `{"ArnEquals":{"aws:SourceArn":{"Fn::GetAtt":["Triggers`) {
			t.Errorf("got %+v", s)
		}
	}
	if rules != 2 {
		t.Errorf("got %d statements, want one for each rule", rules)
	}
}
