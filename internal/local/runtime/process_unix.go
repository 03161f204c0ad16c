//go:build unix && !linux

package runtime

import "syscall"

// groupLeader makes a process the leader of its own group. Only Linux ties a
// process to its parent's life; elsewhere the keeper alone does.
func groupLeader() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
