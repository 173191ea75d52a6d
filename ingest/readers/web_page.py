"""What a web page is about: its main content without menus and footers, and who published it.

Trafilatura tells which text is the page's own, but returns it without the exact structure. So its
text only shows the place: the smallest part of the page that holds it is kept whole, except for
what is known for a menu, a footer and the like by its tag, its role or its class and of which
trafilatura kept nothing. A page without any such parts is kept as it is.
"""

from __future__ import annotations

import copy
import datetime
import logging
import re
import unicodedata
import warnings
from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree

from ingest.readers.markup_text import HEADINGS, Element, clean, plain
from ingest.readers.metadata import language_code
from ingest.references import LIST_HEADING

_FRAME_TAGS = frozenset(("nav", "footer", "dialog", "form", "menu"))
_FRAME_ROLES = frozenset(
    "navigation banner contentinfo search dialog alertdialog menu menubar toolbar".split()
)
# Words in the class or id of what stands around a text.
_FRAME_WORDS = frozenset(
    "nav navbar navigation navbox menu menubar meny breadcrumb breadcrumbs footer sidfot sidebar "
    "cookie cookies cookiebar cookiebanner kakor consent gdpr banner share sharing social sociala "
    "dela related relaterat relaterade newsletter nyhetsbrev subscribe promo advert advertisement "
    "annons annonser ads comments kommentarer disqus pagination pager paging skiplink skip login "
    "toolbar popup modal overlay teaser teasers puff puffar recommended recommendations".split()
)
_TITLED = (
    "//head/title[normalize-space()] | //script[contains(@type, 'ld+json')]"
    " | //meta[contains(@property, 'title') or contains(@name, 'title')][@content]"
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LEAVES = ("p", "li", "td", "th", "dd", "dt", "blockquote", "pre", "div", "section", *HEADINGS)
# Neighbouring words that are compared together, and how many of a block's must be found.
_GRAM = 5
_FOUND = 0.6
# The part that is kept holds at least this much of what trafilatura found …
_HELD = 0.9
# … and grows by what stands beside it as long as that is no more than this share of it.
_BESIDE = 0.3
# Less than this, in characters or as a share of all text, is no finding.
_LEAST = 200
_LEAST_SHARE = 0.1
# What trafilatura lets through where a page is odd.
_ODD = (
    ArithmeticError, AssertionError, AttributeError, LookupError, OSError, RecursionError,
    TypeError, ValueError, etree.LxmlError,
)  # fmt: skip


class PageFacts(NamedTuple):
    """What a page says about itself; None where it does not."""

    title: str | None = None
    author: str | None = None
    publisher: str | None = None
    date: str | None = None
    url: str | None = None
    language: str | None = None


def page_facts(root: Element) -> PageFacts:
    """Return what a page's head says, as trafilatura reads it; the date is in ISO form."""
    from trafilatura.metadata import extract_metadata

    _hush()
    # No guessing from dates in the text.
    dates = {
        "original_date": True,
        "extensive_search": False,
        "max_date": datetime.date.today().isoformat(),
    }
    spoken = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang")
    found = PageFacts(language=language_code(spoken))
    try:
        with warnings.catch_warnings(action="ignore"):
            told = extract_metadata(copy.deepcopy(root), date_config=dates)
    except _ODD:
        return found
    site = told.sitename if told.sitename and ". " not in told.sitename else None
    return PageFacts(
        # Without any of these the title is but a guess among the headings.
        title=_said(told.title) if root.xpath(_TITLED) else None,
        author=_said(told.author),
        publisher=_said(site),
        date=_said(told.date),
        url=_said(told.url),
        language=found.language,
    )


def _said(text: str | None) -> str | None:
    return plain(clean(text)) or None


def main_content(body: Element, title: str | None) -> Element:
    """Return the part of a page that is its own text, cleared of what stands around it.

    ``title`` is the page's by its head. Changes the tree.
    """
    if not any(_is_frame(element) for element in body.iter(etree.Element)):
        return body
    page = _Page(body)
    main = page.main()
    page.clear(main)
    heading = None if next(main.iter("h1"), None) is not None else _title_heading(body, title)
    if heading is not None:
        main.insert(0, copy.deepcopy(heading))
        main[0].tail, main.text = main.text, None
    return main


def _hush() -> None:
    """Keep the libraries' warnings off the terminal: an odd page is no fault of the person's."""
    for name in ("trafilatura", "htmldate", "courlan", "readability"):
        logger = logging.getLogger(name)
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())


def _grams(text: str) -> Iterator[tuple[str, ...]]:
    words = re.findall(r"\w+", text.casefold())
    return zip(*(words[i:] for i in range(_GRAM)), strict=False)


def _found_grams(body: Element) -> set[tuple[str, ...]]:
    """Return the neighbouring words of what trafilatura finds to be a page's own text."""
    from trafilatura import bare_extraction

    _hush()
    page = body.makeelement("html")
    page.append(copy.deepcopy(body))
    try:
        found = bare_extraction(page, include_comments=False, include_tables=True)
    except _ODD:
        return set()
    if found is None or isinstance(found, dict) or found.body is None:
        return set()
    return {gram for part in found.body for gram in _grams(" ".join(part.itertext()))}


