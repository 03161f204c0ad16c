package main

import (
	"os/exec"
	"strings"
	"testing"
)

// The stack is made of the CDK and of what the settings say. That it knows no
// AWS client is how one sees that it calls nothing.
func TestInfraImportsTheCDKAndTheSettings(t *testing.T) {
	t.Parallel()
	output, err := exec.CommandContext(t.Context(), "go", "list", "-f", `{{join .Imports "\n"}}`, "./infra").Output()
	if err != nil {
		t.Fatalf("listing what infra imports: %v", err)
	}
	allowed := []string{
		"github.com/aws/aws-cdk-go/", "github.com/aws/constructs-go/", "github.com/aws/jsii-runtime-go", "github.com/cdklabs/cdk-nag-go/",
		"github.com/sekisho/sekisho/internal/settings", "github.com/sekisho/sekisho/internal/snapshot", "github.com/sekisho/sekisho/internal/cabundle", "github.com/sekisho/sekisho/internal/metrics",
	}
	for imported := range strings.FieldsSeq(string(output)) {
		known := !strings.Contains(strings.Split(imported, "/")[0], ".")
		for _, prefix := range allowed {
			known = known || strings.HasPrefix(imported, prefix)
		}
		if !known {
			t.Errorf("infra imports %s", imported)
		}
	}
}
