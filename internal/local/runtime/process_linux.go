package runtime

import "syscall"

// groupLeader makes a process the leader of its own group, and has the kernel
// kill it when the thread that forked it ends: that is, at the latest, when
// this program ends, in whatever way.
func groupLeader() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
