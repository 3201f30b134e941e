"""The page over a store: served, read-only, to nobody else; and as one file."""

from __future__ import annotations

import http.client
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner

from drift.cli import cli
from drift.errors import DriftError, StoreError
from drift.history.page import sections
from drift.history.page.chart import thinned
from drift.history.page.markup import address, page, policy, style
from drift.history.page.server import Server, entrance
from drift.history.page.whole import whole
from drift.history.shapes import Shapes
from drift.history.store import Store
from drift.model.drift import Change, Drift, Report, Scope
from drift.model.resource import Key, Resource
from drift.model.who import Actor, Who
from drift.provider.installed import installed
from tests.support.stores import ACCOUNT, Drifted, packed, scan

if TYPE_CHECKING:
    from playwright.sync_api import ViewportSize

BROWSER = next((found for name in ("chromium", "chromium-browser") if (found := shutil.which(name))), None)
EVIL = "<script>alert(1)</script>"
TOKEN = "a-token-of-a-test"
LIFE = {
    "scope": "prod",
    "type": "aws_sqs_queue",
    "id": "late",
    "account": ACCOUNT,
    "region": "us-east-1",
    "address": "module.m.aws_sqs_queue.late",
}


def queue(id_: str) -> Resource:
    return Resource(key=Key("aws_sqs_queue", ACCOUNT, "us-east-1", (id_,)), id=id_)


