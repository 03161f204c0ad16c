package refresh

import (
	"fmt"
	"strings"
)

// overlap is two runs that are at work at the same time.
type overlap struct {
	from start
	// levels are the lists that the two get; faults befall their calls.
	levels [2]int
	faults [2]map[int]fault
	// switches bounds how often the turn passes from one run to the other
	// before either of them has ended.
	switches int
}

func (o overlap) String() string {
	return fmt.Sprintf("%s, two runs with lists %d and %d, faults %v", o.from.name, o.levels[0], o.levels[1], o.faults)
}

// together explores every order in which the calls of two runs can follow one
// another, within the bound on switches. An order is a list of turns: which of
// the two makes the next call. Two orders that lead to the same cloud and have
// told both runs the same go on alike, so only one of them is followed.
func (x *explorer) together(o overlap) {
	visited := map[uint64]bool{}
	open := [][]byte{{0}, {1}}
	for len(open) > 0 && !x.done() {
		turns := open[len(open)-1]
		open = append(open[:len(open)-1], x.follow(o, turns, visited)...)
	}
}

// overlapWithFault has one of two runs at once meet a fault, at every call.
func (x *explorer) overlapWithFault(from start, levels [2]int, switches int, befalls func(fault) bool) {
	for which := range levels {
		calls := x.run(from.cloud.clone(), levels[which], nil).calls
		x.eachFault(calls, 0, true, func(at int, f fault) {
			if !befalls(f) {
				return
			}
			o := overlap{from: from, levels: levels, switches: switches}
			o.faults[which] = map[int]fault{at: f}
			x.together(o)
		})
	}
}

// follow makes the given turns, lets whoever had the last one go on until it
// ends, and then the other. It returns the orders that branch off on the way.
func (x *explorer) follow(o overlap, turns []byte, visited map[uint64]bool) [][]byte {
	cloud := o.from.cloud.clone()
	both := [2]*process{}
	for i := range both {
		p := x.party(fmt.Sprintf("run %d", i), cloud, o.levels[i], o.faults[i])
		both[i] = begin(p, x.refresher(p))
	}
	var branches [][]byte
	made := 0
	for !both[0].finished || !both[1].finished {
		turn := x.turn(both, turns, made)
		if made >= len(turns) {
			key := keyOf(cloud, both, turn, switches(turns))
			if visited[key] {
				both[0].kill()
				both[1].kill()
				return branches
			}
			visited[key] = true
			other := keyOf(cloud, both, 1-turn, switches(turns)+1)
			if !both[1-turn].finished && both[turn].next.noticeable() && switches(turns) < o.switches && !visited[other^1] {
				visited[other^1] = true
				branches = append(branches, append(append([]byte{}, turns...), 1-turn))
			}
			turns = append(append([]byte{}, turns...), turn)
		}
		both[turn].step()
		made++
	}
	x.conclude(o, cloud, both, turns)
	return branches
}

// turn is whose call is next: as given, else whoever had the one before.
func (x *explorer) turn(both [2]*process, turns []byte, made int) byte {
	turn := turns[min(made, len(turns)-1)]
	if both[turn].finished {
		return 1 - turn
	}
	return turn
}

// switches counts how often the turn passed.
func switches(turns []byte) int {
	n := 0
	for i := 1; i < len(turns); i++ {
		if turns[i] != turns[i-1] {
			n++
		}
	}
	return n
}

// conclude judges two runs that are over. If nothing befell either of them,
// they must leave no window open, nor have had one open for long.
func (x *explorer) conclude(o overlap, c *cloud, both [2]*process, turns []byte) {
	if len(o.faults[0])+len(o.faults[1]) == 0 {
		if len(c.law.windows) > 0 {
			c.law.breaks("both runs ended well, and the trust store enforces less than it did: %s", c)
		}
		for cause, calls := range c.law.longest {
			if calls > windowBound {
				c.law.breaks("for %d calls of a run, want at most %d, the trust store enforced less than before: %s", calls, windowBound, cause)
			}
		}
	}
	x.tells(both[0].party, both[0].report)
	x.tells(both[1].party, both[1].report)
	x.judge(ordered{o, turns}, c, max(o.from.newest, o.levels[0], o.levels[1]), both[0].party, both[1].party)
}

// ordered is one order of the calls of two runs.
type ordered struct {
	overlap
	turns []byte
}

func (o ordered) String() string {
	var text strings.Builder
	for _, turn := range o.turns {
		text.WriteByte('0' + turn)
	}
	return o.overlap.String() + ", order " + text.String()
}

// keyOf tells apart what may go on differently.
func keyOf(c *cloud, both [2]*process, turn byte, switched int) uint64 {
	return hash(moment{
		cloud: c.key(), peaks: c.law.peaks[both[0].identity], open: len(c.law.windows),
		histories: [2]uint64{both[0].history, both[1].history},
		finished:  [2]bool{both[0].finished, both[1].finished},
		turn:      turn, switched: switched,
	})
}

type moment struct {
	cloud     uint64
	peaks     levels
	open      int
	histories [2]uint64
	finished  [2]bool
	turn      byte
	switched  int
}
