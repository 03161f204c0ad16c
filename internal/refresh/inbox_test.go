package refresh

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// inTheInbox are the names of the objects there.
func (r *rig) inTheInbox(prefix string) []string {
	var names []string
	for key := range r.cloud.objects {
		if strings.HasPrefix(key, prefix) {
			names = append(names, strings.TrimPrefix(key, prefix))
		}
	}
	slices.Sort(names)
	return names
}

func (r *rig) drop(name string, body []byte) { r.cloud.store(inboxPrefix+name, string(body)) }

// dropOutcome is the outcome of an object in the inbox.
func (r *rig) dropOutcome(report Report, name string) Outcome {
	r.t.Helper()
	at := slices.IndexFunc(report.Outcomes, func(o Outcome) bool { return o.URL == inboxPrefix+name })
	if at < 0 {
		r.t.Fatalf("no outcome for %s in %+v", name, report.Outcomes)
	}
	return report.Outcomes[at]
}

// TestDroppedListComesIntoForce although the source is down, in DER as AWS
// Private CA writes it, and in PEM.
func TestDroppedListComesIntoForce(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 3)
	r := newRig(t, ca)
	r.serve(ca, 1)
	r.well()
	delete(r.served, ca.url())
	r.drop("new.crl", ca.at(2).der)
	r.wants(r.dropOutcome(r.well(), "new.crl"), Replace, Newer, "")
	r.holds("{2:L2}")
	r.points("L2")
	r.drop("newer.pem", append([]byte("text around\r\n"), ca.at(3).pem...))
	o := r.dropOutcome(r.well(), "newer.pem")
	r.wants(o, Replace, Newer, "")
	r.holds("{3:L3}")
	if o.Source != inboxName || r.cloud.state(ca.identity()).Source != "L" {
		t.Errorf("the outcome names %s, the state %s: the list is still that of its source", o.Source, r.cloud.state(ca.identity()).Source)
	}
	if left := r.inTheInbox(""); slices.ContainsFunc(left, func(key string) bool {
		return strings.HasPrefix(key, inboxPrefix) || strings.HasPrefix(key, refusedPrefix)
	}) {
		t.Errorf("left: %v", left)
	}
}

// TestDroppedListNeedsNoSource: a CA of the bundle that no source asks.
func TestDroppedListNeedsNoSource(t *testing.T) {
	t.Parallel()
	ca, other := newPublisher(t, "L", 1), newPublisher(t, "M", 2)
	r := newRig(t, ca)
	r.refresher.Bundle = bundleOf(ca, other)
	r.serve(ca, 1)
	for level := 1; level <= 2; level++ {
		r.drop("m.crl", other.at(level).der)
		r.well()
		r.points("L1", fmt.Sprintf("M%d", level))
	}
	r.holds("{2:L1 3:M2}")
	if got := r.cloud.state(other.identity()).Source; got != inboxName {
		t.Errorf("the state names %q as its source", got)
	}
}

// TestDroppedListDoesNotWaitForAServer that never answers.
func TestDroppedListDoesNotWaitForAServer(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 2)
	r := newRig(t, ca)
	r.serve(ca, 1)
	r.well()
	r.drop("new.crl", ca.at(2).der)
	r.wait = func(string) {
		if got := r.cloud.String(); got != "{2:L2}" {
			t.Errorf("when the server was asked, the trust store held %s", got)
		}
	}
	r.well()
}

