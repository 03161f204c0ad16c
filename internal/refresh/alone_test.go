package refresh

import "fmt"

// solo is a run that has the cloud to itself, and what befalls it.
type solo struct {
	from   start
	level  int
	faults map[int]fault
}

func (s solo) String() string {
	return fmt.Sprintf("%s, list %d served, faults %v", s.from.name, s.level, s.faults)
}

func (s solo) newest() int { return max(s.from.newest, s.level) }

func (x *explorer) alone(s solo) *party {
	p := x.run(s.from.cloud.clone(), s.level, s.faults)
	x.healsUnstored(s, p)
	x.judge(s, p.cloud, s.newest(), p)
	return p
}

// healsUnstored demands that what was accepted is in force after a run that
// could not store or compare a newer list, and met no other fault.
func (x *explorer) healsUnstored(s solo, p *party) {
	identity := x.stage.ca.identity()
	state := s.from.cloud.state(identity)
	accepted := levelOf(state.Accepted.SHA256)
	if p.dead || len(s.faults) == 0 || accepted < 1 || state.Refused != nil {
		return
	}
	for at := range s.faults {
		if at >= len(p.calls) || !p.calls[at].ofContent() {
			return
		}
	}
	if got := p.cloud.enforced(identity)[union]; got < accepted {
		x.breaks(s, "a list that could not be stored kept the accepted one, of level %d, from being put in force again\n%s", accepted, p.transcript())
	}
}

// oneFault has every call of a run meet every fault, or those that represent
// the others.
func (x *explorer) oneFault(from start, level int, representatives bool) {
	x.eachFault(x.alone(solo{from, level, nil}).calls, 0, representatives, func(at int, f fault) {
		x.alone(solo{from, level, map[int]fault{at: f}})
	})
}

// twoFaults has every two calls of a run meet a fault each. What the first one
// makes the run do anew is met by the second one too.
func (x *explorer) twoFaults(from start, level int) {
	x.eachFault(x.alone(solo{from, level, nil}).calls, 0, true, func(at int, f fault) {
		first := x.alone(solo{from, level, map[int]fault{at: f}})
		x.eachFault(first.calls, at+1, true, func(next int, g fault) {
			x.alone(solo{from, level, map[int]fault{at: f, next: g}})
		})
	})
}

// twoRuns has a call of one run meet a fault, and a call of the run after it.
// From one and the same state of the cloud the second run is made only once.
func (x *explorer) twoRuns(from start, level int) {
	seen := map[uint64]bool{}
	x.eachFault(x.alone(solo{from, level, nil}).calls, 0, true, func(at int, f fault) {
		first := x.run(from.cloud.clone(), level, map[int]fault{at: f})
		left := start{name: solo{from, level, map[int]fault{at: f}}.String(), cloud: first.cloud, newest: max(from.newest, level)}
		if !seen[first.cloud.key()] {
			x.oneFault(left, level+1, true)
		}
		seen[first.cloud.key()] = true
	})
}

// eachFault goes over the calls from the given one on, and the faults that can
// befall each.
func (x *explorer) eachFault(calls []call, from int, representatives bool, visit func(at int, f fault)) {
	for at := from; at < len(calls); at++ {
		for _, f := range faultsOf(calls[at].kind, representatives) {
			if x.done() {
				return
			}
			visit(at, f)
		}
	}
}
