package refresh

import (
	"errors"
	"fmt"
	"slices"
)

// maxTexts is how many problems of one kind are told: somebody else may decide
// how many there are.
const maxTexts = 10

// allOf is one error that says the first few of many, and how many more
// there are; nil where there is none.
func allOf(problems []error) error {
	more := len(problems) - maxTexts
	if more > 0 {
		problems = append(slices.Clone(problems[:maxTexts]), fmt.Errorf("and %d more", more))
	}
	return errors.Join(problems...)
}
