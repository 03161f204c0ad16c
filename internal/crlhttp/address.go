package crlhttp

import (
	"net/netip"
)

const loopback = "loopback"

// metadata are addresses of instance metadata services that are not
// link-local: AWS over IPv6 (EC2 User Guide, "Instance metadata"), Google
// Cloud over IPv6, Alibaba Cloud.
var metadata = []netip.Addr{
	netip.MustParseAddr("fd00:ec2::254"),
	netip.MustParseAddr("fd20:ce::254"),
	netip.MustParseAddr("100.100.100.200"),
}

// embedding are the IPv6 ranges whose addresses stand for an IPv4 address, and
// where in them it stands: a translator on the way would connect to that.
var embedding = []struct {
	prefix netip.Prefix
	offset int
}{
	{netip.MustParsePrefix("::/96"), 12},          // RFC 4291, section 2.5.5.1
	{netip.MustParsePrefix("64:ff9b::/96"), 12},   // RFC 6052, section 2.1
	{netip.MustParsePrefix("64:ff9b:1::/48"), 12}, // RFC 8215
	{netip.MustParsePrefix("2002::/16"), 2},       // RFC 3056, section 2
}

// kindOf names what makes an address no place for a list; it is empty for all
// others. Private networks are others: that is where many CAs publish.
func kindOf(address netip.Addr) string {
	address = address.Unmap().WithZone("")
	switch {
	case !address.IsValid():
		return "malformed"
	case address.IsLoopback():
		return loopback
	case address.IsUnspecified(), isThisNetwork(address):
		return "unspecified"
	case address.IsLinkLocalUnicast():
		return "link-local"
	case address.IsMulticast(), address == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		return "multicast"
	}
	for _, service := range metadata {
		if address == service {
			return "metadata"
		}
	}
	return kindOfEmbedded(address)
}

// isThisNetwork is 0.0.0.0/8 (RFC 1122, section 3.2.1.3), which many systems
// take for this machine.
func isThisNetwork(address netip.Addr) bool { return address.Is4() && address.As4()[0] == 0 }

func kindOfEmbedded(address netip.Addr) string {
	for _, range6 := range embedding {
		if !range6.prefix.Contains(address) {
			continue
		}
		bytes := address.As16()
		return kindOf(netip.AddrFrom4([4]byte(bytes[range6.offset : range6.offset+4])))
	}
	return ""
}
