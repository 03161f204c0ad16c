package local

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/sekisho/sekisho/internal/local/ca"
	"github.com/sekisho/sekisho/internal/local/elbv2"
	"github.com/sekisho/sekisho/internal/local/endpoint"
	"github.com/sekisho/sekisho/internal/refresh"
	"github.com/sekisho/sekisho/internal/snapshot"
)

// TestKilledAtEachCall kills the real refresh function with SIGKILL at each of
// its calls to AWS, once before the call took effect and once after. At no
// call in between may less be in force than when the run began, and one run
// that nobody kills must heal whatever is left.
func TestKilledAtEachCall(t *testing.T) {
	for _, when := range []struct {
		name   string
		effect endpoint.Effect
	}{{"before it took effect", endpoint.Cut}, {"after it took effect", endpoint.Lose}} {
		for _, begin := range []struct {
			name  string
			shape func(*crashing)
		}{
			{"a newer list", func(*crashing) {}},
			{"IDs removed by hand", (*crashing).removeAll},
			{"states lost", (*crashing).loseStates},
		} {
			t.Run(begin.name+", killed "+when.name, func(t *testing.T) {
				c := startCrashing(t, when.effect)
				for c.at = 1; c.killedOnce(begin.shape); c.at++ {
				}
				if len(c.killed) < 10 && !t.Failed() {
					t.Errorf("killed at %v only: want at each call of a run", c.killed)
				}
				t.Logf("killed %d times, at %s; %d looks in between", len(c.killed), strings.Join(c.killed, " "), c.looks)
			})
		}
	}
}

// crashing is a twin whose refresh function is killed at one of its calls.
type crashing struct {
	*running
	effect endpoint.Effect
	// at is the call of a run to kill at, from 1.
	at int
	// killed are the actions at which it was killed.
	killed []string
	// revoked are the serial numbers that the CA revoked so far.
	revoked []*big.Int

	mu sync.Mutex
	// armed is how many calls are still to come before the one to kill at; 0
	// lets every call pass.
	armed int
	// floor is what was in force when the run began.
	floor []string
	looks int
}

func startCrashing(t *testing.T, effect endpoint.Effect) *crashing {
	c := &crashing{effect: effect}
	c.running = startTwin(t, func(o *Options) { o.Fault = c.fate })
	c.healthy(c.run())
	return c
}

// fate looks at the trust store before each call, and kills at one of them.
func (c *crashing) fate(call endpoint.Call) endpoint.Fault {
	if call.AccessKeyID != refreshFunction {
		return endpoint.Fault{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.look()
	c.armed--
	if c.armed != 0 {
		return endpoint.Fault{}
	}
	c.killed = append(c.killed, called(call))
	return endpoint.Fault{Effect: c.effect, Unheard: c.kill}
}

// called is an action, and for an object its folder.
func called(call endpoint.Call) string {
	folder, _, nested := strings.Cut(call.Key, "/")
	if nested {
		folder += "/"
	}
	if folder == "" {
		return call.Action
	}
	return call.Action + ":" + folder
}

// kill ends the function and returns when it is gone, so that it cannot learn
// how the call ended.
func (c *crashing) kill() {
	pid := c.twin.refresh.State().PID
	err := syscall.Kill(pid, syscall.SIGKILL)
	if err != nil {
		c.Errorf("killing the function: %v", err)
	}
	for deadline := time.Now().Add(10 * time.Second); syscall.Kill(pid, 0) == nil; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			c.Errorf("the function is still there after SIGKILL")
			return
		}
	}
}

// run runs the function once, and holds the trust store against what was in
// force at the beginning.
func (c *crashing) run() Run {
	c.Helper()
	c.mu.Lock()
	c.floor = c.inForce()
	c.mu.Unlock()
	run := c.refresh()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.look()
	c.armed = 0
	return run
}

// killedOnce has a run killed and another one heal. It is false once a run has
// fewer calls than the one to be killed at.
func (c *crashing) killedOnce(shape func(*crashing)) bool {
	c.Helper()
	c.revoke()
	shape(c)
	before := len(c.killed)
	c.mu.Lock()
	c.armed = c.at
	c.mu.Unlock()
	run := c.run()
	killed := len(c.killed) > before
	if killed {
		if !strings.Contains(run.Error, "signal: killed") {
			c.Fatalf("killed at call %d: the function says %q", c.at, run.Error)
		}
		run = c.run()
	}
	c.healthy(run)
	return killed && !c.Failed()
}

// revoke has the CA publish a list with one entry more.
func (c *crashing) revoke() {
	c.Helper()
	name := fmt.Sprintf("laptop-%d", len(c.revoked)+1)
	_, err := c.twin.authority.Issue(ca.Request{Name: name})
	if err != nil {
		c.Fatal(err)
	}
	revoked, err := c.twin.authority.Revoke(name, ca.Revocation{Reason: ca.KeyCompromise})
	if err != nil {
		c.Fatal(err)
	}
	c.revoked = append(c.revoked, revoked[0].Serial)
}

