package alb

import (
	"testing"
)

func TestVerifyLetsAValidClientIn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	address := s.verify(t)
	leaf := s.issuing.Issue(t, "laptop-1")
	for _, client := range []struct{ name string }{{"h1"}} {
		_ = client
	}
	status, body, err := get(s.client(t, leaf), address)
	if err != nil || status != 200 {
		t.Fatalf("got %d %v, want 200", status, err)
	}
	contains(t, "page", body, "CN=laptop-1")
	t.Log(body)
	t.Log(s.lastEntry(t, 1).String())
	_, _, err = get(s.client(t, nil), address)
	t.Log(err)
	t.Log(s.lastEntry(t, 2).String())
}
