"""Links to what lies outside, made only of addresses that a browser may follow."""

from __future__ import annotations

from html import escape


def link(url: str, text: str) -> str:
    """Return a link that opens in a page of its own; the text alone where it is no web address."""
    if not url.startswith(("http://", "https://")):
        return escape(text)
    return (
        f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer">{escape(text)}'
        '<span class="sr"> (öppnas i ny flik)</span></a>'
    )