def told(day: int, *drifts: Drift) -> str:
    scope = Scope((ACCOUNT,), ("us-east-1",))
    return packed(Report(scope=scope, started_at=f"2026-01-0{day + 1}T06:00:00Z", drift=drifts))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Three scans: `late` is unmanaged from the second on and changes; one name is markup."""
    place = Store(str(tmp_path_factory.mktemp("store") / "drift.duckdb"))
    who = Who(actor=Actor("user", "ada"), at="2026-01-02T05:00:00Z")
    for day, drifts in enumerate(
        (
            [Drifted("early")],
            [Drifted("early"), Drifted("late", value=1, module="module.m", severity="critical")],
            [Drifted("late", value=2, module="module.m"), *(Drifted(f"x{n:02}", "unmanaged") for n in range(60)),
             Drifted(EVIL, "unmanaged", severity="critical")],
        )
    ):  # fmt: skip
        kept = scan(day, drifts)
        change = Change("delay_seconds", 0, day)
        found = [
            Drift("unmanaged", None, queue(d.id), (change,), who=(who,))
            for d in drifts
            if d.kind == "unmanaged" or day == 1
        ]
        report = [{"scan": kept.scan, "document": told(day, *found)}]
        place.add(replace(kept, tables={**kept.tables, "report": report}))
    place.add(scan(0, [Drifted("other", type="aws_instance", tags={"Team": "data"})], scope="test"))
    return place


Get = Callable[..., tuple[int, dict[str, str], str]]


@contextmanager
def served(
    store: Store, host: str = "127.0.0.1", token: str | None = None, names: tuple[str, ...] = ()
) -> Iterator[Get]:
    """A function that gets a path."""
    with Server(store, host, 0, token, names, lambda: Shapes(installed())) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()

        def get(path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], str]:
            connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=20)
            connection.request(method, path, headers={k.replace("_", "-"): v for k, v in headers.items()})
            answer = connection.getresponse()
            text = answer.read().decode()
            connection.close()
            return answer.status, dict(answer.getheaders()), text

        try:
            yield get
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def get(store: Store) -> Iterator[Get]:
    with served(store) as ask:
        yield ask


def plain(text: str) -> str:
    """The text of a page."""
    body = text.split("</style>", 1)[1]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def test_the_overview_tells_trends_and_what_is_new(get: Get) -> None:
    status, _, text = get(address("", scope="prod"))

    assert status == 200
    assert "Last of 3 scans: 2026-01-03 06:00 UTC" in plain(text)
    assert "unmanaged 61" in plain(text)
    assert "critical 1" in plain(text)
    new = text.split("New in the last scan")[1].split("<h2>")[0]
    assert "x00" in new
    assert "late" not in new  # it drifted in the scan before, too
    assert "There is more" in new
    assert "module.m" in text.split("By module")[1]
    assert text.count("<polyline") == 3 + 2 + 3 + 1 + 1  # kinds, severities, modules, accounts, teams


def test_the_overview_tells_teams_by_a_tag_and_the_neighbours_of_what_drifts(get: Get) -> None:
    text = get(address("", scope="test"))[2]
    teams = plain("</style>" + text.split("By team")[1])
    assert re.search(r"Trend\s+data 1 1", teams)
    graph = text.split('<svg class="near"')[1].split("</figure>")[0]
    drifted = re.search(r'<a href="([^"]+)"><title>aws_instance aws_instance.other modified ▲ high</title>', graph)
    assert drifted
    assert "Life" in get(drifted[1].replace("&amp;", "&"))[2]
    assert "<title>aws_iam_role resource-2</title>" in graph
    assert '<path class="ref"' in graph
    assert "aws_instance.other modified role resource-2" in plain(f"</style>{graph}")
    assert "(no team)" in plain("</style>" + get(address("", scope="test", tag="Squad"))[2].split("By team")[1])
    assert "refers to anything" in get(address("", scope="prod"))[2]


def test_a_named_query_has_a_form_of_its_parameters(get: Get) -> None:
    text = get("/sql?name=long-open")[2]
    assert 'name="days" value="30"' in text
    assert ">0 rows." in text
    assert int(re.findall(r">(\d+) rows", get("/sql?name=long-open&days=0")[2])[0]) >= 61
    told = get("/sql?name=teams&tag=" + EVIL)[2]
    assert EVIL not in told
    assert "Parameters of teams" in told


def test_a_parameter_is_one_text_of_the_query_whatever_it_says() -> None:
    assert (
        sections._filled("select $tag, $tags, $no", {"tag": "$tags", "tags": "it's"}) == "select '$tags', 'it''s', $no"
    )


def test_the_explorer_filters_and_pages_by_its_address(get: Get) -> None:
    status, _, text = get(address("explore", scope="prod", kind="unmanaged"))
    assert status == 200
    assert "61 drifted resources in the scan of 2026-01-03 06:00 UTC. Page 1 of 2." in text
    assert text.count("<tr>") == 1 + sections.SIZE

    second = get(address("explore", scope="prod", kind="unmanaged", page="2"))[2]
    assert second.count("<tr>") == 1 + 61 - sections.SIZE
    assert '<option value="unmanaged" selected>' in second
    assert get(address("explore", scope="prod", kind="unmanaged", page="99"))[2] != ""
    assert "1 drifted resource in" in get(address("explore", scope="prod", q="LATE"))[2]
    assert "1 drifted resource in" in get(address("explore", scope="prod", module="module.m"))[2]
    assert "Nothing matches" in get(address("explore", scope="prod", kind="' or 1=1 --"))[2]
    assert "2 drifted resources" in get(address("explore", scope="prod", scan="2026-01-02"))[2]
    assert "72 resources" in get(address("explore", scope="prod", what="resources"))[2]
    assert "10 resources" in get(address("explore", scope="prod", what="resources", verdict="in sync"))[2]


def test_the_life_of_a_resource_tells_each_change_and_who(get: Get) -> None:
    status, _, text = get(address("resource", **LIFE))
    assert status == 200
    assert re.findall(r'<li class="(\w+)"', text) == ["absent", "modified", "modified"]
    rows = [plain(f"</style>{r}").split(" ", 3)[3] for r in re.findall(r"<tr>(<td.*?)</tr>", text)]
    assert [r.strip() for r in rows] == [
        "Drifts: modified, high: delay_seconds 0 2",
        "delay_seconds changed in the account 1 2",
        "Drifts: modified, critical: delay_seconds 0 1",
        "Appears in Terraform",
        "Appears in the account",
    ]
    unmanaged = get(
        address("resource", scope="prod", type="aws_sqs_queue", id="x00", account=ACCOUNT, region="us-east-1")
    )
    assert "early" in plain(get(address("resource", **{**LIFE, "id": "early", "address": "aws_sqs_queue.early"}))[2])
    assert (
        "The drift is gone" in get(address("resource", **{**LIFE, "id": "early", "address": "aws_sqs_queue.early"}))[2]
    )
    assert unmanaged[0] == 200
    assert get(address("resource", scope="prod", type="aws_sqs_queue", id="never"))[0] == 422


def test_a_difference_has_both_sides(get: Get) -> None:
    status, _, text = get(address("diff", scope="prod"))
    assert status == 200
    assert "61 new, 0 changed, 2 resolved, 0 as before" in text
    assert "0 → 2" in text
    assert "ada" in text
    assert "2 new" in get(address("diff", scope="prod", old="2026-01-01", new="2026-01-02"))[2]


def test_the_console_answers_and_only_reads(get: Get, store: Store) -> None:
    before = store.file.read_bytes()

    def ask(sql: str) -> str:
        return plain(get("/sql?" + urlencode({"sql": sql}))[2])

    assert "1 row." in ask("select count(*) as scans from scan")
    assert "the first 1,000, there are more" in ask("select * from range(5000)")
    for wrong in ("drop table scan", "select 1; select 2", "copy scan to 'x.csv'", "attach 'x.db'", "set threads = 1",
                  "select * from read_text('/etc/hostname')", "install httpfs", "selec"):  # fmt: skip
        assert "docs/sql.md lists tables" in ask(wrong), wrong
    assert "61" in plain(get("/sql?name=trend")[2])
    assert get("/sql?name=changed")[0] == 200
    assert store.file.read_bytes() == before


def test_the_console_takes_queries_as_steampipes_users_write_them(get: Get) -> None:
    def ask(sql: str) -> str:
        return plain(get("/sql?" + urlencode({"sql": sql}))[2])

    text = ask(
        "select queue_url, tags ->> 'Name' as named from aws_sqs_queue where tags ? 'Name' and region like any (array['us-%'])"
    )
    assert "2 rows." in text
    assert "Incomplete" not in text
    assert "drift does not know aws_sqs_queue.nowhere" in ask("select nowhere from aws_sqs_queue")
    assert "Incomplete: aws_lambda_function: resources of" in ask("select name from aws_lambda_function")


def test_a_query_that_takes_long_ends(store: Store) -> None:
    with store.reader() as reader:
        with pytest.raises(StoreError, match=r"longer than 0\.1 seconds"):
            reader.limited("select count(*) from range(10000000000) a, range(1000) b", 10, 0.1)
        assert reader.limited("select 1", 10, 5).rows == [(1,)]


def test_nothing_from_a_store_becomes_markup(get: Get, store: Store) -> None:
    asked = {"q": EVIL, "scope": "prod"}
    texts = [get(address("explore", **asked))[2], get(address("", scope="prod"))[2], get(address("diff", scope="prod"))[2],
             get(address("resource", **{**LIFE, "id": EVIL, "address": ""}))[2],
             get("/sql?" + urlencode({"sql": f"select '{EVIL}' as \"{EVIL}\""}))[2], get(f"/?{urlencode({'scope': EVIL})}")[2]]  # fmt: skip
    with store.reader() as reader:
        texts.append(whole(reader, "prod").replace('<script>"use strict"', ""))
    for text in texts:
        assert "&lt;script&gt;alert(1)" in text
        assert "<script>" not in text


def test_only_its_own_names_are_answered(store: Store, get: Get) -> None:
    """A page of a stranger, whose name is bound to 127.0.0.1, has the stranger's name in Host."""
    for host in ("evil.example", "evil.example:80", "127.0.0.1.evil.example", "[", "", "10.0.0.1"):
        assert get("/", Host=host)[0] == 421, host
    for host in ("localhost", "127.0.0.1:1", "[::1]:9", "LOCALHOST:3"):
        assert get("/", Host=host)[0] == 200, host
    with served(store, names=("drift.acme.test",)) as named:
        assert named("/", Host="drift.acme.test")[0] == 200


