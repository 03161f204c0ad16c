package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/settings"
)

// The refresher may call at the ports that it is told to, and at no others.
func TestEgressPorts(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		urls  []string
		proxy string
		want  []int
	}{
		"AWS alone":          {[]string{"s3://bucket/ca.crl"}, "", []int{443}},
		"plain HTTP":         {[]string{"http://ca/ca.crl"}, "", []int{80, 443}},
		"HTTPS":              {[]string{"https://ca/ca.crl"}, "", []int{443}},
		"ports of their own": {[]string{"http://ca:8080/ca.crl", "https://ca:8443/ca.crl", "http://b:8080/ca.crl"}, "", []int{443, 8080, 8443}},
		"a proxy":            {[]string{"https://ca/ca.crl"}, "http://proxy:3128", []int{443, 3128}},
		"a proxy at 80":      {[]string{"https://ca/ca.crl"}, "http://proxy", []int{80, 443}},
		"IPv6":               {[]string{"http://[fd00::1]:81/ca.crl"}, "", []int{81, 443}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := settings.Defaults()
			s.CRLURLs, s.Refresher.Proxy = test.urls, test.proxy
			if got := refresherVisit(s).ports; !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

// A permission names the object, not the URL of it.
func TestPublishedLists(t *testing.T) {
	var d deployment
	d.CRLURLs = []string{"http://ca/ca.crl", "s3://lists/a/b.crl", "s3://lists/what%3F%20is%23this.crl"}
	var got []string
	for _, arn := range d.publishedLists() {
		_, object, _ := strings.Cut(arn, ":s3:::")
		got = append(got, object)
	}
	if want := []string{"lists/a/b.crl", "lists/what${?} is#this.crl"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// What of the refresher does not fit its environment is refused before it is
// deployed; what does, is told in full.
func TestProxyIsPassedOn(t *testing.T) {
	got := of(t, with(t, `{"refresher": {"proxy": "http://proxy:3128", "noProxy": ".amazonaws.com"}}`)).one(t, "RefresherFunction")
	for name, want := range map[string]string{"HTTP_PROXY": "http://proxy:3128", "HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": ".amazonaws.com"} {
		if value := got.property("Environment", "Variables", name); value != want {
			t.Errorf("got %s %q, want %q", name, value, want)
		}
	}
}
