"""Who may do what, and what every request passes."""

from __future__ import annotations

import base64

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from ingest.errors import KallsvarError
from settings import Settings
from web.access import NOT_EDITOR, READ_ONLY, WRONG, Access, hash_password, read_users
from web.guard import FOREIGN_HOST, FOREIGN_ORIGIN, Guard, login_routes

HASH = hash_password("hemligt", b"0123456789abcdef")
USERS = f"ada:redaktör:{HASH} bo:läsare:{HASH}"


def test_a_hash_is_one_of_scrypt_and_never_the_password() -> None:
    assert HASH.startswith("scrypt.16384.8.1.30313233343536373839616263646566.")
    assert "hemligt" not in HASH
    assert {u.name: u.role for u in read_users(USERS).values()} == {
        "ada": "redaktör",
        "bo": "läsare",
    }


@pytest.mark.parametrize("entry", ["ada", "ada:chef:x", "ada:läsare:md5.1", f":läsare:{HASH}"])
def test_a_bad_entry_is_named_by_its_number(entry: str) -> None:
    with pytest.raises(KallsvarError, match=r"^Post 2 i KALLSVAR_USERS går inte att läsa\."):
        read_users(f"bo:läsare:{HASH} {entry}")


def test_a_network_needs_a_password_or_reading_only() -> None:
    Access(Settings(host="127.0.0.1"))
    Access(Settings(host="0.0.0.0", read_only=True))
    Access(Settings(host="0.0.0.0", users=USERS))
    with pytest.raises(
        KallsvarError, match=r"^Chatten öppnas inte på 0\.0\.0\.0, eftersom vem som"
    ):
        Access(Settings(host="0.0.0.0"))


def test_only_an_editor_changes_documents() -> None:
    access = Access(Settings(users=USERS))
    assert access.refusal("ada") is None
    assert access.refusal("bo") == access.refusal(None) == NOT_EDITOR
    assert Access(Settings(users=USERS, read_only=True)).refusal("ada") == READ_ONLY
    assert Access(Settings()).refusal(None) is None


def client(settings: Settings) -> TestClient:
    access = Access(settings)
    routes = [Route("/", lambda r: PlainTextResponse(access.user(r.headers) or "ingen", 200),
                    methods=["GET", "POST"]), *login_routes(access)]  # fmt: skip
    app = Guard(Starlette(routes=routes), settings=settings, access=access)
    return TestClient(app, base_url="http://127.0.0.1:7860", follow_redirects=False)


def test_other_names_and_other_sites_are_refused() -> None:
    own = client(Settings())
    assert own.get("/").status_code == 200
    assert own.get("/", headers={"host": "onda.example"}).json() == {"error": FOREIGN_HOST}
    sent = own.post("/", headers={"origin": "http://onda.example"})
    assert (sent.status_code, sent.json()) == (403, {"error": FOREIGN_ORIGIN})
    assert own.post("/", headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert own.post("/", headers={"origin": "http://127.0.0.1:7860"}).status_code == 200
    named = client(Settings(hosts="svar.example"))
    assert named.get("/", headers={"host": "svar.example:7860"}).status_code == 200


def test_logging_in_and_out() -> None:
    shared = client(Settings(host="0.0.0.0", users=USERS))
    assert shared.get("/").status_code == 401
    assert shared.get("/", headers={"accept": "text/html"}).headers["location"] == "/login"
    wrong = shared.post("/login", data={"username": "ada", "password": "fel"})
    assert (wrong.status_code, wrong.json()) == (400, {"error": WRONG})
    right = shared.post("/login", data={"username": "ada", "password": "hemligt"})
    assert right.json() == {"success": True}
    cookie = right.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    assert shared.get("/").text == "ada"
    shared.post("/logout")
    assert shared.get("/").status_code == 401
    basic = base64.b64encode(b"bo:hemligt").decode()
    assert shared.get("/", headers={"authorization": f"Basic {basic}"}).text == "bo"


def test_guessing_is_slowed_down() -> None:
    shared = client(Settings(host="0.0.0.0", users=USERS))
    for _ in range(5):
        shared.post("/login", data={"username": "ada", "password": "fel"})
    last = shared.post("/login", data={"username": "ada", "password": "hemligt"})
    assert last.json() == {"error": "För många försök. Vänta en minut och försök igen."}
