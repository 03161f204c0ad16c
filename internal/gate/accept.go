package gate

import (
	"net/http"
	"strconv"
	"strings"
)

// language is a language that pages are written in, as in RFC 5646.
type language string

const (
	english  language = "en"
	japanese language = "ja"
)

// reader is who reads an answer.
type reader struct {
	// html says that it asks for pages, as browsers do.
	html bool
	lang language
}

// readerOf goes by what the client says it accepts (RFC 9110, section 12.5).
// Only who names HTML gets it: "anything" comes from programs.
func readerOf(header http.Header) reader {
	r := reader{lang: english}
	for _, wanted := range weighted(header["Accept"]) {
		r.html = r.html || wanted.weight > 0 && (wanted.value == "text/html" || wanted.value == "application/xhtml+xml")
	}
	best := 0.0
	for _, wanted := range weighted(header["Accept-Language"]) {
		primary, _, _ := strings.Cut(wanted.value, "-")
		lang := language(primary)
		if (lang == english || lang == japanese) && wanted.weight > best {
			r.lang, best = lang, wanted.weight
		}
	}
	return r
}

// preference is a member of such a list.
type preference struct {
	value  string // in small letters
	weight float64
}

// maxPreferences is how many members are looked at; browsers send a handful.
const maxPreferences = 32

func weighted(values []string) []preference {
	var all []preference
	for member := range strings.SplitSeq(strings.Join(values, ","), ",") {
		if len(all) == maxPreferences {
			break
		}
		value, parameters, _ := strings.Cut(member, ";")
		all = append(all, preference{strings.ToLower(strings.TrimSpace(value)), weightOf(parameters)})
	}
	return all
}

// weightOf is 1 where none is given, and 0 where it cannot be read.
func weightOf(parameters string) float64 {
	for parameter := range strings.SplitSeq(parameters, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(parameter), "=")
		if !strings.EqualFold(name, "q") {
			continue
		}
		weight, err := strconv.ParseFloat(value, 64)
		if err != nil || !(0 <= weight && weight <= 1) {
			return 0
		}
		return weight
	}
	return 1
}
