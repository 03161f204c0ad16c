package endpoint

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// plan is a fault for the next call of an action; other calls pass.
type plan struct {
	mu     sync.Mutex
	action string
	fault  Fault
}

func (p *plan) next(action string, fault Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.action, p.fault = action, fault
}

func (p *plan) decide(call Call) Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	if call.Action != p.action {
		return Fault{}
	}
	p.action = ""
	return p.fault
}

func (w *twin) tryPut(t *testing.T, key string) error {
	t.Helper()
	_, err := w.s3.PutObject(t.Context(), &awss3.PutObjectInput{Bucket: aws.String(testBucket), Key: aws.String(key), Body: strings.NewReader("body")})
	return err
}

func (w *twin) has(t *testing.T, key string) bool {
	t.Helper()
	_, _, err := w.get(t, key)
	return err == nil
}

// Each fault of a write to S3: what the caller sees, and what happened.
func TestFaultsOfS3(t *testing.T) {
	t.Parallel()
	var p plan
	w := newTwin(t, Options{Fault: p.decide})
	for _, test := range []struct {
		name   string
		fault  Fault
		code   string
		status int
		done   bool
	}{
		{"pass", Fault{}, "", 0, true},
		{"fail", Fault{Effect: Fail}, "InternalError", 500, false},
		{"fail-with-code", Fault{Effect: Fail, Status: 403, Code: "AccessDenied", Message: "no"}, "AccessDenied", 403, false},
		{"throttle", Fault{Effect: Throttle}, "SlowDown", 503, false},
		{"stale-has-no-meaning-here", Fault{Effect: Stale}, "", 0, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			p.next("PutObject", test.fault)
			err := w.tryPut(t, test.name)
			if errorCode(err) != test.code || statusOf(err) != test.status {
				t.Errorf("got %v, want %q with status %d", err, test.code, test.status)
			}
			if w.has(t, test.name) != test.done {
				t.Errorf("the object is there: %v, want %v", !test.done, test.done)
			}
		})
	}
}

// Without an answer the caller cannot tell whether anything happened.
func TestConnectionsThatEnd(t *testing.T) {
	t.Parallel()
	var p plan
	w := newTwin(t, Options{Fault: p.decide})
	for name, test := range map[string]struct {
		effect Effect
		done   bool
	}{"cut": {Cut, false}, "lose": {Lose, true}} {
		before := make(chan bool, 2)
		p.next("PutObject", Fault{Effect: test.effect, Unheard: func() { before <- w.has(t, name) }})
		err := w.tryPut(t, name)
		select {
		case there := <-before:
			if there != test.done || len(before) > 0 {
				t.Errorf("%s: before the connection ended the object was there: %v, want %v, once", name, there, test.done)
			}
		default:
			t.Errorf("%s: the connection ended before it was told", name)
		}
		if err == nil || errorCode(err) != "" || statusOf(err) != 0 {
			t.Errorf("%s: got %v, want an error without any answer", name, err)
		}
		if w.has(t, name) != test.done {
			t.Errorf("%s: the object is there: %v, want %v", name, !test.done, test.done)
		}
	}
}

func TestFaultsOfTheTrustStore(t *testing.T) {
	t.Parallel()
	var p plan
	w := newTwin(t, Options{Fault: p.decide})
	arn := w.withTrustStore(t)
	for _, test := range []struct {
		name  string
		fault Fault
		code  string
		lists int
	}{
		{"fail", Fault{Effect: Fail}, "InternalFailure", 0},
		{"fail-with-code", Fault{Effect: Fail, Status: 400, Code: "TrustStoreNotFound"}, "TrustStoreNotFound", 0},
		{"throttle", Fault{Effect: Throttle}, "ThrottlingException", 0},
		{"cut", Fault{Effect: Cut}, "", 0},
		{"lose", Fault{Effect: Lose}, "", 1},
	} {
		p.next("AddTrustStoreRevocations", test.fault)
		err := w.add(t, arn, "crl/list.pem", "")
		if err == nil || errorCode(err) != test.code {
			t.Errorf("%s: got %v, want %q", test.name, err, test.code)
		}
		count, err := w.revocations(t, arn)
		if err != nil || count != test.lists {
			t.Errorf("%s: %d lists, %v; want %d", test.name, count, err, test.lists)
		}
	}
	p.next("DescribeTrustStoreRevocations", Fault{Effect: Stale})
	stale, errStale := w.revocations(t, arn)
	fresh, errFresh := w.revocations(t, arn)
	if errors.Join(errStale, errFresh) != nil || stale != 0 || fresh != 1 {
		t.Errorf("stale %d, %v, then %d, %v; want none, then one", stale, errStale, fresh, errFresh)
	}
}

