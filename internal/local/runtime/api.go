package runtime

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// The Runtime API, as one instance sees it. The handlers only carry: what they
// get goes to the supervisor, which decides and gives the HTTP status.

// poll is one request for the next event, waiting for it.
type poll struct {
	event chan event // buffered; closed without an event when it is refused
}

// event is what a poll is answered with.
type event struct {
	header  http.Header
	payload []byte
}

// answer is what a function posted for an event.
type answer struct {
	id       string
	result   result
	tooLarge bool
	status   chan int // buffered
}

func (p poll) refuse() { close(p.event) }

func (in *instance) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", in.next)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", in.respond)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", in.fail)
	mux.HandleFunc("POST /2018-06-01/runtime/init/error", in.failInit)
	return in.guard(mux)
}

// guard turns away what a web page could send here: it names another host.
func (in *instance) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host != in.address {
			http.Error(w, "not the address of this runtime API", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (in *instance) next(w http.ResponseWriter, r *http.Request) {
	asked := poll{event: make(chan event, 1)}
	select {
	case in.polls <- asked:
	case <-in.ended:
		return
	}
	select {
	case e, ok := <-asked.event:
		writeEvent(w, e, ok)
	case <-r.Context().Done():
	case <-in.ended:
	}
}

func writeEvent(w http.ResponseWriter, e event, ok bool) {
	if !ok {
		writeStatus(w, http.StatusForbidden)
		return
	}
	for name, values := range e.header {
		w.Header()[name] = values
	}
	_, _ = w.Write(e.payload) // a function that left is seen by its process ending
}

func (in *instance) respond(w http.ResponseWriter, r *http.Request) {
	body, tooLarge, err := readPayload(r)
	if err != nil {
		return
	}
	a := answer{id: r.PathValue("id"), result: result{payload: body}, tooLarge: tooLarge}
	kind := r.Trailer.Get("Lambda-Runtime-Function-Error-Type")
	if kind != "" {
		a.result = result{err: trailerError(kind, r.Trailer.Get("Lambda-Runtime-Function-Error-Body"))}
	}
	if tooLarge {
		a.result = result{err: tooLargeError(TypeResponseTooLarge, "answer")}
	}
	in.submit(w, a)
}

func (in *instance) fail(w http.ResponseWriter, r *http.Request) {
	body, _, err := readPayload(r)
	if err != nil {
		return
	}
	reported := reportedError(r.Header.Get("Lambda-Runtime-Function-Error-Type"), body)
	in.submit(w, answer{id: r.PathValue("id"), result: result{err: reported}})
}

func (in *instance) failInit(w http.ResponseWriter, r *http.Request) {
	body, _, err := readPayload(r)
	if err != nil {
		return
	}
	select {
	case in.initErrors <- reportedError(r.Header.Get("Lambda-Runtime-Function-Error-Type"), body):
		writeStatus(w, http.StatusAccepted)
	case <-in.ended:
	case <-r.Context().Done():
	}
}

func (in *instance) submit(w http.ResponseWriter, a answer) {
	a.status = make(chan int, 1)
	select {
	case in.answers <- a:
		writeStatus(w, <-a.status)
	case <-in.ended:
	}
}

// readPayload reads a body of at most maxPayload bytes. Of a larger one nothing
// is kept, but all is read: a client learns of a refusal only after sending.
func readPayload(r *http.Request) ([]byte, bool, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxPayload+1))
	if err != nil {
		return nil, false, err
	}
	if len(body) <= maxPayload {
		return body, false, nil
	}
	_, err = io.Copy(io.Discard, r.Body)
	return nil, true, err
}

func trailerError(kind, encoded string) *Error {
	body, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return &Error{Type: kind, Message: "the function broke off its answer"}
	}
	return reportedError(kind, body)
}

func writeStatus(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if status == http.StatusAccepted {
		_, _ = fmt.Fprintln(w, `{"status":"OK"}`)
		return
	}
	_ = json.NewEncoder(w).Encode(Error{Type: refusalType(status), Message: http.StatusText(status)})
}

// refusalType is the Runtime API's word for a status.
func refusalType(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "InvalidRequestID"
	case http.StatusRequestEntityTooLarge:
		return "RequestEntityTooLarge"
	default:
		return "InvalidStateTransition"
	}
}
