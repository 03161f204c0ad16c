package statuspage

import (
	"net/http"
	"strconv"
	"strings"
)

// language is a language that the page is written in, as in RFC 5646.
type language string

const (
	english  language = "en"
	japanese language = "ja"
)

// maxPreferences is how many wishes are looked at; browsers send a handful.
const maxPreferences = 32

// languageOf goes by ?lang=, and otherwise by what the browser prefers (RFC
// 9110, section 12.5.4).
func languageOf(r *http.Request) language {
	asked := language(r.URL.Query().Get("lang"))
	if asked == english || asked == japanese {
		return asked
	}
	chosen, best, count := english, 0.0, 0
	for wish := range strings.SplitSeq(strings.Join(r.Header["Accept-Language"], ","), ",") {
		count++
		if count > maxPreferences {
			break
		}
		tag, parameters, _ := strings.Cut(wish, ";")
		primary, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
		lang, weight := language(primary), weightOf(parameters)
		if (lang == english || lang == japanese) && weight > best {
			chosen, best = lang, weight
		}
	}
	return chosen
}

// weightOf is 1 where none is given, and 0 where it cannot be read.
func weightOf(parameters string) float64 {
	name, value, given := strings.Cut(strings.TrimSpace(parameters), "=")
	if !given || !strings.EqualFold(strings.TrimSpace(name), "q") {
		return 1
	}
	weight, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if err != nil || !(0 <= weight && weight <= 1) {
		return 0
	}
	return weight
}
