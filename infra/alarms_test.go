package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// canaried are settings with everything on.
const canaried = `{"crlUrls": null, "revocation": "require-leaf", "sources": [
		{"name": "root", "urls": ["http://ca.example.com/root.crl"], "certificateLifetime": "8760h", "guards": {"maxShrinkPercent": 20, "onBreach": "hold"}},
		{"name": "b.c", "urls": ["http://ca.example.com/other.crl"], "guards": {"maxNewlyRevoked": 100}}],
	"alarms": {"email": "security@example.com", "lifeLeftPercent": 30, "noSuccessMinutes": 20, "quotaPercent": 70},
	"canary": {"enabled": true, "hostName": "gate.example.com", "every": "10m",
		"goodSecretArn": "arn:aws:secretsmanager:eu-central-1:111122223333:secret:good-AbCdEf",
		"revokedSecretArn": "arn:aws:secretsmanager:eu-central-1:111122223333:secret:revoked-GhIjKl"}}`

// Every alarm there is: what it looks at, when it sounds, and where it sends
// whoever hears it. One that is not written here fails the test.
var everyAlarm = map[string]string{
	"LifeLeftroot":             "Minimum of Sekisho LifeLeftPercent in Percent (Stack=Sekisho Source=root) LessThanThreshold 30, 3 of 3 times 60 s, ignore: life-left",
	"NoSuccessroot":            "Sum of Sekisho Success in Count (Stack=Sekisho Source=root) LessThanThreshold 1, 20 of 20 times 60 s, breaching: no-success",
	"Refusedroot":              "Maximum of Sekisho Refused in Count (Stack=Sekisho Source=root) GreaterThanOrEqualToThreshold 1, 1 of 1 times 300 s, notBreaching: refused",
	"Heldroot":                 "Maximum of Sekisho Held in Count (Stack=Sekisho Source=root) GreaterThanOrEqualToThreshold 1, 1 of 1 times 300 s, notBreaching: held",
	"Mismatchedroot":           "Maximum of Sekisho Mismatched in Count (Stack=Sekisho Source=root) GreaterThanOrEqualToThreshold 1, 1 of 1 times 300 s, notBreaching: mismatched",
	"Quotaroot":                "Maximum of Sekisho QuotaUsedPercent in Percent (Stack=Sekisho Source=root) GreaterThanThreshold 70, 1 of 1 times 300 s, ignore: quota",
	"PossiblyEarlyroot":        "Maximum of Sekisho PossiblyEarly in Count (Stack=Sekisho Source=root) GreaterThanOrEqualToThreshold 1, 1 of 1 times 300 s, notBreaching: possibly-early",
	"LifeLeftbc":               "Minimum of Sekisho LifeLeftPercent in Percent (Stack=Sekisho Source=b.c) LessThanThreshold 30, 3 of 3 times 60 s, ignore: life-left",
	"NoSuccessbc":              "Sum of Sekisho Success in Count (Stack=Sekisho Source=b.c) LessThanThreshold 1, 20 of 20 times 60 s, breaching: no-success",
	"Refusedbc":                "Maximum of Sekisho Refused in Count (Stack=Sekisho Source=b.c) GreaterThanOrEqualToThreshold 1, 1 of 1 times 300 s, notBreaching: refused",
	"Breachedbc":               "Maximum of Sekisho Breached in Count (Stack=Sekisho Source=b.c) GreaterThanOrEqualToThreshold 1, 1 of 1 times 300 s, notBreaching: breached",
	"Mismatchedbc":             "Maximum of Sekisho Mismatched in Count (Stack=Sekisho Source=b.c) GreaterThanOrEqualToThreshold 1, 1 of 1 times 300 s, notBreaching: mismatched",
	"Quotabc":                  "Maximum of Sekisho QuotaUsedPercent in Percent (Stack=Sekisho Source=b.c) GreaterThanThreshold 70, 1 of 1 times 300 s, ignore: quota",
	"RefusedInbox":             "Maximum of Sekisho Refused in Count (Stack=Sekisho Source=inbox) GreaterThanOrEqualToThreshold 1, 1 of 1 times 300 s, notBreaching: refused",
	"RefreshErrors":            "Sum of AWS/Lambda Errors in Count (FunctionName=${RefresherFunction}) GreaterThanOrEqualToThreshold 1, 1 of 1 times 300 s, notBreaching: function-errors",
	"RefreshThrottles":         "Sum of AWS/Lambda Throttles in Count (FunctionName=${RefresherFunction}) GreaterThanOrEqualToThreshold 1, 15 of 15 times 60 s, notBreaching: throttles",
	"RefreshDeadLetters":       "Maximum of AWS/SQS ApproximateNumberOfMessagesVisible in Count (QueueName=${RefresherFailures.QueueName}) GreaterThanOrEqualToThreshold 1, 1 of 1 times 300 s, ignore: dead-letters",
	"Undecided":                "Sum of Sekisho Unavailable in Count (Stack=Sekisho) GreaterThanOrEqualToThreshold 1, 1 of 1 times 300 s, notBreaching: undecided",
	"VerifyErrors":             "Sum of AWS/Lambda Errors in Count (FunctionName=${VerifierFunction}) GreaterThanOrEqualToThreshold 1, 1 of 1 times 300 s, notBreaching: function-errors",
	"VerifyThrottles":          "Sum of AWS/Lambda Throttles in Count (FunctionName=${VerifierFunction}) GreaterThanOrEqualToThreshold 1, 1 of 1 times 300 s, notBreaching: throttles",
	"CanaryDeadLetters":        "Maximum of AWS/SQS ApproximateNumberOfMessagesVisible in Count (QueueName=${CanaryFailures.QueueName}) GreaterThanOrEqualToThreshold 1, 1 of 1 times 300 s, ignore: dead-letters",
	"CanaryRedverify":          "Minimum of Sekisho RevokedRefused in Count (Stack=Sekisho Listener=verify) LessThanThreshold 1, 1 of 1 times 600 s, notBreaching: canary-red",
	"CanaryRedpassthrough":     "Minimum of Sekisho RevokedRefused in Count (Stack=Sekisho Listener=passthrough) LessThanThreshold 1, 1 of 1 times 600 s, notBreaching: canary-red",
	"CanaryUnknownverify":      "Minimum of Sekisho Unknown in Count (Stack=Sekisho Listener=verify) GreaterThanOrEqualToThreshold 1, 3 of 3 times 600 s, breaching: canary-unknown",
	"CanaryUnknownpassthrough": "Minimum of Sekisho Unknown in Count (Stack=Sekisho Listener=passthrough) GreaterThanOrEqualToThreshold 1, 3 of 3 times 600 s, breaching: canary-unknown",
}

