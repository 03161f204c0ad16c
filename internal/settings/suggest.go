package settings

import (
	"fmt"
	"strings"
)

// suggestion names the known word that was probably meant, or else all there are.
func suggestion(word string, known []string) string {
	best := nearest(word, known)
	if far(word, best) {
		return ": known are " + strings.Join(known, ", ")
	}
	return fmt.Sprintf(": did you mean %q?", best)
}

// far says whether two words have less in common than half of the one written,
// and neither begins with the other.
func far(word, other string) bool {
	word, other = strings.ToLower(word), strings.ToLower(other)
	begins := strings.HasPrefix(word, other) || strings.HasPrefix(other, word)
	return !begins && distance(word, other) > len(word)/2
}

// nearest is the known word with the fewest letters to change; case is none.
func nearest(word string, known []string) string {
	best, fewest := "", 0
	for _, candidate := range known {
		changes := distance(strings.ToLower(word), strings.ToLower(candidate))
		if best == "" || changes < fewest {
			best, fewest = candidate, changes
		}
	}
	return best
}

// distance is how many letters must be put in, taken out or changed to make b
// of a (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			changed := diagonal
			if a[i] != b[j] {
				changed++
			}
			diagonal = row[j+1]
			row[j+1] = min(changed, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
