package main

import (
	"context"
	"fmt"
	"runtime"
	"strings"
)

// machine is what a reader has to know of where this was measured.
func machine(ctx context.Context, o options) string {
	return fmt.Sprintf("Measured on %d cores (%s/%s) with %s and %s, all in one run, in turns.\n",
		runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version(), opensslVersion(ctx, o.openssl))
}

func opensslVersion(ctx context.Context, program string) string {
	output, err := command(ctx, program, "version").Output()
	if err != nil {
		return "no openssl"
	}
	words := strings.Fields(string(output))
	return strings.Join(words[:min(2, len(words))], " ")
}
