package outbox

import (
	"fmt"
	"net/netip"
	"syscall"
)

// ErrPlace means that an address is none that a webhook may reach.
var ErrPlace = fmt.Errorf("%w: a webhook may not reach this address", ErrChannel)

// withheld are addresses that are not out in the world, see the registries of
// special-purpose addresses (RFC 6890); own says which of them a channel may
// reach where it is set to.
var withheld = []struct {
	prefix netip.Prefix
	own    bool
}{
	{netip.MustParsePrefix("0.0.0.0/8"), false},
	{netip.MustParsePrefix("10.0.0.0/8"), true},
	{netip.MustParsePrefix("100.64.0.0/10"), false}, // shared by carriers; some clouds' metadata
	{netip.MustParsePrefix("127.0.0.0/8"), true},
	{netip.MustParsePrefix("169.254.0.0/16"), false}, // link-local; most clouds' metadata
	{netip.MustParsePrefix("172.16.0.0/12"), true},
	{netip.MustParsePrefix("192.0.0.0/24"), false},
	{netip.MustParsePrefix("192.0.2.0/24"), false},
	{netip.MustParsePrefix("192.88.99.0/24"), false},
	{netip.MustParsePrefix("192.168.0.0/16"), true},
	{netip.MustParsePrefix("198.18.0.0/15"), false},
	{netip.MustParsePrefix("198.51.100.0/24"), false},
	{netip.MustParsePrefix("203.0.113.0/24"), false},
	{netip.MustParsePrefix("224.0.0.0/3"), false}, // multicast and reserved
	{netip.MustParsePrefix("::1/128"), true},
	{netip.MustParsePrefix("fd00:ec2::/32"), false}, // a cloud's metadata
	{netip.MustParsePrefix("fd20:ce::/32"), false},  // another one's
	{netip.MustParsePrefix("fc00::/7"), true},
}

// global are the IPv6 addresses that are out in the world; what translates to or
// carries an IPv4 address, or is for documents, is left out.
var (
	global    = netip.MustParsePrefix("2000::/3")
	notGlobal = []netip.Prefix{
		netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("3fff::/20"),
	}
)

// reaches reports whether a webhook may reach an address; own lets it reach this
// machine and private networks.
func reaches(at netip.Addr, own bool) bool {
	at = at.Unmap()
	for _, w := range withheld {
		if w.prefix.Contains(at) {
			return w.own && own
		}
	}
	if at.Is4() {
		return true
	}
	for _, p := range notGlobal {
		if p.Contains(at) {
			return false
		}
	}
	return at.Zone() == "" && global.Contains(at)
}

// guard refuses a connection by the address that it is about to be made to: a
// name that resolves to another one a moment later changes nothing.
func guard(own bool) func(network, address string, _ syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil || !reaches(at.Addr(), own) {
			return fmt.Errorf("%w: %s", ErrPlace, address)
		}
		return nil
	}
}
