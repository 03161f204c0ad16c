package main

import "net/netip"

// isIPv6 tells the family of a range that the settings have accepted.
func isIPv6(cidr string) bool {
	prefix, err := netip.ParsePrefix(cidr)
	return err == nil && prefix.Addr().Is6()
}
