package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/sekisho/sekisho/internal/refresh"
)

// operatorAlias is the alias that orders must come through. Who may invoke it
// is granted apart from everything else: a schedule, or whoever may start a
// refresh, cannot let a list through.
const operatorAlias = "operator"

// orders are an operator's word on one list, as it stands in an event.
type orders struct {
	// Approve lets a list through that is held back.
	Approve *refresh.Order `json:"approve"`
	// Reset lets a list through that is older than the accepted one.
	Reset *refresh.Order `json:"reset"`
}

// ordersOf finds the orders in an event. An event that is none may hold
// anything; an order that cannot be read is not taken for another look.
func ordersOf(payload json.RawMessage) (orders, error) {
	var members struct{ Approve, Reset json.RawMessage }
	err := json.Unmarshal(payload, &members)
	if err != nil || members.Approve == nil && members.Reset == nil {
		return orders{}, nil
	}
	var read orders
	decoder := json.NewDecoder(bytes.NewReader(payload))
	decoder.DisallowUnknownFields()
	err = decoder.Decode(&read)
	if err != nil {
		return orders{}, fmt.Errorf("reading the order: %w: want {\"approve\": {\"source\", \"sha256\", \"by\", \"reason\"}}, or the same as \"reset\"", err)
	}
	return read, nil
}

// given says that the event is an order.
func (o orders) given() bool { return o.Approve != nil || o.Reset != nil }

// carryOut gives the order to the refresher, which refuses what does not fit.
func (h *handler) carryOut(ctx context.Context, asked orders) (answer, error) {
	err := asked.allowed(ctx)
	if err != nil {
		return answer{}, err
	}
	refresher, err := h.deployed.Load(ctx)
	if err != nil {
		return answer{}, err
	}
	order, give := asked.Approve, refresher.Approve
	if asked.Reset != nil {
		order, give = asked.Reset, refresher.Reset
	}
	report, err := give(ctx, *order)
	h.logOrder(ctx, *order, err)
	if len(report.Outcomes) == 0 {
		return answer{Report: report}, err
	}
	h.say(ctx, report, err)
	given := answer{Report: report}
	if err != nil {
		given.Error = err.Error()
	}
	return given, nil
}

func (h *handler) logOrder(ctx context.Context, order refresh.Order, problem error) {
	said := ""
	if problem != nil {
		said = problem.Error()
	}
	h.log.WarnContext(ctx, "operator's order", slog.String("source", order.Source), slog.String("sha256", order.SHA256),
		slog.String("by", order.By), slog.String("reason", order.Reason), slog.String("error", said))
}

// allowed checks how the function was invoked: the alias is the last part of
// the ARN that Lambda tells it (Lambda Developer Guide, "Using the Lambda
// runtime API").
func (o orders) allowed(ctx context.Context) error {
	if o.Approve != nil && o.Reset != nil {
		return errors.New("an event approves a list or resets to one, not both: send two")
	}
	invoked, ok := lambdacontext.FromContext(ctx)
	if ok && throughAlias(invoked.InvokedFunctionArn) {
		return nil
	}
	return fmt.Errorf("approve and reset are taken through the alias %q of this function only: invoke it with --qualifier %s", operatorAlias, operatorAlias)
}

// throughAlias reads arn:aws:lambda:REGION:ACCOUNT:function:NAME:ALIAS.
func throughAlias(arn string) bool {
	parts := strings.Split(arn, ":")
	return len(parts) == 8 && parts[5] == "function" && parts[7] == operatorAlias
}
