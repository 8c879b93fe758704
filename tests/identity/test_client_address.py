"""Whose address counts: X-Forwarded-For is believed from trusted proxies only."""

import pytest

from app.web.client_address import UNKNOWN_ADDRESS, client_address_of, trusted_networks

PROXIES = trusted_networks(("10.0.0.0/8", "192.0.2.1", "2001:db8::/32"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("203.0.113.7", [], "203.0.113.7"),
        ("203.0.113.7", ["198.51.100.1"], "203.0.113.7"),
        ("203.0.113.7", ["10.0.0.1"], "203.0.113.7"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["192.0.2.200, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["192.0.2.200", "198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.1, 10.9.9.9, 192.0.2.1"], "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.1, garbage"], "10.0.0.1"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", ["10.0.0.2"], "10.0.0.2"),
        ("2001:db8::1", ["2a00:0:0:0::7"], "2a00::7"),
        ("::ffff:10.0.0.1", ["::ffff:198.51.100.1"], "198.51.100.1"),
        (None, ["198.51.100.1"], UNKNOWN_ADDRESS),
        ("/run/socket", ["198.51.100.1"], "/run/socket"),
    ],
)
def test_client_is_the_first_that_is_no_trusted_proxy(peer: str | None, forwarded: list[str], found: str) -> None:
    """Check 11."""
    assert client_address_of(peer, forwarded, PROXIES) == found


def test_without_trusted_proxies_the_header_means_nothing() -> None:
    """Check 11."""
    assert client_address_of("127.0.0.1", ["198.51.100.1"], trusted_networks(())) == "127.0.0.1"


@pytest.mark.parametrize("proxy", ["localhost", "10.0.0.1/8", "10.0.0.0/40"])
def test_a_wrong_setting_is_named(proxy: str) -> None:
    with pytest.raises(ValueError, match="TRUSTED_PROXIES takes addresses and networks"):
        trusted_networks((proxy,))
