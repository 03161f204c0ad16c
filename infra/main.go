// Command infra is the CDK app: it reads the settings, makes one stack of them
// and writes the template. It asks no account for anything; the CDK command
// runs it, as cdk.json says.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

func main() {
	err := run(time.Now())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	leave()
	if err != nil {
		os.Exit(1)
	}
}

// leave ends the Node.js process behind the CDK. Its library waits for that
// process twice and may take the second answer for a failure; all that is worth
// reading has been written by now.
func leave() {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err == nil {
		os.Stderr = null
	}
	jsii.Close()
}

// run writes the template of the settings in cdk.json to where the CDK command
// wants it, and those of the examples below, where it is told to.
func run(now time.Time) error {
	app := newApp(nil)
	text, source, err := settingsOf(app)
	if err != nil {
		return err
	}
	d, err := load(text, source, "dist", now)
	if err != nil {
		return err
	}
	err = synthesise(app, d)
	if err != nil {
		return err
	}
	return runExamples(app, now)
}

// runExamples writes one more cloud assembly for each file of settings in the
// folder that the context names. One run for all is what makes it quick.
func runExamples(app awscdk.App, now time.Time) error {
	folder, ok := app.Node().TryGetContext(jsii.String("examples")).(string)
	if !ok {
		return nil
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		return fmt.Errorf("listing the examples in %s: %w", folder, err)
	}
	for _, file := range files {
		d, err := loadFile(file, "dist", now)
		if err != nil {
			return err
		}
		outdir := filepath.Join(*app.Outdir(), "examples", exampleName(file))
		err = synthesise(newApp(&outdir), d)
		if err != nil {
			return err
		}
	}
	return nil
}
