package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/sekisho/sekisho/internal/settings"
)

// deployment is all that a stack is made from.
type deployment struct {
	settings.Prepared
	// functions is the folder with the built functions, one folder each.
	functions string
}

// contextKey is where the settings stand in cdk.json, below "context".
const contextKey = "sekisho"

// settingsOf are the settings as JSON, and where they come from. The context
// holds the settings themselves, or the name of a file with them: one cdk.json
// then serves several gates (cdk deploy -c sekisho=gates/second.json).
func settingsOf(app awscdk.App) ([]byte, string, error) {
	switch value := app.Node().TryGetContext(jsii.String(contextKey)).(type) {
	case nil:
		return nil, "", fmt.Errorf("cdk.json has no settings: write them below \"context\" under the key %q", contextKey)
	case string:
		text, err := os.ReadFile(value)
		return text, value, err
	default:
		text, err := json.Marshal(value)
		return text, fmt.Sprintf("%q in cdk.json", contextKey), err
	}
}

// loadFile loads the settings in a file.
func loadFile(name, functions string, now time.Time) (deployment, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return deployment{}, fmt.Errorf("reading the settings: %w", err)
	}
	return load(text, name, functions, now)
}

// load checks settings. The error lists everything that is wrong with them.
func load(text []byte, source, functions string, now time.Time) (deployment, error) {
	prepared, err := settings.Load(text, os.ReadFile, now)
	d := deployment{Prepared: prepared, functions: functions}
	if err != nil {
		return deployment{}, fmt.Errorf("the settings in %s cannot be deployed:\n  %s", source, strings.ReplaceAll(err.Error(), "\n", "\n  "))
	}
	return d, errors.Join(d.built("refresh"), d.built("verify"), d.builtCanary())
}

// builtCanary asks for the canary's program only where there is to be one.
func (d deployment) builtCanary() error {
	if !hasCanary(d.Settings) {
		return nil
	}
	return d.built("canary")
}

// built says whether a function's program is there to be deployed.
func (d deployment) built(function string) error {
	name := filepath.Join(d.functions, function, "bootstrap")
	_, err := os.Stat(name)
	if err != nil {
		return fmt.Errorf("finding the program of the %s function: %w: build it with \"make functions\"", function, err)
	}
	return nil
}

func exampleName(file string) string {
	return strings.TrimSuffix(filepath.Base(file), ".json")
}
