package main

import (
	"io"
	"log/slog"
	"time"

	"github.com/sekisho/sekisho/internal/gate"
	"github.com/sekisho/sekisho/internal/metrics"
)

// observer publishes each decision in a line of its own. Lambda freezes the
// function between two requests, so numbers that wait to be added up may wait
// for hours, or for ever. A line is some 350 bytes: a million decisions are a
// third of a gigabyte of logs, and no call that an answer would have to wait
// for. Nothing in it comes from the client.
func observer(stack string, out io.Writer, log *slog.Logger) func(gate.Decision) {
	return func(d gate.Decision) {
		text, err := measured(stack, d).Encode(time.Now())
		if err == nil {
			_, err = out.Write(text) // one call, so that lines do not mix
		}
		if err != nil {
			log.Error("metrics are lost", "error", err.Error())
		}
	}
}

func measured(stack string, d gate.Decision) metrics.Line {
	unavailable := 0.0
	if d.Unavailable {
		unavailable = 1
	}
	return metrics.Line{
		Dimensions: map[string]string{metrics.Stack: stack, metrics.Reason: d.Reason},
		Values: map[string]float64{
			metrics.Decisions: 1, metrics.Unavailable: unavailable, metrics.Latency: float64(d.Took.Microseconds()),
		},
	}
}