def test_beyond_loopback_a_token_is_asked_for(store: Store) -> None:
    with pytest.raises(ValueError, match="token"):
        Server(store, "0.0.0.0", 0, None)
    with served(store, token=TOKEN) as get:
        for path, headers in (("/", {}), ("/sql?sql=select+1", {}), ("/?token=wrong", {}), ("/nope", {}),
                              ("/", {"Cookie": "drift-token=wrong"}), ("/", {"Cookie": "drift-token="})):  # fmt: skip
            status, _, text = get(path, **headers)
            assert status == 403, path
            assert "prod" not in text

        status, headers, _ = get(f"/explore?scope=prod&token={TOKEN}")
        assert status == 303
        assert headers["Location"] == "/explore?scope=prod"  # the token does not stay in the address
        assert {"HttpOnly", "SameSite=Strict"} <= set(headers["Set-Cookie"].split("; "))
        assert get("/", Cookie=headers["Set-Cookie"].split(";")[0])[0] == 200
        assert get("/", Host="evil.example", Cookie=f"drift-token={TOKEN}")[0] == 421
    assert entrance("127.0.0.1", 80, None) == "http://127.0.0.1:80/"
    assert entrance("::1", 80, TOKEN) == f"http://[::1]:80/?token={TOKEN}"


def test_only_get_is_answered_and_nothing_from_elsewhere_is_allowed(get: Get) -> None:
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert get("/sql", method)[0] == 501
    assert get("/nope")[0] == 404
    assert get("/../../etc/passwd")[0] == 404
    assert get("/?" + "&".join(f"a{n}=1" for n in range(99)))[0] == 400
    status, headers, text = get("/", "HEAD")
    assert (status, text) == (200, "")
    rules = headers["Content-Security-Policy"]
    assert rules == f"{policy(form=True)}; frame-ancestors 'none'"
    assert "script-src" not in rules
    assert "unsafe" not in rules
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert "src=" not in page("t", "", "")
    assert "url(" not in style()
    assert get("/sql?sql=select+1", Sec_Fetch_Site="cross-site")[0] == 403
    assert get("/sql?sql=select+1", Sec_Fetch_Site="same-origin")[0] == 200