func TestEveryAlarm(t *testing.T) {
	got := alarmsIn(of(t, with(t, canaried)))
	for _, name := range slices.Sorted(names(got, everyAlarm)) {
		if got[name] != everyAlarm[name] {
			t.Errorf("%s: got\n\t%s\nwant\n\t%s", name, got[name], everyAlarm[name])
		}
	}
}

// alarmsIn are the alarms of a template, one line each.
func alarmsIn(tm template) map[string]string {
	all := map[string]string{}
	for _, id := range tm.all("AWS::CloudWatch::Alarm") {
		r := tm.Resources[id]
		_, section, _ := strings.Cut(r.property("AlarmDescription"), "docs/operate.md#")
		all[strings.TrimPrefix(plain(id), "Alarms")] = fmt.Sprintf("%s of %s %s in %s (%s) %s %s, %s of %s times %s s, %s: %s",
			r.property("Statistic"), r.property("Namespace"), r.property("MetricName"), r.property("Unit"), dimensionsOf(r),
			r.property("ComparisonOperator"), r.property("Threshold"), r.property("DatapointsToAlarm"), r.property("EvaluationPeriods"), r.property("Period"),
			r.property("TreatMissingData"), section)
	}
	return all
}

func dimensionsOf(r resource) string {
	var all []string
	list, _ := r.Properties["Dimensions"].([]any)
	for _, one := range list {
		d := one.(map[string]any)
		all = append(all, text(d["Name"])+"="+text(d["Value"]))
	}
	return strings.Join(all, " ")
}

// CloudWatch looks back for a day at most, and wants whole minutes.
func TestAlarmsAreOnesThatCloudWatchTakes(t *testing.T) {
	onEach(t, func(t *testing.T, got template) {
		for _, id := range got.all("AWS::CloudWatch::Alarm") {
			var p struct{ Period, EvaluationPeriods, DatapointsToAlarm int }
			remarshal(t, got.Resources[id].Properties, &p)
			if p.Period%60 != 0 || p.Period*p.EvaluationPeriods > 86400 || p.DatapointsToAlarm < 1 || p.DatapointsToAlarm > p.EvaluationPeriods {
				t.Errorf("%s looks at %d of %d times %d s", id, p.DatapointsToAlarm, p.EvaluationPeriods, p.Period)
			}
			if says := got.Resources[id].property("AlarmDescription"); len(says) > 1024 {
				t.Errorf("%s says %d characters, CloudWatch keeps 1024", id, len(says))
			}
		}
	})
}

