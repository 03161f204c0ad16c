package refresh

import "testing"

// TestReportInShortNamesNoCertificates, and leaves the report itself as it is.
func TestReportInShortNamesNoCertificates(t *testing.T) {
	t.Parallel()
	whole := Report{Outcomes: []Outcome{
		{Source: "a", Change: &Change{Newly: 2, Came: []string{"1", "2"}, Gone: 1, Left: []Departure{{Serial: "3"}}}},
		{Source: "b"},
	}}
	short := whole.InShort()
	if got := short.Outcomes[0].Change; got.Newly != 2 || got.Gone != 1 || got.Came != nil || got.Left != nil {
		t.Errorf("got %+v, want the counts alone", got)
	}
	if got := whole.Outcomes[0].Change; len(got.Came) != 2 || len(got.Left) != 1 {
		t.Errorf("the report itself says %+v", got)
	}
	if short.Outcomes[1].Change != nil || short.Outcomes[1].Source != "b" {
		t.Errorf("got %+v", short.Outcomes[1])
	}
}
