package runtime

import (
	"io"
	"strings"
	"testing"
	"time"
)

func TestOutputIsWholeLines(t *testing.T) {
	t.Parallel()
	printed := &lineRecorder{}
	f := startFunction(t, "function", func(c *Config) { c.Output = printed })
	invoke(t, f, `{"Do":"print","Text":"one\ntwo\nhal"}`)
	eventually(t, "two lines", func() bool { return len(printed.all()) == 2 })
	invoke(t, f, `{"Do":"print","Text":"f\nlast words"}`)
	_, _ = f.Invoke(deadline(t), []byte(`{"Do":"die"}`))
	eventually(t, "what was not ended is ended", func() bool { return len(printed.all()) == 4 })
	got := strings.Join(printed.all(), "|")
	want := "one\n|two\n|half\n|last words\n"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTwoStreamsNeverCutALine(t *testing.T) {
	t.Parallel()
	recorder := &lineRecorder{}
	o, err := newOutput(recorder)
	if err != nil {
		t.Fatal(err)
	}
	for range 500 {
		for _, piece := range []string{"stream ", "says so\n"} {
			_, _ = io.WriteString(o.theirs[0], "A "+piece)
			_, _ = io.WriteString(o.theirs[1], "B "+piece)
		}
	}
	o.handOver()
	o.drain(time.Minute)
	count := map[string]int{}
	for _, line := range recorder.all() {
		count[line]++
	}
	if len(recorder.wrong) > 0 || count["A stream A says so\n"] != 500 || count["B stream B says so\n"] != 500 || len(count) != 2 {
		t.Errorf("got %v and broken writes %q, want 500 whole lines of each", count, recorder.wrong)
	}
}

func TestLongLineComesInPieces(t *testing.T) {
	t.Parallel()
	recorder := &lineRecorder{}
	o := &output{writer: recorder}
	o.carry(strings.NewReader(strings.Repeat("a", maxLine+1) + "\nshort"))
	got := recorder.all()
	want := []int{maxLine + 1, 2, 6}
	for i, line := range got {
		if i >= len(want) || len(line) != want[i] {
			t.Fatalf("piece %d has %d bytes, want lengths %v", i, len(line), want)
		}
	}
	if len(got) != 3 || len(recorder.wrong) > 0 {
		t.Errorf("got %d pieces, %d broken; want 3 and 0", len(got), len(recorder.wrong))
	}
}

func TestOutputHeldOpenByAStrangerDoesNotBlock(t *testing.T) {
	t.Parallel()
	recorder := &lineRecorder{}
	o, err := newOutput(recorder)
	if err != nil {
		t.Fatal(err)
	}
	defer o.handOver()
	_, _ = io.WriteString(o.theirs[0], "unfinished")
	o.drain(50 * time.Millisecond) // both streams are still open for writing
	if got := strings.Join(recorder.all(), "|"); got != "unfinished\n" {
		t.Errorf("got %q, want what had come so far", got)
	}
}
