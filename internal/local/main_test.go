package local

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/sekisho/sekisho/internal/programtest"
)

// programs are the functions, built once for all tests of the package.
type programs struct{ refresh, verify string }

func TestMain(m *testing.M) { os.Exit(programtest.Run(m)) }

func functionPrograms() programs {
	return programs{programtest.Function("refresh"), programtest.Function("verify")}
}

// running is a twin in a test, with everything at hand.
type running struct {
	*testing.T
	twin     *Twin
	dir      string
	commands *Commands
}

// startTwin starts a twin with a slow schedule on free ports: a test runs the
// refresh function itself when it wants to.
func startTwin(t *testing.T, edits ...func(*Options)) *running {
	t.Helper()
	t.Parallel()
	options := DefaultOptions()
	options.Dir = t.TempDir()
	options.PortBase, options.Every = 0, time.Hour
	options.RefreshBinary, options.VerifyBinary = functionPrograms().refresh, functionPrograms().verify
	options.Out = logWriter{t}
	for _, edit := range edits {
		edit(&options)
	}
	twin, err := Start(t.Context(), options)
	if err != nil {
		t.Fatalf("starting the twin: %v", err)
	}
	r := &running{T: t, twin: twin, dir: options.Dir, commands: NewCommands(options.Dir)}
	t.Cleanup(func() {
		err := twin.Close()
		if err != nil {
			t.Errorf("closing the twin: %v", err)
		}
		if t.Failed() {
			r.dumpLogs()
		}
	})
	return r
}

type logWriter struct{ t *testing.T }

func (w logWriter) Write(text []byte) (int, error) {
	w.t.Logf("%s", text)
	return len(text), nil
}

func (r *running) dumpLogs() {
	files, _ := filepath.Glob(filepath.Join(r.dir, "log", "*.log"))
	for _, file := range files {
		text, _ := os.ReadFile(file)
		r.Logf("%s:\n%s", filepath.Base(file), text[max(0, len(text)-4000):])
	}
}

// client issues a certificate and is that client.
func (r *running) client(name string) *Prober {
	r.Helper()
	_, err := r.commands.Issue(r.Context(), name, 1)
	if err != nil {
		r.Fatalf("issuing %s: %v", name, err)
	}
	client, err := LoadClient(r.dir, name)
	if err != nil {
		r.Fatal(err)
	}
	prober, err := NewProber(r.twin.Description(), client)
	if err != nil {
		r.Fatal(err)
	}
	return prober
}

func (r *running) verify(p *Prober) Answer {
	r.Helper()
	return r.ask(p, r.twin.description.Verify, nil)
}

func (r *running) passthrough(p *Prober) Answer {
	r.Helper()
	return r.ask(p, r.twin.description.Passthrough, nil)
}

func (r *running) ask(p *Prober, url string, headers http.Header) Answer {
	r.Helper()
	answer, err := p.Ask(r.Context(), url, headers)
	if err != nil {
		r.Fatal(err)
	}
	return answer
}

// refresh runs the refresh function now.
func (r *running) refresh() Run {
	r.Helper()
	run, err := r.commands.Refresh(r.Context())
	if err != nil {
		r.Fatal(err)
	}
	return run
}

// lapse waits until the verifier looks at its snapshot again: more than the
// five seconds that a snapshot may grow old.
func (r *running) lapse() {
	r.Helper()
	err := pause(context.WithoutCancel(r.Context()), 6*time.Second)
	if err != nil {
		r.Fatal(err)
	}
}

// listed are the revocation IDs that are in force.
func (r *running) listed() []int64 {
	r.Helper()
	view, ok := r.twin.endpoint.TrustStores().View(r.twin.description.TrustStoreARN)
	if !ok {
		r.Fatal("there is no trust store")
	}
	var ids []int64
	for _, revocation := range view.Revocations {
		ids = append(ids, revocation.ID)
	}
	return ids
}

// objects are the keys and versions of everything in the bucket.
func (r *running) objects() []string {
	r.Helper()
	client := newAWSClient(r.twin.description.AWSEndpoint).s3
	versions, err := client.ListObjectVersions(r.Context(), &s3.ListObjectVersionsInput{Bucket: aws.String(bucketName)})
	if err != nil {
		r.Fatal(err)
	}
	var all []string
	for _, version := range versions.Versions {
		all = append(all, aws.ToString(version.Key)+" "+aws.ToString(version.VersionId))
	}
	slices.Sort(all)
	return all
}

// object is the newest version of an object.
func (r *running) object(key string) []byte {
	r.Helper()
	client := newAWSClient(r.twin.description.AWSEndpoint).s3
	got, err := client.GetObject(r.Context(), &s3.GetObjectInput{Bucket: aws.String(bucketName), Key: aws.String(key)})
	if err != nil {
		r.Fatal(err)
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	if err != nil {
		r.Fatal(err)
	}
	return body
}
