package statuspage

import (
	"bytes"
	"encoding/json"
	"io"
	"sync"
	"time"
)

// maxLine bounds a line that is read along, in bytes; what is longer is no
// decision of the verifier.
const maxLine = 64 << 10

// Along passes a verifier's log on to another writer, and notes the decisions
// in it as visits to a listener.
func (j *Journal) Along(to io.Writer, listener string) io.Writer {
	return &alongside{journal: j, to: to, listener: listener}
}

type alongside struct {
	journal  *Journal
	to       io.Writer
	listener string

	mu   sync.Mutex
	line []byte // what has come of the present line
	skip bool   // it is too long
}

func (a *alongside) Write(text []byte) (int, error) {
	a.mu.Lock()
	a.read(text)
	a.mu.Unlock()
	return a.to.Write(text)
}

func (a *alongside) read(text []byte) {
	for len(text) > 0 {
		part, rest, ended := bytes.Cut(text, []byte("\n"))
		text = rest
		a.skip = a.skip || len(a.line)+len(part) > maxLine
		if !a.skip {
			a.line = append(a.line, part...)
		}
		if !ended {
			return
		}
		a.note()
		a.line, a.skip = a.line[:0], false
	}
}

// note takes a whole line.
func (a *alongside) note() {
	var said struct {
		Time     time.Time `json:"time"`
		Decision string    `json:"decision"`
		Reason   string    `json:"reason"`
		Status   int       `json:"status"`
		Serial   string    `json:"serial"`
		// Fingerprint is the certificate's, SHA-256 in hex.
		Fingerprint string `json:"fingerprint"`
	}
	if a.skip || !bytes.Contains(a.line, []byte(`"decision"`)) {
		return
	}
	err := json.Unmarshal(a.line, &said)
	if err != nil || said.Decision == "" {
		return
	}
	a.journal.Visited(Visit{
		At: said.Time, Listener: a.listener, Serial: said.Serial, Fingerprint: said.Fingerprint,
		Refused: said.Status != 200, Reason: said.Reason,
	})
}
