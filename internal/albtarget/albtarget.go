// Package albtarget lets an ordinary http.Handler stand behind an Application
// Load Balancer as a Lambda function: it turns the load balancer's event into
// a request, and the answer into the document that the load balancer expects
// (ALB guide, "Lambda functions as targets").
//
// Nothing is decoded that the client encoded: path and query reach the handler
// as they were sent, so that %2F stays apart from a slash. Both forms of
// header are read, and the answer has the form of the event.
//
// It decides nothing about the request. Which target group, port and protocol
// it came by is put into its context, see gate.Origin; that the client's
// certificate header stands once is for the handler to check.
//
//	lambda.Start(albtarget.New(handler, logger))
package albtarget

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/aws/aws-lambda-go/events"
)

// Target is a Lambda function over a handler. It is a lambda.Handler.
type Target struct {
	handler http.Handler
	logger  *slog.Logger
}

// New makes a target of a handler. The logger hears of requests and answers
// that are not passed on.
func New(handler http.Handler, logger *slog.Logger) *Target {
	return &Target{handler: handler, logger: logger}
}

// Invoke answers one event. The error is for what is no event of a load
// balancer at all; everything else is an answer.
func (t *Target) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	var event events.ALBTargetGroupRequest
	err := json.Unmarshal(payload, &event)
	if err != nil {
		return nil, fmt.Errorf("decoding the load balancer's event: %w", err)
	}
	return encodeWithin(t.answer(ctx, event), func(size int) response {
		t.logger.ErrorContext(ctx, "answer too large for the load balancer", "bytes", size, "limit", maxResponse)
		return problem(http.StatusBadGateway, "answer-too-large").response(shapeOf(event))
	})
}

func (t *Target) answer(ctx context.Context, event events.ALBTargetGroupRequest) response {
	request, refused := newRequest(ctx, event)
	if refused != nil {
		t.logger.WarnContext(ctx, "event refused", "reason", refused.reason, "detail", refused.detail)
		return problem(http.StatusBadRequest, refused.reason).response(shapeOf(event))
	}
	recorder := newRecorder()
	t.handler.ServeHTTP(recorder, request)
	if request.Method == http.MethodHead {
		recorder.body.Reset()
	}
	return recorder.response(shapeOf(event))
}
