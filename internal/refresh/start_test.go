package refresh

import (
	"testing"

	"github.com/sekisho/sekisho/internal/snapshot"
)

// start is a situation in which a run may find the cloud.
type start struct {
	name  string
	cloud *cloud
	// newest is the level of the newest list that anybody accepted or added.
	newest int
}

// stage makes the start states, with the real refresher wherever it is a
// refresher that leaves them behind.
type stage struct {
	tb      testing.TB
	ca      *publisher
	other   *publisher
	bundle  Bundle
	foreign *edition
}

func newStage(tb testing.TB) *stage {
	tb.Helper()
	s := &stage{tb: tb, ca: newPublisher(tb, "L", 5), other: newPublisher(tb, "F", 1)}
	s.bundle = bundleOf(s.ca)
	s.foreign = s.other.at(1)
	s.foreign.level = -1
	return s
}

// run makes one run that meets these faults.
func (s *stage) run(c *cloud, level int, faults map[int]fault) *party {
	s.tb.Helper()
	p := &party{name: "stage", cloud: c, network: serving(s.ca.at(level)), faults: faults}
	_, err := p.refresher(s.bundle).Run(s.tb.Context())
	if err != nil && len(faults) == 0 {
		s.tb.Fatalf("setting the stage: %v\n%s", err, p.transcript())
	}
	return p
}

// until is the number of the first call of a kind, in a run like this one.
func (s *stage) until(c *cloud, level int, kind string) int {
	s.tb.Helper()
	p := s.run(c.clone(), level, nil)
	for i, made := range p.calls {
		if made.kind == kind {
			return i
		}
	}
	s.tb.Fatalf("setting the stage: no call %q\n%s", kind, p.transcript())
	return 0
}

// cutOff makes a run that dies at its first call of a kind.
func (s *stage) cutOff(c *cloud, level int, kind string, f fault) {
	s.run(c, level, map[int]fault{s.until(c, level, kind): f})
}

func (s *stage) healthy(level int) *cloud {
	c := newCloud()
	s.run(c, level, nil)
	return c
}

// forget deletes an object.
func (c *cloud) forget(key string) { delete(c.objects, key) }

// starts are all start states.
func (s *stage) starts() []start {
	state := snapshot.StateKey(s.ca.identity())
	all := []start{{"empty", newCloud(), 0}, {"healthy", s.healthy(1), 1}}
	add := func(name string, newest int, c *cloud, change func(c *cloud)) {
		change(c)
		all = append(all, start{name, c, newest})
	}
	add("newer list added by a run that was cut off", 2, s.healthy(1), func(c *cloud) { s.cutOff(c, 2, "add", dyingLate) })
	add("damaged list added by a run that was cut off", 2, s.healthy(1), func(c *cloud) {
		c.miscounting = true
		s.cutOff(c, 2, "add", dyingLate)
		c.miscounting = false
	})
	add("second copy of the list", 1, s.healthy(1), func(c *cloud) { c.place(s.ca.at(1), false) })
	add("older list on top", 2, s.healthy(2), func(c *cloud) { c.place(s.ca.at(1), false) })
	add("superseded list not removed yet", 2, s.healthy(1), func(c *cloud) { s.cutOff(c, 2, "remove", dying) })
	add("superseded list not removed, and its successor removed by hand", 2, s.healthy(1), func(c *cloud) {
		s.cutOff(c, 2, "remove", dying)
		c.remove([]int64{c.lastID})
	})
	add("state lost", 2, s.healthy(2), func(c *cloud) { c.forget(state) })
	add("state lost, older list beside", 2, s.healthy(2), func(c *cloud) {
		c.place(s.ca.at(1), false)
		c.forget(state)
	})
	add("state damaged", 2, s.healthy(2), func(c *cloud) { c.objects[state] = newObject([]byte("{")) })
	add("bucket emptied", 2, s.healthy(2), func(c *cloud) {
		clear(c.objects)
		c.law = newLaw()
	})
	add("state ahead of the trust store", 2, s.healthy(1), func(c *cloud) { s.cutOff(c, 2, "add", dying) })
	add("ID removed by hand", 1, s.healthy(1), func(c *cloud) { c.remove(c.ids()) })
	add("foreign ID", 1, s.healthy(1), func(c *cloud) { c.place(s.foreign, false) })
	add("newer list added by hand", 2, s.healthy(1), func(c *cloud) { c.place(s.ca.at(2), false) })
	add("list added by hand, counted otherwise", 1, newCloud(), func(c *cloud) {
		c.imported(imported{text: s.ca.at(1).pem, list: s.ca.at(1), odd: true})
	})
	for _, one := range all {
		one.cloud.law.peaks = map[string]levels{}
		one.cloud.law.begin(one.cloud)
		one.cloud.law.broken = nil
	}
	return all
}
