package settings

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"path"
	"regexp"
	"strings"
)

// AllSources are the sources and, behind them, one for each URL of the
// shorthand. Nothing is filled in but their names.
func (t Trust) AllSources() []Source {
	all := append([]Source(nil), t.Sources...)
	for _, address := range t.CRLURLs {
		all = append(all, Source{Name: derivedName(address), URLs: []string{address}})
	}
	return all
}

var notInNames = regexp.MustCompile(`[^A-Za-z0-9]+`)

// derivedName is what a source is called of which only the URL is known: the
// file's name without its ending, and six digits of the URL's hash. It depends
// on this URL alone, so that records keep their source when others come and go.
func derivedName(address string) string {
	sum := sha256.Sum256([]byte(address))
	stem := ""
	parsed, err := url.Parse(address)
	if err == nil {
		file := path.Base(parsed.Path)
		stem = strings.Trim(notInNames.ReplaceAllString(strings.TrimSuffix(file, path.Ext(file)), "-"), "-")
	}
	if stem == "" {
		stem = "crl"
	}
	return stem[:min(len(stem), 40)] + "-" + hex.EncodeToString(sum[:3])
}
