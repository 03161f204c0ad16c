package doctor

import (
	"context"
	"fmt"
)

// Check is what was found about one thing.
type Check struct {
	// ID is stable, for programs.
	ID string `json:"id"`
	// Title says in words what should be so.
	Title string `json:"title"`
	// OK is nil when the check was skipped; Detail then says why.
	OK     *bool  `json:"ok"`
	Detail string `json:"detail"`
	// Fix says what to do; empty unless OK is false.
	Fix string `json:"fix,omitempty"`
}

// Failed says that something is wrong.
func (c Check) Failed() bool { return c.OK != nil && !*c.OK }

// finding is the outcome of a check.
type finding struct {
	ok          *bool
	detail, fix string
}

func passed(format string, values ...any) finding {
	ok := true
	return finding{ok: &ok, detail: fmt.Sprintf(format, values...)}
}

func skipped(format string, values ...any) finding {
	return finding{detail: fmt.Sprintf(format, values...)}
}

// failed takes what to do about it first.
func failed(fix, format string, values ...any) finding {
	ok := false
	return finding{ok: &ok, detail: fmt.Sprintf(format, values...), fix: fix}
}

// entry is a check that can be made.
type entry struct {
	id, title string
	examine   func(*examination, context.Context) finding
}

// catalogue are all checks in the order in which they are made: a later one may
// build on what an earlier one saw.
func catalogue() []entry {
	return []entry{
		{"reachable", "every listener can be reached", (*examination).reachable},
		{"server-certificate", "the server's certificate fits", (*examination).serverCertificate},
		{"certificate-requested", "a client certificate is asked for", (*examination).certificateRequested},
		{"ca-names", "the names of the CAs are advertised", (*examination).caNames},
		{"good-verify", "a good client is served (verify)", onVerify((*examination).good)},
		{"good-passthrough", "a good client is served (passthrough)", onPassthrough((*examination).good)},
		{"nobody-verify", "nobody is let in without a certificate (verify)", onVerify((*examination).nobody)},
		{"nobody-passthrough", "401 without a certificate (passthrough)", onPassthrough((*examination).nobody)},
		{"revoked-verify", "a revoked client is refused (verify)", onVerify((*examination).revoked)},
		{"revoked-passthrough", "a revoked client is refused (passthrough)", onPassthrough((*examination).revoked)},
		{"expired-verify", "an expired certificate is refused (verify)", onVerify((*examination).expired)},
		{"expired-passthrough", "an expired certificate is refused (passthrough)", onPassthrough((*examination).expired)},
		{"self-made-verify", "a self-made certificate with the same subject is refused (verify)", onVerify((*examination).selfMade)},
		{"self-made-passthrough", "a self-made certificate with the same subject is refused (passthrough)", onPassthrough((*examination).selfMade)},
		{"forged-header", "a forged certificate header is refused (passthrough)", onPassthrough((*examination).forgedHeader)},
		{"lists-reachable", "every revocation list can be fetched", (*examination).listsReachable},
		{"lists-fresh", "every revocation list is fresh", (*examination).listsFresh},
		{"newest-list", "the trust store holds the newest lists", (*examination).newestList},
		{"quota", "the trust store has room left", (*examination).quota},
		{"clock", "the gate's clock agrees with this one", (*examination).clock},
		{"open-connections", "an open connection ends in time", (*examination).openConnections},
	}
}

// Run makes all checks, one after the other. told hears of each as it is made;
// it may be nil.
func Run(ctx context.Context, gate Gate, told func(Check)) []Check {
	e := newExamination(gate)
	var all []Check
	for _, entry := range catalogue() {
		found := entry.examine(e, ctx)
		check := Check{ID: entry.id, Title: entry.title, OK: found.ok, Detail: found.detail, Fix: found.fix}
		if told != nil {
			told(check)
		}
		all = append(all, check)
	}
	return all
}
