package crlhttp

import (
	"fmt"
	"net/netip"
	"testing"
	"testing/quick"
)

func TestKindOf(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"203.0.113.1":                "",
		"8.8.8.8":                    "",
		"10.0.0.1":                   "",
		"172.16.0.1":                 "",
		"192.168.1.1":                "",
		"100.64.0.1":                 "",
		"fd12:3456::1":               "",
		"2001:db8::1":                "",
		"128.0.0.1":                  "",
		"126.255.255.255":            "",
		"169.253.255.255":            "",
		"127.0.0.1":                  "loopback",
		"127.255.255.255":            "loopback",
		"::1":                        "loopback",
		"::ffff:127.0.0.1":           "loopback",
		"::127.0.0.1":                "loopback",
		"64:ff9b::127.0.0.1":         "loopback",
		"64:ff9b:1::127.0.0.1":       "loopback",
		"2002:7f00:1::":              "loopback",
		"2002:7f00:1:5::9":           "loopback",
		"0.0.0.0":                    "unspecified",
		"0.1.2.3":                    "unspecified",
		"::":                         "unspecified",
		"::ffff:0.0.0.0":             "unspecified",
		"169.254.0.1":                "link-local",
		"169.254.169.254":            "link-local",
		"169.254.170.2":              "link-local",
		"fe80::1":                    "link-local",
		"fe80::1%eth0":               "link-local",
		"::ffff:169.254.169.254":     "link-local",
		"64:ff9b::169.254.169.254":   "link-local",
		"2002:a9fe:a9fe::":           "link-local",
		"224.0.0.1":                  "multicast",
		"ff02::1":                    "multicast",
		"255.255.255.255":            "multicast",
		"fd00:ec2::254":              "metadata",
		"fd00:ec2::254%lo":           "metadata",
		"fd20:ce::254":               "metadata",
		"100.100.100.200":            "metadata",
		"64:ff9b::100.100.100.200":   "metadata",
		"64:ff9b::203.0.113.1":       "",
		"2002:cb00:7101::":           "",
		"::ffff:203.0.113.1":         "",
		"::203.0.113.1":              "",
		"2001:db8:7f00:1::127.0.0.1": "",
	}
	for text, want := range tests {
		if got := kindOf(netip.MustParseAddr(text)); got != want {
			t.Errorf("got %q for %s, want %q", got, text, want)
		}
	}
	if got := kindOf(netip.Addr{}); got != "malformed" {
		t.Errorf("got %q for no address, want malformed", got)
	}
}

// Every spelling of an IPv4 address is as bad as the address.
func TestKindOfIsTheSameInEverySpelling(t *testing.T) {
	t.Parallel()
	law := func(a [4]byte) bool {
		want := kindOf(netip.AddrFrom4(a))
		plain := netip.AddrFrom4(a)
		mapped := netip.AddrFrom16(plain.As16())
		nat64 := netip.MustParseAddr("64:ff9b::" + plain.String())
		tunnel := netip.MustParseAddr(fmt.Sprintf("2002:%02x%02x:%02x%02x::", a[0], a[1], a[2], a[3]))
		return kindOf(mapped) == want && kindOf(nat64) == want && kindOf(tunnel) == want
	}
	for _, first := range []byte{0, 10, 100, 127, 169, 203, 224, 255} {
		err := quick.Check(func(rest [3]byte) bool { return law([4]byte{first, rest[0], rest[1], rest[2]}) }, nil)
		if err != nil {
			t.Error(err)
		}
	}
}
