package alb

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// answer is what a function returns (ALB guide, "Lambda functions as targets":
// respond to the load balancer), checked and decoded.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// readAnswer reads the function's JSON. Which of the two header fields counts
// depends on the target group's setting alone, as documented.
func readAnswer(text []byte, singleValue bool) (answer, error) {
	if len(text) > maxFunctionResponse {
		return answer{}, fmt.Errorf("reading the function's answer: %d bytes, at most %d", len(text), maxFunctionResponse)
	}
	var given struct {
		StatusCode        int                 `json:"statusCode"`
		Headers           map[string]string   `json:"headers"`
		MultiValueHeaders map[string][]string `json:"multiValueHeaders"`
		Body              string              `json:"body"`
		IsBase64Encoded   bool                `json:"isBase64Encoded"`
	}
	err := json.Unmarshal(text, &given)
	if err != nil {
		return answer{}, fmt.Errorf("reading the function's answer: %w", err)
	}
	if given.StatusCode < 200 || given.StatusCode > 599 {
		return answer{}, fmt.Errorf("reading the function's answer: status code %d", given.StatusCode)
	}
	header := answerHeader(given.MultiValueHeaders)
	if singleValue {
		header = answerHeader(severalValues(given.Headers))
	}
	if headerSize(header) > maxResponseHeaders {
		return answer{}, fmt.Errorf("reading the function's answer: more than %d bytes of headers", maxResponseHeaders)
	}
	body, err := answerBody(given.Body, given.IsBase64Encoded)
	return answer{status: given.StatusCode, header: header, body: body}, err
}

func severalValues(single map[string]string) map[string][]string {
	all := make(map[string][]string, len(single))
	for name, value := range single {
		all[name] = []string{value}
	}
	return all
}

// answerHeader leaves out what concerns one connection only (RFC 9110 section
// 7.6.1) and the length, which is computed.
func answerHeader(given map[string][]string) http.Header {
	header := http.Header{}
	for name, values := range given {
		for _, value := range values {
			header.Add(name, value)
		}
	}
	for _, name := range []string{
		"Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection",
		"Te", "Trailer", "Transfer-Encoding", "Upgrade", "Content-Length",
	} {
		header.Del(name)
	}
	return header
}

func answerBody(text string, base64Encoded bool) ([]byte, error) {
	if !base64Encoded {
		return []byte(text), nil
	}
	body, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("reading the function's answer: decoding the body: %w", err)
	}
	return body, nil
}

func (a answer) write(w http.ResponseWriter) {
	header := w.Header()
	header["Content-Type"] = nil // net/http must not guess one
	for name, values := range a.header {
		header[name] = values
	}
	if header.Get("Server") == "" {
		header.Set("Server", serverName)
	}
	if a.status != http.StatusNoContent && a.status != http.StatusNotModified {
		header.Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // the client may be gone
}

const serverName = "awselb/2.0"

// answerError is the load balancer's own answer.
func answerError(w http.ResponseWriter, status int) {
	title := strconv.Itoa(status) + " " + http.StatusText(status)
	w.Header().Set("Server", serverName)
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, "<html>\r\n<head><title>%[1]s</title></head>\r\n<body>\r\n<center><h1>%[1]s</h1></center>\r\n</body>\r\n</html>\r\n", title)
}
