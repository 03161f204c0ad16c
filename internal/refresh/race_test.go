//go:build race

package refresh

// underRace: the detector makes everything many times slower, and finds a race
// as well in a shallow exploration.
const underRace = true
