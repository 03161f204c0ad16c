package endpoint

import (
	"crypto/rand"
	"encoding/xml"
	"net/http"
)

// refuse writes an error in the form of a service.
func refuse(w http.ResponseWriter, service Service, status int, code, message string) {
	id := rand.Text()
	var document any = s3Error{Code: code, Message: message, RequestID: id}
	if service == ELB {
		document = elbError{
			Xmlns:     "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
			Error:     elbErrorItem{Type: fault(status), Code: code, Message: message},
			RequestID: id,
		}
	}
	text, err := xml.Marshal(document)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/xml")
	w.Header().Set("X-Amzn-RequestId", id)
	w.WriteHeader(status)
	_, _ = w.Write(text) // a caller that has gone away is not our error
}

// fault is whose fault an error is, in the words of the Query protocol.
func fault(status int) string {
	if status >= http.StatusInternalServerError {
		return "Receiver"
	}
	return "Sender"
}

type s3Error struct {
	XMLName   xml.Name `xml:"Error"`
	Code      string
	Message   string
	RequestID string `xml:"RequestId"`
}

type elbError struct {
	XMLName   xml.Name `xml:"ErrorResponse"`
	Xmlns     string   `xml:"xmlns,attr"`
	Error     elbErrorItem
	RequestID string `xml:"RequestId"`
}

type elbErrorItem struct{ Type, Code, Message string }

// statusWriter notes the status of an answer before the answer leaves.
type statusWriter struct {
	http.ResponseWriter
	note  func(status int)
	noted bool
}

// noteStatus notes a status, once.
func (w *statusWriter) noteStatus(status int) {
	if !w.noted {
		w.noted = true
		w.note(status)
	}
}

func (w *statusWriter) WriteHeader(status int) {
	w.noteStatus(status)
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(body []byte) (int, error) {
	w.noteStatus(http.StatusOK)
	return w.ResponseWriter.Write(body)
}

// unseenWriter takes an answer that nobody will see.
type unseenWriter struct {
	header http.Header
	status int
}

func (w *unseenWriter) Header() http.Header { return w.header }

func (w *unseenWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

func (w *unseenWriter) Write(body []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return len(body), nil
}
