package runtime

import (
	"os/exec"
	"runtime"
	"syscall"
)

// process is a running program that leads its own process group.
type process struct {
	// group is the number of the process group, and of its leader.
	group int
	// exited is closed once the leader has ended and been reaped, and the
	// rest of its group killed.
	exited chan struct{}
	// how says how it ended; read it after exited.
	how string
}

// startProcess runs command until it ends. It is forked and awaited on one
// operating-system thread that does nothing else: the kernel's promise to kill
// it with its parent is a promise about that thread.
func startProcess(command *exec.Cmd) (*process, error) {
	p := &process{exited: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		p.run(command, started)
	}()
	err := <-started
	if err != nil {
		return nil, err
	}
	return p, nil
}

func (p *process) run(command *exec.Cmd, started chan<- error) {
	command.SysProcAttr = groupLeader()
	err := command.Start()
	if err != nil {
		started <- err
		return
	}
	p.group = command.Process.Pid
	started <- nil
	_ = command.Wait() // how it ended stands in ProcessState
	p.how = command.ProcessState.String()
	signalGroup(p.group, syscall.SIGKILL) // what the leader left behind
	close(p.exited)
}

// freeze stops the whole group, as Lambda freezes an environment.
func (p *process) freeze() { p.signal(syscall.SIGSTOP) }

// thaw lets it run on.
func (p *process) thaw() { p.signal(syscall.SIGCONT) }

// kill ends the whole group, stopped or not, and waits until it has ended.
func (p *process) kill() {
	p.signal(syscall.SIGKILL)
	<-p.exited
}

// signal reaches every process of the group, unless the leader has ended: its
// number may belong to somebody else by then.
func (p *process) signal(s syscall.Signal) {
	select {
	case <-p.exited:
	default:
		signalGroup(p.group, s)
	}
}

// signalGroup ignores that there is none left to reach.
func signalGroup(group int, s syscall.Signal) { _ = syscall.Kill(-group, s) }