// removeAll takes every list out of the trust store, as somebody with the
// console could.
func (c *crashing) removeAll() {
	c.Helper()
	_, err := newAWSClient(c.twin.description.AWSEndpoint).elb.RemoveTrustStoreRevocations(c.Context(), &elb.RemoveTrustStoreRevocationsInput{
		TrustStoreArn: aws.String(c.twin.description.TrustStoreARN), RevocationIds: c.listed(),
	})
	if err != nil {
		c.Fatalf("removing the lists: %v", err)
	}
}

// loseStates deletes what the refresher remembers.
func (c *crashing) loseStates() {
	c.Helper()
	client := newAWSClient(c.twin.description.AWSEndpoint).s3
	for _, object := range c.objects() {
		key, _, _ := strings.Cut(object, " ")
		if !strings.HasPrefix(key, "state/") {
			continue
		}
		_, err := client.DeleteObject(c.Context(), &s3.DeleteObjectInput{Bucket: aws.String(bucketName), Key: aws.String(key)})
		if err != nil {
			c.Fatalf("deleting %s: %v", key, err)
		}
	}
}

// look demands that all that was in force when the run began still is. c.mu is
// held.
func (c *crashing) look() {
	c.looks++
	now := c.inForce()
	for _, fact := range c.floor {
		if !slices.Contains(now, fact) {
			c.Errorf("killed at call %d: not in force any more: %s", c.at, fact)
		}
	}
}

// inForce is what the trust store enforces, fact by fact, under each reading
// of several lists of one CA: all of them count, only the one with the lowest
// ID, only the one with the highest.
func (c *crashing) inForce() []string {
	if c.running == nil {
		return nil // the twin is being started
	}
	view, _ := c.twin.endpoint.TrustStores().View(c.twin.description.TrustStoreARN)
	var facts []string
	for _, authority := range []ca.Authority{ca.Root, ca.Issuing} {
		var lists []*elbv2.List
		for _, revocation := range view.Revocations {
			if bytes.Equal(revocation.List.RawIssuer, c.twin.authority.Certificate(authority).RawSubject) {
				lists = append(lists, revocation.List)
			}
		}
		if len(lists) == 0 {
			continue
		}
		for reading, counting := range map[string][]*elbv2.List{"union": lists, "lowest": lists[:1], "highest": lists[len(lists)-1:]} {
			facts = append(facts, fmt.Sprintf("%s: a list of %s", reading, authority))
			for _, serial := range c.revoked {
				if slices.ContainsFunc(counting, func(l *elbv2.List) bool { return l.Revokes(serial) }) {
					facts = append(facts, fmt.Sprintf("%s: %s revokes %x", reading, authority, serial))
				}
			}
		}
	}
	return facts
}

// healthy demands that the newest list of each CA is in force, alone, and that
// the manifest names it.
func (c *crashing) healthy(run Run) {
	c.Helper()
	if run.Error != "" || run.Report.Err() != nil {
		c.Errorf("killed at call %d: the run after it: %s", c.at, run.Error)
	}
	for _, outcome := range run.Report.Outcomes {
		if outcome.Error != "" && outcome.Reason != refresh.StateLost {
			c.Errorf("killed at call %d: the run after it: %s", c.at, Line(outcome))
		}
	}
	manifest, err := snapshot.Decode(c.object(snapshot.ManifestKey))
	if err != nil {
		c.Fatal(err)
	}
	if len(c.listed()) != 2 || len(manifest.Lists) != 2 || manifest.Bundle.SHA256 != c.twin.prepared.Bundle.SHA256 {
		c.Errorf("killed at call %d: revocations %v and manifest %+v, want two lists each", c.at, c.listed(), manifest)
	}
	for _, authority := range []ca.Authority{ca.Root, ca.Issuing} {
		c.newest(authority, manifest)
	}
	for _, serial := range c.revoked {
		if !slices.Contains(c.inForce(), fmt.Sprintf("lowest: %s revokes %x", ca.Issuing, serial)) {
			c.Errorf("killed at call %d: %x is not revoked", c.at, serial)
		}
	}
}

// newest demands that trust store and manifest have the newest list of a CA.
func (c *crashing) newest(authority ca.Authority, manifest snapshot.Manifest) {
	c.Helper()
	want, err := c.twin.authority.List(authority)
	if err != nil {
		c.Fatal(err)
	}
	hash := sha256.Sum256(want.DER)
	at := slices.IndexFunc(manifest.Lists, func(l snapshot.List) bool { return l.SHA256 == hex.EncodeToString(hash[:]) })
	if at < 0 {
		c.Fatalf("killed at call %d: the manifest does not have list %d of %s: %+v", c.at, want.Number, authority, manifest.Lists)
	}
	index := sha256.Sum256(c.object(manifest.Lists[at].Index.Key))
	if hex.EncodeToString(index[:]) != manifest.Lists[at].Index.SHA256 {
		c.Errorf("killed at call %d: the index of list %d of %s is another one than the manifest says", c.at, want.Number, authority)
	}
	view, _ := c.twin.endpoint.TrustStores().View(c.twin.description.TrustStoreARN)
	if !slices.ContainsFunc(view.Revocations, func(r elbv2.Revocation) bool {
		return bytes.Equal(r.List.RawIssuer, c.twin.authority.Certificate(authority).RawSubject) && r.List.Number.Cmp(big.NewInt(want.Number)) == 0
	}) {
		c.Errorf("killed at call %d: list %d of %s is not in the trust store", c.at, want.Number, authority)
	}
}
