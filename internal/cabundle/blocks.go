package cabundle

import (
	"encoding/pem"
	"strings"
)

const certificateLabel = "CERTIFICATE"

// armour is a text taken apart: its PEM blocks, and the lines around them.
type armour struct {
	blocks  []block
	outside []string

	open  bool
	label string
	lines []string
}

// block is what stands between a BEGIN and an END line. Damage is set where
// the pair is not whole; everything else is then empty but the label.
type block struct {
	label  string
	text   string
	damage string
}

// takeApart finds the PEM blocks in a text. Line ends may be LF, CRLF or CR,
// lines may be indented, blank lines are dropped. Unlike [pem.Decode] it skips
// nothing in silence: half a block is a block with damage.
func takeApart(text string) armour {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "----------BEGIN ", "-----\n-----BEGIN ").Replace(text)
	var a armour
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line != "" {
			a.add(line)
		}
	}
	a.giveUp()
	return a
}

func (a *armour) add(line string) {
	begin, isBegin := marked(line, "-----BEGIN ")
	end, isEnd := marked(line, "-----END ")
	switch {
	case isBegin:
		a.giveUp()
		a.open, a.label, a.lines = true, begin, nil
	case isEnd:
		a.close(end)
	case a.open:
		a.lines = append(a.lines, line)
	default:
		a.outside = append(a.outside, line)
	}
}

func (a *armour) close(label string) {
	switch {
	case !a.open:
		a.blocks = append(a.blocks, block{label: label, damage: "an END line without its BEGIN line"})
	case label != a.label:
		a.blocks = append(a.blocks, block{label: a.label, damage: "BEGIN and END lines that do not match"})
	default:
		a.blocks = append(a.blocks, block{label: label, text: rebuild(label, a.lines)})
	}
	a.open = false
}

// giveUp ends a block that has no END line.
func (a *armour) giveUp() {
	if a.open {
		a.blocks = append(a.blocks, block{label: a.label, damage: "a BEGIN line without its END line"})
	}
	a.open = false
}

// der is the content of the block, or what is wrong with it.
func (b block) der() ([]byte, string) {
	if b.damage != "" {
		return nil, b.damage
	}
	decoded, rest := pem.Decode([]byte(b.text))
	if decoded == nil || len(rest) > 0 {
		return nil, "base64 that does not decode"
	}
	if len(decoded.Headers) > 0 {
		return nil, "PEM headers"
	}
	return decoded.Bytes, ""
}

func rebuild(label string, lines []string) string {
	return "-----BEGIN " + label + "-----\n" + strings.Join(lines, "\n") + "\n-----END " + label + "-----\n"
}

func marked(line, prefix string) (string, bool) {
	rest, ok := strings.CutPrefix(line, prefix)
	if !ok {
		return "", false
	}
	return strings.CutSuffix(rest, "-----")
}
