// Package metrics names what the functions measure, and writes it in
// CloudWatch's embedded metric format: a line of JSON in a function's log from
// which CloudWatch makes metrics by itself (Amazon CloudWatch User Guide,
// "Specification: Embedded metric format"). No call is made and none can fail:
// a metric costs the ingestion of its line.
//
// The table of [All] is the one place that says which metric there is, in
// which unit and under which dimensions. Alarms and dashboards are built on the
// same names, so neither side can come to mean something else.
//
// The package measures nothing, reads no clock and writes nowhere. Who has
// something to say makes a [Line] and puts its encoding on standard output:
//
//	line := metrics.Line{
//		Dimensions: map[string]string{metrics.Stack: "gate", metrics.Source: "issuing"},
//		Values:     map[string]float64{metrics.Success: 1},
//	}
//	text, err := line.Encode(now)
package metrics
