package settings

import (
	"errors"
	"fmt"
)

// Problem is one thing that is wrong with a setting.
type Problem struct {
	// Key is the path of the setting, such as "sources[0].urls[1]", or the
	// name of an environment variable with such a path behind it.
	Key string
	// Detail says what is wrong and what to do.
	Detail string
}

func (p *Problem) Error() string { return p.Key + ": " + p.Detail }

// problems collects everything that is wrong, so that nobody mends one
// mistake only to be told of the next.
type problems struct{ all []error }

func (p *problems) add(key, format string, args ...any) {
	p.all = append(p.all, &Problem{Key: key, Detail: fmt.Sprintf(format, args...)})
}

func (p *problems) join() error { return errors.Join(p.all...) }

// at is the path of an element or a member below a key.
func at(key string, index int) string { return fmt.Sprintf("%s[%d]", key, index) }

func below(key, name string) string {
	if key == "" {
		return name
	}
	return key + "." + name
}