class _Page:
    """A page's body and how much of each part trafilatura kept, in characters."""

    def __init__(self, body: Element) -> None:
        self._body = body
        self._half = len(body.text_content()) / 2
        self._kept: dict[Element, int] = {}
        found = _found_grams(body)
        for leaf in body.iter(*_LEAVES):
            if any(child.tag in _LEAVES or child.tag in ("ul", "ol", "table") for child in leaf):
                continue
            grams = list(_grams(leaf.text_content()))
            if grams and sum(gram in found for gram in grams) >= _FOUND * len(grams):
                size = len(leaf.text_content())
                for part in (leaf, *leaf.iterancestors()):
                    self._kept[part] = self._kept.get(part, 0) + size

    def main(self) -> Element:
        """Return the smallest part that holds the text, with what belongs beside it."""
        total = self._kept.get(self._body, 0)
        if total < _LEAST or total < _LEAST_SHARE * self._size(self._body):
            marked = [e for e in self._body.iter("main") if e.text_content().strip()]
            return marked[0] if len(marked) == 1 else self._body
        part = self._body
        while inner := [child for child in part if self._kept.get(child, 0) >= _HELD * total]:
            part = inner[0]
        marked = [e for e in (part, *part.iterancestors()) if _is_marked(e)]
        if marked:
            outer = marked[-1]
            # A page of several articles is about the one that was found.
            alone = all(self._kept.get(a) or a is outer for a in outer.iter("article"))
            return self._with_equals(outer if alone else marked[0])
        while part is not self._body:
            outer = part.getparent()
            if self._size(outer) > (1 + _BESIDE) * self._size(part):
                break
            part = outer
        return part

    def _with_equals(self, part: Element) -> Element:
        """Return an article, or all that it stands among where others are as long as it is."""
        equals = [a for a in part.itersiblings("article") if self._size(a) > self._size(part) / 2]
        return part.getparent() if part.tag == "article" and equals else part

    def clear(self, part: Element) -> None:
        """Take out what stands around the text inside a part, and headings left empty by it."""
        for element in list(part):
            if not isinstance(element.tag, str):
                continue
            if not self._surrounds(element):
                self.clear(element)
                continue
            before, after = element.getprevious(), element.getnext()
            element.drop_tree()
            if before is not None and before.tag in HEADINGS[1:]:
                text_follows = bool((before.tail or "").strip())
                if not text_follows and (after is None or after.tag in HEADINGS):
                    before.drop_tree()

    def _size(self, part: Element) -> int:
        """Return how much text a part has, without what surrounds it, in characters."""
        if self._surrounds(part):
            return 0
        own = len((part.text or "").strip())
        inner = (self._size(e) + len((e.tail or "").strip()) for e in part)
        return own + sum(inner)

    def _surrounds(self, element: Element) -> bool:
        if element is self._body or self._kept.get(element, 0) or not isinstance(element.tag, str):
            return False
        if _is_frame(element):
            # Around most of the text such a name or a form only sets out the page.
            named = element.tag in ("div", "section", "form") and not element.get("role")
            return not (named and len(element.text_content()) > self._half)
        links = [link for link in element.iter("a") if not link.get("href", "#").startswith("#")]
        linked = sum(len(link.text_content().strip()) for link in links)
        dense = len(links) >= 3 and linked > 0.6 * len(element.text_content().strip())
        return dense and element.tag not in ("td", "tr", "p") and not _are_sources(element)


def _is_frame(element: Element) -> bool:
    """Tell whether an element is by its tag, role, class or id one of those around a text."""
    if element.tag in _FRAME_TAGS or element.get("role") in _FRAME_ROLES:
        return True
    if element.tag in ("html", "body", "main", "article", *HEADINGS):
        return False
    return bool((_words(element.get("class")) | _own_id(element)) & _FRAME_WORDS)


def _words(name: str | None) -> set[str]:
    return set(re.split(r"[\s_-]+", _CAMEL.sub("-", name or "").lower()))


def _own_id(element: Element) -> set[str]:
    """Return the words of an element's id, unless it only repeats the heading in it.

    A section on «Social omsorg» may be called so.
    """
    words = _words(element.get("id"))
    heading = next(element.iter(*HEADINGS), None)
    if heading is None:
        return words
    said = unicodedata.normalize("NFKD", heading.text_content().lower())
    spoken = set(re.findall(r"\w+", said.encode("ascii", "ignore").decode()))
    return words if words - spoken - {""} else set()


def _is_marked(element: Element) -> bool:
    return element.tag in ("main", "article") or element.get("role") in ("main", "article")


def _are_sources(element: Element) -> bool:
    """Tell whether links stand below a heading such as «Källor»: they are sources, not a menu."""
    before = element.getprevious()
    heading = (
        before
        if before is not None and before.tag in HEADINGS
        else next(element.iter(*HEADINGS), None)
    )
    return heading is not None and bool(LIST_HEADING.fullmatch(plain(heading.text_content())))


def _title_heading(body: Element, title: str | None) -> Element | None:
    """Return the heading outside the main content that says the page's title."""
    words = re.findall(r"\w+", (title or "").casefold())
    for heading in body.iter("h1"):
        said = re.findall(r"\w+", heading.text_content().casefold())
        if said and words[: len(said)] == said:
            return heading
    return None
