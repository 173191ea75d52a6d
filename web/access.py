"""Who may do what: users with a role and a hashed password, and the read-only mode.

``python -m web.access`` makes a user's entry for ``KALLSVAR_USERS``.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from ipaddress import ip_address
from typing import Literal

import typer

from ingest.errors import KallsvarError
from settings import Settings

Role = Literal["läsare", "redaktör"]

COOKIE = "kallsvar"
SESSION_SECONDS = 12 * 3600
_ROLES: dict[str, Role] = {
    "läsare": "läsare", "lasare": "läsare", "redaktör": "redaktör", "redaktor": "redaktör",
}  # fmt: skip
# scrypt's cost: about 50 ms and 16 MB for each try.
_N, _R, _P = 2**14, 8, 1
_TRIES, _TRIES_SECONDS = 5, 60.0

NOT_SHARED = (
    "Chatten öppnas inte på {host}, eftersom vem som helst på nätverket då kommer åt den. "
    "Ange vilka som får logga in i KALLSVAR_USERS (gör en rad med «python -m web.access»), eller "
    "låt alla läsa men ingen ändra med KALLSVAR_READ_ONLY=true."
)
READ_ONLY = "Samlingen är skrivskyddad, så dokument kan inte läggas till eller tas bort."
NOT_EDITOR = "Bara den som har rollen redaktör får lägga till och ta bort dokument."
WRONG = "Fel användarnamn eller lösenord."
TOO_MANY = "För många försök. Vänta en minut och försök igen."


@dataclass(frozen=True, slots=True)
class User:
    """A person who may log in. ``hashed`` is what :func:`hash_password` gave."""

    name: str
    role: Role
    hashed: str


def hash_password(password: str, salt: bytes | None = None) -> str:
    """Return ``scrypt.N.r.p.salt.key`` (salt and key in hexadecimal), safe in a shell."""
    salt = salt or secrets.token_bytes(16)
    return f"scrypt.{_N}.{_R}.{_P}.{salt.hex()}.{_key(password, salt, _N, _R, _P).hex()}"


def password_fits(password: str, hashed: str) -> bool:
    """Tell whether a password is the hashed one, in the same time whichever it is."""
    _, n, r, p, salt, key = hashed.split(".")
    tried = _key(password, bytes.fromhex(salt), int(n), int(r), int(p))
    return hmac.compare_digest(tried, bytes.fromhex(key))


def _key(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(
        password.encode(), salt=salt, n=n, r=r, p=p, dklen=32, maxmem=64 * 1024 * 1024
    )


def read_users(text: str) -> dict[str, User]:
    """Return the users of ``KALLSVAR_USERS`` by name.

    Raises KallsvarError where an entry cannot be read; it does not repeat the entry's hash.
    """
    users: dict[str, User] = {}
    for number, entry in enumerate(re.split(r"[\s,;]+", text.strip()), start=1):
        if not entry:
            continue
        name, role, hashed = [*entry.split(":"), "", ""][:3]
        if (
            not name
            or role.lower() not in _ROLES
            or not re.fullmatch(r"scrypt\.\d+\.\d+\.\d+\.[0-9a-f]{16,}\.[0-9a-f]{64}", hashed)
        ):
            raise KallsvarError(
                f"Post {number} i KALLSVAR_USERS går inte att läsa. Den ska vara namn:roll:hash, "
                "med rollen läsare eller redaktör; «python -m web.access» gör en sådan."
            )
        if name in users:
            raise KallsvarError(f"Användaren «{name}» står två gånger i KALLSVAR_USERS.")
        users[name] = User(name, _ROLES[role.lower()], hashed)
    return users


def is_loopback(host: str) -> bool:
    """Tell whether an address to listen on can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Access:
    """Decides who a request comes from and what they may do. Safe to share between threads.

    Raises KallsvarError where the chat would be open to a network without anyone having said so.
    """

    def __init__(self, settings: Settings) -> None:
        self.users = read_users(settings.users)
        self.read_only = settings.read_only
        if not (is_loopback(settings.host) or self.users or self.read_only):
            raise KallsvarError(NOT_SHARED.format(host=settings.host))
        self._sessions: dict[str, tuple[str, float]] = {}
        self._fits: dict[bytes, tuple[str, float]] = {}
        self._failures: dict[str, list[float]] = {}
        self._lock = threading.Lock()

    @property
    def open(self) -> bool:
        """Whether no one needs to log in."""
        return not self.users

    def log_in(self, name: str, password: str, address: str) -> str:
        """Return a new session's token. Raises KallsvarError on a wrong password, or too many."""
        self._check(name, password, address)
        token = secrets.token_urlsafe(32)
        now = time.monotonic()
        with self._lock:
            self._sessions = {t: s for t, s in self._sessions.items() if s[1] > now}
            self._sessions[token] = (name, now + SESSION_SECONDS)
        return token

    def log_out(self, headers: Mapping[str, str]) -> None:
        """End the session that a request belongs to."""
        with self._lock:
            self._sessions.pop(_token(headers), None)

    def user(self, headers: Mapping[str, str], address: str = "") -> str | None:
        """Return who a request comes from: a session's cookie, or HTTP basic. None for no one."""
        now = time.monotonic()
        with self._lock:
            name, until = self._sessions.get(_token(headers), ("", 0.0))
        if until > now:
            return name
        return self._basic(headers.get("authorization", ""), address, now)

    def may_edit(self, user: str | None) -> bool:
        """Tell whether someone may add and remove documents."""
        return self.refusal(user) is None

    def refusal(self, user: str | None) -> str | None:
        """Return why someone may not add or remove documents, or None."""
        if self.read_only:
            return READ_ONLY
        if self.users and (user is None or self.users[user].role != "redaktör"):
            return NOT_EDITOR
        return None

    def require_editor(self, user: str | None) -> None:
        """Raise KallsvarError where someone may not add or remove documents."""
        if refusal := self.refusal(user):
            raise KallsvarError(refusal)

    def _check(self, name: str, password: str, address: str) -> None:
        now = time.monotonic()
        with self._lock:
            recent = [at for at in self._failures.get(address, ()) if at > now - _TRIES_SECONDS]
            if len(recent) >= _TRIES:
                raise KallsvarError(TOO_MANY)
        user = self.users.get(name)
        # An unknown name takes as long as a known one.
        fits = password_fits(password, user.hashed if user else hash_password("", b"0" * 16))
        if user is None or not fits:
            with self._lock:
                self._failures[address] = [*recent, now]
            raise KallsvarError(WRONG)

    def _basic(self, header: str, address: str, now: float) -> str | None:
        kind, _, coded = header.partition(" ")
        if kind.lower() != "basic" or self.open:
            return None
        # Each try costs scrypt its time; what has been found to fit is remembered for a while.
        digest = hashlib.sha256(header.encode()).digest()
        with self._lock:
            name, until = self._fits.get(digest, ("", 0.0))
        if until > now:
            return name
        try:
            name, _, password = base64.b64decode(coded, validate=True).decode().partition(":")
            self._check(name, password, address)
        except (binascii.Error, UnicodeDecodeError, KallsvarError):
            return None
        with self._lock:
            self._fits = {d: f for d, f in self._fits.items() if f[1] > now}
            self._fits[digest] = (name, now + 300)
        return name


def _token(headers: Mapping[str, str]) -> str:
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


def main(
    name: str = typer.Option(..., prompt="Användarnamn", help="Namnet att logga in med."),
    role: str = typer.Option("läsare", prompt="Roll", help="läsare eller redaktör."),
    password: str = typer.Option(..., prompt="Lösenord", hide_input=True, confirmation_prompt=True),
) -> None:
    """Gör en post för KALLSVAR_USERS: namn, roll och lösenordet hashat."""
    entry = f"{name}:{role}:{hash_password(password)}"
    try:
        read_users(entry)
    except KallsvarError:
        typer.secho("Namnet får inte ha mellanrum, komma eller kolon, och rollen ska vara läsare "
                    "eller redaktör.", fg="red", err=True)  # fmt: skip
        raise typer.Exit(1) from None
    typer.echo(entry)


if __name__ == "__main__":
    typer.run(main)
