"""Functions of IP networks."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from drift.desired.hcl.functions.registry import Context, function
from drift.desired.hcl.functions.strings import whole
from drift.desired.hcl.numbers import Number
from drift.desired.hcl.run import Failure
from drift.desired.hcl.types import list_of
from drift.desired.hcl.values import NUMBER, STRING, NotKnown

Network = IPv4Network | IPv6Network


def network(prefix: str) -> Network:
    """The network of a prefix, whatever host is written in it."""
    address, slash, length = prefix.partition("/")
    if not slash or not length.isascii() or not length.isdigit() or "%" in address or len(length) > 3:
        raise Failure(f"{prefix} is no prefix in CIDR notation")
    if ":" not in address:
        parts = address.split(".")
        if not all(part.isascii() and part.isdigit() for part in parts):
            raise Failure(f"{prefix} is no prefix in CIDR notation")
        address = ".".join(part.lstrip("0") or "0" for part in parts)
    elif "." in address:
        raise NotKnown("an IPv4 address within an IPv6 one", STRING)
    try:
        return ip_network((ip_address(address), int(length)), strict=False)
    except ValueError:
        raise Failure(f"{prefix} is no prefix in CIDR notation") from None


def _text(number: int, like: Network) -> str:
    if like.version == 4:
        return str(IPv4Address(number))
    if number >> 32 == 0xFFFF:
        raise NotKnown("an IPv4 address within an IPv6 one", STRING)
    return str(IPv6Address(number))


@function("cidrhost", STRING, NUMBER)
def cidrhost(context: Context, prefix: str, number: Number) -> str:
    """The address of a host, counted from the end where it is negative."""
    if not isinstance(number, int):
        raise Failure("the host must be a whole number")
    base = network(prefix)
    last = base.num_addresses - 1
    if abs(number) >= 1 << 63:
        raise NotKnown("a host of that number", STRING)
    host = number if number >= 0 else last + 1 + number
    if not 0 <= host <= last:
        raise Failure(f"the prefix has no host {number}")
    return _text(int(base.network_address) | host, base)


@function("cidrnetmask", STRING)
def cidrnetmask(context: Context, prefix: str) -> str:
    """The netmask, of IPv4."""
    base = network(prefix)
    if base.version == 6:
        raise Failure("an IPv6 prefix has no netmask")
    return str(base.netmask)


@function("cidrsubnet", STRING, NUMBER, NUMBER)
def cidrsubnet(context: Context, prefix: str, newbits: Number, netnum: Number) -> str:
    """The subnet of that number among those that are so many bits longer."""
    bits = whole(newbits, "the number of bits")
    if not isinstance(netnum, int):
        raise Failure("the subnet must be a whole number")
    base = network(prefix)
    length = base.prefixlen + bits
    if bits < 0 or netnum < 0:
        raise NotKnown("a negative number of bits or subnet", STRING)
    if length > base.max_prefixlen:
        raise Failure("the prefix would be longer than an address")
    if netnum >> bits:
        raise Failure(f"so many bits have no subnet {netnum}")
    return f"{_text(int(base.network_address) | (netnum << (base.max_prefixlen - length)), base)}/{length}"


@function("cidrsubnets", STRING, rest=NUMBER, returns=list_of(STRING))
def cidrsubnets(context: Context, prefix: str, *newbits: Number) -> list[str]:
    """Subnets one after the other, each so many bits longer."""
    base = network(prefix)
    found: list[str] = []
    following = int(base.network_address)
    if newbits and not following:
        raise Failure("no network number before the first")
    for given in newbits:
        bits = whole(given, "the number of bits")
        if not 1 <= bits <= 32:
            raise Failure("a subnet is 1 to 32 bits longer")
        length = base.prefixlen + bits
        if length > base.max_prefixlen:
            raise Failure("the prefix would be longer than an address")
        size = 1 << (base.max_prefixlen - length)
        start = -(-following // size) * size
        if start + size - 1 > int(base.broadcast_address):
            raise Failure("no room for this subnet")
        found.append(f"{_text(start, base)}/{length}")
        following = start + size
    return found
