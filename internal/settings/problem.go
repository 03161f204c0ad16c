package settings

import (
	"errors"
	"fmt"
)

// Problem is one thing that is wrong with a setting.
type Problem struct {
	// Key is the path of the setting, such as "sources[0].urls[1]", or the
	// name of an environment variable with such a path behind it. It is empty
	// for a text that is no JSON at all.
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
type problems struct {
	all []error
	// undecoded are the keys whose values could not be read: that they are
	// missing afterwards is no second problem.
	undecoded map[string]bool
}

func (p *problems) add(key, format string, args ...any) {
	if p.undecoded[key] {
		return
	}
	p.all = append(p.all, &Problem{Key: key, Detail: fmt.Sprintf(format, args...)})
}

// decoded ends the decoding: from here on the values are judged.
func (p *problems) decoded() {
	p.undecoded = map[string]bool{}
	for _, err := range p.all {
		var problem *Problem
		if errors.As(err, &problem) {
			p.undecoded[problem.Key] = true
		}
	}
}

func (p *problems) join() error { return errors.Join(p.all...) }

// at is the path of an element of a list.
func at(key string, index int) string { return fmt.Sprintf("%s[%d]", key, index) }

// below is the path of a member of an object.
func below(key, name string) string {
	if key == "" {
		return name
	}
	return key + "." + name
}
