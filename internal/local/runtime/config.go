package runtime

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Config says which program to run, and as which function.
type Config struct {
	// Name is the function's name, as in its ARN.
	Name string
	// Bootstrap is the program's file. Its folder is the task root.
	Bootstrap string
	// Environment is what the deployment sets. Names that Lambda reserves are
	// refused, as Lambda refuses them.
	Environment map[string]string
	// Region defaults to us-east-1.
	Region string
	// Account is the twelve-digit account of the ARN; default 000000000000.
	Account string
	// Credentials are the execution role's.
	Credentials Credentials
	// MemoryMB is told to the function, not enforced; default 128.
	MemoryMB int
	// Timeout is how long one invocation may take; default 3 s, as Lambda's.
	Timeout time.Duration
	// InitTimeout is how long the program may take to ask for its first
	// event; default 10 s, as Lambda's.
	InitTimeout time.Duration
	// Output gets what the function prints, one whole line in each Write, and
	// never two at once. Nil discards it.
	Output io.Writer
}

// Credentials are what a function signs its requests with.
type Credentials struct {
	AccessKeyID     string
	SecretAccessKey string
	SessionToken    string
}

// withDefaults is c with everything filled in and Bootstrap absolute, or every
// reason why it cannot run.
func (c Config) withDefaults() (Config, error) {
	c.Region = orDefault(c.Region, "us-east-1")
	c.Account = orDefault(c.Account, "000000000000")
	c.MemoryMB = orDefault(c.MemoryMB, 128)
	c.Timeout = orDefault(c.Timeout, 3*time.Second)
	c.InitTimeout = orDefault(c.InitTimeout, 10*time.Second)
	if c.Output == nil {
		c.Output = io.Discard
	}
	path, err := filepath.Abs(c.Bootstrap)
	if err != nil {
		return Config{}, fmt.Errorf("finding %s: %w", c.Bootstrap, err)
	}
	c.Bootstrap = path
	return c, errors.Join(c.checkName(), c.checkBootstrap(), c.checkEnvironment())
}

func (c Config) checkName() error {
	if c.Name == "" {
		return errors.New("the function has no name")
	}
	return nil
}

func (c Config) checkBootstrap() error {
	info, err := os.Stat(c.Bootstrap)
	if err != nil {
		return fmt.Errorf("looking for the program: %w: build it first", err)
	}
	if !info.Mode().IsRegular() || info.Mode()&0o111 == 0 {
		return fmt.Errorf("%s is not a program that can be run", c.Bootstrap)
	}
	return nil
}

func (c Config) checkEnvironment() error {
	reserved := c.reserved("")
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(c.Environment)) {
		_, taken := reserved[name]
		if taken || name == "" || strings.ContainsAny(name, "=\x00") || strings.Contains(c.Environment[name], "\x00") {
			errs = append(errs, fmt.Errorf("environment variable %q cannot be set: Lambda reserves it, or it cannot be written", name))
		}
	}
	return errors.Join(errs...)
}

// environ is everything the instance sees: nothing of this process's own
// environment, so that a function cannot come to need what Lambda does not give.
func (c Config) environ(api string) []string {
	all := c.reserved(api)
	maps.Copy(all, map[string]string{
		"PATH": "/usr/local/bin:/usr/bin:/bin:/opt/bin",
		"LANG": "en_US.UTF-8",
		"TZ":   ":UTC",
	})
	maps.Copy(all, c.Environment)
	list := make([]string, 0, len(all))
	for _, name := range slices.Sorted(maps.Keys(all)) {
		list = append(list, name+"="+all[name])
	}
	return list
}

// reserved are the variables that Lambda itself sets (Lambda Developer Guide,
// "Defined runtime environment variables").
func (c Config) reserved(api string) map[string]string {
	return map[string]string{
		"AWS_LAMBDA_RUNTIME_API":          api,
		"AWS_LAMBDA_FUNCTION_NAME":        c.Name,
		"AWS_LAMBDA_FUNCTION_VERSION":     "$LATEST",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": strconv.Itoa(c.MemoryMB),
		"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME":       "/aws/lambda/" + c.Name,
		"AWS_LAMBDA_LOG_STREAM_NAME":      "local",
		"AWS_REGION":                      c.Region,
		"AWS_DEFAULT_REGION":              c.Region,
		"AWS_ACCESS_KEY_ID":               c.Credentials.AccessKeyID,
		"AWS_SECRET_ACCESS_KEY":           c.Credentials.SecretAccessKey,
		"AWS_SESSION_TOKEN":               c.Credentials.SessionToken,
		"LAMBDA_TASK_ROOT":                filepath.Dir(c.Bootstrap),
		"LAMBDA_RUNTIME_DIR":              filepath.Dir(c.Bootstrap),
		"_HANDLER":                        "bootstrap",
	}
}

// arn is the name that the function is invoked by.
func (c Config) arn() string {
	return "arn:aws:lambda:" + c.Region + ":" + c.Account + ":function:" + c.Name
}

func orDefault[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}
