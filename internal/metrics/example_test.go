package metrics_test

import (
	"fmt"
	"time"

	"github.com/sekisho/sekisho/internal/metrics"
)

func ExampleLine_Encode() {
	line := metrics.Line{
		Dimensions: map[string]string{metrics.Stack: "gate", metrics.Source: "issuing"},
		Values:     map[string]float64{metrics.Success: 1},
	}
	text, err := line.Encode(time.UnixMilli(1_782_907_200_000))
	fmt.Printf("%s%v\n", text, err)
	// Output:
	// {"Source":"issuing","Stack":"gate","Success":1,"_aws":{"Timestamp":1782907200000,"CloudWatchMetrics":[{"Namespace":"Sekisho","Dimensions":[["Stack","Source"]],"Metrics":[{"Name":"Success","Unit":"Count"}]}]}}
	// <nil>
}
