package statuspage

import (
	"fmt"
	"html/template"
	"time"
)

// view is what the page shows.
type view struct {
	Status
	Lang  language
	Words map[string]string
	// Newest is who was refused last; nil when nobody was.
	Newest                  *Visit
	EntriesPlot, DelaysPlot plot
}

func newView(s Status, lang language) view {
	v := view{Status: s, Lang: lang, Words: words(lang), EntriesPlot: entriesPlot(s.Counts, s.Now), DelaysPlot: delaysPlot(s.Refusals)}
	for i := range s.Visits {
		if s.Visits[i].Refused {
			v.Newest = &s.Visits[i]
			break
		}
	}
	return v
}

func formatting() template.FuncMap {
	return template.FuncMap{
		"clock":   func(t time.Time) string { return t.UTC().Format(time.TimeOnly) },
		"stamp":   func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"seconds": func(d time.Duration) string { return fmt.Sprintf("%.1f", d.Seconds()) },
		"short":   shortened,
	}
}

// longest is how much of a text from elsewhere is shown.
const longest = 200

func shortened(text string) string {
	runes := []rune(text)
	if len(runes) > longest {
		return string(runes[:longest]) + "…"
	}
	return text
}
