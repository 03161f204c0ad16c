// Command refresh is the function that keeps the trust store and the bucket at
// the newest revocation lists. It only wires: the work is in package refresh.
package main

import (
	"log/slog"
	"os"
	"runtime/debug"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/sekisho/sekisho/internal/deployed"
)

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	wired, err := deployed.New(os.Getenv)
	if err != nil {
		log.Error("starting the refresh function", "error", err.Error())
		os.Exit(1)
	}
	debug.SetMemoryLimit(heapLimit(os.Getenv))
	h := &handler{
		deployed: wired, log: log, metrics: os.Stdout, stack: wired.Name(),
		every: wired.PollEvery(), now: time.Now, pause: deployed.Pause,
	}
	lambda.Start(h.handle)
}