func remarshal(t *testing.T, from, into any) {
	t.Helper()
	content, err := json.Marshal(from)
	if err == nil {
		err = json.Unmarshal(content, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Whoever is woken is told when it is over, too.
func TestAlarmsAreHeardAtTheTopic(t *testing.T) {
	onEach(t, func(t *testing.T, got template) {
		all := got.all("AWS::CloudWatch::Alarm")
		if len(all) < 9 {
			t.Fatalf("got %d alarms", len(all))
		}
		for _, id := range all {
			for _, property := range []string{"AlarmActions", "OKActions"} {
				if topic := got.Resources[id].property(property); topic != "${AlarmsTopic}" {
					t.Errorf("%s: got the %s %q", id, property, topic)
				}
			}
			if !got.comesAfter(id, "FirstRefresh") {
				t.Errorf("%s may sound before the first refresh", id)
			}
		}
	})
}

// Each alarm leads to a part of the page that is there.
func TestAlarmsLeadToThePage(t *testing.T) {
	sections := sectionsOf(t, "docs/operate.md")
	onEach(t, func(t *testing.T, got template) {
		for name, line := range alarmsIn(got) {
			_, section, found := strings.Cut(line, ": ")
			if !found || !slices.Contains(sections, section) {
				t.Errorf("%s leads to #%s, which docs/operate.md does not have", name, section)
			}
		}
	})
}

var heading = regexp.MustCompile(`(?m)^#+ (.*)$`)

// sectionsOf are the anchors of a page as GitHub makes them of its headings.
func sectionsOf(t *testing.T, page string) []string {
	t.Helper()
	content, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, match := range heading.FindAllStringSubmatch(string(content), -1) {
		all = append(all, anchor(match[1]))
	}
	return all
}

var unanchored = regexp.MustCompile(`[^a-z0-9 _-]`)

func anchor(title string) string {
	return strings.ReplaceAll(unanchored.ReplaceAllString(strings.ToLower(title), ""), " ", "-")
}

// What alarms say stays between them and those who subscribed. CloudWatch cannot
// use the key that AWS manages, so the topic has its own.
func TestTopicIsEncryptedAndTakesAlarmsAlone(t *testing.T) {
	got := of(t, with(t, `{"alarms": {"email": "security@example.com"}}`))
	if key := got.one(t, "AlarmsTopic").property("KmsMasterKeyId"); key != "${AlarmsKey.Arn}" {
		t.Errorf("got the key %s", key)
	}
	key := got.one(t, "AlarmsKey")
	if key.property("EnableKeyRotation") != "true" {
		t.Error("the key stays the same for ever")
	}
	const ours = `{"ArnLike":{"aws:SourceArn":{"Fn::Join":["",["arn:",{"Ref":"AWS::Partition"},":cloudwatch:",{"Ref":"AWS::Region"},":",{"Ref":"AWS::AccountId"},":alarm:*"]]}},"StringEquals":{"aws:SourceAccount":{"Ref":"AWS::AccountId"}}}`
	uses := cloudWatchMay(key.Properties["KeyPolicy"])
	if want := "kms:Decrypt,kms:GenerateDataKey* on * if "; uses != want {
		t.Errorf("got\n%s\nwant\n%s, as AWS has published it", uses, want)
	}
	policy := got.one(t, "AlarmsTopicPolicy").Properties["PolicyDocument"]
	if may, want := cloudWatchMay(policy), "sns:Publish on ${AlarmsTopic} if "+ours; may != want {
		t.Errorf("got\n%s\nwant\n%s", may, want)
	}
	denied := slices.ContainsFunc(statements(policy), func(s statement) bool {
		return s.effect == "Deny" && s.actions == "sns:Publish" && strings.Contains(s.conditions, `"aws:SecureTransport":"false"`)
	})
	if !denied {
		t.Error("messages may be published without TLS")
	}
	subscription := got.Resources[got.all("AWS::SNS::Subscription")[0]]
	if subscription.property("Protocol") != "email" || subscription.property("Endpoint") != "security@example.com" {
		t.Errorf("got the subscription %v", subscription.Properties)
	}
}

// cloudWatchMay is what a policy allows CloudWatch, and nobody else.
func cloudWatchMay(policy any) string {
	var all []string
	for _, s := range statements(policy) {
		if strings.Contains(s.principal, "amazonaws.com") || s.principal == "*" && s.effect == "Allow" {
			all = append(all, s.actions+" on "+s.resources+" if "+s.conditions)
			if s.principal != `{"Service":"cloudwatch.amazonaws.com"}` {
				all = append(all, "for "+s.principal)
			}
		}
	}
	return strings.Join(all, "\n")
}

// Without alarms there is nothing of them, and everything else is as it was.
func TestAlarmsCanBeTurnedOff(t *testing.T) {
	off, on := of(t, with(t, `{"alarms": {"enabled": false}}`)), example(t, "minimal")
	theirs := []string{"AWS::CloudWatch::Alarm", "AWS::CloudWatch::Dashboard", "AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "AWS::KMS::Key"}
	for _, kind := range theirs {
		if all := off.all(kind); len(all) > 0 {
			t.Errorf("got %v", all)
		}
	}
	for id, r := range on.Resources {
		if _, kept := off.Resources[id]; !kept && !slices.Contains(theirs, r.Type) {
			t.Errorf("%s went with the alarms", id)
		}
	}
}

// The dashboard shows every alarm, and draws only metrics that there are.
func TestDashboard(t *testing.T) {
	got := of(t, with(t, canaried))
	var body struct {
		Start   string
		Widgets []struct {
			Type                string
			X, Y, Width, Height int
			Properties          struct {
				Alarms  []string
				Metrics [][]any
				Query   string
			}
		}
	}
	dashboard := got.one(t, "Dashboard").property("DashboardBody")
	err := json.Unmarshal([]byte(dashboard), &body)
	if err != nil {
		t.Fatalf("%v in %s", err, dashboard)
	}
	if body.Start != "-PT24H" {
		t.Errorf("got the start %s, want a day: it shows who was refused today", body.Start)
	}
	taken := map[[2]int]bool{}
	for _, w := range body.Widgets {
		for x := w.X; x < w.X+w.Width; x++ {
			for y := w.Y; y < w.Y+w.Height; y++ {
				if taken[[2]int{x, y}] || x >= 24 {
					t.Fatalf("%s at %d, %d covers another widget or stands beside the board", w.Type, w.X, w.Y)
				}
				taken[[2]int{x, y}] = true
			}
		}
	}
	shown := 0
	for _, w := range body.Widgets {
		shown += len(w.Properties.Alarms)
		if len(w.Properties.Alarms) > 100 {
			t.Errorf("got %d alarms in one widget, which shows a hundred", len(w.Properties.Alarms))
		}
	}
	if shown != len(got.all("AWS::CloudWatch::Alarm")) {
		t.Errorf("got %d alarms on the dashboard, want all", shown)
	}
	for _, want := range []string{`"LifeLeftPercent","Stack","Sekisho","Source","root"`, `{Sekisho,Stack,Reason} MetricName=\"Decisions\" Stack=\"Sekisho\"`, `"RevokedRefused","Stack","Sekisho","Listener","verify"`, "SOURCE '${VerifierLogs}' | fields"} {
		if !strings.Contains(dashboard, want) {
			t.Errorf("got no %s in %s", want, dashboard)
		}
	}
}

// The questions that are asked first are saved, under the stack's own name.
func TestSavedQueries(t *testing.T) {
	got := example(t, "minimal")
	for name, want := range map[string][]string{
		"QueriesRefusedToday":   {"${AWS::StackName}/who was refused today, and why", "${VerifierLogs}", `msg = "decision"`},
		"QueriesDecisionsTaken": {"${AWS::StackName}/which decisions were taken about lists", "${RefresherLogs}", `msg = "revocation list"`},
	} {
		q := got.one(t, name)
		if q.property("Name") != want[0] || q.property("LogGroupNames") != want[1] || !strings.Contains(q.property("QueryString"), want[2]) {
			t.Errorf("got %v, want %v", q.Properties, want)
		}
	}
	if attached := example(t, "attach").all("AWS::Logs::QueryDefinition"); len(attached) != 1 {
		t.Errorf("got %v without a verifier, want one", attached)
	}
}

// names are those of both, each once.
func names(a, b map[string]string) func(yield func(string) bool) {
	both := maps.Clone(a)
	maps.Copy(both, b)
	return maps.Keys(both)
}
