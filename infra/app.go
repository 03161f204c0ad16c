package main

import (
	"fmt"
	"runtime"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

// newApp is the app that the CDK command runs, or one that writes to a folder of
// its own. It leaves out what would be different each time: how long things
// took, and the paths of the CDK's own temporary files.
func newApp(outdir *string) awscdk.App {
	return awscdk.NewApp(&awscdk.AppProps{
		Outdir: outdir, StackTraces: jsii.Bool(false), PerformanceReporting: jsii.Bool(false),
		Context: &map[string]any{"aws:cdk:disable-creation-stack-traces": true},
	})
}

// synthesise makes the stack and writes it down.
func synthesise(app awscdk.App, d deployment) error {
	return attempt(func() error {
		newStack(app, d)
		return check(app)
	})
}

// attempt turns the CDK's way of refusing something, which is to panic, into an
// error: what it says is for whoever wrote the settings. A mistake of our own
// stays what it is.
func attempt(step func() error) error {
	var err error
	func() {
		defer func() {
			said := recover()
			_, ours := said.(runtime.Error)
			if ours {
				panic(said)
			}
			if said != nil {
				err = fmt.Errorf("synthesising: %v", said)
			}
		}()
		err = step()
	}()
	return err
}
