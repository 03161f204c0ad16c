package main

import (
	"io"
	"os"

	"golang.org/x/term"
)

// onTerminal says that a person watches.
func onTerminal(out io.Writer) bool {
	file, ok := out.(*os.File)
	return ok && term.IsTerminal(int(file.Fd())) && os.Getenv("TERM") != "dumb"
}

// colours are those of a terminal that wants them; its zero value has none.
type colours struct{ on bool }

// coloursOf has colours only where a person watches, and not where NO_COLOR is
// set (https://no-color.org).
func coloursOf(out io.Writer) colours {
	return colours{on: onTerminal(out) && os.Getenv("NO_COLOR") == ""}
}

func (c colours) green(text string) string { return c.paint("32", text) }
func (c colours) red(text string) string   { return c.paint("31", text) }
func (c colours) faint(text string) string { return c.paint("2", text) }

func (c colours) paint(code, text string) string {
	if !c.on {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}
