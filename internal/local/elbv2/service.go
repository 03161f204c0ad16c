package elbv2

import (
	"sync"
	"sync/atomic"
	"time"
)

// objects is where CA bundles and revocation lists are copied from.
type objects interface {
	// Object is the content of one version of an object, of the newest when
	// version is empty. The caller does not change the bytes and may keep
	// them. A bucket, key or version that is not there, a delete marker
	// included, is fs.ErrNotExist.
	Object(bucket, key, version string) ([]byte, error)
}

// Options are the settings of a Service; the zero value of each field is its default.
type Options struct {
	// Region and Account stand in the ARNs: ap-northeast-1, 000000000000.
	Region, Account string
	Switches        Switches
	Quotas          Quotas
	// Now tells the present, for the ten minutes that a location lasts:
	// time.Now.
	Now func() time.Time
}

// Service holds the trust stores of one account and Region. It is safe for
// concurrent use: changes happen one after the other, each whole or not at
// all, and readers never wait for them.
type Service struct {
	objects objects
	options Options

	current atomic.Pointer[state]
	change  sync.Mutex // held by whoever makes the next state
	// previous is the state before the newest change, for stale answers.
	previous  atomic.Pointer[state]
	locations locations
}

// New makes a service without trust stores that reads from objects.
func New(objects objects, options Options) *Service {
	if options.Region == "" {
		options.Region = "ap-northeast-1"
	}
	if options.Account == "" {
		options.Account = "000000000000"
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	options.Quotas = options.Quotas.withDefaults()
	s := &Service{objects: objects, options: options}
	s.current.Store(&state{})
	s.previous.Store(&state{})
	return s
}

// update replaces the current state by what next makes of it, or leaves it
// when next fails.
func (s *Service) update(next func(*state) (*state, error)) error {
	s.change.Lock()
	defer s.change.Unlock()
	before := s.current.Load()
	after, err := next(before)
	if err != nil {
		return err
	}
	s.previous.Store(before)
	s.current.Store(after)
	return nil
}
