// Package awsenv makes the configuration of the AWS clients from what Lambda
// puts into a function's environment.
//
// It is a small stand-in for the SDK's config package, which costs a function
// 1.9 MB and a millisecond of every cold start for profiles, single sign-on
// and instance metadata that Lambda has no use for. It reads no files, asks no
// metadata service, and makes no clients: each adapter makes its own.
//
//	config, err := awsenv.Config(os.Getenv)
package awsenv

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// The variables read here. Lambda sets all but the last, which redirects
// every call to another endpoint, such as the local twin.
const (
	Region       = "AWS_REGION"
	AccessKeyID  = "AWS_ACCESS_KEY_ID"
	SecretKey    = "AWS_SECRET_ACCESS_KEY"
	SessionToken = "AWS_SESSION_TOKEN"
	EndpointURL  = "AWS_ENDPOINT_URL"
)

// connectTimeout bounds one connection attempt. The SDK's 30 s would let one
// lost packet use up most of an invocation.
const connectTimeout = 5 * time.Second

// Config is the configuration for any AWS client, made from the variables
// that getenv returns. The error names every variable that is missing or wrong.
//
// Credentials are read once: Lambda sets them when it makes a sandbox, cannot
// change the environment of a running process, and discards the sandbox before
// they expire.
func Config(getenv func(string) string) (aws.Config, error) {
	endpoint, endpointErr := endpoint(getenv)
	err := errors.Join(
		required(getenv, Region),
		required(getenv, AccessKeyID),
		required(getenv, SecretKey),
		endpointErr,
	)
	if err != nil {
		return aws.Config{}, fmt.Errorf("reading the AWS settings from the environment: %w", err)
	}
	return aws.Config{
		Region:       getenv(Region),
		Credentials:  credentials.NewStaticCredentialsProvider(getenv(AccessKeyID), getenv(SecretKey), getenv(SessionToken)),
		BaseEndpoint: endpoint,
		HTTPClient:   client(),
	}, nil
}

func required(getenv func(string) string, name string) error {
	if getenv(name) == "" {
		return fmt.Errorf("%s is not set: Lambda sets it; outside of Lambda set it yourself", name)
	}
	return nil
}

// endpoint is nil where the variable is not set: the SDK then finds the
// region's own endpoints.
func endpoint(getenv func(string) string) (*string, error) {
	text := getenv(EndpointURL)
	if text == "" {
		return nil, nil
	}
	parsed, err := url.Parse(text)
	if err != nil || parsed.Host == "" || (parsed.Scheme != "https" && parsed.Scheme != "http") {
		return nil, fmt.Errorf("%s is not an http or https URL with a host, such as http://127.0.0.1:4566", EndpointURL)
	}
	if parsed.User != nil {
		return nil, fmt.Errorf("%s holds a user name or password: AWS calls are signed instead, leave them out", EndpointURL)
	}
	return aws.String(text), nil
}

func client() *awshttp.BuildableClient {
	return awshttp.NewBuildableClient().
		WithDialerOptions(func(dialer *net.Dialer) { dialer.Timeout = connectTimeout }).
		WithTransportOptions(func(transport *http.Transport) { transport.TLSHandshakeTimeout = connectTimeout })
}
