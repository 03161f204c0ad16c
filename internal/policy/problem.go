package policy

import (
	"errors"
	"fmt"
)

// Problem is one thing that is wrong with a document.
type Problem struct {
	// Key is where it stands, such as "rules[0].who[1].subjectCn". It is empty
	// for what is wrong with the document as a whole.
	Key string
	// Detail says what is wrong and what to do.
	Detail string
}

func (p *Problem) Error() string {
	if p.Key == "" {
		return p.Detail
	}
	return p.Key + ": " + p.Detail
}

// problems collects everything that is wrong, so that nobody mends one
// mistake only to be told of the next.
type problems struct{ all []error }

func (p *problems) add(key, format string, args ...any) {
	p.all = append(p.all, &Problem{Key: key, Detail: fmt.Sprintf(format, args...)})
}

func (p *problems) join() error { return errors.Join(p.all...) }
