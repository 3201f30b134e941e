"""The page: it needs nothing from elsewhere, nothing in it runs but its own script, and a browser draws it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from drift.model.drift import AccountSummary, Drift, End, Link, Report, Scope
from drift.model.resource import Key, Resource
from tests.report.test_report_escaping import HOSTILE, hostile_report, rendered
from tests.report.test_report_formats import REPORT, stranger

BROWSER = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
QUIET = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip


class Page(HTMLParser):
    """The elements of a page, and the text of its scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.inside = ""
        self.texts: dict[str, list[str]] = {"script": [], "style": []}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.inside = tag
        if tag in self.texts:
            self.texts[tag].append("")

    def handle_data(self, data: str) -> None:
        if self.inside in self.texts:
            self.texts[self.inside][-1] += data

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_adds_no_element(text: str) -> None:
    page, plain = Page(rendered(hostile_report(text), "html")), Page(rendered(hostile_report("word"), "html"))

    assert page.elements == plain.elements
    shown = json.loads(page.texts["script"][0])
    assert len(shown["drift"]) == 3
    assert page.texts["script"][1] == plain.texts["script"][1]


def test_the_page_needs_nothing_from_elsewhere() -> None:
    page = Page(rendered(REPORT, "html"))

    for tag, attributes in page.elements:
        assert tag not in ("link", "img", "iframe", "object", "embed", "base", "form")
        assert "src" not in attributes
        assert (attributes.get("href") or "#").startswith("#")
        assert not [name for name in attributes if name.startswith("on")]
    assert "url(" not in "".join(page.texts["style"])
    script = page.texts["script"][1]
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|fetch\(|XMLHttp|import\(", script
    )


def test_the_policy_lets_only_the_pages_own_script_run() -> None:
    page = Page(rendered(REPORT, "html"))
    policy = next(str(a["content"]) for t, a in page.elements if t == "meta" and a.get("http-equiv"))

    def digest(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    assert policy.startswith("default-src 'none'; ")
    assert f"script-src {digest(page.texts['script'][1])};" in policy
    assert f"style-src {digest(page.texts['style'][0])};" in policy
    assert "unsafe" not in policy


def test_what_is_embedded_cannot_end_its_element() -> None:
    text = rendered(hostile_report("</script><!-- <script>"), "html")
    data = text.split('id="data">', 1)[1].split("</script>", 1)[0]

    assert not set("<>&") & set(data)
    assert json.loads(data)["drift"][0]["id"] == "</script><!-- <script>"


def drawn(report: Report, tmp_path: Path, size: str = "1280,900", at: str = "") -> str:
    """The page's elements after a browser drew it; `at` is what its address ends with."""
    if BROWSER is None:
        pytest.skip("no Chromium: the page is not drawn")
    file = tmp_path / "page.html"
    file.write_bytes(rendered(report, "html").encode(errors="backslashreplace"))
    line = [BROWSER, *QUIET, f"--user-data-dir={tmp_path / 'profile'}", f"--window-size={size}"]
    done = subprocess.run(
        [*line, "--virtual-time-budget=5000", "--dump-dom", file.as_uri() + at],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout, done.stderr[-500:]
    return done.stdout


def test_a_browser_draws_what_drifted(tmp_path: Path) -> None:
    other = End("aws_vpc", "vpc-1", "aws_vpc.main")
    group = REPORT.drift[1]
    link = Link(End(group.type, "sg-1", str(group.resource.address), group.fingerprint), other, "vpc_id")
    page = drawn(replace(REPORT, links=(link,)), tmp_path)

    assert page.count('<details class="entry"') == 3
    assert ">3 drifted resources<" in page
    assert "module.web.aws_security_group.this" in page
    assert "aws_vpc.main" in page  # a neighbour
    assert "Graph of drifted resources and their neighbours" in page
    assert '<th scope="col">Desired</th>' in page


def test_nothing_hostile_runs_in_a_browser(tmp_path: Path) -> None:
    everything = " ".join(HOSTILE)
    evil = everything + "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
    page = drawn(hostile_report(evil), tmp_path)

    assert page.count('<details class="entry"') == 3
    assert "<title>owned" not in page
    assert "<img" not in page


def test_ten_thousand_are_drawn_as_far_as_one_looks(tmp_path: Path) -> None:
    many = tuple(Drift("unmanaged", None, stranger("aws_s3_bucket", f"bucket-{i}")) for i in range(10_000))
    page = drawn(replace(REPORT, drift=many), tmp_path)

    assert ">5000 of 10000 drifted resources<" in page  # the bound `shown`
    assert "Not on this page" in page
    assert "5,000 more" in page or "5000 more" in page
    assert 50 <= page.count('<details class="entry"') <= 500


def test_a_report_of_nothing_says_so(tmp_path: Path) -> None:
    assert "✓ No drift." in drawn(Report(scope=Scope()), tmp_path)


def test_what_is_asked_for_lives_in_the_address(tmp_path: Path) -> None:
    """A link to the page says what is seen: here one kind, and one entry."""
    group = REPORT.drift[1]
    kinds = drawn(REPORT, tmp_path, at="#kind=unmanaged&group=none")
    one = drawn(REPORT, tmp_path, at=f"#severity=high&d={group.fingerprint}")
    hostile = drawn(REPORT, tmp_path, at="#severity=<img>&group=constructor&rule=__proto__&kind=x")

    assert ">1 of 3 drifted resources<" in kinds
    assert 'data-kind="unmanaged" aria-pressed="true"' in kinds
    assert re.search(rf'<details class="entry" id="d-1" open="">.*?{group.fingerprint}', one, re.DOTALL)
    assert ">0 of 3 drifted resources<" in hostile


def test_the_gravest_are_counted_and_can_be_chosen(tmp_path: Path) -> None:
    page = drawn(REPORT, tmp_path)

    assert 'class="tag severity high" aria-pressed="false">▲ 1 high<' in page
    assert ">Rule<select>" in page


def test_phones_and_wide_screens_show_it_whole_and_the_graph_can_be_reached(tmp_path: Path) -> None:
    """Thousands of entries come while one scrolls: they must not push away what one jumped to, nor may the jump lose what
    was asked for."""
    if BROWSER is None:
        pytest.skip("no Chromium: the page is not drawn")
    from axe_core_python.sync_playwright import Axe  # type: ignore[import-untyped]
    from playwright.sync_api import sync_playwright

    long = "a-very-long-name-without-any-place-to-break-it-" * 4
    many = tuple(Drift("unmanaged", None, stranger("aws_s3_bucket", f"{long}{i}")) for i in range(600))
    file = tmp_path / "page.html"
    file.write_text(rendered(replace(REPORT, drift=(*REPORT.drift, *many)), "html"))
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=BROWSER, args=QUIET[1:])
        for width in (390, 1366, 2560):
            context = browser.new_context(viewport={"width": width, "height": 800}, bypass_csp=True)
            page = context.new_page()
            page.emulate_media(color_scheme="dark" if width == 390 else "light")
            page.goto(f"{file.as_uri()}#group=type")
            page.get_by_role("link", name="Graph of drifted").click()
            page.wait_for_function("document.querySelector('svg.graph g.node')")
            page.wait_for_timeout(700)
            top = page.evaluate("document.querySelector('svg.graph').closest('details').getBoundingClientRect().top")
            bar = page.evaluate("document.getElementById('tools').getBoundingClientRect().bottom")

            assert max(bar, 0) <= top < 300, f"{width}: the graph begins at {top}, below tools that end at {bar}"
            assert page.evaluate("location.hash") == "#group=type"
            assert page.evaluate("document.documentElement.scrollWidth") == width
            file.with_name("small.html").write_text(rendered(REPORT, "html"))
            if width == 390:  # what assistive technology needs, and contrast, on a page that is soon looked through
                page.goto(file.with_name("small.html").as_uri())
                assert [
                    v["id"] for v in Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]})["violations"]
                ] == []
            context.close()
        browser.close()


def test_a_browser_groups_several_accounts_the_worst_first(tmp_path: Path) -> None:
    labels = {"111111111111": "calm", "222222222222": "worse"}
    drifts = tuple(
        Drift("unmanaged", None, Resource(key=Key("aws_sqs_queue", account, "eu-west-1", (str(n),)), id=f"q{n}"))
        for account, count in (("111111111111", 1), ("222222222222", 2))
        for n in range(count)
    )
    every = tuple(
        AccountSummary(account=a, name=name, unmanaged=sum(d.found.key.account == a for d in drifts))
        for a, name in labels.items()
    )
    report = replace(REPORT, drift=drifts, accounts=every)

    page = drawn(report, tmp_path)
    by_type = drawn(report, tmp_path, at="#group=type")

    titles = re.findall(r"<h3>(.*?) <small>\((\d+)\)", page)
    assert titles == [("worse (222222222222)", "2"), ("calm (111111111111)", "1")]
    assert re.search(r'class="sub">[^<]*calm \(111111111111\)</span>', by_type)
    assert not re.search(r'class="sub">[^<]*calm \(111111111111\)</span>', page)
