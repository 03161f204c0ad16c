package elbtrust

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

const (
	testARN    = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:truststore/gate/0123456789abcdef"
	testBucket = "lists"
)

// service speaks as much of the Query protocol as one trust store needs, keeps
// its IDs as AWS does (they only grow) and misbehaves on demand.
type service struct {
	url string

	mu       sync.Mutex
	held     map[int64]int64 // ID to entries
	last     int64
	pageSize int
	copies   map[string]http.HandlerFunc // by path
	location string                      // overrides where copies are
	requests []url.Values
	faults   []fault
}

// fault answers a request in place of the service, or says that it does not.
type fault func(w http.ResponseWriter, r *http.Request, serve http.HandlerFunc) bool

func newService(t *testing.T, held map[int64]int64) (*service, *Store) {
	t.Helper()
	s := &service{held: held, last: 100, pageSize: 400, copies: map[string]http.HandlerFunc{}}
	listening := httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(listening.Close)
	s.url = listening.URL
	store, err := New(configFor(listening.URL), testARN, testBucket)
	if err != nil {
		t.Fatalf("got error %v, want a store", err)
	}
	return s, store
}

// configFor leads to an endpoint; retries do not wait.
func configFor(endpoint string) aws.Config {
	return aws.Config{
		Region:       "eu-central-1",
		Credentials:  credentials.NewStaticCredentialsProvider("id", "secret", ""),
		BaseEndpoint: aws.String(endpoint),
		Retryer: func() aws.Retryer {
			return retry.NewStandard(func(options *retry.StandardOptions) { options.Backoff = noBackoff{} })
		},
	}
}

type noBackoff struct{}

func (noBackoff) BackoffDelay(int, error) (time.Duration, error) { return 0, nil }

func (s *service) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	copied, isCopy := s.copies[r.URL.Path]
	if isCopy {
		copied(w, r)
		return
	}
	_ = r.ParseForm()
	s.requests = append(s.requests, r.PostForm)
	if len(s.faults) > 0 {
		next := s.faults[0]
		s.faults = s.faults[1:]
		if next(w, r, s.answer) {
			return
		}
	}
	s.answer(w, r)
}

func (s *service) answer(w http.ResponseWriter, r *http.Request) {
	if r.PostForm.Get("TrustStoreArn") != testARN {
		refuse(w, 400, "TrustStoreNotFound")
		return
	}
	switch action := r.PostForm.Get("Action"); action {
	case "DescribeTrustStoreRevocations":
		s.describe(w, r.PostForm)
	case "AddTrustStoreRevocations":
		s.last++
		s.held[s.last] = 7
		result(w, action, "<TrustStoreRevocations>"+member(s.last, 7)+"</TrustStoreRevocations>")
	case "RemoveTrustStoreRevocations":
		s.remove(w, r.PostForm)
	case "GetTrustStoreRevocationContent":
		s.locate(w, action, "/copy/"+r.PostForm.Get("RevocationId"), s.has(r.PostForm.Get("RevocationId")))
	case "GetTrustStoreCaCertificatesBundle":
		s.locate(w, action, "/bundle", true)
	default:
		refuse(w, 400, "InvalidAction")
	}
}

func (s *service) describe(w http.ResponseWriter, form url.Values) {
	ids := make([]int64, 0, len(s.held))
	for id := range s.held {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	slices.Reverse(ids) // AWS promises no order
	from, _ := strconv.Atoi(form.Get("Marker"))
	upTo := min(from+s.pageSize, len(ids))
	var body strings.Builder
	for _, id := range ids[from:upTo] {
		body.WriteString(member(id, s.held[id]))
	}
	next := ""
	if upTo < len(ids) {
		next = "<NextMarker>" + strconv.Itoa(upTo) + "</NextMarker>"
	}
	result(w, "DescribeTrustStoreRevocations", "<TrustStoreRevocations>"+body.String()+"</TrustStoreRevocations>"+next)
}

// remove removes all or, when one is gone, none.
func (s *service) remove(w http.ResponseWriter, form url.Values) {
	var ids []int64
	for i := 1; form.Has("RevocationIds.member." + strconv.Itoa(i)); i++ {
		text := form.Get("RevocationIds.member." + strconv.Itoa(i))
		if !s.has(text) {
			refuse(w, 400, "RevocationIdNotFound")
			return
		}
		id, _ := strconv.ParseInt(text, 10, 64)
		ids = append(ids, id)
	}
	for _, id := range ids {
		delete(s.held, id)
	}
	result(w, "RemoveTrustStoreRevocations", "")
}

func (s *service) has(text string) bool {
	id, _ := strconv.ParseInt(text, 10, 64)
	_, held := s.held[id]
	return held
}

func (s *service) locate(w http.ResponseWriter, action, path string, held bool) {
	if !held {
		refuse(w, 400, "RevocationIdNotFound")
		return
	}
	location := s.url + path + "?X-Amz-Signature=hush"
	if s.location != "" {
		location = s.location
	}
	result(w, action, "<Location>"+location+"</Location>")
}

func member(id, entries int64) string {
	return fmt.Sprintf("<member><TrustStoreArn>%s</TrustStoreArn><RevocationId>%d</RevocationId><RevocationType>CRL</RevocationType><NumberOfRevokedEntries>%d</NumberOfRevokedEntries></member>", testARN, id, entries)
}

func result(w http.ResponseWriter, action, body string) {
	w.Header().Set("Content-Type", "text/xml")
	_, _ = fmt.Fprintf(w, `<%[1]sResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"><%[1]sResult>%[2]s</%[1]sResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></%[1]sResponse>`, action, body)
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>for the test</Message></Error><RequestId>r</RequestId></ErrorResponse>`, code)
}

// inject sets the faults of the requests to come.
func (s *service) inject(faults ...fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests, s.faults = nil, faults
}

// sent are the requests since the last inject.
func (s *service) sent() []url.Values {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

func (s *service) ids() []int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ids []int64
	for id := range s.held {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

func answers(status int, code string) fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.HandlerFunc) bool {
		refuse(w, status, code)
		return true
	}
}

// says answers with a body of its own.
func says(status int, body string) fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.HandlerFunc) bool {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
		return true
	}
}

// lost lets a request take effect and loses the answer.
func lost(_ http.ResponseWriter, r *http.Request, serve http.HandlerFunc) bool {
	serve(httptest.NewRecorder(), r)
	panic(http.ErrAbortHandler)
}

// orNone replaces each nil by a fault that lets its request through.
func orNone(faults []fault) []fault {
	whole := slices.Clone(faults)
	for i := range whole {
		if whole[i] == nil {
			whole[i] = func(http.ResponseWriter, *http.Request, http.HandlerFunc) bool { return false }
		}
	}
	return whole
}
