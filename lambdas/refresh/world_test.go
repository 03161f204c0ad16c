package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/big"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"crypto/x509"

	"github.com/sekisho/sekisho/internal/pkitest"
	"github.com/sekisho/sekisho/internal/refresh"
)

// world is a CA, a bucket and a trust store that do as they should, a clock
// that only goes on when somebody waits, and what the function printed.
type world struct {
	t   *testing.T
	now time.Time

	ca   *pkitest.CA
	list []byte // what the distribution point serves; nil when it is down

	objects map[string][]byte
	held    map[int64][]byte
	lastID  int64

	mu      sync.Mutex // holds calls: a poll asks for everything at once
	calls   map[string]int
	log     bytes.Buffer
	metrics bytes.Buffer
	// at has things happen at a time.
	at map[time.Time]func()
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{
		t: t, now: pkitest.Epoch, ca: pkitest.NewCA(t, "ca"), objects: map[string][]byte{}, held: map[int64][]byte{},
		calls: map[string]int{}, at: map[time.Time]func(){},
	}
	w.publish(1, 24*time.Hour)
	return w
}

// publish has the CA serve a list with that number.
func (w *world) publish(number int64, life time.Duration) {
	w.t.Helper()
	w.list = w.ca.CRLWith(w.t, func(list *x509.RevocationList) {
		list.Number, list.ThisUpdate, list.NextUpdate = big.NewInt(number), w.now, w.now.Add(life)
	})
}

func (w *world) handler(every time.Duration) *handler {
	refresher := &refresh.Refresher{
		Fetcher: w, Bucket: w, TrustStore: trust{w}, Contents: trust{w},
		Sources: []refresh.Source{{Name: "ca", URLs: []string{"http://ca.example.com/ca.crl"}}},
		Bundle:  refresh.Bundle{Issuers: []*x509.Certificate{w.ca.Cert}},
		Limits:  refresh.DefaultLimits(), TrustStoreARN: "arn",
		Clock: func() time.Time { return w.now },
		Pause: w.pause,
	}
	return &handler{
		deployed: always{refresher}, log: slog.New(slog.NewJSONHandler(&w.log, nil)), metrics: &w.metrics, stack: "gate",
		every: every, now: func() time.Time { return w.now }, pause: w.pause,
	}
}

type always struct{ refresher *refresh.Refresher }

func (a always) Load(context.Context) (*refresh.Refresher, error) { return a.refresher, nil }

// pause lets time go on, and what is due happen.
func (w *world) pause(ctx context.Context, d time.Duration) error {
	until := w.now.Add(d)
	for _, then := range slices.SortedFunc(maps.Keys(w.at), time.Time.Compare) {
		if !then.After(until) {
			w.now = then
			w.at[then]()
			delete(w.at, then)
		}
	}
	w.now = until
	return ctx.Err()
}

func (w *world) count(call string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls[call]++
}

func tagOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

func (w *world) Fetch(_ context.Context, request refresh.Request) (refresh.Fetched, error) {
	w.count("fetch")
	url := request.URLs[0]
	switch {
	case w.list == nil:
		return refresh.Fetched{}, errors.New("nobody answers")
	case request.Held.ETag == tagOf(w.list):
		w.count("unchanged")
		return refresh.Fetched{URL: url, NotModified: true, Validators: request.Held}, nil
	}
	return refresh.Fetched{URL: url, Body: w.list, Validators: refresh.Validators{URL: url, ETag: tagOf(w.list)}}, nil
}

func (w *world) Get(_ context.Context, key string) (refresh.Object, error) {
	w.count("get")
	body, ok := w.objects[key]
	if !ok {
		return refresh.Object{}, refresh.ErrAbsent
	}
	return refresh.Object{Body: body, Tag: tagOf(body)}, nil
}

func (w *world) Put(_ context.Context, upload refresh.Upload) (refresh.Stored, error) {
	w.count("put")
	there, taken := w.objects[upload.Key]
	if upload.Create && taken {
		return refresh.Stored{}, refresh.ErrExists
	}
	if upload.Replaces != "" && upload.Replaces != tagOf(there) {
		return refresh.Stored{}, refresh.ErrOvertaken
	}
	body, err := io.ReadAll(upload.Body)
	w.objects[upload.Key] = body
	return refresh.Stored{Key: upload.Key, Version: tagOf(body), Tag: tagOf(body)}, err
}

func (w *world) Delete(_ context.Context, key, _ string) error {
	delete(w.objects, key)
	return nil
}

func (w *world) List(_ context.Context, prefix string) ([]string, error) {
	w.count("list " + prefix)
	keys := slices.Sorted(maps.Keys(w.objects))
	return slices.DeleteFunc(keys, func(key string) bool { return !strings.HasPrefix(key, prefix) }), nil
}

// trust is the trust store of a world.
type trust struct{ *world }

func (s trust) entries(text []byte) int64 {
	block, _ := pem.Decode(text)
	list, err := x509.ParseRevocationList(block.Bytes)
	if err != nil {
		s.t.Errorf("the trust store got no list: %v", err)
		return 0
	}
	return int64(len(list.RevokedCertificateEntries))
}

func (s trust) Revocations(context.Context) ([]refresh.Revocation, error) {
	s.count("revocations")
	var all []refresh.Revocation
	for _, id := range slices.Sorted(maps.Keys(s.held)) {
		all = append(all, refresh.Revocation{ID: id, Entries: s.entries(s.held[id])})
	}
	return all, nil
}

func (s trust) Add(_ context.Context, list refresh.Stored) (refresh.Revocation, error) {
	s.lastID++
	s.held[s.lastID] = s.objects[list.Key]
	return refresh.Revocation{ID: s.lastID, Entries: s.entries(s.held[s.lastID])}, nil
}

func (s trust) Remove(_ context.Context, ids []int64) error {
	for _, id := range ids {
		delete(s.held, id)
	}
	return nil
}

func (s trust) RevocationContent(_ context.Context, id int64) ([]byte, error) { return s.held[id], nil }

func (s trust) Bundle(context.Context) ([]byte, error) { return pkitest.PEM(s.ca.Cert), nil }

// invoke is one event, as the schedule sends it once a minute.
func (w *world) invoke(h *handler, event string) (answer, error) {
	w.t.Helper()
	clear(w.calls)
	w.log.Reset()
	w.metrics.Reset()
	begun := w.now
	given, err := h.handle(w.t.Context(), json.RawMessage(event))
	w.calls["seconds"] = int(w.now.Sub(begun).Seconds())
	return given, err
}

const scheduled = `{"version":"0","source":"aws.scheduler","detail-type":"Scheduled Event","detail":"{}"}`

// published are the values of a metric that the last event brought, in order.
func (w *world) published(name string) string {
	w.t.Helper()
	var values []any
	for line := range strings.Lines(w.metrics.String()) {
		var members map[string]any
		err := json.Unmarshal([]byte(line), &members)
		if err != nil || members["_aws"] == nil || members["Stack"] != "gate" || members["Source"] != "ca" {
			w.t.Fatalf("no line of metrics: %v: %s", err, line)
		}
		if value, ok := members[name]; ok {
			values = append(values, value)
		}
	}
	return fmt.Sprint(values...)
}
