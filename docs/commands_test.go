// Package docs has no code: its tests run every command in README and in the
// pages here, against a twin, so that none of them can come to lie.
package docs

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/programtest"
)

// patience bounds the commands of one page.
const patience = 5 * time.Minute

// TestEveryCommandWorks runs one page after the other: two that look for free
// ports at the same time may find the same ones.
func TestEveryCommandWorks(t *testing.T) {
	for _, name := range pages(t) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			page := read(t, name)
			for _, b := range page.blocks {
				if b.notRun != "" {
					t.Logf("line %d is not run: %s", b.line, b.notRun)
				}
			}
			script := page.script()
			if script == "" {
				return
			}
			lacking(t, script)
			run(t, script)
		})
	}
}

// pages are all that people read.
func pages(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("*.md")
	if err != nil || len(names) == 0 {
		t.Fatalf("no pages: %v", err)
	}
	return append([]string{"../README.md", "../README.ja.md"}, names...)
}

// lacking skips a page whose commands need a program that is not here.
func lacking(t *testing.T, script string) {
	t.Helper()
	for _, program := range []string{"aws", "curl", "openssl", "python3"} {
		_, err := exec.LookPath(program)
		if err != nil && strings.Contains(script, program+" ") {
			t.Skipf("%s is not installed: the commands of this page are not run", program)
		}
	}
}

// run runs a script in a folder that looks like a clone after "make build".
func run(t *testing.T, script string) {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for link, target := range map[string]string{"bin": programtest.Folder(), "testdata": filepath.Join(root, "testdata"), "docs": filepath.Join(root, "docs")} {
		err = os.Symlink(target, filepath.Join(folder, link))
		if err != nil {
			t.Fatal(err)
		}
	}
	var output bytes.Buffer
	shell := exec.Command("bash", "-c", onFreePorts(t, script))
	shell.Dir = folder
	shell.Env = append(os.Environ(), "PYTHONUNBUFFERED=1", "AWS_PAGER=", "AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE=none", "AWS_SHARED_CREDENTIALS_FILE=none")
	shell.Stdout, shell.Stderr = &output, &output
	// What a page leaves running is its process group's, and ends with it.
	shell.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	shell.WaitDelay = 10 * time.Second
	err = shell.Start()
	if err != nil {
		t.Fatal(err)
	}
	end := func() { _ = syscall.Kill(-shell.Process.Pid, syscall.SIGTERM) }
	timer := time.AfterFunc(patience, end)
	defer timer.Stop()
	err = shell.Wait()
	end()
	if err != nil {
		t.Fatalf("%v\n%s", err, &output)
	}
	t.Log(output.String())
}

// onFreePorts moves the fixed ports of a twin, and that of a web server beside
// it, to where nothing listens.
func onFreePorts(t *testing.T, script string) string {
	t.Helper()
	base := freeBase(t)
	pairs := []string{"bin/sekisho local --", fmt.Sprintf("bin/sekisho local --port-base %d --", base)}
	for i := range 10 {
		pairs = append(pairs, strconv.Itoa(8440+i), strconv.Itoa(base+i))
	}
	return strings.NewReplacer(append(pairs, "9000", strconv.Itoa(base+10))...).Replace(script)
}

// freeBase is the first of twelve ports in a row that are free now.
func freeBase(t *testing.T) int {
	t.Helper()
	for base := 21000 + os.Getpid()%500*20; base < 60000; base += 20 {
		if free(base) {
			return base
		}
	}
	t.Fatal("no free ports")
	return 0
}

func free(base int) bool {
	for port := base; port < base+12; port++ {
		listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err != nil {
			return false
		}
		listener.Close()
	}
	return true
}
