package main

// size is how thoroughly lists of a length are measured: in so many rounds,
// each with so many repetitions within a process.
type size struct{ entries, rounds, times int }

func sizes(quick bool) []size {
	if quick {
		return []size{{1_000, 1, 2}, {10_000, 1, 2}}
	}
	return []size{{1_000, 7, 50}, {10_000, 7, 20}, {100_000, 5, 5}, {goalSize, 5, 3}, {1_000_000, 3, 2}}
}

// goalSize is the length for which the goals are set, in entries: what a trust
// store takes.
const goalSize = 500_000

// Subjects that are measured within a process, and those that are whole
// programs.
const (
	oursPEM   = "ours-pem"
	oursIndex = "ours-index"
	x509PEM   = "x509-pem"
	x509Map   = "x509-map"

	limitSHA256 = "limit-sha256"
	limitPEM    = "limit-pem"
	limitScan   = "limit-scan"
	limitWalk   = "limit-walk"
	limitBase64 = "limit-base64"
	limitCopy   = "limit-copy"

	indexLoad      = "index-load"
	indexFind      = "index-find"
	mapStringBuild = "map-string-build"
	mapStringFind  = "map-string-find"
	mapArrayBuild  = "map-array-build"
	mapArrayFind   = "map-array-find"

	// oneCore is oursPEM where there is one core, as in a small function.
	oneCore = "ours-pem, one core"

	sekishoProgram  = "sekisho crl convert"
	x509Program     = "x509 program"
	opensslCheck    = "openssl crl -CAfile"
	opensslConvert  = "openssl crl"
	opensslNothing  = "openssl version"
	refreshFunction = "refresh function"
	refreshShort    = "refresh function, short"
)

func inProcess() []string {
	return []string{
		oursPEM, oursIndex, x509PEM, x509Map,
		limitSHA256, limitPEM, limitScan, limitWalk, limitBase64, limitCopy,
		indexLoad, indexFind, mapStringBuild, mapStringFind, mapArrayBuild, mapArrayFind,
	}
}

// functionRun is a run of the refresh function: a subject, the kind and the
// length of its lists, and what they are called.
type functionRun struct {
	name, kind string
	entries    int
	list       string
}

func functionRuns(quick bool) []functionRun {
	plain := functionRun{refreshFunction, "plain", goalSize, "with reasons"}
	short := functionRun{refreshShort, "short", 1_000_000, "short serial numbers, no reasons"}
	if quick {
		plain.entries, short.entries = 10_000, 10_000
	}
	return []functionRun{plain, short}
}
