package gate

import "context"

// Origin is by which way a request came, as told by whoever handed it over and
// not by the client: the load balancer's event, or a server's own socket. A
// field that is not known, or told twice, is empty, and matches no expectation.
type Origin struct {
	// TargetGroupARN is the target group that the load balancer chose.
	TargetGroupARN string
	// Port and Proto are those of the listener that the client spoke to, for
	// example 443 and https.
	Port, Proto string
	// TraceID is the load balancer's X-Amzn-Trace-Id. It is for logs alone: a
	// client can begin it.
	TraceID string
}

type originKey struct{}

// WithOrigin is ctx for a request that came by this way.
func WithOrigin(ctx context.Context, origin Origin) context.Context {
	return context.WithValue(ctx, originKey{}, origin)
}

// OriginOf is what WithOrigin put into ctx; its zero value when nothing did.
func OriginOf(ctx context.Context) Origin {
	origin, _ := ctx.Value(originKey{}).(Origin)
	return origin
}
