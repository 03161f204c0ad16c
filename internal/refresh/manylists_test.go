package refresh

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/crl"
)

// TestFileOfTooManyListsIsRefused whole, from a source and in the inbox: each
// list costs a signature check and a look at the bucket.
func TestFileOfTooManyListsIsRefused(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 3)
	r := newRig(t, ca)
	r.serve(ca, 1)
	r.well()
	many := bytes.Repeat(ca.at(2).pem, crl.MaxLists+1)
	r.serveAt(ca.url(), many)
	r.drop("many.pem", many)
	report := r.well()
	if len(report.Outcomes) != 2 {
		t.Errorf("got %d outcomes, want one for the source and one for the inbox", len(report.Outcomes))
	}
	for _, o := range report.Outcomes {
		r.wants(o, Refuse, "too-many-lists", "more than 64 lists in the file")
	}
	if len(r.inTheInbox(inboxPrefix)) != 0 || len(r.inTheInbox(refusedPrefix)) != 1 {
		t.Errorf("left in the inbox: %v, kept aside: %v", r.inTheInbox(inboxPrefix), r.inTheInbox(refusedPrefix))
	}
	r.holds("{1:L1}")
}

// TestProblemsOfOneFileAreToldInShort: whoever serves it decides how many there
// are.
func TestProblemsOfOneFileAreToldInShort(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 1)
	r := newRig(t, ca)
	r.serve(ca, 1)
	r.well()
	bogus := bytes.Repeat([]byte("-----BEGIN X509 CRL-----\nMIAA\n-----END X509 CRL-----\n"), crl.MaxLists)
	r.serveAt(ca.url(), bogus)
	r.drop("bogus.pem", bogus)
	for _, o := range r.well().Outcomes {
		r.wants(o, Refuse, "unreadable", "and 54 more")
		if got := strings.Count(o.Error, "parsing a list"); got != maxTexts {
			t.Errorf("%s tells %d problems, want %d", o.Source, got, maxTexts)
		}
	}
}

// endsWhenRead is a bucket whose context ends with the first object that is
// read from the inbox.
type endsWhenRead struct {
	*party
	end context.CancelFunc
}

func (b endsWhenRead) Get(ctx context.Context, key string) (Object, error) {
	object, err := b.party.Get(ctx, key)
	if strings.HasPrefix(key, inboxPrefix) {
		b.end()
	}
	return object, err
}

// TestNoListIsExaminedOnceTimeIsOver, and what was dropped stays for the next
// run.
func TestNoListIsExaminedOnceTimeIsOver(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 2)
	r := newRig(t, ca)
	r.serve(ca, 1)
	r.well()
	ctx, cancel := context.WithCancel(t.Context())
	r.drop("new.crl", ca.at(2).der)
	r.refresher.Bucket = endsWhenRead{r.party, cancel}
	report, _ := r.refresher.Run(ctx)
	r.wants(r.dropOutcome(report, "new.crl"), Keep, Unavailable, "checking inbox/new.crl: context canceled")
	lists, err := r.refresher.examineAll(ctx, [][]byte{ca.at(2).der}, keptPolicy(), r.now)
	if len(lists) != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("got %d lists, %v", len(lists), err)
	}
	r.refresher.Bucket = r.party
	r.well()
	r.holds("{2:L2}")
}
