package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// now is when the tests play.
var now = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// functions is a folder with stand-ins for the built functions.
var functions string

// TestMain runs the tests where cdk.json lies, with its context. The CDK reads
// its environment when the program starts, so the program starts once more.
// CDK_VALIDATION is what "make synth" does in full and takes most of its time.
func TestMain(m *testing.M) {
	err := os.Chdir("..")
	if err == nil && os.Getenv("CDK_VALIDATION") == "" {
		os.Exit(again())
	}
	if err == nil {
		functions, err = standIns()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(functions)
	// The process behind the CDK ends with this one, and again removes its files.
	// Ending it by hand would have its library wait for it twice at once, which the
	// race detector sees.
	os.Exit(code)
}

func again() int {
	text, err := os.ReadFile("cdk.json")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	var config struct{ Context json.RawMessage }
	err = json.Unmarshal(text, &config)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	program, err := os.Executable()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	temporary, err := os.MkdirTemp("", "sekisho-infra-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(temporary)
	tests := exec.Command(program, os.Args[1:]...)
	tests.Dir, tests.Stdout, tests.Stderr = "infra", os.Stdout, os.Stderr
	tests.Env = append(os.Environ(),
		"TMPDIR="+temporary,
		"CDK_VALIDATION=false",
		"CDK_CONTEXT_JSON="+string(config.Context),
		"JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=20")
	_ = tests.Run()
	return tests.ProcessState.ExitCode()
}

func standIns() (string, error) {
	dir, err := os.MkdirTemp("", "sekisho-infra-")
	if err != nil {
		return "", err
	}
	for _, name := range []string{"refresh", "verify", "canary"} {
		err = os.MkdirAll(filepath.Join(dir, name), 0o755)
		if err != nil {
			return "", err
		}
		err = os.WriteFile(filepath.Join(dir, name, "bootstrap"), []byte(name), 0o755)
		if err != nil {
			return "", err
		}
	}
	return dir, nil
}

// synthesised are the templates that tests share: each is made once.
var synthesised = struct {
	sync.Mutex
	templates map[string]template
}{templates: map[string]template{}}

// example is the template of an example.
func example(t *testing.T, name string) template {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("docs", "examples", name+".json"))
	if err != nil {
		t.Fatalf("reading the example: %v", err)
	}
	return of(t, string(text))
}

// of is the template of settings.
func of(t *testing.T, settings string) template {
	t.Helper()
	synthesised.Lock()
	defer synthesised.Unlock()
	made, ok := synthesised.templates[settings]
	if !ok {
		made = synth(t, settings, t.TempDir())
		synthesised.templates[settings] = made
	}
	return made
}

// synth makes a template anew, in a folder.
func synth(t *testing.T, settings, outdir string) template {
	t.Helper()
	d, err := load([]byte(settings), "the test", functions, now)
	if err != nil {
		t.Fatalf("loading the settings: %v", err)
	}
	err = synthesise(newApp(&outdir), d)
	if err != nil {
		t.Fatalf("synthesising: %v", err)
	}
	return readTemplate(t, filepath.Join(outdir, d.StackName+".template.json"))
}

// examples are the names of all examples.
func examples(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("docs", "examples", "*.json"))
	if err != nil || len(files) < 7 {
		t.Fatalf("got %d examples and error %v, want at least 7", len(files), err)
	}
	var names []string
	for _, file := range files {
		names = append(names, exampleName(file))
	}
	return names
}

// onEach runs a test on the template of every example.
func onEach(t *testing.T, test func(t *testing.T, got template)) {
	t.Helper()
	for _, name := range examples(t) {
		t.Run(name, func(t *testing.T) { test(t, example(t, name)) })
	}
}
