package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
)

// What nobody has explained fails the synthesis, wherever the program runs.
func TestUnexplainedFindingIsAnError(t *testing.T) {
	dir := t.TempDir()
	app := newApp(&dir)
	stack := awscdk.NewStack(app, jsii.String("Careless"), nil)
	awss3.NewBucket(stack, jsii.String("Open"), nil)
	tidy := awss3.NewBucket(stack, jsii.String("Tidy"), &awss3.BucketProps{EnforceSSL: jsii.Bool(true)})
	explain(tidy, finding{"AwsSolutions-S1", "It is there to be compared with."})
	err := attempt(func() error { return check(app) })
	if err == nil {
		t.Fatal("got no error")
	}
	got := reported(t, dir)
	for _, want := range []string{"Careless/Open/Resource AwsSolutions-S1 Non-Compliant", "Careless/Open/Resource AwsSolutions-S10 Non-Compliant"} {
		if !slices.Contains(got, want) {
			t.Errorf("got %v, want %s", got, want)
		}
	}
	if slices.ContainsFunc(got, func(line string) bool { return strings.Contains(line, "Tidy") }) {
		t.Errorf("got %v, want nothing about what is right or explained", got)
	}
}

// reported are the findings in the report that nobody has explained.
func reported(t *testing.T, dir string) []string {
	t.Helper()
	var lines []string
	for _, row := range readReport(t, filepath.Join(dir, "AwsSolutions-Careless-NagReport.csv")) {
		if row[2] != "Compliant" && row[2] != "Suppressed" {
			lines = append(lines, row[1]+" "+row[0]+" "+row[2])
		}
	}
	return lines
}

// A mistake of our own keeps its stack trace.
func TestOwnMistakesStayPanics(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("got no panic")
		}
	}()
	var nothing map[string]string
	_ = attempt(func() error {
		nothing["a"] = "b"
		return nil
	})
}
