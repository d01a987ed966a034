"""Whose a network address is: what is bounded for each visitor is counted by it."""

import ipaddress


def network_of(address: str) -> str:
    """An IPv4 address, or the /64 network of an IPv6 address, which is one subscriber's.

    A socket for both kinds gives an IPv4 address as the last part of an IPv6 one; all of these have one network.

    >>> [network_of(address) for address in ("192.0.2.1", "::ffff:192.0.2.1", "2001:db8::1")]
    ['192.0.2.1', '192.0.2.1', '2001:db8::/64']
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
