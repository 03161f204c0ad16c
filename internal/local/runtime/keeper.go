package runtime

import (
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"syscall"
)

// keeperScript waits for a line. When its input ends without one, because this
// program ended in whatever way, it kills the group that it was given.
const keeperScript = `trap '' HUP INT QUIT TERM; read -r released || kill -s KILL -- "-$1"`

// keeper stands by one process group and outlives this program by a moment, to
// kill what it leaves behind: the kernel's own promise covers the leader of a
// group only, and Linux only.
type keeper struct {
	command *exec.Cmd
	input   io.WriteCloser
}

func startKeeper(group int) (*keeper, error) {
	command := exec.Command("/bin/sh", "-c", keeperScript, "keeper", strconv.Itoa(group)) //nolint:gosec // the script is constant, its argument a number
	command.Env = []string{}                                                              // it needs nothing but the shell's own words
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	input, err := command.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("opening the keeper's input: %w", err)
	}
	err = command.Start()
	if err != nil {
		return nil, fmt.Errorf("starting the keeper: %w", err)
	}
	return &keeper{command: command, input: input}, nil
}

// release ends the keeper: its group is gone already. A keeper that somebody
// killed is gone too, which is all that is wanted here.
func (k *keeper) release() {
	_, _ = io.WriteString(k.input, "released\n")
	_ = k.input.Close()
	_ = k.command.Wait()
}
