package alb

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// traceRewriteSize is the size of all headers beyond which the load balancer
// drops what the client sent as X-Amzn-Trace-Id (ALB guide, "Request tracing").
const traceRewriteSize = 7 << 10

// addForwarded adds X-Forwarded-For, -Port and -Proto (ALB guide, "HTTP headers
// and Application Load Balancers"; the mode is append, the default) and
// X-Amzn-Trace-Id.
func addForwarded(h http.Header, c *connection, trace string) {
	size := headerSize(h)
	before := strings.Join(h.Values("X-Forwarded-For"), ", ")
	if before != "" {
		before += ", "
	}
	h.Set("X-Forwarded-For", before+c.client.Addr().String())
	h.Set("X-Forwarded-Port", fmt.Sprint(c.listener.Port()))
	h.Set("X-Forwarded-Proto", "https")
	h.Set("X-Amzn-Trace-Id", traceHeader(h.Get("X-Amzn-Trace-Id"), trace, size))
}

// traceHeader keeps the client's trace and puts ours before it: a Root where
// there is none, a Self (in the place of the client's) where there is one.
func traceHeader(client, own string, headers int) string {
	if client == "" || headers > traceRewriteSize {
		return "Root=" + own
	}
	field, kept := "Root=", ""
	for part := range strings.SplitSeq(client, ";") {
		if strings.HasPrefix(part, "Self=") {
			continue
		}
		if strings.HasPrefix(part, "Root=") {
			field = "Self="
		}
		kept += ";" + part
	}
	return field + own + kept
}

// traceID is a new identifier of the form 1-TIME-ID: the time in seconds, 8 hex
// digits, then 24 random ones.
func traceID(now time.Time) string {
	return fmt.Sprintf("1-%08x-%s", uint32(now.Unix()), randomHex(12))
}

func randomHex(size int) string {
	bytes := make([]byte, size)
	_, _ = rand.Read(bytes) // never fails: it ends the program instead
	return hex.EncodeToString(bytes)
}
