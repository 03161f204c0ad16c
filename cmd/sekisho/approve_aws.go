package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/sekisho/sekisho/internal/awsenv"
	"github.com/sekisho/sekisho/internal/local"
	"github.com/sekisho/sekisho/internal/refresh"
)

// operatorAlias is the alias of the refresh function that takes orders.
const operatorAlias = "operator"

// orderAttempts is how often the function is asked while it is busy: the run
// of the schedule keeps its one instance for up to a minute.
const orderAttempts = 10

// toAWS invokes the function and waits for its report.
func (o order) toAWS(ctx context.Context) (local.Run, error) {
	config, err := awsenv.Config(os.Getenv)
	if err != nil {
		return local.Run{}, &usageError{fmt.Errorf("%w\n(a profile or a role: eval \"$(aws configure export-credentials --format env)\")", err)}
	}
	payload, err := json.Marshal(map[string]any{string(o.kind): o.Order})
	if err != nil {
		return local.Run{}, fmt.Errorf("writing the order: %w", err)
	}
	client := lambda.NewFromConfig(config, func(options *lambda.Options) { options.RetryMaxAttempts = orderAttempts })
	answer, err := client.Invoke(ctx, &lambda.InvokeInput{
		FunctionName: aws.String(o.function), Qualifier: aws.String(operatorAlias), Payload: payload,
	})
	if err != nil {
		return local.Run{}, fmt.Errorf("invoking %s:%s: %w", o.function, operatorAlias, err)
	}
	return runOf(answer)
}

// runOf reads the answer of the refresh function.
func runOf(answer *lambda.InvokeOutput) (local.Run, error) {
	var said struct {
		refresh.Report
		Error   string `json:"error"`
		Message string `json:"errorMessage"`
	}
	err := json.Unmarshal(answer.Payload, &said)
	switch {
	case err != nil:
		return local.Run{}, fmt.Errorf("reading the answer of the refresh function: %w", err)
	case answer.FunctionError != nil:
		return local.Run{}, errors.New(said.Message)
	}
	return local.Run{Started: said.Started, Report: said.Report, Error: said.Error}, nil
}
