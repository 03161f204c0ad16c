package attack

import (
	"io"
	"net"
	"os"
	"testing"
	"time"
)

// slowly holds connections open with half a request, while others are served;
// the server ends them by itself.
func (s *server) slowly(t *testing.T) {
	const many = 200
	var held []net.Conn
	for range many {
		conn, err := net.Dial("tcp", s.address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_, err = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, conn)
	}
	good := s.suite.house.good
	s.tries(t, "beside slow clients", get(certified(of(good))), served(good.Cert))
	for _, conn := range held {
		_ = conn.SetDeadline(time.Now().Add(time.Minute))
		answers := readAnswers(conn)
		if len(answers) > 0 {
			t.Errorf("half a request: got %v", answers)
		}
		_, err := conn.Read(make([]byte, 1))
		if os.IsTimeout(err) {
			t.Error("half a request, and then nothing: the server waits for ever")
		}
	}
	s.judge(t, "half a request, and then nothing", noHandshake(), answer{})
}
