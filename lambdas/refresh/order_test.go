package main

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/sekisho/sekisho/internal/refresh"
)

const function = "arn:aws:lambda:eu-central-1:123456789012:function:sekisho-refresh"

// invokedAs is the context of an invocation under that name.
func invokedAs(t *testing.T, arn string) context.Context {
	return lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{InvokedFunctionArn: arn})
}

// guarded is a handler whose source holds back a list that it was just served.
func guarded(t *testing.T) (*world, *handler, string) {
	t.Helper()
	w := newWorld(t)
	h := w.handler(time.Minute)
	h.deployed.(always).refresher.Sources[0].Guards = refresh.Guards{MaxNewlyRevoked: 1, Hold: true, HoldFor: time.Hour}
	_, err := h.handle(t.Context(), json.RawMessage(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	w.list = w.ca.CRLWith(t, func(list *x509.RevocationList) {
		list.Number, list.ThisUpdate, list.NextUpdate = big.NewInt(2), w.now, w.now.Add(24*time.Hour)
		for serial := range int64(3) {
			list.RevokedCertificateEntries = append(list.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: big.NewInt(serial + 1), RevocationTime: w.now})
		}
	})
	sum := sha256.Sum256(w.list)
	held, err := h.handle(t.Context(), json.RawMessage(`{}`))
	if err != nil || held.Outcomes[0].Action != refresh.Hold {
		t.Fatalf("setting up: %v, %+v", err, held)
	}
	return w, h, hex.EncodeToString(sum[:])
}

func approval(sha256 string) json.RawMessage {
	return json.RawMessage(fmt.Sprintf(`{"approve": {"source": "ca", "sha256": %q, "by": "ops", "reason": "the CA confirmed it"}}`, sha256))
}

func TestOrderThroughTheAliasIsCarriedOut(t *testing.T) {
	w, h, sha256 := guarded(t)
	w.metrics.Reset()
	got, err := h.handle(invokedAs(t, function+":operator"), approval(sha256))
	if err != nil || len(got.Outcomes) != 1 || got.Outcomes[0].Reason != refresh.Approved || got.Outcomes[0].Approval.By != "ops" {
		t.Fatalf("got %v, %+v", err, got)
	}
	if !strings.Contains(w.log.String(), `"msg":"operator's order","source":"ca","sha256":"`+sha256+`","by":"ops"`) {
		t.Errorf("the log does not say whose order it was:\n%s", w.log.String())
	}
	if !strings.Contains(w.metrics.String(), `"Held":0`) || !strings.Contains(w.metrics.String(), `"NewlyRevoked":3`) {
		t.Errorf("the metrics of the run are %s", w.metrics.String())
	}
}

// TestOrderIsTakenFromTheOperatorOnly: whoever may start a refresh cannot let a
// list through.
func TestOrderIsTakenFromTheOperatorOnly(t *testing.T) {
	w, h, sha256 := guarded(t)
	for name, arn := range map[string]string{
		"no alias":                      function,
		"the newest version":            function + ":$LATEST",
		"a version":                     function + ":7",
		"another alias":                 function + ":live",
		"an alias that ends likewise":   function + ":not-operator",
		"a function of that name":       "arn:aws:lambda:eu-central-1:123456789012:function:operator",
		"more behind the alias":         function + ":operator:x",
		"an alias of something else":    "arn:aws:lambda:eu-central-1:123456789012:layer:x:operator",
		"an alias of that name in caps": function + ":OPERATOR",
		"nothing":                       "",
	} {
		_, err := h.handle(invokedAs(t, arn), approval(sha256))
		if err == nil || !strings.Contains(err.Error(), `through the alias "operator"`) {
			t.Errorf("%s: got %v, want it refused", name, err)
		}
	}
	_, err := h.handle(t.Context(), approval(sha256))
	if err == nil {
		t.Error("outside of Lambda: taken")
	}
	if len(w.held) != 1 {
		t.Errorf("the trust store holds %d lists, want one", len(w.held))
	}
	got, err := h.handle(t.Context(), json.RawMessage(`{}`))
	if err != nil || got.Outcomes[0].Action != refresh.Hold {
		t.Errorf("after all that: %v, %+v; want the list still held", err, got)
	}
}

func TestOrderThatDoesNotFitIsAFailure(t *testing.T) {
	w, h, sha256 := guarded(t)
	for name, c := range map[string]struct{ event, says string }{
		"text for an order":      {`{"approve": "yes"}`, "reading the order"},
		"a member more":          {`{"approve": {"source": "ca", "sha": "x"}}`, "reading the order"},
		"something beside it":    {`{"approve": {"source": "ca"}, "force": true}`, "reading the order"},
		"both":                   {`{"approve": {"source": "ca"}, "reset": {"source": "ca"}}`, "not both"},
		"an empty order":         {`{"approve": {}}`, `there is no source ""`},
		"another hash":           {string(approval(strings.Repeat("0", 64))), "holds another list back, " + sha256},
		"reset of what is newer": {strings.Replace(string(approval(sha256)), "approve", "reset", 1), "is not refused: there is nothing to reset"},
	} {
		before := len(w.held)
		_, err := h.handle(invokedAs(t, function+":operator"), json.RawMessage(c.event))
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v, want %q", name, err, c.says)
		}
		if len(w.held) != before {
			t.Errorf("%s: the trust store changed", name)
		}
	}
}

func TestEventsThatAreNoOrders(t *testing.T) {
	t.Parallel()
	for _, event := range []string{`{}`, `null`, `7`, `"approve"`, `[{"approve": {}}]`, `{"detail": {"approve": {}}}`, `{"approve": null}`} {
		got, err := ordersOf(json.RawMessage(event))
		if err != nil || got.given() {
			t.Errorf("%s: got %v, %+v; want no order", event, err, got)
		}
	}
}
