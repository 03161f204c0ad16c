package runtime

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

// The test program is also every program that the tests run: which one says
// this variable.
const programVariable = "PROGRAM"

func TestMain(m *testing.M) {
	program := os.Getenv(programVariable)
	if program == "" {
		os.Exit(m.Run())
	}
	os.Exit(runProgram(program))
}

func runProgram(name string) int {
	switch name {
	case "function":
		lambda.Start(obey)
	case "stubborn":
		signal.Ignore(syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
		lambda.Start(obey)
	case "exits at once":
		return 3
	case "never asks":
		select {}
	case "fails its init":
		return failInit()
	case "asks twice":
		return askTwice()
	case "twin of a frozen function":
		return runTwin(Frozen)
	case "twin of a running function":
		return runTwin(Running)
	}
	fmt.Fprintln(os.Stderr, "no such program:", name)
	return 2
}

// order is the event that the test function obeys.
type order struct {
	Do   string
	Text string
	Size int
}

func obey(ctx context.Context, o order) (any, error) {
	switch o.Do {
	case "echo":
		return o.Text, nil
	case "environment":
		return os.Environ(), nil
	case "context":
		return describe(ctx), nil
	case "print":
		fmt.Print(o.Text)
		return os.Getpid(), nil
	case "exit":
		os.Exit(7)
	case "die": // without a word of its own, as an exit may have
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	case "panic":
		panic("at the disco")
	case "hang":
		select {}
	case "swell":
		return strings.Repeat("x", o.Size), nil
	case "fork":
		return fork()
	}
	return nil, errors.New("cannot " + o.Do)
}

func describe(ctx context.Context) map[string]string {
	lc, _ := lambdacontext.FromContext(ctx)
	deadline, _ := ctx.Deadline()
	return map[string]string{
		"id":    lc.AwsRequestID,
		"arn":   lc.InvokedFunctionArn,
		"trace": os.Getenv("_X_AMZN_TRACE_ID"),
		"name":  lambdacontext.FunctionName,
		"left":  time.Until(deadline).String(),
	}
}

// fork starts a child that ignores every polite signal, waits until it does,
// and returns its number.
func fork() (int, error) {
	child := exec.Command("/bin/sh", "-c", "trap '' HUP INT TERM; echo ready; exec sleep 1000")
	out, err := child.StdoutPipe()
	if err != nil {
		return 0, err
	}
	err = child.Start()
	if err != nil {
		return 0, err
	}
	_, err = io.ReadFull(out, make([]byte, len("ready")))
	return child.Process.Pid, err
}

func failInit() int {
	url := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/init/error"
	body := strings.NewReader(`{"errorType":"Settings.Missing","errorMessage":"SEKISHO_BUCKET is not set"}`)
	response, err := http.Post(url, "application/json", body)
	if err != nil {
		return 2
	}
	_ = response.Body.Close()
	return 1
}

// askTwice takes every wrong turn there is, prints what it got for it, and
// never asks again.
func askTwice() int {
	base := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/"
	first, err := http.Get(base + "next")
	if err != nil {
		return 2
	}
	_ = first.Body.Close()
	second, err := http.Get(base + "next")
	if err != nil {
		return 2
	}
	_ = second.Body.Close()
	id := first.Header.Get("Lambda-Runtime-Aws-Request-Id")
	stray := post(base + "stray/response")
	right := post(base + id + "/response")
	again := post(base + id + "/response")
	fmt.Println("next while busy:", second.StatusCode, "stray:", stray, "right:", right, "again:", again)
	select {}
}

func post(url string) int {
	response, err := http.Post(url, "application/json", strings.NewReader(`"done"`))
	if err != nil {
		return 0
	}
	_ = response.Body.Close()
	return response.StatusCode
}

// runTwin supervises a function, has it fork, then freeze or hang, tells the
// numbers of both processes and waits to be killed.
func runTwin(phase Phase) int {
	executable, err := os.Executable()
	if err != nil {
		return 2
	}
	f, err := Start(context.Background(), Config{
		Name:        "twin",
		Bootstrap:   executable,
		Environment: map[string]string{programVariable: "stubborn"},
		Timeout:     time.Hour,
		Output:      os.Stderr,
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	child, err := f.Invoke(context.Background(), []byte(`{"Do":"fork"}`))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	if phase == Running {
		go func() { _, _ = f.Invoke(context.Background(), []byte(`{"Do":"hang"}`)) }()
	}
	for f.State().Phase != phase || f.State().Invocations == 1 && phase == Running {
		time.Sleep(time.Millisecond)
	}
	fmt.Printf("%d %s\n", f.State().PID, child)
	select {}
}