// TestBadDropIsRefusedAndKeptAside: each with its reason, once, and what is in
// force stays.
func TestBadDropIsRefusedAndKeptAside(t *testing.T) {
	t.Parallel()
	ca, foreign := newPublisher(t, "L", 3), newPublisher(t, "X", 1)
	endless := newPublisher(t, "L", 1)
	endless.ca = ca.ca
	future := ca.publish(t, "future", 9, func(list *x509.RevocationList) { list.ThisUpdate = pkitest.Epoch.Add(48 * time.Hour) })
	forged := bytes.Clone(ca.at(3).der)
	forged[len(forged)-1] ^= 1
	for _, test := range []struct {
		name   string
		body   []byte
		action Action
		reason Reason
	}{
		{"nothing", nil, Refuse, "unreadable"},
		{"a page", []byte("<!doctype html><title>Sign in</title>"), Refuse, "unreadable"},
		{"junk", []byte{0x30, 0x03, 1, 2, 3}, Refuse, "unreadable"},
		{"a list and junk behind it", append(bytes.Clone(ca.at(3).der), 0), Refuse, "unreadable"},
		{"another CA's list", foreign.at(1).der, Refuse, "unknown-issuer"},
		{"a forged list", forged, Refuse, "bad-signature"},
		{"an older list", ca.at(1).der, Keep, "behind"},
		{"a list of tomorrow", future.der, Refuse, "not-yet-valid"},
		{"a list without end", endless.publishEndless(t, "endless", 4).der, Refuse, "no-next-update"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, ca)
			r.serve(ca, 2)
			r.well()
			r.drop("object", test.body)
			r.wants(r.dropOutcome(r.well(), "object"), test.action, test.reason, "")
			r.holds("{1:L2}")
			aside := r.inTheInbox(refusedPrefix)
			if len(r.inTheInbox(inboxPrefix)) != 0 || len(aside) != 1 || refusedPrefix+aside[0] != refusedKey("inbox/object", pkitest.Epoch) {
				t.Errorf("left in the inbox: %v, kept aside: %v", r.inTheInbox(inboxPrefix), aside)
			}
			if got := r.cloud.objects[refusedPrefix+aside[0]].body; !bytes.Equal(got, test.body) {
				t.Errorf("kept aside: %q", got)
			}
			if report := r.well(); len(report.Outcomes) != 1 {
				t.Errorf("the run after it still speaks of it: %+v", report.Outcomes)
			}
		})
	}
}

// TestDropOfSeveralLists: what is good comes into force, whatever lies beside it.
func TestDropOfSeveralLists(t *testing.T) {
	t.Parallel()
	ca, other, foreign := newPublisher(t, "L", 2), newPublisher(t, "M", 1), newPublisher(t, "X", 1)
	r := newRig(t, ca, other)
	r.serve(ca, 1)
	r.drop("all.pem", slices.Concat(foreign.at(1).pem, ca.at(2).pem, other.at(1).pem))
	report, _ := r.run() // which fails, because nothing comes from source M itself
	r.points("L2", "M1")
	if !slices.ContainsFunc(report.Outcomes, func(o Outcome) bool { return o.Reason == "unknown-issuer" && o.URL == "inbox/all.pem" }) {
		t.Errorf("nothing is said of the foreign list: %+v", report.Outcomes)
	}
	if len(r.inTheInbox(inboxPrefix)) != 0 || len(r.inTheInbox(refusedPrefix)) != 1 {
		t.Errorf("left in the inbox: %v, kept aside: %v", r.inTheInbox(inboxPrefix), r.inTheInbox(refusedPrefix))
	}
}

// tooLarge is a bucket that reads nothing dropped.
type tooLarge struct{ *party }

func (b tooLarge) Get(ctx context.Context, key string) (Object, error) {
	if strings.HasPrefix(key, inboxPrefix) {
		object, _ := b.party.Get(ctx, key)
		return Object{Tag: object.Tag}, because("too-large", errors.New("larger than allowed"))
	}
	return b.party.Get(ctx, key)
}

func TestDropThatIsTooLargeGoes(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 1)
	r := newRig(t, ca)
	r.serve(ca, 1)
	r.well()
	r.refresher.Bucket = tooLarge{r.party}
	r.drop("huge.crl", []byte("x"))
	r.wants(r.dropOutcome(r.well(), "huge.crl"), Refuse, "too-large", "larger than allowed")
	if left := r.inTheInbox(inboxPrefix); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

// unreadable is a bucket that cannot read what was dropped now.
type unreadable struct{ *party }

func (b unreadable) Get(ctx context.Context, key string) (Object, error) {
	if strings.HasPrefix(key, inboxPrefix) {
		return Object{}, errBefell
	}
	return b.party.Get(ctx, key)
}

// TestDropThatFailsOrIsHeldStays, and is dealt with when that is over.
func TestDropThatFailsOrIsHeldStays(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 3)
	r := newRig(t, ca)
	r.refresher.Sources[0].Guards = Guards{MaxNewlyRevoked: 1, Hold: true, HoldFor: time.Hour}
	r.serve(ca, 1)
	r.well()
	r.drop("new.crl", ca.at(3).der)
	r.refresher.Bucket = unreadable{r.party}
	if o := r.dropOutcome(r.well(), "new.crl"); !strings.Contains(o.Error, "reading what was dropped") {
		t.Errorf("said %s", o.Error)
	}
	r.refresher.Bucket = r.party
	for range 2 {
		if o := r.dropOutcome(r.well(), "new.crl"); o.Action != Hold {
			t.Errorf("got %s %s: %s", o.Action, o.Reason, o.Error)
		}
		if len(r.inTheInbox(inboxPrefix)) != 1 {
			t.Fatal("it is gone")
		}
		r.holds("{1:L1}")
	}
	r.now = r.now.Add(time.Hour)
	r.well()
	r.holds("{2:L3}")
	if left := append(r.inTheInbox(inboxPrefix), r.inTheInbox(refusedPrefix)...); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

