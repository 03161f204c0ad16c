package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/sekisho/sekisho/internal/settings"
)

// Rounds starts a twin and revokes one client after the other, each once it
// was seen to be served. It prints how long each listener went on serving it,
// and stops what it started. It fails at the first round in which a listener
// does not do as it should.
func Rounds(ctx context.Context, options Options, rounds int, out io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(rounds+2)*demoPatience)
	defer cancel()
	twin, err := Start(ctx, options)
	if err != nil {
		return err
	}
	d := &demo{out: out, twin: twin, dir: options.Dir, every: options.Every, keep: options.ClientKeepAlive, commands: NewCommands(options.Dir)}
	err = d.rounds(ctx, rounds)
	if err != nil {
		d.evidence()
	}
	return errors.Join(err, twin.Close())
}

func (d *demo) rounds(ctx context.Context, rounds int) error {
	var verify, passthrough []time.Duration
	fmt.Fprintf(d.out, "%s\nFrom the revocation at the CA until refused:\n", d.pace())
	table := tabwriter.NewWriter(d.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "round\tverify\tpassthrough\t")
	for round := range rounds {
		// Each round begins at another moment between two looks.
		waited, err := d.round(ctx, fmt.Sprintf("laptop-%d", round+1), d.period()*time.Duration(round)/time.Duration(rounds))
		if err != nil {
			return errors.Join(fmt.Errorf("round %d: %w", round+1, err), table.Flush())
		}
		verify, passthrough = append(verify, waited.Verify), append(passthrough, waited.Passthrough)
		fmt.Fprintf(table, "%d\t%s\t%s\t\n", round+1, seconds(waited.Verify), seconds(waited.Passthrough))
	}
	for _, row := range []struct {
		name string
		of   func([]time.Duration) time.Duration
	}{{"minimum", slices.Min[[]time.Duration]}, {"median", median}, {"maximum", slices.Max[[]time.Duration]}} {
		fmt.Fprintf(table, "%s\t%s\t%s\t\n", row.name, seconds(row.of(verify)), seconds(row.of(passthrough)))
	}
	return table.Flush()
}

// period is the time between two looks.
func (d *demo) period() time.Duration { return min(d.twin.options.PollEvery, d.twin.options.Every) }

// round is one client: served on both listeners, revoked a while later, and
// refused on both.
func (d *demo) round(ctx context.Context, name string, while time.Duration) (Waited, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*demoPatience)
	defer cancel()
	client, err := d.client(ctx, name)
	if err != nil {
		return Waited{}, err
	}
	err = d.served(ctx, name, client)
	if err != nil {
		return Waited{}, err
	}
	err = pause(ctx, while)
	if err != nil {
		return Waited{}, err
	}
	revoking := time.Now()
	_, err = d.commands.Revoke(ctx, name)
	if err != nil {
		return Waited{}, err
	}
	return AwaitRefusal(ctx, d.twin.Description(), client.Client, revoking)
}

// pace is how often the twin looks.
func (d *demo) pace() string {
	poll := d.twin.options.PollEvery
	if poll >= settings.DefaultPollEvery {
		return fmt.Sprintf("The schedule runs every %s, and each run looks once.", d.every)
	}
	return fmt.Sprintf("The schedule runs every %s, and each run looks every %s for 45 s. What is revoked in the rest of a minute waits for the next run.", d.every, poll)
}

// median is the middle one, or the mean of the two in the middle.
func median(all []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(all))
	half := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[half]
	}
	return (sorted[half-1] + sorted[half]) / 2
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }
