package main

import (
	"math"
	"strconv"
)

// heapLimit is how much memory, in bytes, Go may hold before it collects
// garbage at once: half of what the function has. Left to itself it lets
// garbage grow as large as what is in use, and two long lists one after the
// other, each with its index, come close to the 128 MB of the smallest
// function. What is in use may exceed the limit; the function is only slower
// then.
func heapLimit(getenv func(string) string) int64 {
	megabytes, err := strconv.ParseInt(getenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"), 10, 32)
	if err != nil || megabytes <= 0 {
		return math.MaxInt64
	}
	return megabytes << 20 / 2
}
