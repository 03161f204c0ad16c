package crl

import "time"

const faultTime fault = "a time is malformed: wanted YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ"

// timestamp takes a UTCTime or a GeneralizedTime off b, in the only forms that
// RFC 5280, sections 5.1.2.4 to 5.1.2.6, allows. It returns the time in seconds
// since 1970, and what follows.
func timestamp(b []byte) (int64, []byte, error) {
	const short, long = 2 + len("YYMMDDHHMMSSZ"), 2 + len("YYYYMMDDHHMMSSZ")
	if len(b) >= short && b[0] == tagUTCTime && b[1] == byte(short-2) {
		year := pair(b[2], b[3])
		if year < 50 {
			year += 100
		}
		seconds, err := moment(1900+year, b[4:short])
		return seconds, b[short:], err
	}
	if len(b) >= long && b[0] == tagGeneralizedTime && b[1] == byte(long-2) {
		century := pair(b[2], b[3])
		if century > 99 {
			return 0, nil, faultTime
		}
		seconds, err := moment(century*100+pair(b[4], b[5]), b[6:long])
		return seconds, b[long:], err
	}
	return 0, nil, faultTime
}

// moment is the time MMDDHHMMSSZ of a year. Digits that are none make a field
// too large, and with it the time malformed.
func moment(year int, b []byte) (int64, error) {
	month, day := pair(b[0], b[1]), pair(b[2], b[3])
	hour, minute, second := pair(b[4], b[5]), pair(b[6], b[7]), pair(b[8], b[9])
	if year >= notDigits || month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59 || b[10] != 'Z' {
		return 0, faultTime
	}
	if day < 1 || day > daysIn(year, month) {
		return 0, faultTime
	}
	return int64(days(year, month, day))*86400 + int64(hour*3600+minute*60+second), nil
}

// notDigits is more than any two digits, and more than any year.
const notDigits = 10000

// pair is the number of two digits.
func pair(high, low byte) int {
	high, low = high-'0', low-'0'
	if high > 9 || low > 9 {
		return notDigits
	}
	return int(high)*10 + int(low)
}

func daysIn(year, month int) int {
	if month == 2 {
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 30 + (month+month>>3)&1
}

// days is the number of days from 1970-01-01 to a date of the Gregorian
// calendar. The year is counted from March, so that the leap day is its last;
// time.Date would take longer than all the rest of an entry.
func days(year, month, day int) int {
	month -= 3
	if month < 0 {
		month += 12
		year--
	}
	year += 400 // before the year 0, division would round the other way
	return 365*year + year/4 - year/100 + year/400 + (153*month+2)/5 + day - 1 - 865565
}

func unix(seconds int64) time.Time { return time.Unix(seconds, 0).UTC() }
