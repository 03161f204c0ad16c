package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestTriggers(t *testing.T) {
	for _, c := range []struct {
		name, event string
		want        trigger
		logged      string // after the message
	}{
		{"schedule", scheduled, bySchedule, ""},
		{"object in the inbox", `{"version":"0","source":"aws.s3","detail-type":"Object Created","detail":{"version":"0","bucket":{"name":"b"},"object":{"key":"inbox/new.crl","size":5}}}`, byInbox,
			`"trigger":"inbox","source":"aws.s3","detailType":"Object Created","key":"inbox/new.crl"}`},
		{"object deleted", `{"source":"aws.s3","detail-type":"Object Deleted","detail":{}}`, byOther, `"trigger":"other","source":"aws.s3","detailType":"Object Deleted"}`},
		{"list of AWS Private CA", `{"source":"aws.acm-pca","detail-type":"ACM Private CA CRL Generation","detail":{"result":"success"}}`, byCA,
			`"trigger":"ca","source":"aws.acm-pca","detailType":"ACM Private CA CRL Generation"}`},
		{"certificate of AWS Private CA", `{"source":"aws.acm-pca","detail-type":"ACM Private CA Certificate Issuance"}`, byOther, `"trigger":"other"`},
		{"call", `{"report":"always"}`, byCall, `"trigger":"call","source":"","detailType":""}`},
		{"stranger", `{"source":"` + strings.Repeat("a", 300) + `\n"}`, byOther, `"source":"` + strings.Repeat("a", 256) + `"`},
		{"nothing", `null`, byCall, `"trigger":"call"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			if got := eventOf(json.RawMessage(c.event)).trigger(); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			_, err := w.invoke(w.handler(time.Minute), c.event)
			first, _, _ := strings.Cut(w.log.String(), "\n")
			if err != nil || strings.Contains(first, `"msg":"triggered"`) != (c.logged != "") || !strings.Contains(first, c.logged) {
				t.Errorf("got %v, logged %s", err, first)
			}
		})
	}
}
