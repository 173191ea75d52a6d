"""E-mail, written by the standard library and by hand as programs write it."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from email.message import EmailMessage
from email.mime.application import MIMEApplication

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import KallsvarError
from ingest.readers.eml import read_eml
from ingest.readers.eml_text import message_lines
from ingest.records import Document

Outline = list[tuple[object, ...]]
Write = Callable[[Document], Outline]
Cited = Callable[[Document], list[tuple[int, str]]]


def read(data: bytes) -> Document:
    return read_eml(data, document_id="post/vega.eml")


def letter(text: str = "", **parameters: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Åsa Öberg <asa@varvet.example>"
    message["To"] = "Bo Berg <bo@varvet.example>, kansli@varvet.example"
    message["Subject"] = "Möte om båten – kallelse"
    message["Date"] = "Tue, 04 Mar 2025 10:15:00 +0100"
    if text:
        message.set_content(text, **parameters)
    return message


HEADERS = [
    (1, "Möte om båten – kallelse"),
    ("fact", "Från", "Åsa Öberg <asa@varvet.example>"),
    ("fact", "Till", "Bo Berg <bo@varvet.example>, kansli@varvet.example"),
    ("fact", "Datum", "2025-03-04 10:15"),
]

TEXT = """\
Hej Bo,

vi ses på torsdag kl. 10 i stora salen, och då går vi igenom budgeten
för nästa år samt planen för sommarens seglingar med skolklasserna.
Det tar två timmar.

Ta med:
- ritningar
- nycklar

Kostnad: 5 mkr
Dagar: 3

Med vänliga hälsningar
Åsa

