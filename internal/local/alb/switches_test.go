package alb

import (
	"fmt"
	"testing"
)

func TestSwitchesParse(t *testing.T) {
	t.Parallel()
	checkSwitch(t, ParseClientSentHeader, HeaderReplaced, HeaderKept, HeaderAppended)
	checkSwitch(t, ParseWithoutCertificate, HeaderAbsent, HeaderEmpty)
	checkSwitch(t, ParseExpiredList, ExpiredIgnored, ExpiredBlocks)
	checkSwitch(t, ParseMissingList, MissingPasses, MissingBlocks)
	checkSwitch(t, ParseSeveralLists, ListsUnion, ListsLowestID, ListsHighestID)
}

// checkSwitch holds that each value's text reads back, that the default is the
// zero value, and that anything else is an error which names the choices.
func checkSwitch[T interface {
	comparable
	fmt.Stringer
}](t *testing.T, parse func(string) (T, error), values ...T) {
	t.Helper()
	var zero T
	if values[0] != zero {
		t.Errorf("default: got %v, want the zero value", zero)
	}
	for _, value := range values {
		got, err := parse(value.String())
		if err != nil || got != value {
			t.Errorf("%v: got %v, %v", value, got, err)
		}
		_, err = parse(value.String() + " ")
		contains(t, "error", err.Error(), values[len(values)-1].String())
	}
	_, err := parse("")
	contains(t, "error", err.Error(), values[0].String())
}

func TestUnknownSwitchText(t *testing.T) {
	t.Parallel()
	for _, value := range []ClientSentHeader{-1, 3} {
		contains(t, "text", value.String(), "unknown")
	}
}
