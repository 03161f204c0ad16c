package measure

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestRepeatCountsForEachRepetition(t *testing.T) {
	var kept [][]byte
	sample, err := Repeat(4, func() error {
		for range 10 {
			kept = append(kept, make([]byte, 100_000))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if sample.Allocations < 10 || sample.Allocations > 100 || sample.Allocated < 1_000_000 || sample.Allocated > 2_000_000 {
		t.Errorf("%d allocations of %d bytes: want about 10 of about 1,000,000", sample.Allocations, sample.Allocated)
	}
	if len(kept) != 40 {
		t.Errorf("run %d times, want 4", len(kept)/10)
	}
}

func TestRepeatStopsAtAnError(t *testing.T) {
	t.Parallel()
	wrong, runs := errors.New("wrong"), 0
	_, err := Repeat(4, func() error {
		runs++
		return wrong
	})
	if !errors.Is(err, wrong) || runs != 1 {
		t.Errorf("got %v after %d runs", err, runs)
	}
}

func TestMedian(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		values []float64
		want   float64
	}{{nil, 0}, {[]float64{3}, 3}, {[]float64{9, 1, 5}, 5}, {[]float64{4, 1, 3, 2}, 2}} {
		if got := Median(test.values); got != test.want {
			t.Errorf("%v: got %v, want %v", test.values, got, test.want)
		}
	}
}

func TestSampleArrivesAsItWas(t *testing.T) {
	t.Parallel()
	sent := Sample{Wall: time.Second, CPU: 3, Allocations: 4, Allocated: 5, PeakRSS: 6, Figures: map[string]float64{"own": 0.25}}
	var text bytes.Buffer
	err := sent.Write(&text)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Read(text.Bytes())
	if err != nil || !reflect.DeepEqual(got, sent) {
		t.Errorf("got %+v, %v, want %+v", got, err, sent)
	}
	_, err = Read([]byte("{"))
	if err == nil || !strings.Contains(err.Error(), "reading a sample") {
		t.Errorf("got %v", err)
	}
}
