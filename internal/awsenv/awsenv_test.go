package awsenv_test

import (
	"context"
	"maps"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/awsenv"
)

// lambda is an environment as Lambda makes it.
func lambda(edits map[string]string) func(string) string {
	environment := map[string]string{
		"AWS_REGION":            "ap-northeast-1",
		"AWS_ACCESS_KEY_ID":     "ASIAEXAMPLE",
		"AWS_SECRET_ACCESS_KEY": "not-a-real-secret",
		"AWS_SESSION_TOKEN":     "token",
	}
	maps.Copy(environment, edits)
	return func(name string) string { return environment[name] }
}

func TestConfigTakesRegionAndCredentials(t *testing.T) {
	t.Parallel()
	config, err := awsenv.Config(lambda(nil))
	if err != nil {
		t.Fatalf("got error %v, want none", err)
	}
	if config.Region != "ap-northeast-1" {
		t.Errorf("got region %q, want ap-northeast-1", config.Region)
	}
	if config.BaseEndpoint != nil {
		t.Errorf("got endpoint %q, want the region's own", *config.BaseEndpoint)
	}
	got, err := config.Credentials.Retrieve(context.Background())
	if err != nil {
		t.Fatalf("got error %v, want credentials", err)
	}
	if got.AccessKeyID != "ASIAEXAMPLE" || got.SecretAccessKey != "not-a-real-secret" || got.SessionToken != "token" {
		t.Errorf("got other credentials than the environment's")
	}
}

func TestConfigWithoutSessionToken(t *testing.T) {
	t.Parallel()
	config, err := awsenv.Config(lambda(map[string]string{"AWS_SESSION_TOKEN": ""}))
	if err != nil {
		t.Fatalf("got error %v, want none: long-lived keys have no token", err)
	}
	got, err := config.Credentials.Retrieve(context.Background())
	if err != nil || got.SessionToken != "" {
		t.Errorf("got token %q and error %v, want neither", got.SessionToken, err)
	}
}

func TestConfigEndpoint(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"http://127.0.0.1:4566", "https://vpce-1.example.com", "http://[::1]:4566/"} {
		config, err := awsenv.Config(lambda(map[string]string{"AWS_ENDPOINT_URL": url}))
		if err != nil {
			t.Errorf("%s: got error %v, want none", url, err)
			continue
		}
		if config.BaseEndpoint == nil || *config.BaseEndpoint != url {
			t.Errorf("got endpoint %v, want %s", config.BaseEndpoint, url)
		}
	}
}

func TestConfigRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		edit map[string]string
		want []string
	}{
		{"no region", map[string]string{"AWS_REGION": ""}, []string{"AWS_REGION is not set"}},
		{"no key", map[string]string{"AWS_ACCESS_KEY_ID": ""}, []string{"AWS_ACCESS_KEY_ID is not set"}},
		{"no secret", map[string]string{"AWS_SECRET_ACCESS_KEY": ""}, []string{"AWS_SECRET_ACCESS_KEY is not set"}},
		{
			"several at once", map[string]string{"AWS_REGION": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_ENDPOINT_URL": "nowhere"},
			[]string{"AWS_REGION is not set", "AWS_SECRET_ACCESS_KEY is not set", "AWS_ENDPOINT_URL is not"},
		},
		{"endpoint without scheme", map[string]string{"AWS_ENDPOINT_URL": "127.0.0.1:4566"}, []string{"AWS_ENDPOINT_URL is not"}},
		{"endpoint of another scheme", map[string]string{"AWS_ENDPOINT_URL": "ftp://host"}, []string{"AWS_ENDPOINT_URL is not"}},
		{"endpoint without host", map[string]string{"AWS_ENDPOINT_URL": "http:///path"}, []string{"AWS_ENDPOINT_URL is not"}},
		{"endpoint with password", map[string]string{"AWS_ENDPOINT_URL": "http://me:hush@host"}, []string{"AWS_ENDPOINT_URL holds"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := awsenv.Config(lambda(test.edit))
			if err == nil {
				t.Fatal("got no error, want one")
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got error %q, want it to contain %q", err, want)
				}
			}
			for _, secret := range []string{"not-a-real-secret", "hush", "ASIAEXAMPLE"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("got error %q, which gives %q away", err, secret)
				}
			}
		})
	}
}
