package attack

import (
	"slices"
	"strings"
	"testing"
)

// withHTTP2 sends what HTTP/1.1 cannot say.
func (v *visit) withHTTP2(t *testing.T, c caller) {
	value := of(v.house.good).value()
	other := field{strings.ToLower(defaultHeader) + "-leaf", value}
	plain := []field{{":method", "GET"}, {":scheme", "https"}, {":authority", "localhost"}, {":path", "/"}}
	with := func(fields ...field) []field { return slices.Concat(plain, fields) }
	path := func(path string) []field { return slices.Concat(plain[:3], []field{{":path", path}}) }
	ownHeader := strings.ToLower(v.setting.header)
	broken := noHandshake() // there is a connection, but no answer
	for _, r := range []struct {
		name   string
		fields []field
		want   verdict
	}{
		{"plain request", plain, c.alone},
		{"certificate under another name", with(other), c.alone},
		{"path twice", with(field{":path", "/healthz"}), broken},
		{"method twice", with(field{":method", "POST"}), broken},
		{"no path", plain[:3], broken},
		{"no method", plain[1:], broken},
		{"pseudo-header behind a header", slices.Concat(plain[:3], []field{other, plain[3]}), broken},
		{"pseudo-header that nobody knows", with(field{":client-cert", value}), broken},
		{"name in capitals", with(field{defaultHeader, value}), broken},
		{"name with a line end", with(field{"x-a\r\n" + ownHeader, value}), broken},
		{"value with a line end", with(field{"x-a", "a\r\n" + ownHeader + ": " + value}), broken},
		{"value with a NUL", with(field{"x-a", "a\x00"}), broken},
		{"name with a colon", with(field{ownHeader + ":", value}), broken},
		{"name without letters", with(field{"", value}), broken},
		{"connection header", with(field{"connection", ownHeader}), turnedAway(400)},
		{"chunked", with(field{"transfer-encoding", "chunked"}), turnedAway(400)},
		{"path that is a URL", path("https://localhost/healthz"), verdict{status: 200, body: "ok\n"}},
		{"path without a slash", path("healthz"), broken},
		{"path with a line end", path("/\r\nX: y"), broken},
		{"path that is an asterisk", path("*"), malformed("malformed-path")},
		{"authority and another host", with(field{"host", "other.example.org"}), c.alone},
		{"certificate header in cookies", with(field{"cookie", "a=b"}, field{"cookie", ownHeader + "=" + value}), c.alone},
	} {
		name := "HTTP/2: " + r.name + byWhom + c.name
		v.judge(t, name, r.want, v.askHTTP2(t, c.credential, r.fields))
	}
	own := field{ownHeader, value}
	v.forgedInHTTP2(t, c, forgery{name: "forged header", values: 1}, with(own))
	v.forgedInHTTP2(t, c, forgery{name: "forged header twice", values: 2}, with(own, own))
}

// forgedInHTTP2 sends the certificate header that the listener uses.
func (v *visit) forgedInHTTP2(t *testing.T, c caller, f forgery, fields []field) {
	want, open := v.setting.expect(c, f)
	if open {
		return
	}
	v.judge(t, "HTTP/2: "+f.name+byWhom+c.name, want, v.askHTTP2(t, c.credential, fields))
}