-- 
Åsa Öberg
Ordförande
"""  # noqa: W291


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [("utf-8", "8bit"), ("utf-8", "base64"), ("iso-8859-1", "quoted-printable"), ("windows-1252", "8bit")],
)  # fmt: skip
def test_a_letter(charset: str, encoding: str, outline: Write) -> None:
    document = read(letter(TEXT, charset=charset, cte=encoding).as_bytes())
    assert outline(document) == [
        *HEADERS,
        ("paragraph", "Hej Bo,"),
        (
            "paragraph",
            "vi ses på torsdag kl. 10 i stora salen, och då går vi igenom budgeten för nästa år samt planen för sommarens seglingar med skolklasserna. Det tar två timmar.",
        ),
        ("paragraph", "Ta med:"),
        ("item", "Ta med:", "ritningar"),
        ("item", "Ta med:", "nycklar"),
        ("fact", "Kostnad", "5 mkr"),
        ("fact", "Dagar", "3"),
        ("paragraph", "Med vänliga hälsningar"),
        ("paragraph", "Åsa"),
        ("paragraph", "Åsa Öberg\nOrdförande"),
    ]
    assert (document.title, document.author, document.date) == (
        "Möte om båten – kallelse", "Åsa Öberg", "2025-03-04",
    )  # fmt: skip
    assert (document.language, document.markers, document.references) == ("sv", (), ())


def test_a_given_title_wins_and_a_missing_subject_leaves_the_name() -> None:
    assert read_eml(letter("Hej.").as_bytes(), document_id="a.eml", title="Min").title == "Min"
    document = read(b"From: bo@varvet.example\n\nHej.\n")
    assert (document.title, document.text) == ("vega", "Från: bo@varvet.example\nHej.")


def test_the_letter_that_is_answered_goes_under_its_writer(outline: Write) -> None:
    text = (
        "Ja, det går bra.\n\nDen mån 3 mars 2025 kl 09:00 skrev Bo Berg\n<bo@varvet.example>:\n"
        "> Hej Åsa,\n>\n> när ses vi? Jag kan:\n> - torsdag\n> - fredag\n>\n> > Äldre text.\n"
    )
    document = read(letter(text).as_bytes())
    assert outline(document)[4:] == [
        ("paragraph", "Ja, det går bra."),
        (2, "Den mån 3 mars 2025 kl 09:00 skrev Bo Berg <bo@varvet.example>"),
        ("paragraph", "Hej Åsa,"),
        ("paragraph", "när ses vi? Jag kan:"),
        ("item", "Jag kan:", "torsdag"),
        ("item", "Jag kan:", "fredag"),
        ("paragraph", "Äldre text."),
    ]


def test_a_quotation_between_the_lines_keeps_its_mark(outline: Write) -> None:
    text = "Bo skrev:\n> När ses vi?\nPå torsdag.\n> Var?\nI salen.\n"
    assert outline(read(letter(text).as_bytes()))[4:] == [
        ("paragraph", "Bo skrev:"),
        ("paragraph", "> När ses vi?"),
        ("paragraph", "På torsdag."),
        ("paragraph", "> Var?"),
        ("paragraph", "I salen."),
    ]


def test_a_forwarded_letter_has_its_heading(outline: Write) -> None:
    text = "För kännedom.\n\n-----Ursprungligt meddelande-----\nFrån: Bo Berg\nSkickat: den 3 mars 2025 09:00\nÄmne: Båten\n\nHej!\n"
    assert outline(read(letter(text).as_bytes()))[4:] == [
        ("paragraph", "För kännedom."),
        (2, "Ursprungligt meddelande"),
        ("fact", "Från", "Bo Berg"),
        ("fact", "Skickat", "den 3 mars 2025 09:00"),
        ("fact", "Ämne", "Båten"),
        ("paragraph", "Hej!"),
    ]


def test_flowing_text_is_joined_as_its_writer_broke_it() -> None:
    text = "Ett stycke som \nflödar vidare \nhit.\nEn ny rad.\n > stoppad\n> Citerat som \n> flödar.\n-- \nÅsa"
    lines = [line.text for line in message_lines(text, flowed=True)]
    assert lines == [
        "Ett stycke som flödar vidare hit.", "En ny rad.", "> stoppad", "> Citerat som flödar.",
        "Åsa",
    ]  # fmt: skip
    deleted = message_lines("Sjö \nsatt i dag.", flowed=True, delete_space=True)
    assert [line.text for line in deleted] == ["Sjösatt i dag."]


def test_lines_are_joined_only_where_the_next_word_did_not_fit() -> None:
    whole = (
        "Vi seglar på lördag om vädret tillåter, och den som vill följa med anmäler sig på kansliet. "
        * 3
    )
    wrapped = textwrap.fill(whole, 72)
    address = "Varvet\nStorgatan 1\n123 45 Sjötorp"
    lines = [line.text for line in message_lines(f"{wrapped}\n\n{address}")]
    assert lines == [whole.strip(), "Varvet", "Storgatan 1", "123 45 Sjötorp"]


def test_of_two_versions_the_plain_one_is_read() -> None:
    message = letter("Hej i text.")
    message.add_alternative("<p>Hej i HTML.</p>", subtype="html")
    assert read(message.as_bytes()).text.splitlines()[-1] == "Hej i text."
    empty = letter("\n")
    empty.add_alternative("<p>Hej i <b>HTML</b>.</p>", subtype="html")
    assert read(empty.as_bytes()).text.splitlines()[-1] == "Hej i HTML."


def test_a_letter_in_html(outline: Write, cited: Cited) -> None:
    message = letter()
    message.set_content(
        '<html><head><meta charset="iso-8859-1"><title>x</title></head><body><table><tr><td><h1>Nytt</h1><p>Hej på er!<sup>1</sup></p></td></tr></table>'
        "<ul><li>ett</li></ul><p>1. Å</p><h2>Noter</h2><p>1: Verket, A</p>"
        '<div class="gmail_quote"><div class="gmail_attr">Den tis 4 mars 2025 kl 10:15 skrev Bo &lt;bo@varvet.example&gt;:<br></div>'
        "<blockquote><p>Tidigare text.</p></blockquote></div></body></html>",
        subtype="html",
        charset="utf-8",
    )
    document = read(message.as_bytes())
    assert outline(document)[4:] == [
        (2, "Nytt"),
        ("paragraph", "Hej på er!"),
        ("item", None, "ett"),
        ("paragraph", "1. Å"),
        (2, "Den tis 4 mars 2025 kl 10:15 skrev Bo <bo@varvet.example>"),
        ("paragraph", "Tidigare text."),
        (2, "Noter"),
        ("reference", "1. Verket, A"),
    ]
    assert cited(document) == [(1, "Hej på er!")]


def test_attachments_are_named_and_not_read(outline: Write) -> None:
    message = letter("Se bilagan.")
    message.add_attachment(
        b"%PDF", maintype="application", subtype="pdf", filename="Årsbudget 2025.pdf"
    )
    message.add_attachment("Hemligt.", filename="lista.txt")
    inner = letter("Inuti.")
    message.add_attachment(inner)
    message.attach(MIMEApplication(b"x", Name="=?iso-8859-1?Q?Gammal_=E5r.doc?="))
    document = read(message.as_bytes())
    names = ["Årsbudget 2025.pdf", "lista.txt", "Möte om båten – kallelse", "Gammal år.doc"]
    assert outline(document) == [
        *HEADERS, *(("fact", "Bilaga", name) for name in names), ("paragraph", "Se bilagan."),
    ]  # fmt: skip


def test_a_letter_of_attachments_alone_names_them() -> None:
    message = letter()
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="avtal.pdf")
    assert read(message.as_bytes()).text.splitlines()[-1] == "Bilaga: avtal.pdf"


def test_headers_that_say_no_encoding_or_a_wrong_one() -> None:
    for encoding in "utf-8", "cp1252":
        data = "Subject: Båten\nFrom: Åsa <a@b.example>\n\nHej å.\n".encode(encoding)
        document = read(data)
        assert (document.title, document.author) == ("Båten", "Åsa")
        assert document.text.splitlines()[-1] == "Hej å."
    odd = read(
        b"Subject: =?finns-inte?Q?B=C3=A5ten?= =?utf-8?B?zzz?=\nDate: i dag\nFrom: <a@b.example\n\nHej.\n"
    )
    assert odd.title.startswith("Båten")
    assert odd.date is None
    folded = read(
        b"Subject: =?utf-8?Q?B=C3=A5?=\r\n =?utf-8?Q?ten?=\r\n i dag\r\nFrom: a@b.example\r\n\r\nHej.\r\n"
    )
    assert folded.title == "Båten i dag"


def test_a_charset_that_is_wrong_or_unknown() -> None:
    for charset in "finns-inte", "us-ascii", "utf-8", "iso-8859-1":
        data = f"From: a@b.example\nContent-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: 8bit\n\n"
        body = "– Å, sa hon."
        assert read(data.encode() + body.encode("cp1252")).text.splitlines()[-1] == body


def test_several_texts_are_read_in_order() -> None:
    message = letter("Först.")
    message.make_mixed()
    last = EmailMessage()
    last.set_content("Sist.")
    message.attach(last)
    assert read(message.as_bytes()).text.splitlines()[-2:] == ["Först.", "Sist."]
    page = letter()
    page.set_content("<p>Först.</p>", subtype="html")
    page.make_mixed()
    page.attach(last)
    assert read(page.as_bytes()).text.splitlines()[-2:] == ["Först.", "Sist."]


ENCRYPTED = (
    "E-postmeddelandet är krypterat. Öppna det i e-postprogrammet och spara texten som en egen fil."
)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "Filen är tom."),
        (b"\n\n", "Filen är tom."),
        (
            b"Bara text utan huvud.\n",
            "Filen är inget e-postmeddelande: den saknar både avsändare, ämne och datum.",
        ),
        (b"Subject: Tomt\nFrom: a@b.example\n\n \n", "E-postmeddelandet har ingen text."),
        (
            b"From: a@b.example\nContent-Type: application/ms-tnef; name=winmail.dat\n\nx",
            "Meddelandets text ligger i en winmail.dat, som bara Outlook kan läsa. Be avsändaren skicka det som vanlig text eller HTML.",
        ),
        (
            b"From: a@b.example\nContent-Type: application/pkcs7-mime; name=smime.p7m\n\nx",
            ENCRYPTED,
        ),
        (
            b"From: a@b.example\nContent-Type: multipart/encrypted; boundary=x\n\n--x\nContent-Type: application/octet-stream; name=a.asc\n\ny\n--x--\n",
            ENCRYPTED,
        ),
    ],
)
def test_what_cannot_be_read_has_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(KallsvarError) as error:
        read(data)
    assert str(error.value) == reason


def test_parts_deep_inside_each_other_are_refused() -> None:
    data = b"From: a@b.example\n"
    for i in range(2_000):
        data += b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i)
    with pytest.raises(KallsvarError, match="är skadat och går inte att läsa"):
        read(data + b"\nHej.\n")


PIECES = st.sampled_from(
    ["From: a@b.example\n", "Subject: =?utf-8?B?w6U=?=\n", "Content-Type: multipart/alternative; boundary=x\n",
     "Content-Type: text/html\n", "Content-Type: text/plain; format=flowed; charset=utf-16\n", "\n", "\n\n", "--x\n", "--x--\n",
     "Content-Transfer-Encoding: base64\n", "Content-Disposition: attachment; filename*=utf-8''%C3\n", "<p>a", "> b\n", "-- \n",
     "Date: 1 Jan 99999 00:00\n", "To: \"a, <b\n", "\xff", "\0", "text \n", "Content-Type: message/rfc822\n"]
).map(lambda piece: piece.encode("latin-1"))  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.lists(PIECES, max_size=30).map(b"".join)))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        document = read(data)
    except KallsvarError:
        return
    assert document.text
    assert all(0 <= marker.offset <= len(document.text) for marker in document.markers)
