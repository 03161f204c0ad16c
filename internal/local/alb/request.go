package alb

import (
	"net/http"
	"strings"
)

// refusedRequest returns the status with which the load balancer answers a
// request itself, or 0 (ALB guide, "Troubleshoot your Application Load
// Balancers": HTTP 400, 405 and 414; "Quotas": HTTP headers).
func refusedRequest(r *http.Request) int {
	switch {
	case r.Method == http.MethodTrace:
		return http.StatusMethodNotAllowed
	case r.Method == http.MethodConnect:
		return http.StatusBadRequest
	case requestLine(r) > maxRequestLine:
		return http.StatusRequestURITooLong
	case !headersFit(r.Header) || requestLine(r)+headerSize(r.Header) > maxRequestHeaders:
		return http.StatusBadRequest
	default:
		return 0
	}
}

func requestLine(r *http.Request) int {
	return len(r.Method) + len(" ") + len(r.RequestURI) + len(" HTTP/1.1\r\n")
}

func headersFit(h http.Header) bool {
	for name, values := range h {
		for _, value := range values {
			if lineSize(name, value) > maxSingleHeader {
				return false
			}
		}
	}
	return true
}

func headerSize(h http.Header) int {
	size := 0
	for name, values := range h {
		for _, value := range values {
			size += lineSize(name, value)
		}
	}
	return size
}

func lineSize(name, value string) int {
	return len(name) + len(": ") + len(value) + len("\r\n")
}

// dropInvalid removes headers whose name is not of the form [-A-Za-z0-9]+, as
// the load balancer attribute routing.http.drop_invalid_header_fields.enabled
// does. (It is off by default at AWS, and on in our stack.)
func dropInvalid(h http.Header) {
	for name := range h {
		if !validHeaderName(name) {
			delete(h, name)
		}
	}
}

func validHeaderName(name string) bool {
	for i := range len(name) {
		c := name[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-') {
			return false
		}
	}
	return name != ""
}

// wantsUpgrade reports whether the client asks for another protocol, which a
// function cannot serve (ALB guide, "Lambda functions as targets": limits).
func wantsUpgrade(h http.Header) bool {
	for _, value := range h.Values("Connection") {
		for token := range strings.SplitSeq(value, ",") {
			if strings.EqualFold(strings.TrimSpace(token), "upgrade") {
				return h.Get("Upgrade") != ""
			}
		}
	}
	return false
}