def test_a_scan_that_is_added_is_seen_at_once(tmp_path: Path) -> None:
    place = Store(str(tmp_path / "folder") + "/")
    place.add(scan(0, [Drifted("a")]))
    with served(place) as get:
        assert "Last of 1 scan:" in get("/")[2]
    file = Store(str(tmp_path / "drift.duckdb"))
    file.add(scan(0, [Drifted("a")]))
    with served(file) as get:
        assert "Last of 1 scan:" in get("/")[2]
        file.add(scan(1, [Drifted("a")]))  # the page does not hold the store
        assert "Last of 2 scans" in get("/")[2]


def test_the_history_is_one_file_too(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    CliRunner().invoke(
        cli, ["history", "--store", str(store.file), "--format", "html", "-o", str(file)], catch_exceptions=False
    )
    text = file.read_text()
    assert "form-action 'none'" in text
    assert 'href="/' not in text
    assert ">prod</h2>" in text
    assert ">test</h2>" in text
    assert "62 drifted resources." in text


def test_a_line_of_many_scans_loses_no_peak() -> None:
    values = [0] * 1000
    values[501] = 7
    assert max(thinned(values)) == 7
    assert len(thinned(values)) == 180
    assert thinned([1, 2]) == [1, 2]


def test_serve_says_what_is_wrong(tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def serve(*words: str) -> None:
        CliRunner().invoke(cli, ["serve", *words], catch_exceptions=False, standalone_mode=False)

    with pytest.raises(DriftError, match="no scan was kept"):
        serve("--store", str(tmp_path / "none.duckdb"))
    monkeypatch.setenv("DRIFT_SERVE_TOKEN", "short")
    with pytest.raises(DriftError, match="is not a valid token"):
        serve("--store", str(store.file))
    monkeypatch.delenv("DRIFT_SERVE_TOKEN")
    with Server(store, "127.0.0.1", 0, None) as taken, pytest.raises(DriftError, match="cannot listen"):
        serve("--store", str(store.file), "--port", str(taken.server_port))


def test_the_page_is_accessible_and_its_filters_live_in_the_address(store: Store, tmp_path: Path) -> None:
    """Light and dark, on a telephone and a screen, in Chromium."""
    if BROWSER is None:
        pytest.skip("no Chromium: the page is not drawn")
    from axe_core_python.sync_playwright import Axe  # type: ignore[import-untyped]
    from playwright.sync_api import sync_playwright

    with served(store) as get, sync_playwright() as player:
        browser = player.chromium.launch(executable_path=BROWSER, args=["--no-sandbox", "--disable-gpu"])
        with store.reader() as reader:
            texts = {"file": whole(reader, None), "small": whole(reader, "test")}
        for name, path in {
            "overview": "/?scope=test", "explorer": "/explore?scope=prod&kind=modified", "wrong": "/nope",
            "life": address("resource", **LIFE), "console": "/sql?name=unmanaged&days=3", "difference": "/diff?scope=test",
        }.items():  # fmt: skip
            texts[name] = get(path)[2]
        for name, text in texts.items():
            (tmp_path / f"{name}.html").write_text(text)
        for width, dark, names in (
            (390, True, ("overview", "life", "difference", "explorer")),
            (1366, False, ("small", "console", "wrong")),
        ):
            scheme: Literal["dark", "light"] = "dark" if dark else "light"
            size: ViewportSize = {"width": width, "height": 800}
            view = browser.new_context(viewport=size, bypass_csp=True, color_scheme=scheme).new_page()
            for name in names:
                view.goto((tmp_path / f"{name}.html").as_uri())
                wrong = Axe().run(view)["violations"]
                assert [(v["id"], v["nodes"][0]["html"]) for v in wrong] == [], f"{name} at {width}"
                assert view.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} at {width}"
        strict = browser.new_page()  # which keeps the policy of the page
        strict.goto(f"{(tmp_path / 'file.html').as_uri()}#kind=modified")
        assert strict.locator(".filtered tbody tr:visible").count() == 2
        strict.locator("select[name=kind]").select_option("unmanaged")
        assert strict.url.endswith("#kind=unmanaged")
        assert strict.locator(".filtered tbody tr:visible").count() == 61
        browser.close()