// TestThousandDropsAreDealtWithInTurns, and do not keep the source waiting.
func TestThousandDropsAreDealtWithInTurns(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 2)
	r := newRig(t, ca)
	r.serve(ca, 1)
	for i := range 1000 {
		r.drop(fmt.Sprintf("%04d", i), []byte("junk"))
	}
	for left := 1000; left > 0; left -= inboxBatch {
		if got := len(r.inTheInbox(inboxPrefix)); got != left {
			t.Fatalf("%d objects left, want %d", got, left)
		}
		r.well()
		r.holds("{1:L1}")
	}
	r.drop("folder/", nil)
	r.well()
	if got := r.inTheInbox(inboxPrefix); len(got) != 1 {
		t.Errorf("a folder is no object to deal with: %v", got)
	}
}

// TestInboxLeavesTimeToTheSources: the clock of this test moves with each
// object that is read.
func TestInboxLeavesTimeToTheSources(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 1)
	r := newRig(t, ca)
	r.now = time.Now()
	r.refresher.Clock = func() time.Time { return r.now.Add(time.Duration(r.made("get")) * time.Second) }
	r.serve(ca, 1)
	for i := range 90 {
		r.drop(fmt.Sprintf("%04d", i), []byte("junk"))
	}
	ctx, cancel := context.WithDeadline(t.Context(), r.now.Add(60*time.Second))
	defer cancel()
	_, err := r.refresher.Run(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if left := len(r.inTheInbox(inboxPrefix)); left < 65 || left > 75 {
		t.Errorf("%d objects left of 90: want about 20 read, a second each", left)
	}
	r.holds("{1:L1}")
}

// TestDropThatCannotBeReadNowStays.
func TestDropThatCannotBeReadNowStays(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 2)
	r := newRig(t, ca)
	r.serve(ca, 1)
	r.well()
	r.drop("new.crl", ca.at(2).der)
	r.party.always = map[string]fault{"add": failing}
	r.well()
	if got := r.cloud.state(ca.identity()).Accepted.SHA256; got != ca.at(2).facts.SHA256 {
		t.Fatal("the list was not accepted")
	}
	r.party.always = nil
	r.well()
	r.holds("{2:L2}")
	r.drop("newer.crl", ca.at(2).der)
	r.party.always = map[string]fault{"delete": failing}
	report := r.well()
	if !slices.ContainsFunc(report.Outcomes, func(o Outcome) bool { return strings.Contains(o.Error, "clearing the inbox") }) || len(r.inTheInbox(inboxPrefix)) != 1 {
		t.Errorf("left %v, said %+v", r.inTheInbox(inboxPrefix), report.Outcomes)
	}
}

// replacesMeanwhile puts a newer list under the name of one that was just read.
type replacesMeanwhile struct {
	*party
	newer []byte
}

func (b *replacesMeanwhile) Get(ctx context.Context, key string) (Object, error) {
	object, err := b.party.Get(ctx, key)
	if strings.HasPrefix(key, inboxPrefix) && b.newer != nil {
		b.cloud.store(key, string(b.newer))
		b.newer = nil
	}
	return object, err
}

// TestDropThatChangesMeanwhileIsNotLost.
func TestDropThatChangesMeanwhileIsNotLost(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 3)
	r := newRig(t, ca)
	r.serve(ca, 1)
	r.well()
	r.drop("ca.crl", ca.at(2).der)
	r.refresher.Bucket = &replacesMeanwhile{party: r.party, newer: ca.at(3).der}
	r.well()
	r.well()
	r.holds("{3:L3}")
	if left := r.inTheInbox(inboxPrefix); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

// TestPreviewTouchesNoInbox, and says what would come of it.
func TestPreviewTouchesNoInbox(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 2)
	r := newRig(t, ca)
	r.serve(ca, 1)
	r.well()
	r.drop("new.crl", ca.at(2).der)
	r.drop("junk", []byte("junk"))
	report, err := r.refresher.Preview(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r.wants(r.dropOutcome(report, "new.crl"), Replace, Newer, "")
	if len(r.inTheInbox(inboxPrefix)) != 2 || len(r.inTheInbox(refusedPrefix)) != 0 {
		t.Errorf("left in the inbox: %v, kept aside: %v", r.inTheInbox(inboxPrefix), r.inTheInbox(refusedPrefix))
	}
}
