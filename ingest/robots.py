"""What a site lets programs fetch: its ``robots.txt``, read as RFC 9309 says.

Protego reads the rules: the standard library's parser knows neither ``*`` nor ``$``, takes the
first rule that matches instead of the longest, and drops rules after an empty line.
"""

from __future__ import annotations

import httpx
from protego import Protego

from ingest.addresses import SAVE_IT, shown_host
from ingest.errors import KallsvarError
from ingest.responses import Visit, final_response, pieces

# Rules by origin («https://exempel.se:443»), so that a site is asked once for many pages.
Robots = dict[str, Protego]

_AGENT = "Kallsvar"
# RFC 9309, section 2.5: at least 500 KiB must be read, the rest may be left.
_MOST = 512_000


def refuse_unwelcome(visit: Visit, url: httpx.URL, robots: Robots) -> None:
    """Raise KallsvarError where the site's rules forbid the address or cannot be known.

    ``robots`` holds the rules read so far, and gets those that are read now.
    """
    origin = f"{url.scheme}://{url.netloc.decode('ascii')}"
    if origin not in robots:
        robots[origin] = _rules(visit, url.copy_with(raw_path=b"/robots.txt", fragment=None))
    if not robots[origin].can_fetch(str(url), _AGENT):
        raise KallsvarError(
            f"{shown_host(url.host)} tillåter inte att program hämtar {url} (robots.txt). {SAVE_IT}"
        )


def _rules(visit: Visit, url: httpx.URL) -> Protego:
    """Read a site's rules: none where it has no such file; KallsvarError where none can be had."""
    with final_response(visit, url) as response:
        if 400 <= response.status_code < 500:
            return Protego.parse("")
        if response.status_code != 200:
            raise KallsvarError(
                f"{shown_host(url.host)} kan inte säga vad program får hämta (robots.txt gav svar "
                f"{response.status_code}), och då hämtas inget. Försök igen senare."
            )
        content = bytearray()
        for piece in pieces(response):
            content += piece
            if len(content) > _MOST:
                break
    return Protego.parse(content[:_MOST].decode("utf-8", errors="replace"))
