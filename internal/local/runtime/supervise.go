package runtime

import "time"

// The pause before a restart: short at first, doubled with every process that
// died without completing an event, and bounded.
const (
	firstPause = 100 * time.Millisecond
	lastPause  = 5 * time.Second
)

func pauseAfter(failures int) time.Duration {
	pause := firstPause
	for ; failures > 1 && pause < lastPause; failures-- {
		pause *= 2
	}
	return min(pause, lastPause)
}

// supervise keeps one instance alive until the function is closed. It alone
// decides what happens to instances and invocations.
func (f *Function) supervise(in *instance) {
	defer close(f.done)
	defer f.enter(Closed)
	for failures := 0; in != nil; {
		failures = f.live(in, failures)
		in, failures = f.restart(failures)
	}
}

// live serves from one instance until it ends, and returns the number of
// failures in a row by then.
func (f *Function) live(in *instance, failures int) int {
	defer in.end()
	completed, err := f.serve(in)
	f.note(func(s *State) { s.LastFailure = err.Error() })
	if completed > 0 {
		return 1
	}
	return failures + 1
}

// restart pauses and starts, until something runs; nil once closed.
func (f *Function) restart(failures int) (*instance, int) {
	for f.pause(pauseAfter(failures)) {
		in, err := f.start()
		if err == nil {
			f.note(func(s *State) { s.Restarts++ })
			return in, failures
		}
		f.failWaiting(err)
		failures++
	}
	return nil, failures
}

func (f *Function) start() (*instance, error) {
	in, err := newInstance(f.config)
	if err != nil {
		return nil, err
	}
	f.note(func(s *State) { s.Phase, s.PID = Starting, in.process.group })
	return in, nil
}

// pause reports whether the function is still open after it.
func (f *Function) pause(d time.Duration) bool {
	f.enter(Resting)
	select {
	case <-time.After(d):
		return f.ctx.Err() == nil
	case <-f.ctx.Done():
		return false
	}
}

// serve hands events to an instance until it ends, and returns how many were
// completed and why it ended.
func (f *Function) serve(in *instance) (int, error) {
	asked, err := f.initialise(in)
	if err != nil {
		f.failWaiting(err)
		return 0, err
	}
	for completed := 0; ; completed++ {
		call, err := f.idle(in, &asked)
		if err != nil {
			return completed, err
		}
		asked, err = f.handle(in, asked, call)
		if err != nil {
			call.end(result{err: err})
			return completed, err
		}
	}
}

// initialise waits for the first request for an event. What the program
// reports about its own failure counts more than that it ended.
func (f *Function) initialise(in *instance) (poll, error) {
	var reported *Error
	timeout := time.After(f.config.InitTimeout)
	for {
		select {
		case asked := <-in.polls:
			return asked, nil
		case reported = <-in.initErrors:
		case a := <-in.answers:
			a.status <- (&invocation{}).take(a)
		case <-in.process.exited:
			return poll{}, firstOf(reported, exitError(in.process.how))
		case <-timeout:
			return poll{}, firstOf(reported, initTimeoutError(f.config.InitTimeout))
		case <-f.ctx.Done():
			return poll{}, ErrClosed
		}
	}
}

// idle waits for an event, frozen. A function that broke its request off and
// asks anew replaces it.
func (f *Function) idle(in *instance, asked *poll) (*invocation, error) {
	select {
	case call := <-f.queue:
		return call, nil
	default:
	}
	for {
		f.enter(Frozen)
		in.process.freeze()
		select {
		case call := <-f.queue:
			return call, nil
		case anew := <-in.polls:
			asked.refuse()
			*asked = anew
		case a := <-in.answers:
			a.status <- (&invocation{}).take(a)
		case <-in.process.exited:
			return nil, exitError(in.process.how)
		case <-f.ctx.Done():
			return nil, ErrClosed
		}
	}
}

// handle sees one event through, until the function asks for the next one:
// until then it still runs, and its time still counts.
func (f *Function) handle(in *instance, asked poll, call *invocation) (poll, error) {
	f.note(func(s *State) { s.Phase = Running; s.Invocations++ })
	in.process.thaw()
	timeout := time.After(f.config.Timeout)
	deadline := time.Now().Add(f.config.Timeout)
	asked.event <- event{header: call.header(f.config.arn(), deadline), payload: call.payload}
	for {
		select {
		case a := <-in.answers:
			a.status <- call.take(a)
		case anew := <-in.polls:
			if call.answered {
				return anew, nil
			}
			anew.refuse()
		case <-in.process.exited:
			return poll{}, exitError(in.process.how)
		case <-timeout:
			return poll{}, timeoutError(f.config.Timeout)
		case <-f.ctx.Done():
			return poll{}, ErrClosed
		}
	}
}

// failWaiting ends every call that waits at this moment: what they wait for
// does not start.
func (f *Function) failWaiting(err error) {
	for {
		select {
		case call := <-f.queue:
			call.end(result{err: err})
		default:
			return
		}
	}
}

func firstOf(reported *Error, otherwise *Error) error {
	if reported != nil {
		return reported
	}
	return otherwise
}
