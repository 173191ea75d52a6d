"""Which web addresses may be reached: http and https, and only machines on the open internet.

A page that is fetched on a person's word, or on another page's, must not become a way in to the
person's own machine or network. So a host's every address is checked, and a connection is made
to a checked address and nothing else (``ingest.transport``).
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import httpx

from ingest.errors import KallsvarError

Address = IPv4Address | IPv6Address
AddressPolicy = Callable[[Address], bool]
Resolver = Callable[[str, int], Sequence[str]]

SAVE_IT = "Öppna sidan i webbläsaren, spara den och lägg till filen."

# IANA's registries of special-purpose addresses, written out: ``ipaddress.is_global`` calls some
# of them global, and which ones differs between Python versions.
_CLOSED_V4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",  # carrier-grade NAT; a cloud's metadata too
            "127.0.0.0/8",
            "168.63.129.16/32",  # a public address, but a cloud's own service to its machines
            "169.254.0.0/16",  # link-local; most clouds' metadata
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
        ),
    )
)
# Of IPv6 only this is handed out; loopback, unique-local, link-local and multicast lie outside.
_OPEN_V6 = IPv6Network("2000::/3")
_CLOSED_V6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "3fff::/20")))
_NAT64 = IPv6Network("64:ff9b::/96")


def is_public(address: Address) -> bool:
    """Tell whether an address is a machine on the open internet.

    An IPv6 address that carries an IPv4 one (mapped, 6to4, NAT64) is what it carries.
    """
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _CLOSED_V4)
    carried = address.ipv4_mapped or address.sixtofour
    if address in _NAT64:
        carried = IPv4Address(int(address) & 0xFFFFFFFF)
    if carried:
        return is_public(carried)
    return address in _OPEN_V6 and not any(address in network for network in _CLOSED_V6)


def resolve(host: str, port: int) -> list[str]:
    """Return a host's addresses, in the order to try them. Raises OSError or UnicodeError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def checked_addresses(
    host: str, port: int, *, allowed: AddressPolicy, resolve: Resolver
) -> list[str]:
    """Look a host up once and return its addresses, all of them allowed.

    Raises KallsvarError where it has none, or one that is not allowed.
    """
    try:
        addresses = [ip_address(text) for text in resolve(host, port)]
    except (OSError, UnicodeError):
        addresses = []
    shown = shown_host(host)
    if not addresses:
        raise KallsvarError(
            f"Servern {shown} finns inte eller går inte att slå upp. Kontrollera adressen och "
            "nätverket."
        )
    for address in addresses:
        if not allowed(address):
            named = host if host == str(address) else f"{shown} ({address})"
            raise KallsvarError(
                f"{named} är ingen öppen adress på internet, utan hör till den egna datorn, ett "
                f"internt nät eller ett reserverat område. Sådana hämtar Källsvar inte. {SAVE_IT}"
            )
    return [str(address) for address in addresses]


def shown_host(host: str) -> str:
    """Return a host's name as people write it: «öl.se», not «xn--l-0ga.se»."""
    try:
        return host.encode("ascii").decode("idna")
    except UnicodeError:
        return host


def checked_url(address: httpx.URL | str, *, max_length: int) -> httpx.URL:
    """Return the address, if it is http or https, names a host and carries no password.

    Raises KallsvarError where that does not hold, or where it is over ``max_length`` characters.
    """
    text = str(address).strip()
    if len(text) > max_length:
        raise KallsvarError(
            f"Adressen är {len(text)} tecken lång, och högst {max_length} går att hämta. {SAVE_IT}"
        )
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        raise _unreadable(text) from None
    if url.scheme not in ("http", "https"):
        raise KallsvarError(
            f"Adressen «{text}» börjar inte med http:// eller https://. Bara sådana går att hämta."
        )
    if url.userinfo:
        # The address itself is not repeated: the password would stand in the message.
        raise KallsvarError(
            f"Adressen till {shown_host(url.host)} innehåller användarnamn eller lösenord. Ange "
            "den utan dem."
        )
    if not url.host or url.port == 0 or (url.port or 0) > 65535:
        raise _unreadable(text)
    return url


def _unreadable(text: str) -> KallsvarError:
    return KallsvarError(
        f"Adressen «{text}» går inte att tolka. Kopiera den ur webbläsarens adressfält."
    )
