//go:build !race

package refresh

const underRace = false
