package runtime

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"time"
)

// drainPatience is how long the last words of a dead process are waited for.
const drainPatience = time.Second

// instance is one process and the Runtime API that belongs to it alone: with
// the process goes its API, so that nothing left over can take an event that is
// meant for its successor.
type instance struct {
	process *process
	output  *output
	server  *http.Server
	address string
	keeper  *keeper

	polls      chan poll
	answers    chan answer
	initErrors chan *Error

	// ended is closed when the supervisor has turned away from this instance.
	ended chan struct{}
}

func newInstance(config Config) (*instance, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("opening the runtime API: %w", err)
	}
	in := &instance{
		address:    listener.Addr().String(),
		polls:      make(chan poll),
		answers:    make(chan answer),
		initErrors: make(chan *Error),
		ended:      make(chan struct{}),
	}
	// A function waits for its next event without end: only headers, once
	// begun, must arrive. They hold up to 1 MB of what went wrong.
	in.server = &http.Server{Handler: in.routes(), ReadHeaderTimeout: time.Minute, MaxHeaderBytes: 2 << 20}
	go func() { _ = in.server.Serve(listener) }()
	err = in.launch(config)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("running %s: %w", config.Bootstrap, err), in.server.Close())
	}
	return in, nil
}

func (in *instance) launch(config Config) error {
	output, err := newOutput(config.Output)
	if err != nil {
		return err
	}
	in.output = output
	in.process, err = startProcess(in.command(config))
	output.handOver()
	if err != nil {
		output.drain(0)
		return err
	}
	in.keeper, err = startKeeper(in.process.group)
	if err != nil {
		in.process.kill()
		output.drain(drainPatience)
		return err
	}
	return nil
}

func (in *instance) command(config Config) *exec.Cmd {
	command := exec.Command(config.Bootstrap) //nolint:gosec // running the given program is what this is for
	command.Dir = filepath.Dir(config.Bootstrap)
	command.Env = config.environ(in.address)
	command.Stdout, command.Stderr = in.output.theirs[0], in.output.theirs[1]
	return command
}

// end kills what still runs and takes everything down that belongs to it.
func (in *instance) end() {
	close(in.ended)
	in.process.kill()
	in.keeper.release()
	_ = in.server.Close()
	in.output.drain(drainPatience)
}
