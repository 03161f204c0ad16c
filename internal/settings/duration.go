package settings

import (
	"fmt"
	"strings"
	"time"
)

// Duration is a length of time that is written as Go writes it: "300s", "5m",
// "1h30m". It is never negative.
type Duration time.Duration

// String is the shortest spelling: "5m", not "5m0s".
func (d Duration) String() string {
	text := time.Duration(d).String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// MarshalText is [Duration.String].
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what [time.ParseDuration] reads, but nothing negative.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf(`%q is not a duration: write it like "300s", "5m" or "1h30m"`, text)
	}
	if parsed < 0 {
		return fmt.Errorf("%q is negative: a duration counts forwards", text)
	}
	*d = Duration(parsed)
	return nil
}
