package main

import (
	"errors"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/cxapi"
)

// findings are the errors that the rules left behind in an assembly: whatever
// is neither right nor explained.
func findings(assembly cxapi.CloudAssembly) error {
	var errs []error
	for _, stack := range *assembly.Stacks() {
		for _, message := range *stack.Messages() {
			if message.Level == cxapi.SynthesisMessageLevel_ERROR {
				errs = append(errs, fmt.Errorf("%s: %v", *message.Id, message.Entry.Data))
			}
		}
	}
	return errors.Join(errs...)
}
