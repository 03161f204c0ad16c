package main

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// command is a program that is measured, or that stands beside it.
func command(ctx context.Context, program string, args ...string) *exec.Cmd {
	return exec.CommandContext(ctx, program, args...)
}

// starter starts a server that turns clients away by a list.
type starter func(ctx context.Context, list, ca, program string) (*underTest, error)

// underTest is a server of one or more processes.
type underTest struct {
	address   string
	folder    string
	processes []*exec.Cmd
}

func newUnderTest() (*underTest, error) {
	folder, err := os.MkdirTemp("", "sekisho-bench-")
	if err != nil {
		return nil, fmt.Errorf("making a directory for a server: %w", err)
	}
	return &underTest{folder: folder}, nil
}

// stop ends all processes, the last first.
func (s *underTest) stop() {
	for i := len(s.processes) - 1; i >= 0; i-- {
		_ = s.processes[i].Process.Kill()
		_ = s.processes[i].Wait()
	}
	_ = os.RemoveAll(s.folder)
}

func (s *underTest) write(name string, content []byte) (string, error) {
	name = filepath.Join(s.folder, name)
	return name, os.WriteFile(name, content, 0o600)
}

// startSekisho is "sekisho serve" behind the listener of a load balancer. Each
// may use one core.
func startSekisho(ctx context.Context, list, ca, program string) (*underTest, error) {
	s, err := newUnderTest()
	if err != nil {
		return nil, err
	}
	config, err := s.write("verifier.json", fmt.Appendf(nil, `{"files":{"caBundle":[%q],"lists":[%q]}}`, ca, list))
	if err != nil {
		return s.failed(err)
	}
	behind, err := s.run(command(ctx, program, "serve", "--listen", "127.0.0.1:0", "--config", config))
	if err != nil {
		return s.failed(err)
	}
	own, err := os.Executable()
	if err != nil {
		return s.failed(err)
	}
	s.address, err = s.run(command(ctx, own, "listen", behind))
	if err != nil {
		return s.failed(err)
	}
	return s, nil
}

func (s *underTest) failed(err error) (*underTest, error) {
	s.stop()
	return nil, err
}

// run starts a process and returns the address that it says it listens on. What
// it says afterwards is read and thrown away, as a log collector would.
func (s *underTest) run(process *exec.Cmd) (string, error) {
	process.Env, process.Stderr = append(os.Environ(), "GOMAXPROCS=1"), os.Stderr
	output, err := process.StdoutPipe()
	if err != nil {
		return "", err
	}
	err = process.Start()
	if err != nil {
		return "", fmt.Errorf("starting a server: %w", err)
	}
	s.processes = append(s.processes, process)
	lines := bufio.NewReader(output)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return "", fmt.Errorf("starting a server: it does not say where it listens: %w", err)
		}
		var entry struct{ Msg, Address string }
		err = json.Unmarshal(line, &entry)
		if err == nil && entry.Msg == "listening" {
			go func() { _, _ = io.Copy(io.Discard, lines) }()
			return entry.Address, nil
		}
	}
}

const nginxConfiguration = `daemon off; master_process off; pid %[1]s/pid; error_log %[1]s/error.log;
events {}
http {
	access_log off;
	client_body_temp_path %[1]s/1; proxy_temp_path %[1]s/2; fastcgi_temp_path %[1]s/3; uwsgi_temp_path %[1]s/4; scgi_temp_path %[1]s/5;
	server {
		listen 127.0.0.1:%[2]d ssl;
		ssl_protocols TLSv1.3; ssl_session_cache off; ssl_session_tickets off;
		ssl_certificate %[1]s/server.pem; ssl_certificate_key %[1]s/server.key;
		ssl_client_certificate %[3]s; ssl_verify_client on; ssl_crl %[1]s/list.pem;
		location / { return 200 "ok\n"; }
	}
}
`

// startNginx is nginx with the list, in one process.
func startNginx(ctx context.Context, list, ca, program string) (*underTest, error) {
	s, err := newUnderTest()
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return s.failed(err)
	}
	err = s.writeForNginx(list, fmt.Sprintf(nginxConfiguration, s.folder, port, ca))
	if err != nil {
		return s.failed(err)
	}
	process := command(ctx, program, "-p", s.folder, "-e", filepath.Join(s.folder, "error.log"), "-c", filepath.Join(s.folder, "nginx.conf"))
	process.Stderr = os.Stderr
	err = process.Start()
	if err != nil {
		return s.failed(fmt.Errorf("starting nginx: %w", err))
	}
	s.processes, s.address = append(s.processes, process), "127.0.0.1:"+strconv.Itoa(port)
	err = s.await()
	if err != nil {
		return s.failed(err)
	}
	return s, nil
}

func (s *underTest) writeForNginx(list, configuration string) error {
	der, err := os.ReadFile(list)
	if err != nil {
		return fmt.Errorf("reading the list: %w", err)
	}
	cert, key, err := ownCertificate()
	if err != nil {
		return err
	}
	secret, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	var errs []error
	for name, content := range map[string][]byte{
		"nginx.conf": []byte(configuration), "server.pem": encoded(cert),
		"server.key": pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: secret}),
		"list.pem":   pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der}),
	} {
		_, err := s.write(name, content)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// await waits until somebody answers: nginx reads its list first.
func (s *underTest) await() error {
	for end := time.Now().Add(startTime); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if s.listens() {
			return nil
		}
	}
	return errors.New("starting nginx: it does not listen")
}

// used is what all processes have used of a processor so far, by what Linux
// tells of them.
func (s *underTest) used() (time.Duration, error) {
	const tick = 10 * time.Millisecond // USER_HZ is 100 on every platform of Linux
	var total time.Duration
	for _, process := range s.processes {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", process.Process.Pid))
		if err != nil {
			return 0, fmt.Errorf("asking what a server used: %w", err)
		}
		_, fields, _ := strings.Cut(string(text), ") ")
		var user, system time.Duration
		_, err = fmt.Sscanf(strings.Join(strings.Fields(fields)[11:13], " "), "%d %d", &user, &system)
		if err != nil {
			return 0, fmt.Errorf("asking what a server used: %w", err)
		}
		total += (user + system) * tick
	}
	return total, nil
}

// authorityIn is the CA that signed the lists, with its key.
func authorityIn(ca string) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	text, err := os.ReadFile(ca)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the CA: %w", err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, nil, errors.New("reading the CA: it is not PEM")
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, nil, err
	}
	secret, err := os.ReadFile(ca + ".key")
	if err != nil {
		return nil, nil, fmt.Errorf("reading the key of the CA: %w", err)
	}
	key, err := x509.ParseECPrivateKey(secret)
	return cert, key, err
}
