package gate

import (
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/cabundle"
	"github.com/sekisho/sekisho/internal/clientcert"
	"github.com/sekisho/sekisho/internal/crl"
	"github.com/sekisho/sekisho/internal/pkitest"
	"github.com/sekisho/sekisho/internal/snapshot"
)

// noon is the present of these tests, some time after everything was issued.
var noon = pkitest.Epoch.Add(time.Hour)

// world is a CA with an intermediate, what a refresher would have published for
// them, a clock, a log and a gate over all that.
type world struct {
	tb      testing.TB
	root    *pkitest.CA
	issuing *pkitest.CA
	bundle  cabundle.Bundle
	bucket  *fakeBucket
	clock   *clock
	log     *syncBuffer
	gate    *Gate
}

// newWorld publishes two empty lists.
func newWorld(tb testing.TB, edits ...func(*Config)) *world {
	tb.Helper()
	w := newUnpublishedWorld(tb, edits...)
	w.publish(w.root.CRL(tb), w.issuing.CRL(tb))
	return w
}

func newUnpublishedWorld(tb testing.TB, edits ...func(*Config)) *world {
	tb.Helper()
	root := pkitest.NewCA(tb, "root")
	w := &world{
		tb:      tb,
		root:    root,
		issuing: root.ChildCA(tb, "issuing"),
		bucket:  newFakeBucket(tb),
		clock:   &clock{now: noon},
		log:     &syncBuffer{},
	}
	w.bundle = w.normalise(w.root.Cert, w.issuing.Cert)
	w.bucket.put(snapshot.BundleKey(w.bundle.SHA256), w.bundle.PEM)
	config := Config{
		Header:         clientcert.DefaultHeader,
		BundleKey:      snapshot.BundleKey(w.bundle.SHA256),
		BundleSHA256:   w.bundle.SHA256,
		MaxSnapshotAge: 5 * time.Second,
		SnapshotGrace:  5 * time.Minute,
		HealthPath:     "/healthz",
	}
	for _, edit := range edits {
		edit(&config)
	}
	gate, err := New(w.bucket, config, w.clock.read, slog.New(slog.NewJSONHandler(w.log, nil)))
	if err != nil {
		tb.Fatal(err)
	}
	w.gate = gate
	return w
}

func (w *world) normalise(certs ...*x509.Certificate) cabundle.Bundle {
	w.tb.Helper()
	bundle, err := cabundle.Normalise([]cabundle.File{{Name: "ca.pem", Data: pkitest.PEM(certs...)}}, noon)
	if err != nil {
		w.tb.Fatal(err)
	}
	return bundle
}

// publish does what the refresher does last: indexes, then the manifest.
func (w *world) publish(lists ...[]byte) { w.putManifest(w.manifest(lists...)) }

func (w *world) manifest(lists ...[]byte) snapshot.Manifest {
	w.tb.Helper()
	m := snapshot.Manifest{Written: w.clock.read(), Bundle: snapshot.Object{Key: snapshot.BundleKey(w.bundle.SHA256), SHA256: w.bundle.SHA256}}
	for i, der := range lists {
		m.Lists = append(m.Lists, w.index(fmt.Sprint("source-", i), der))
	}
	return m
}

func (w *world) index(source string, der []byte) snapshot.List {
	w.tb.Helper()
	list, builder, err := crl.Parse(der)
	if err != nil {
		w.tb.Fatal(err)
	}
	issuer, err := crl.Check(list, []*x509.Certificate{w.root.Cert, w.issuing.Cert}, nil, crl.Policy{}, noon)
	if err != nil {
		w.tb.Fatal(err)
	}
	index, err := builder.Build(list, issuer)
	if err != nil {
		w.tb.Fatal(err)
	}
	key := snapshot.IndexKey(fmt.Sprintf("%x", list.SHA256))
	w.bucket.put(key, index.Bytes())
	return snapshot.List{
		Identity: string(index.Identity()),
		Source:   source,
		SHA256:   fmt.Sprintf("%x", list.SHA256),
		Index:    snapshot.Object{Key: key, SHA256: hexSHA256(index.Bytes())},
	}
}

func (w *world) putManifest(m snapshot.Manifest) {
	w.tb.Helper()
	text, err := m.Encode()
	if err != nil {
		w.tb.Fatal(err)
	}
	w.bucket.put(snapshot.ManifestKey, text)
}

// answer is what came back.
type answer struct {
	status int
	reason string
	header http.Header
	body   string
}

// ask sends a request with these header values.
func (w *world) ask(values ...string) answer { return w.send(request(values...)) }

// show sends a request with the chain of a client.
func (w *world) show(leaf *pkitest.Leaf) answer { return w.ask(clientcert.Encode(leaf.Chain)) }

func (w *world) send(r *http.Request) answer {
	recorder := httptest.NewRecorder()
	w.gate.ServeHTTP(recorder, r)
	body, _ := io.ReadAll(recorder.Body)
	a := answer{status: recorder.Code, header: recorder.Header(), body: string(body)}
	var p problem
	if json.Unmarshal(body, &p) == nil {
		a.reason = p.Reason
	}
	return a
}

func request(values ...string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	for _, value := range values {
		r.Header.Add(clientcert.DefaultHeader, value)
	}
	return r
}

func (w *world) want(a answer, status int, reason string) {
	w.tb.Helper()
	if a.status != status || a.reason != reason {
		w.tb.Errorf("got %d %q, want %d %q; log: %s", a.status, a.reason, status, reason, w.log.String())
	}
}

func revoke(ca *pkitest.CA, tb testing.TB, number int64, serials ...*big.Int) []byte {
	tb.Helper()
	return ca.CRLWith(tb, func(list *x509.RevocationList) {
		list.Number = big.NewInt(number)
		for _, serial := range serials {
			list.RevokedCertificateEntries = append(list.RevokedCertificateEntries,
				x509.RevocationListEntry{SerialNumber: serial, RevocationTime: pkitest.Epoch})
		}
	})
}

// clock is a wall clock that the test sets, also backwards.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) read() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
