package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/sekisho/sekisho/internal/refresh"
)

// operatorAlias is the alias of the refresh function that takes orders.
const operatorAlias = "operator"

// Approve lets a list through that the refresh function holds back.
func (c *Commands) Approve(ctx context.Context, order refresh.Order) (Run, error) {
	return send[Run](ctx, c, "approve", order)
}

// Reset lets a list through that is older than the accepted one.
func (c *Commands) Reset(ctx context.Context, order refresh.Order) (Run, error) {
	return send[Run](ctx, c, "reset", order)
}

func (t *Twin) approve(ctx context.Context, order refresh.Order) (Run, error) {
	return t.order(ctx, refresh.ApproveAction, order)
}

func (t *Twin) reset(ctx context.Context, order refresh.Order) (Run, error) {
	return t.order(ctx, refresh.ResetAction, order)
}

// order invokes the refresh function as an operator would in AWS: through its
// alias.
func (t *Twin) order(ctx context.Context, kind refresh.Action, order refresh.Order) (Run, error) {
	payload, err := json.Marshal(map[string]any{string(kind): order})
	if err != nil {
		return Run{}, fmt.Errorf("writing the order: %w", err)
	}
	run := Run{Started: time.Now()}
	answer, err := t.beside.InvokeAs(ctx, operatorAlias, payload)
	if err != nil {
		return Run{}, errors.New(said(err))
	}
	run.Took = time.Since(run.Started)
	given, err := readAnswer(answer)
	if err != nil {
		return Run{}, err
	}
	run.Report, run.Error = given.Report, given.Error
	t.schedule.note(run)
	return run, nil
}
