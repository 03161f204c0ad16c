package metrics

import "testing"

func TestNamesAreUnique(t *testing.T) {
	t.Parallel()
	dimensions := map[string]bool{Stack: true, Source: true, Reason: true, Listener: true, "_aws": true}
	seen := map[string]bool{}
	for _, metric := range All() {
		if seen[metric.Name] || dimensions[metric.Name] {
			t.Errorf("%s stands for two members of a line", metric.Name)
		}
		seen[metric.Name] = true
		if len(metric.Dimensions) == 0 || metric.Dimensions[0] != Stack {
			t.Errorf("%s is not told apart by its stack: %v", metric.Name, metric.Dimensions)
		}
		found, ok := Find(metric.Name)
		if !ok || found.Unit != metric.Unit {
			t.Errorf("%s is found as %+v", metric.Name, found)
		}
	}
	_, ok := Find("Nothing")
	if ok {
		t.Error("a metric was found that is none")
	}
}
