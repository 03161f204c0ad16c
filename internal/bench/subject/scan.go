package main

import "errors"

var errScan = errors.New("the list is not built as the benchmark's own are")

// headElements stand before the entries: version, algorithm, issuer and two
// dates.
const headElements = 5

// entries walks the entries of a list and does nothing else with it. It goes
// by the lists of makeList, and would be no way to read any other.
func entries(der []byte, good func(serial, date, rest []byte) bool) error {
	at := content(der, content(der, 0)) // of the part that is signed
	for range headElements {
		at = end(der, at)
	}
	last := end(der, at)
	for at = content(der, at); at < last; at = end(der, at) {
		serial := content(der, at)
		date := end(der, serial)
		rest, next := end(der, date), end(der, at)
		if der[at] != 0x30 || rest > next || !good(der[serial:date], der[date:rest], der[rest:next]) {
			return errScan
		}
	}
	if at != last {
		return errScan
	}
	return nil
}

// anything is the walk alone: no reader of lists can do less.
func anything(serial, date, _ []byte) bool { return serial[0] == 0x02 && date[0] == 0x17 }

// wellFormed looks at every byte that a strict reader has to look at: the
// serial number in its shortest form, a date that exists, nothing or a reason
// behind it.
func wellFormed(serial, date, rest []byte) bool {
	if serial[0] != 0x02 || len(serial) < 3 || len(serial) > 3 && serial[2] == 0 && serial[3] < 0x80 {
		return false
	}
	if len(date) != 15 || date[0] != 0x17 || date[14] != 'Z' || number(date[2:]) > 99 {
		return false
	}
	month, day := number(date[4:]), number(date[6:])
	if month-1 > 11 || day-1 > 30 || number(date[8:]) > 23 || number(date[10:]) > 59 || number(date[12:]) > 59 {
		return false
	}
	return len(rest) == 0 || len(rest) == len(reasonCode)+1 && string(rest[:len(reasonCode)]) == reasonCode && rest[len(reasonCode)] <= 10
}

// reasonCode is the only extension of an entry, up to its value.
const reasonCode = "\x30\x0c\x30\x0a\x06\x03\x55\x1d\x15\x04\x03\x0a\x01"

// number is that of two digits, more than 99 when they are none.
func number(digits []byte) uint {
	high, low := uint(digits[0]-'0'), uint(digits[1]-'0')
	if high > 9 || low > 9 {
		return 100
	}
	return 10*high + low
}

// content is where the content of the element at a place begins.
func content(der []byte, at int) int {
	if der[at+1] < 0x80 {
		return at + 2
	}
	return at + 2 + int(der[at+1]&0x7f)
}

// end is where the next element begins.
func end(der []byte, at int) int {
	if der[at+1] < 0x80 {
		return at + 2 + int(der[at+1])
	}
	return longEnd(der, at)
}

func longEnd(der []byte, at int) int {
	from, length := content(der, at), 0
	for _, digit := range der[at+2 : from] {
		length = length<<8 | int(digit)
	}
	return from + length
}
