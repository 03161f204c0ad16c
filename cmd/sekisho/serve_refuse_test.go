package main

import (
	"bytes"
	"net"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/awsenv"
)

// A server that would believe anybody, or nothing that makes sense, does not
// start.
func TestServeDoesNotStart(t *testing.T) {
	p := newPost(t)
	good := p.write(t, "good.json", []byte(`{`+postFiles+`}}`))
	file := func(name, content string) string { return p.write(t, name, []byte(content)) }
	cases := []struct {
		name string
		args []string
		code int
		want string
	}{
		{"no address", []string{"--config", good}, exitUsage, "want --listen and --config"},
		{"no configuration", []string{"--listen", "127.0.0.1:0"}, exitUsage, "want --listen and --config"},
		{"every address", []string{"--listen", ":0", "--config", good}, exitUsage, "not a loopback address"},
		{"every address of IPv4", []string{"--listen", "0.0.0.0:0", "--config", good}, exitUsage, "not a loopback address"},
		{"every address of IPv6", []string{"--listen", "[::]:0", "--config", good}, exitUsage, "not a loopback address"},
		{"another address", []string{"--listen", "192.0.2.1:80", "--config", good}, exitUsage, "not a loopback address"},
		{"address that is none", []string{"--listen", "127.0.0.1", "--config", good}, exitUsage, "reading --listen"},
		{"network that is none", []string{"--listen", ":0", "--trusted-proxy", "10.0.0.1", "--config", good}, exitUsage, "reading --trusted-proxy"},
		{"network that is everybody", []string{"--listen", ":0", "--trusted-proxy", "0.0.0.0/0", "--config", good}, exitUsage, "is everybody"},
		{"network that is everybody in IPv6", []string{"--listen", ":0", "--trusted-proxy", "::/0", "--config", good}, exitUsage, "is everybody"},
		{"configuration that is not there", []string{"--listen", "127.0.0.1:0", "--config", p.dir + "/none.json"}, exitUsage, "none.json"},
		{"configuration with mistakes", []string{"--listen", "127.0.0.1:0", "--config", file("wrong.json", `{"gate":{"heder":"x"},"proxy":"apache"}`)}, exitRefused, "gate.heder: unknown key"},
		{"bundle that is not there", []string{"--listen", "127.0.0.1:0", "--config", file("nobundle.json", `{"files":{"caBundle":["none.pem"],"lists":["root.crl"]}}`)}, exitUsage, "none.pem"},
		{"bundle that is none", []string{"--listen", "127.0.0.1:0", "--config", file("junk.json", `{"files":{"caBundle":["root.crl"],"lists":["root.crl"]}}`)}, exitRefused, "reading the CA bundle"},
		{"bucket without keys", []string{"--listen", "127.0.0.1:0", "--config", file("bucket.json", `{"bucket":{"name":"b","caBundleSha256":"`+strings.Repeat("0", 64)+`"}}`)}, exitUsage, awsenv.AccessKeyID},
		{"upstream that is none", []string{"--listen", "127.0.0.1:0", "--config", good, "--upstream", "app"}, exitRefused, "setting up the upstream"},
	}
	t.Setenv(awsenv.AccessKeyID, "")
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			code := run(t.Context(), append([]string{"serve"}, c.args...), &out, &errs)
			if code != c.code || !strings.Contains(errs.String(), c.want) {
				t.Errorf("exit code %d, said %q, want %d and %q", code, errs.String(), c.code, c.want)
			}
		})
	}
}

func TestPeers(t *testing.T) {
	t.Parallel()
	loopback, err := parsePeers("localhost:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	proxies, err := parsePeers(":0", []string{"10.1.2.3/24", "2001:db8::/32"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		peers   peers
		address string
		want    bool
	}{
		{loopback, "127.0.0.1", true}, {loopback, "::1", true}, {loopback, "::ffff:127.0.0.1", true}, {loopback, "10.1.2.3", false},
		{proxies, "10.1.2.200", true}, {proxies, "::ffff:10.1.2.200", true}, {proxies, "10.1.3.1", false},
		{proxies, "2001:db8::5", true}, {proxies, "2001:db9::5", false}, {proxies, "127.0.0.1", false},
	} {
		got := c.peers.include(&net.TCPAddr{IP: net.ParseIP(c.address), Port: 1})
		if got != c.want {
			t.Errorf("%s: got %v, want %v", c.address, got, c.want)
		}
	}
	if loopback.include(&net.UnixAddr{Name: "x"}) {
		t.Error("an address that is no TCP address is taken")
	}
}
