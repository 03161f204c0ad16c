// Command function has the refresh function publish a list and then the next
// one, in one process as Lambda does, against the local twin of AWS. It says
// how long the second run took from the first byte of the list to the
// snapshot, and how much memory both took.
//
//	function FIRST NEXT CA BOOTSTRAP
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/sekisho/sekisho/internal/bench/measure"
	"github.com/sekisho/sekisho/internal/local/runtime"
	"github.com/sekisho/sekisho/internal/refresh"
)

func main() {
	err := run(context.Background(), os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "function: "+err.Error())
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) != 4 {
		return errors.New("want FIRST NEXT CA BOOTSTRAP")
	}
	cloud, err := startCloud()
	if err != nil {
		return err
	}
	defer cloud.close()
	environment, err := cloud.deploy(ctx, args[2])
	if err != nil {
		return err
	}
	function, err := startFunction(ctx, args[3], environment)
	if err != nil {
		return err
	}
	defer function.Close() //nolint:errcheck // it was measured before
	_, err = publish(ctx, cloud, function, args[0])
	if err != nil {
		return err
	}
	sample, err := publish(ctx, cloud, function, args[1])
	if err != nil {
		return err
	}
	return sample.Write(os.Stdout)
}

// publish puts a list on the distribution point and runs the function.
func publish(ctx context.Context, cloud *cloud, function *runtime.Function, file string) (measure.Sample, error) {
	err := cloud.load(file)
	if err != nil {
		return measure.Sample{}, err
	}
	used := cpu(function.State().PID)
	answer, err := function.Invoke(ctx, []byte("{}"))
	if err != nil {
		return measure.Sample{}, err
	}
	report, err := reportOf(answer)
	if err != nil {
		return measure.Sample{}, err
	}
	return sample(cloud, report, function.State().PID, used), nil
}

// reportOf demands that the list is in force: failing is quick.
func reportOf(answer []byte) (refresh.Report, error) {
	var report refresh.Report
	err := json.Unmarshal(answer, &report)
	if err != nil {
		return report, fmt.Errorf("reading the answer of the function: %w", err)
	}
	if len(report.Outcomes) != 1 || report.Outcomes[0].Revocation == 0 || report.Outcomes[0].Action != refresh.Replace || report.Outcomes[0].Error != "" {
		return report, fmt.Errorf("the list is not in force: %s", answer)
	}
	return report, nil
}
