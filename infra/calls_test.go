package main

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/sekisho/sekisho/internal/local/endpoint"
	"github.com/sekisho/sekisho/internal/settings"
	"github.com/sekisho/sekisho/internal/snapshot"
)

// The twin runs the programs that are deployed. What they call there is held
// against what the roles allow: nothing is missing, and nothing is extra.
func TestRolesAllowWhatTheFunctionsDo(t *testing.T) {
	made := callsOfARealRun(t)
	for _, test := range []struct{ example, role, caller string }{
		{"minimal", "RefresherRole", refresherName},
		{"attach", "RefresherRole", attachedName},
		{"minimal", "VerifierRole", verifierName},
		{"full", "CanaryRole", canaryName},
	} {
		t.Run(test.example+"/"+test.role, func(t *testing.T) {
			granted := permissionsOf(example(t, test.example).grants()[test.role])
			for _, need := range slices.Sorted(maps.Keys(made[test.caller])) {
				if !slices.ContainsFunc(granted, func(p permission) bool { return p.covers(need) }) {
					t.Errorf("missing: %s", need)
				}
			}
			for _, p := range granted {
				used := p.usedBy(made[test.caller]) || p.ofInbox() && p.usedBy(made[refresherName])
				if !used && !byLambda(p) && excused[p.String()] == "" {
					t.Errorf("extra: %s", p)
				}
			}
		})
	}
}

// excused are permissions that no call shows, and what they are for.
var excused = map[string]string{
	"s3:DeleteObject ${Bucket.Arn}/crl/*":   "goes a week after nothing points to it",
	"s3:DeleteObject ${Bucket.Arn}/index/*": "goes a week after nothing points to it",
	"s3:ListBucket ${Bucket.Arn}":           "whoever lacks it is told 403 where an object is missing, and could not tell the two apart",
}

// ofInbox says that a permission is for what is dropped. Of several refreshers
// the one that the twin wakes is the first to take it.
func (p permission) ofInbox() bool {
	return strings.HasSuffix(p.resource, "/inbox/*") || strings.HasSuffix(p.resource, "/refused/*")
}

// byLambda says that it is Lambda itself that uses the permission in the
// function's name: to write its log and to keep what it failed at.
func byLambda(p permission) bool {
	return strings.HasPrefix(p.action, "logs:") || strings.HasPrefix(p.action, "sqs:")
}

// permission is one action on one resource, with * in it.
type permission struct{ action, resource string }

func (p permission) String() string { return p.action + " " + p.resource }

// covers follows the wildcards of IAM, as far as they are used here.
func (p permission) covers(need string) bool {
	action, resource, _ := strings.Cut(need, " ")
	before, wild := strings.CutSuffix(p.resource, "*")
	return p.action == action && (resource == p.resource || wild && strings.HasPrefix(resource, before))
}

func (p permission) usedBy(needs map[string]bool) bool {
	for need := range needs {
		if p.covers(need) {
			return true
		}
	}
	return false
}

func permissionsOf(all []statement) []permission {
	var permissions []permission
	for _, s := range all {
		for action := range strings.SplitSeq(s.actions, ",") {
			for resource := range strings.SplitSeq(s.resources, ",") {
				if strings.Contains(resource, ":truststore/") {
					resource = theTrustStore
				}
				permissions = append(permissions, permission{action, resource})
			}
		}
	}
	return permissions
}

// theTrustStore stands for the one that a refresher feeds.
const theTrustStore = "TRUST-STORE"

// The callers, as they sign.
const (
	refresherName = "sekisho-refresh"
	verifierName  = "sekisho-verify"
	attachedName  = "attached-refresh"
)

// needs are the permissions that a call takes. What the trust store reads in
// the name of whoever adds a list is among them.
func needs(call endpoint.Call) []string {
	bucket := "${Bucket.Arn}"
	switch call.Action {
	case "PutObject":
		return append(conditional(call.Key), "s3:PutObject "+bucket+"/"+call.Key)
	case "GetObject", "DeleteObject":
		return []string{"s3:" + call.Action + " " + bucket + "/" + call.Key}
	case "ListObjectsV2":
		return []string{"s3:ListBucket " + bucket}
	case "AddTrustStoreRevocations":
		return []string{
			"elasticloadbalancing:" + call.Action + " " + theTrustStore,
			"s3:GetObject " + bucket + "/crl/",
			"s3:GetObjectVersion " + bucket + "/crl/",
		}
	case "DescribeTrustStoreRevocations":
		return []string{"elasticloadbalancing:" + call.Action + " *"}
	default:
		return []string{string(call.Service) + ":" + call.Action + " " + theTrustStore}
	}
}

// conditional is what a write needs besides that may find its name taken: a look
// at what is in the way, which may be what a first try wrote unheard.
func conditional(key string) []string {
	for _, prefix := range []string{"records/", "state/", "snapshot.json"} {
		if strings.HasPrefix(key, prefix) {
			return []string{"s3:GetObject ${Bucket.Arn}/" + key}
		}
	}
	return nil
}

// recorder notes what each caller needs.
type recorder struct {
	sync.Mutex
	made map[string]map[string]bool
}

func (r *recorder) observe(call endpoint.Call) endpoint.Fault {
	r.Lock()
	defer r.Unlock()
	if r.made[call.AccessKeyID] == nil {
		r.made[call.AccessKeyID] = map[string]bool{}
	}
	for _, need := range needs(call) {
		r.made[call.AccessKeyID][need] = true
	}
	return endpoint.Fault{}
}

// callsOfARealRun plays everything that a refresher meets: the first lists, a
// revocation, junk in the inbox, a state that is lost, a CA that leaves the
// bundle, and a trust store that belongs to somebody else. Before, the canary has
// its round.
func callsOfARealRun(t *testing.T) map[string]map[string]bool {
	t.Helper()
	seen := &recorder{made: map[string]map[string]bool{}}
	r := startTwin(t, seen.observe)
	_, secrets := r.runCanary()
	r.play()
	seen.Lock()
	defer seen.Unlock()
	for _, secret := range secrets {
		seen.made[canaryName]["secretsmanager:GetSecretValue "+secret] = true
	}
	return maps.Clone(seen.made)
}

func (r realRun) play() {
	r.askAs("laptop")
	_, err := r.commands.Revoke(r.Context(), "laptop")
	r.must(err)
	r.drop("junk")
	r.refresh()
	r.forget("state/")
	r.refresh()
	bundle := r.rootAlone()
	own := settings.Refresh{
		Bucket: r.twin.Description().Bucket, TrustStoreARN: r.twin.Description().TrustStoreARN,
		BundleKey: snapshot.BundleKey(bundle.SHA256), BundleSHA256: bundle.SHA256,
		Revocation: settings.RevocationAllowMissing, Sources: r.sources(),
	}
	r.runLoudly(refresherName, own)
	own.BundleKey, own.BundleSHA256 = "", ""
	r.runLoudly(attachedName, own)
	r.forget("state/")
	_, err = r.commands.Issue(r.Context(), "phone", 1)
	r.must(err)
	_, err = r.commands.Revoke(r.Context(), "phone")
	r.must(err)
	r.runLoudly(attachedName, own)
}
