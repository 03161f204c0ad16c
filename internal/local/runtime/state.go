package runtime

// Phase is what a function is doing.
type Phase string

// The phases of a function.
const (
	// Starting: the program runs and has not asked for an event yet.
	Starting Phase = "starting"
	// Frozen: it has asked for an event, there is none, and it is stopped.
	Frozen Phase = "frozen"
	// Running: it handles an event.
	Running Phase = "running"
	// Resting: it died and will be started again after a pause.
	Resting Phase = "resting"
	// Closed: it was closed; nothing of it runs.
	Closed Phase = "closed"
)

// State is what there is to tell about a function.
type State struct {
	Phase Phase
	// PID is the process now, or the last one; its group has the same number.
	PID int
	// Restarts counts the processes after the first.
	Restarts int
	// Invocations counts the events handed out, whatever came of them.
	Invocations int
	// LastFailure says why the last process ended; empty while none has.
	LastFailure string
}

// State is how the function is at this moment.
func (f *Function) State() State {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.state
}

// Restarts counts how often the process was replaced.
func (f *Function) Restarts() int { return f.State().Restarts }

func (f *Function) note(change func(*State)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(&f.state)
}

func (f *Function) enter(phase Phase) {
	f.note(func(s *State) { s.Phase = phase })
}
