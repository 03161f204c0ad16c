package settings

import "time"

// Load makes a configuration for the stack: it decodes the text over the
// [Defaults], reads the files that it names and checks everything. The error
// joins a [*Problem] for everything that is wrong, from a mistyped key to two
// settings that cannot be together.
func Load(text []byte, files ReadFile, now time.Time) (Prepared, error) {
	var p problems
	s := Defaults()
	p.decode("", text, &s)
	p.decoded()
	if p.undecoded[""] {
		return Prepared{}, p.join()
	}
	prepared := p.prepare(s, files, now)
	p.stack(s)
	p.fits(prepared)
	err := p.join()
	if err != nil {
		return Prepared{}, err
	}
	return prepared, nil
}
