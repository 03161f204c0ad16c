package refresh

import (
	"context"
	"fmt"
	"strings"
)

// gate lets one call through at a time: whoever holds the other end decides
// which of several runs goes on.
type gate struct {
	arrive chan call
	grant  chan struct{}
}

func newGate() *gate { return &gate{arrive: make(chan call), grant: make(chan struct{})} }

func (g *gate) enter(next call) {
	g.arrive <- next
	<-g.grant
}

// process is a run that is stepped through call by call.
type process struct {
	*party
	done     chan struct{}
	finished bool
	// next is the call that the run stands before.
	next   call
	report Report
	err    error
}

// begin starts a run and leaves it before its first call.
func begin(p *party, refresher *Refresher) *process {
	p.gate = newGate()
	one := &process{party: p, done: make(chan struct{})}
	go func() {
		defer close(one.done)
		one.report, one.err = refresher.Run(context.Background())
	}()
	one.await()
	return one
}

// await waits until the run stands before its next call, or is over.
func (p *process) await() {
	select {
	case p.next = <-p.gate.arrive:
	case <-p.done:
		p.finished = true
	}
}

// step lets one call through.
func (p *process) step() {
	p.gate.grant <- struct{}{}
	p.await()
}

// kill ends a run that nobody wants to see the end of.
func (p *process) kill() {
	for !p.finished {
		p.dead = true
		p.step()
	}
}

// transcript shows what a run did.
func (p *party) transcript() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s:\n", p.name)
	for i, c := range p.calls {
		fmt.Fprintf(&text, "  %2d %s\n", i, c)
	}
	return text.String()
}