// The SDKs know what these mean: they try again.
func TestSDKRetriesThrottling(t *testing.T) {
	t.Parallel()
	var p plan
	w := newTwin(t, Options{Fault: p.decide})
	arn := w.withTrustStore(t)
	patient := retry.NewStandard(func(o *retry.StandardOptions) {
		o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
	})
	p.next("DescribeTrustStoreRevocations", Fault{Effect: Throttle})
	_, err := w.elb.DescribeTrustStoreRevocations(t.Context(), &elb.DescribeTrustStoreRevocationsInput{TrustStoreArn: aws.String(arn)}, func(o *elb.Options) { o.Retryer = patient })
	if err != nil {
		t.Errorf("the trust store: %v", err)
	}
	p.next("PutObject", Fault{Effect: Throttle})
	_, err = w.s3.PutObject(t.Context(), &awss3.PutObjectInput{Bucket: aws.String(testBucket), Key: aws.String("k"), Body: strings.NewReader("body")}, func(o *awss3.Options) { o.Retryer = patient })
	if err != nil {
		t.Errorf("S3: %v", err)
	}
	actions := map[string]int{}
	for _, call := range w.Calls() {
		actions[call.Action]++
	}
	if actions["DescribeTrustStoreRevocations"] != 2 || actions["PutObject"] != 5 {
		t.Errorf("got %v, want each attempt recorded", actions)
	}
}

// A call that is held back and given up has no effect.
func TestDelay(t *testing.T) {
	t.Parallel()
	var p plan
	w := newTwin(t, Options{Fault: p.decide})
	p.next("PutObject", Fault{Delay: time.Hour})
	_, err := w.s3.PutObject(t.Context(), &awss3.PutObjectInput{Bucket: aws.String(testBucket), Key: aws.String("late"), Body: strings.NewReader("body")}, func(o *awss3.Options) {
		o.HTTPClient = impatient()
	})
	if err == nil || w.has(t, "late") {
		t.Errorf("got %v, the object is there: %v; want a time-out and no object", err, w.has(t, "late"))
	}
	p.next("PutObject", Fault{Delay: time.Millisecond})
	err = w.tryPut(t, "soon")
	if err != nil || !w.has(t, "soon") {
		t.Errorf("after a short delay: %v", err)
	}
}

func TestCallsAreRecorded(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	w := newTwin(t, Options{Now: func() time.Time { return now }})
	arn := w.withTrustStore(t)
	_, _, _ = w.get(t, "absent")
	err := w.add(t, arn, "crl/list.der", "")
	if err == nil {
		t.Error("a list in DER was taken")
	}
	_, err = w.s3.ListBuckets(t.Context(), &awss3.ListBucketsInput{})
	if err != nil {
		t.Fatal(err)
	}
	put := func(number int, key string) Call {
		return Call{Number: number, Time: now, AccessKeyID: "AKIDREFRESH", Service: S3, Action: "PutObject", Bucket: testBucket, Key: key, Status: 200}
	}
	want := []Call{
		put(1, "ca/bundle.pem"), put(2, "crl/list.pem"), put(3, "crl/list.der"),
		{Number: 4, Time: now, AccessKeyID: "AKIDREFRESH", Service: ELB, Action: "CreateTrustStore", Status: 200},
		{Number: 5, Time: now, AccessKeyID: "AKIDREFRESH", Service: S3, Action: "GetObject", Bucket: testBucket, Key: "absent", Status: 404},
		{Number: 6, Time: now, AccessKeyID: "AKIDREFRESH", Service: ELB, Action: "AddTrustStoreRevocations", ARN: arn, Status: 400},
		{Number: 7, Time: now, AccessKeyID: "AKIDREFRESH", Service: S3, Action: "ListBuckets", Status: 200},
	}
	diff := cmp.Diff(want, w.Calls(), cmpopts.EquateEmpty())
	if diff != "" {
		t.Errorf("calls differ (-want +got):\n%s", diff)
	}
}

// Only the newest calls are kept, however many there are.
func TestRecorderIsBounded(t *testing.T) {
	t.Parallel()
	r := recorder{limit: 3}
	for range 10 {
		r.begin(Call{})
	}
	r.end(2, 200) // forgotten already
	r.end(9, 404)
	var numbers, statuses []int
	for _, call := range r.all() {
		numbers, statuses = append(numbers, call.Number), append(statuses, call.Status)
	}
	if !slices.Equal(numbers, []int{8, 9, 10}) || !slices.Equal(statuses, []int{0, 404, 0}) {
		t.Errorf("got numbers %v, statuses %v; want 8 to 10, 404 for 9", numbers, statuses)
	}
}
