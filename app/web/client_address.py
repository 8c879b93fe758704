"""The address a request comes from. ``X-Forwarded-For`` is believed only from proxies that the settings name."""

import ipaddress
from collections.abc import Sequence
from functools import cache
from typing import Annotated

from fastapi import Depends, Request

from app.web.connections import InjectedResources

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

UNKNOWN_ADDRESS = "unknown"
"""Stands for a peer without an address, such as a Unix socket."""


@cache
def trusted_networks(proxies: tuple[str, ...]) -> tuple[IpNetwork, ...]:
    """The networks of TRUSTED_PROXIES.

    :raises ValueError: an entry is neither an address nor a network.
    """
    try:
        return tuple(ipaddress.ip_network(proxy) for proxy in proxies)
    except ValueError as error:
        raise ValueError(f"TRUSTED_PROXIES takes addresses and networks such as 10.0.0.0/8: {error}") from error


def client_address_of(peer: str | None, forwarded_for: Sequence[str], proxies: Sequence[IpNetwork]) -> str:
    """The client behind ``peer``, the address that is connected to us.

    Each proxy appends the address it was called from, so the header is read from its end, for as long as the
    addresses are trusted proxies themselves. What stands before the first untrusted one, anybody may have written.
    """
    found = peer or UNKNOWN_ADDRESS
    hops = [hop.strip() for line in forwarded_for for hop in line.split(",")]
    while hops and _is_trusted(found, proxies):
        hop = _parsed(hops.pop())
        if hop is None:
            break
        found = str(hop)
    address = _parsed(found)
    return str(address) if address else found


def client_subject(address: str) -> str:
    """What stands for a client: its IPv4 address, or the /64 of its IPv6 address, of which one person has 2^64."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address  # a peer without an address, such as a Unix socket
    if parsed.version == 6:
        return str(ipaddress.ip_network(f"{parsed}/64", strict=False))
    return str(parsed)


def _is_trusted(address: str, proxies: Sequence[IpNetwork]) -> bool:
    parsed = _parsed(address)
    return parsed is not None and any(parsed in network for network in proxies)


def _parsed(text: str) -> IpAddress | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _client_address(request: Request, resources: InjectedResources) -> str:
    peer = request.client.host if request.client else None
    proxies = trusted_networks(resources.settings.trusted_proxies)
    return client_address_of(peer, request.headers.getlist("x-forwarded-for"), proxies)


ClientAddress = Annotated[str, Depends(_client_address)]
"""The address of the client, as far as it can be known."""
