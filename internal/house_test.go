// Package house holds the rules of who may import whom.
package house

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/sekisho/sekisho/"

// deps are all packages that a package is built from, itself left out.
func deps(t *testing.T, pkg string) []string {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), "go", "list", "-deps", module+pkg).Output()
	if err != nil {
		t.Fatalf("listing what %s is built from: %v", pkg, err)
	}
	all := strings.Fields(string(output))
	return slices.DeleteFunc(all, func(dep string) bool { return dep == module+pkg })
}

// imports are what a package imports itself.
func imports(t *testing.T, pkg string) []string {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), "go", "list", "-f", `{{join .Imports "\n"}}`, module+pkg).Output()
	if err != nil {
		t.Fatalf("listing what %s imports: %v", pkg, err)
	}
	return strings.Fields(string(output))
}

func exists(t *testing.T, pkg string) bool {
	t.Helper()
	return exec.CommandContext(t.Context(), "go", "list", module+pkg).Run() == nil
}

// TestPureRoomsAreBuiltFromTheStandardLibraryAndEachOther: what decides about
// trust must be readable and testable without a network, a clock or an account.
func TestPureRoomsAreBuiltFromTheStandardLibraryAndEachOther(t *testing.T) {
	pure := []string{"internal/crl", "internal/clientcert", "internal/chain", "internal/policy", "internal/cabundle", "internal/snapshot", "internal/metrics"}
	for _, room := range pure {
		if !exists(t, room) {
			continue
		}
		for _, dep := range deps(t, room) {
			switch {
			case slices.Contains(pure, strings.TrimPrefix(dep, module)):
			case strings.HasPrefix(dep, "golang.org/x/crypto/"):
			case strings.Contains(strings.Split(dep, "/")[0], "."):
				t.Errorf("%s is built from %s", room, dep)
			}
		}
		for _, dep := range imports(t, room) {
			if slices.Contains([]string{"net/http", "log/slog", "log", "os"}, dep) {
				t.Errorf("%s imports %s: a pure room does no input or output", room, dep)
			}
		}
	}
}

func TestRefreshKnowsNeitherAWSNorHTTPNorLogs(t *testing.T) {
	for _, dep := range deps(t, "internal/refresh") {
		if strings.HasPrefix(dep, "github.com/aws/") {
			t.Errorf("refresh is built from %s", dep)
		}
	}
	for _, dep := range imports(t, "internal/refresh") {
		if slices.Contains([]string{"net/http", "log/slog", "log", "os"}, dep) {
			t.Errorf("refresh imports %s: it speaks through its ports", dep)
		}
	}
}

// TestImportsPointOneWay: adapters know the use cases, never the reverse, and
// adapters do not know each other.
func TestImportsPointOneWay(t *testing.T) {
	rules := map[string][]string{
		"internal/refresh":   {"internal/gate", "internal/crlhttp", "internal/s3store", "internal/elbtrust", "internal/albtarget", "internal/settings", "internal/local"},
		"internal/gate":      {"internal/refresh", "internal/crlhttp", "internal/s3store", "internal/elbtrust", "internal/albtarget", "internal/local"},
		"internal/crlhttp":   {"internal/s3store", "internal/elbtrust", "internal/albtarget", "internal/gate", "internal/local"},
		"internal/s3store":   {"internal/crlhttp", "internal/elbtrust", "internal/albtarget", "internal/local"},
		"internal/elbtrust":  {"internal/crlhttp", "internal/s3store", "internal/albtarget", "internal/local"},
		"internal/albtarget": {"internal/crlhttp", "internal/s3store", "internal/elbtrust", "internal/refresh", "internal/local"},
		"lambdas/refresh":    {"internal/gate", "internal/local", "internal/albtarget"},
		"lambdas/verify":     {"internal/crlhttp", "internal/elbtrust", "internal/local"},
		"internal/canary":    {"internal/refresh", "internal/gate", "internal/s3store", "internal/secrets", "internal/settings", "internal/local"},
		"lambdas/canary":     {"internal/crlhttp", "internal/elbtrust", "internal/gate", "internal/local"},
	}
	for room, denied := range rules {
		all := deps(t, room)
		for _, other := range denied {
			if slices.Contains(all, module+other) {
				t.Errorf("%s is built from %s", room, other)
			}
		}
	}
}

// TestTwinDecidesByItself: a gate that used the product's own rooms could never
// contradict the product.
func TestTwinDecidesByItself(t *testing.T) {
	for _, room := range []string{"internal/local/alb", "internal/local/elbv2"} {
		for _, dep := range deps(t, room) {
			for _, product := range []string{"internal/crl", "internal/chain", "internal/clientcert", "internal/cabundle", "internal/gate", "internal/refresh"} {
				if dep == module+product {
					t.Errorf("%s is built from %s", room, product)
				}
			}
		}
	}
}

// TestFunctionsCarryNoSDKConfig: it would cost each cold start for profiles and
// single sign-on that Lambda has no use for.
func TestFunctionsCarryNoSDKConfig(t *testing.T) {
	for _, function := range []string{"lambdas/refresh", "lambdas/verify", "lambdas/canary"} {
		for _, dep := range deps(t, function) {
			if strings.HasPrefix(dep, "github.com/aws/aws-sdk-go-v2/config") {
				t.Errorf("%s is built from %s", function, dep)
			}
		}
	}
}

// TestDoctorAndStatusPageStandAlone: what examines a gate must not be built from
// what it examines, and a page knows nothing of AWS or of the twin.
func TestDoctorAndStatusPageStandAlone(t *testing.T) {
	rules := map[string][]string{
		"internal/doctor":     {"internal/crl", "internal/clientcert"},
		"internal/statuspage": {},
	}
	for room, allowed := range rules {
		for _, dep := range deps(t, room) {
			ours, isOurs := strings.CutPrefix(dep, module)
			if isOurs && !slices.Contains(allowed, ours) || strings.HasPrefix(dep, "github.com/aws/") {
				t.Errorf("%s is built from %s", room, dep)
			}
		}
	}
}
