package attack

import (
	"bufio"
	"crypto/tls"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// withConnections tries to be somebody else by way of a connection: whoever
// opened it is who asks, until it ends.
func (v *visit) withConnections(t *testing.T) {
	v.interleaved(t)
	v.resumed(t)
}

// interleaved has two clients ask in turn, each on its own connection, and the
// revoked one name the other's certificates where that does not count.
func (v *visit) interleaved(t *testing.T) {
	good, stolen := v.open(t, of(v.house.good)), v.open(t, of(v.house.stolen))
	if good == nil || stolen == nil {
		return
	}
	defer good.Close()
	defer stolen.Close()
	other := defaultHeader + "-Leaf: " + of(v.house.good).value()
	for range 3 {
		v.judge(t, "own connection beside a revoked client's", served(v.house.good.Cert), good.ask(t, keepAlive()))
		v.judge(t, "connection beside another client's", refused("revoked"), stolen.ask(t, keepAlive(other)))
	}
	pipelined := stolen.ask(t, keepAlive(other)+keepAlive(other))
	v.judge(t, "two requests at once", refused("revoked"), pipelined)
	v.judge(t, "two requests at once", refused("revoked"), stolen.read(t))
}

// resumed opens a session as a good client and tries to go on with it as nobody.
func (v *visit) resumed(t *testing.T) {
	cache := tls.NewLRUClientSessionCache(8)
	for _, c := range []struct {
		name string
		credential
		want verdict
	}{
		{"session of one's own", of(v.house.good), served(v.house.good.Cert)},
		{"session of a good client, taken up by nobody", credential{}, nobody()},
		{"session of a good client, taken up by a revoked one", of(v.house.stolen), refused("revoked")},
	} {
		config := c.config(v.servers)
		config.ClientSessionCache, config.MaxVersion = cache, tls.VersionTLS12
		v.judge(t, c.name, c.want, first(t, c.name, converse(t, v.address, config, get())))
	}
}

// dialogue is a connection on which several requests are made.
type dialogue struct {
	*tls.Conn
	reader *bufio.Reader
}

func (v *visit) open(t *testing.T, c credential) *dialogue {
	t.Helper()
	connection, err := tls.Dial("tcp", v.address, c.config(v.servers))
	if err != nil {
		t.Error(err)
		return nil
	}
	_ = connection.SetDeadline(time.Now().Add(patience))
	return &dialogue{connection, bufio.NewReader(connection)}
}

func (d *dialogue) ask(t *testing.T, raw string) answer {
	t.Helper()
	_, err := io.WriteString(d, raw)
	if err != nil {
		t.Error(err)
	}
	return d.read(t)
}

func (d *dialogue) read(t *testing.T) answer {
	t.Helper()
	response, err := http.ReadResponse(d.reader, nil)
	if err != nil {
		t.Error(err)
		return answer{}
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Error(err)
	}
	return answer{status: response.StatusCode, header: response.Header, body: body}
}

// keepAlive is get without an end of the connection.
func keepAlive(lines ...string) string {
	return strings.Replace(get(lines...), "Connection: close\r\n", "", 1)
}
