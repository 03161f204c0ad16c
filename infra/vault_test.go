package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/sekisho/sekisho/internal/local"
	"github.com/sekisho/sekisho/internal/local/runtime"
	"github.com/sekisho/sekisho/internal/settings"
)

const canaryName = "sekisho-canary"

// The secrets of the full example.
const (
	goodSecret    = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:canary/good-AbCdEf"
	revokedSecret = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:canary/revoked-GhIjKl"
)

// vault is AWS Secrets Manager beside the twin, which has none: whatever is not
// about secrets goes on to the twin.
type vault struct {
	sync.Mutex
	secrets map[string]string
	asked   []string
	rest    http.Handler
}

func (v *vault) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("X-Amz-Target") != "secretsmanager.GetSecretValue" {
		v.rest.ServeHTTP(w, r)
		return
	}
	var asked struct{ SecretId string }
	err := json.NewDecoder(r.Body).Decode(&asked)
	v.Lock()
	defer v.Unlock()
	secret, known := v.secrets[asked.SecretId]
	if err != nil || !known {
		http.Error(w, `{"__type":"ResourceNotFoundException"}`, http.StatusBadRequest)
		return
	}
	v.asked = append(v.asked, asked.SecretId)
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_ = json.NewEncoder(w).Encode(map[string]string{"ARN": asked.SecretId, "SecretString": secret})
}

// runCanary runs the deployed canary once, with a certificate that is good and
// one that is revoked and on the list in force. It returns what it printed, and
// the secrets that it asked for.
func (r realRun) runCanary() (string, []string) {
	r.Helper()
	description := r.twin.Description()
	twin, err := url.Parse(description.AWSEndpoint)
	r.must(err)
	v := &vault{rest: httputil.NewSingleHostReverseProxy(twin), secrets: map[string]string{
		goodSecret: r.secretOf("canary-good"), revokedSecret: r.secretOf("canary-revoked"),
	}}
	_, err = r.commands.Revoke(r.Context(), "canary-revoked")
	r.must(err)
	r.refresh()
	server := httptest.NewServer(v)
	defer server.Close()
	task := settings.CanaryTask{Name: "local", Bucket: description.Bucket, Round: settings.CanaryRound{
		VerifyURL: description.Verify + "/", PassthroughURL: description.Passthrough + "/", GoodSecretARN: goodSecret, RevokedSecretARN: revokedSecret,
	}}
	env := task.Env()
	env["AWS_ENDPOINT_URL"], env["SSL_CERT_FILE"] = server.URL, description.ServerCA
	var printed printout
	function, err := runtime.Start(r.Context(), runtime.Config{
		Name: canaryName, Bootstrap: filepath.Join(r.programs, "canary", "bootstrap"), Environment: env,
		Region: description.Region, Timeout: canaryTimeout, MemoryMB: memoryMB, Output: &printed,
		Credentials: runtime.Credentials{AccessKeyID: canaryName, SecretAccessKey: "local"},
	})
	r.must(err)
	defer function.Close()
	_, err = function.Invoke(r.Context(), []byte("{}"))
	r.must(err)
	r.eventually(func() bool { return strings.Count(printed.text(), `"_aws"`) == len(listenerNames) })
	return printed.text(), v.asked
}

// printout is what a function prints.
type printout struct {
	sync.Mutex
	bytes.Buffer
}

func (o *printout) Write(line []byte) (int, error) {
	o.Lock()
	defer o.Unlock()
	return o.Buffer.Write(line)
}

func (o *printout) text() string {
	o.Lock()
	defer o.Unlock()
	return o.String()
}

// secretOf is a new client as it is kept in a secret.
func (r realRun) secretOf(name string) string {
	r.Helper()
	_, err := r.commands.Issue(r.Context(), name, 1)
	r.must(err)
	client, err := local.LoadClient(r.commands.Dir, name)
	r.must(err)
	text, err := json.Marshal(map[string]string{"certificate": chainPEM(client), "privateKey": r.keyPEM(client)})
	r.must(err)
	return string(text)
}

func chainPEM(client tls.Certificate) string {
	var chain strings.Builder
	for _, der := range client.Certificate {
		_ = pem.Encode(&chain, &pem.Block{Type: "CERTIFICATE", Bytes: der})
	}
	return chain.String()
}

func (r realRun) keyPEM(client tls.Certificate) string {
	r.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(client.PrivateKey)
	r.must(err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// eventually gives a log time to be written: a function answers before the last
// of what it printed has arrived there.
func (r realRun) eventually(done func() bool) {
	for range 100 {
		if done() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}
