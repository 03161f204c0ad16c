// Package runtime runs one Lambda function on this machine: it starts the very
// bootstrap program that is deployed, speaks the Lambda Runtime API
// (2018-06-01) with it, and treats it as Lambda does.
//
// One function has one instance and answers one invocation at a time; others
// wait their turn. As soon as the instance asks for the next event and there is
// none, its process group is stopped (SIGSTOP), as Lambda freezes it; the next
// event continues it (SIGCONT). An instance that dies, or takes longer than its
// time-out and is killed for it, is replaced after a short pause that grows
// with each failure in a row.
//
// # What is taken along
//
// The instance leads a process group of its own, and whatever ends it ends the
// whole group with SIGKILL, which stopped processes obey too. When this process
// ends without closing the function, even by SIGKILL, two things hold: on Linux
// the kernel kills the instance (PR_SET_PDEATHSIG), and on every Unix a small
// shell, the keeper, sees its pipe close and kills the group. A child that has
// left the group (setsid) is followed by neither.
//
// # What it does not do
//
// No isolation, no memory limit, no concurrency, no extensions, no response
// streaming: a streamed response is collected first. An instance gets no
// SIGTERM before it is killed, as a Lambda without extensions gets none.
package runtime
