"""Comments, issues and notifications, against stand-ins that refuse as the platforms do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from drift.cli import cli
from drift.errors import DriftError, PlatformError, UsageError
from drift.model.coverage import Gap
from drift.model.drift import Change, Drift, Report
from drift.platforms import detect, opened
from drift.platforms.place import Place
from drift.platforms.webhook import News, slack
from drift.report.comment import GITHUB, Post
from drift.report.touch import ChangedFile, changed_lines, touching
from tests.report.test_report_escaping import HOSTILE, hostile_report
from tests.report.test_report_formats import REPORT, rendered, resource, stranger
from tests.support.platforms import TOKEN, GitHubStandIn, GitLabStandIn, StandIn, WebhookStandIn, served

CLEAN = replace(REPORT, drift=())
PARTIAL = replace(CLEAN, gaps=(Gap("aws_x", "1", "r", "x:List", "AccessDenied"),))
MAIN = """\
variable "ports" {}

resource "aws_security_group" "this" {
  name = "web"
  ports = local.open
}

locals {
  open   = var.ports
  closed = []
}
"""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with the module that the report's group is described in, and no CI around it."""
    import os

    for name in [n for n in os.environ if n.startswith(("GITHUB_", "CI_", "GITLAB_", "GH_", "DRIFT_"))]:
        monkeypatch.delenv(name)
    (tmp_path / ".git").mkdir()
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "main.tf").write_text(MAIN)
    (tmp_path / "main.tf").write_text('module "web" {\n  source = "./web"\n}\n\nresource "aws_sqs_queue" "orders" {}\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def save(report: Report, name: str = "drift.json") -> str:
    Path(name).write_bytes(rendered("json", report).encode(errors="backslashreplace"))
    return name


def run(*words: str) -> Result:
    result = CliRunner().invoke(cli, list(words), standalone_mode=False)
    assert TOKEN not in result.output
    assert TOKEN not in str(result.exception)
    return result


@pytest.fixture
def github(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHubStandIn]:
    with served(GitHubStandIn()) as stand_in:
        assert isinstance(stand_in, GitHubStandIn)
        stand_in.files = [{"filename": f"docs/{i}.md", "patch": "", "status": "added"} for i in range(130)]
        stand_in.files.append({"filename": "web/main.tf", "patch": "@@ -4,1 +4,1 @@\n-  name = 1\n+  name = 2\n"})
        monkeypatch.setenv("GITHUB_REPOSITORY", "acme/shop")
        monkeypatch.setenv("GITHUB_API_URL", stand_in.url)
        monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.example")
        monkeypatch.setenv("GITHUB_RUN_ID", "99")
        monkeypatch.setenv("GITHUB_REF", "refs/pull/7/merge")
        monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        yield stand_in


@pytest.fixture
def gitlab(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitLabStandIn]:
    with served(GitLabStandIn()) as stand_in:
        assert isinstance(stand_in, GitLabStandIn)
        stand_in.diffs = [{"new_path": f"d/{i}", "old_path": f"d/{i}", "diff": ""} for i in range(130)]
        stand_in.diffs.append({"new_path": "web/main.tf", "old_path": "web/main.tf", "diff": "@@ -4 +4 @@\n-a\n+b\n"})
        monkeypatch.setenv("CI_PROJECT_ID", "42")
        monkeypatch.setenv("CI_SERVER_URL", stand_in.url)
        monkeypatch.setenv("CI_MERGE_REQUEST_IID", "7")
        monkeypatch.setenv("GITLAB_TOKEN", TOKEN)
        yield stand_in


# ---- the comment ------------------------------------------------------------------------------------------------


def test_one_comment_is_made_and_then_updated_in_place(github: GitHubStandIn) -> None:
    github.comments = [
        {"id": i, "body": "me too", "user": {"login": "x", "type": "User"}, "url": "u", "html_url": "h"}
        for i in range(150)
    ]
    first = run("comment", save(REPORT), "--scope", "prod")
    again = run("comment", save(REPORT), "--scope", "prod")
    writes = github.writes()
    run("comment", save(CLEAN), "--scope", "prod")
    other = run("comment", save(REPORT), "--scope", "staging")

    assert first.exception is None, first.exception
    assert first.output == again.output
    assert writes == ["POST /repos/acme/shop/issues/7/comments"]  # the second says the same: nothing is written
    assert len(github.comments) == 152
    assert "✅ The account agrees with Terraform." in github.comments[150]["body"]
    assert other.output != first.output


def test_the_comment_shows_first_what_the_pull_request_touches(github: GitHubStandIn) -> None:
    run("comment", save(REPORT), "--scope", "prod")
    body = github.comments[0]["body"]

    assert body.startswith("<!-- drift:report ")
    touched, rest = body.split("<details>", 1)
    assert "This pull request touches 1 resource that drifted" in touched
    assert "module.web.aws_security_group.this" in touched
    assert "its block changes here" in touched
    assert "> Applying this overwrites changes that were made in the account" in touched
    assert "aws_sqs_queue.orders" in rest
    assert "export" in rest
    assert "[complete report](https://github.example/acme/shop/actions/runs/99)" in rest


def test_a_comment_of_somebody_else_is_left_alone(github: GitHubStandIn) -> None:
    marker = Post(REPORT, "prod").marker
    github.comments = [
        {"id": 1, "body": f"{marker} mine", "user": {"login": "eve", "type": "User"}, "url": "u", "html_url": "h"}
    ]
    run("comment", save(REPORT), "--scope", "prod")

    assert github.comments[0]["body"] == f"{marker} mine"
    assert len(github.comments) == 2


def test_two_comments_that_two_runs_made_become_one(github: GitHubStandIn) -> None:
    run("comment", save(REPORT), "--scope", "prod")
    github.comments.append({**github.comments[0], "id": 5, "url": f"{github.url}/repos/acme/shop/issues/comments/5"})
    run("comment", save(REPORT), "--scope", "prod")

    assert [c["id"] for c in github.comments] != [5]
    assert len(github.comments) == 1


@pytest.mark.parametrize(
    "refusal",
    [
        (429, {"Retry-After": "0"}, {"message": "slow down"}),
        (403, {"Retry-After": "0"}, {"message": "You have exceeded a secondary rate limit"}),
        (502, {}, {"message": "bad gateway"}),
    ],
)
def test_a_limit_is_waited_for(github: GitHubStandIn, refusal: tuple[int, dict[str, str], object]) -> None:
    github.refusals = [refusal]
    result = run("comment", save(REPORT), "--scope", "prod")

    assert result.exception is None
    assert len(github.comments) == 1


def test_what_is_refused_says_what_to_do_and_shows_no_token(github: GitHubStandIn) -> None:
    github.readonly = True
    result = run("comment", save(REPORT), "--scope", "prod")

    assert isinstance(result.exception, PlatformError)
    assert "refused with 403" in str(result.exception)
    assert "pull-requests: write" in str(result.exception)
    assert "***" in str(result.exception)


def test_a_wrong_token_is_said(github: GitHubStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "wrong")
    result = run("comment", save(REPORT))
    monkeypatch.delenv("GITHUB_TOKEN")
    missing = run("comment", save(REPORT))

    assert "refused with 401" in str(result.exception)
    assert "no token for GitHub" in str(missing.exception)


def test_a_dry_run_writes_nothing(github: GitHubStandIn) -> None:
    result = run("comment", save(REPORT), "--dry-run", "--scope", "prod")
    offline = run("comment", save(REPORT), "--dry-run", "--scope", "prod", "--changed", "web/main.tf")

    assert github.writes() == []
    assert result.output == offline.output


def test_a_dry_run_needs_no_place(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_REPOSITORY", "CI_PROJECT_ID", "GITHUB_TOKEN", "GITLAB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    told = run("comment", save(REPORT), "--dry-run", "--scope", "prod")
    posted = run("comment", save(REPORT), "--scope", "prod")

    assert told.exception is None
    assert "prod" in told.output
    assert "This pull request touches none" not in told.output  # nobody said what it changes
    assert "no platform to post to" in str(posted.exception)


def test_a_merge_request_gets_its_note(gitlab: GitLabStandIn) -> None:
    gitlab.notes = [{"id": i, "body": "x", "author": {"id": 9}, "system": i % 2 == 0} for i in range(150)]
    gitlab.refusals = [(429, {"Retry-After": "0"}, {"message": "Retry later"})]
    first = run("comment", save(REPORT), "--scope", "prod")
    again = run("comment", save(REPORT), "--scope", "prod")
    clean = run("comment", save(CLEAN), "--scope", "prod")

    assert [r.exception for r in (first, again, clean)] == [None] * 3
    assert first.output == again.output
    assert first.output.startswith("https://gitlab.example/acme/shop/-/merge_requests/7#note_")
    assert len(gitlab.notes) == 151
    assert "✅" in gitlab.notes[-1]["body"]
    assert [w.split(" ")[0] for w in gitlab.writes()] == ["POST", "PUT"]


def test_gitlab_refuses_in_words(gitlab: GitLabStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITLAB_TOKEN", "wrong")
    result = run("comment", save(REPORT))

    assert isinstance(result.exception, PlatformError)
    assert "GITLAB_TOKEN" in str(result.exception)


# ---- the issue --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", ["github", "gitlab"])
def test_one_issue_lives_as_long_as_the_drift(platform: str, request: pytest.FixtureRequest) -> None:
    stand_in = request.getfixturevalue(platform)
    nothing = run("issue", save(CLEAN), "--scope", "prod")
    assert (nothing.exception, nothing.output, stand_in.issues) == (None, "No selected drift, and no open issue.\n", [])

    opened = run("issue", save(REPORT), "--scope", "prod")
    run("issue", save(replace(REPORT, drift=REPORT.drift[:1])), "--scope", "prod")
    unread = run("issue", save(PARTIAL), "--scope", "prod")
    assert opened.exception is None, opened.exception
    assert len(stand_in.issues) == 1
    issue = stand_in.issues[0]
    assert issue["title"] == "Drift in prod"
    assert issue["state"].startswith("open")
    assert "is left unchanged" in unread.output

    closed = run("issue", save(CLEAN), "--scope", "prod")
    assert closed.output == opened.output
    assert stand_in.issues[0]["state"] == "closed"
    run("issue", save(REPORT), "--scope", "prod")
    assert len(stand_in.issues) == 1
    assert stand_in.issues[0]["state"].startswith("open")
    run("issue", save(REPORT), "--scope", "other")
    assert len(stand_in.issues) == 2


def test_a_check_that_could_not_be_done_has_an_issue_until_the_next_report(github: GitHubStandIn) -> None:
    run("issue", "--broken", "the token `x` has expired", "--scope", "prod")
    opened = [(i["title"], i["state"]) for i in github.issues]
    run("issue", save(REPORT), "--scope", "prod")

    assert opened == [("drift could not check prod", "open")]
    assert [(i["title"], i["state"]) for i in github.issues] == [
        ("drift could not check prod", "closed"),
        ("Drift in prod", "open"),
    ]


def test_its_issue_is_closed_though_only_a_report_tells_the_scope(github: GitHubStandIn, checkout: Path) -> None:
    run("issue", "--broken", "the token has expired")
    run("issue", save(REPORT))

    assert [i["state"] for i in github.issues] == ["closed", "open"]


def test_directories_of_one_repository_have_issues_of_their_own(
    github: GitHubStandIn, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each job of a matrix looks at the `terraform.tfstate` of its directory."""
    report = replace(REPORT, scope=replace(REPORT.scope, sources=("terraform.tfstate",)))
    for directory in ("envs/prod", "envs/test"):
        (checkout / directory).mkdir(parents=True)
        monkeypatch.chdir(checkout / directory)
        run("issue", save(report))
        run("issue", save(report))

    assert [i["title"] for i in github.issues] == [
        "Drift in envs/prod/terraform.tfstate",
        "Drift in envs/test/terraform.tfstate",
    ]


def test_many_states_are_told_apart_though_a_title_is_short(github: GitHubStandIn) -> None:
    for last in ("y", "z"):
        many = [f"s3://states/a-long-name-of-a-state/{n}/terraform.tfstate" for n in range(20)]
        run("issue", save(replace(REPORT, scope=replace(REPORT.scope, sources=(*many, f"s3://{last}")))))

    assert len(github.issues) == 2
    assert {len(i["title"]) for i in github.issues} == {200}


def test_an_issue_is_open_for_what_the_policy_names(github: GitHubStandIn) -> None:
    modified = replace(REPORT, drift=REPORT.drift[1:2])
    result = run("issue", save(modified), "--scope", "prod", "--fail-on", "unmanaged")

    assert result.output == "No selected drift, and no open issue.\n"


# ---- what does not fit ------------------------------------------------------------------------------------------


def long_report(count: int, size: int) -> Report:
    change = Change("policy", "a" * size, "b" * size, recorded="a" * size)
    drifts = []
    for i in range(count):
        one = resource(f"module.web.aws_security_group.this[{i}]", f"sg-{i}", file="web/main.tf", line=3)
        drifts.append(Drift("modified", one, one, (change,)))
    drifts += [Drift("unmanaged", None, stranger("aws_s3_bucket", f"bucket-{i}")) for i in range(count)]
    return replace(REPORT, drift=tuple(drifts))


@pytest.mark.parametrize(("count", "size"), [(1, 10), (40, 390), (300, 390), (5000, 390), (3, 200_000)])
@pytest.mark.parametrize("touched", [True, False])
def test_a_comment_fits_and_is_whole(count: int, size: int, touched: bool) -> None:
    report = long_report(count, size)
    why = {d.fingerprint: "its block changes here" for d in report.drift if d.kind == "modified"} if touched else {}
    for body in (Post(report, "prod", touched=why).comment(), Post(report, "prod").issue()):
        assert len(body.encode("utf-16-le")) // 2 <= GITHUB
        assert body.count("<details>") == body.count("</details>")
        assert body.count("```") % 2 == 0
        assert body.rstrip().endswith("</sub>")
        if count >= 5000:
            assert "did not fit here" in body


@pytest.mark.parametrize("text", HOSTILE)
def test_a_comment_holds_no_markup_of_others(text: str) -> None:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("gfm-like", {"linkify": False, "html": True})
    makers: tuple[Callable[[str], str], ...] = (
        lambda t: Post(hostile_report(t), t, link=f"https://ci.example/{t}").comment(),
        lambda t: Post(hostile_report(t), t).issue(),
        lambda t: Post(hostile_report(t), t, touched={d.fingerprint: "x" for d in hostile_report(t).drift}).comment(),
    )
    for make in makers:
        tokens, plain = parser.parse(make(text)), parser.parse(make("word"))
        assert [t.type for t in tokens] == [t.type for t in plain]
        for token in tokens:
            for child in token.children or ():
                if child.type in ("text", "text_special"):
                    assert "@o" not in child.content
                    assert "#123" not in child.content
                if child.type == "link_open":
                    assert str(child.attrs["href"]).startswith("https://ci.example/")


# ---- what a change touches --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ([ChangedFile("web/main.tf", ((4, 4),))], "its block changes here"),
        ([ChangedFile("web/main.tf", ((1, 1),))], "`var.ports` changes here"),
        ([ChangedFile("web/main.tf", ((9, 9),))], "`local.open` changes here"),
        ([ChangedFile("web/main.tf", ((10, 10),))], ""),
        ([ChangedFile("main.tf", ((2, 2),))], "`module.web` changes here"),
        ([ChangedFile("main.tf", ((5, 5),))], ""),
        ([ChangedFile("web/gone.tf")], "`gone.tf`, a file of its module, is taken away here"),
        ([ChangedFile("web/README.md")], ""),
        ([ChangedFile("../../etc/passwd.tf"), ChangedFile("/etc/x.tf")], ""),
        ([], ""),
    ],
)
def test_why_a_change_touches_a_resource(changed: list[ChangedFile], why: str, checkout: Path) -> None:
    group = REPORT.drift[1]
    assert touching(REPORT, changed, checkout).get(group.fingerprint, "") == why


def test_paths_of_a_report_begin_where_drift_ran(checkout: Path) -> None:
    (checkout / "infra").mkdir()
    (checkout / "web").rename(checkout / "infra" / "web")
    changed = [ChangedFile("infra/web/main.tf", ((3, 3),))]

    assert len(touching(REPORT, changed, checkout, "infra")) == 1
    assert touching(REPORT, changed, checkout) == {}


def test_a_report_from_a_state_alone_is_matched_by_name(checkout: Path) -> None:
    queue = REPORT.drift[0]
    found = touching(REPORT, [ChangedFile("main.tf", ((5, 5),))], checkout)

    assert found == {queue.fingerprint: "its block changes here"}


def test_values_of_variables_touch_what_names_them(checkout: Path) -> None:
    (checkout / "web" / "prod.auto.tfvars").write_text('ports = [22]\nother = "x"\n')
    first = touching(REPORT, [ChangedFile("web/prod.auto.tfvars", ((1, 1),))], checkout)
    second = touching(REPORT, [ChangedFile("web/prod.auto.tfvars", ((2, 2),))], checkout)

    assert list(first.values()) == ["`var.ports` changes here"]
    assert second == {}


@pytest.mark.parametrize(
    ("patch", "lines"),
    [
        ("", ()),
        ("@@ -0,0 +1,2 @@\n+a\n+b", ((1, 2),)),
        ("@@ -5,3 +5,2 @@\n a\n-b\n c", ((6, 6),)),
        ("@@ -1 +1 @@\n-a\n+b\n\\ No newline at end of file\n@@ -9,1 +9,2 @@ func\n x\n+y", ((1, 1), (10, 10))),
    ],
)
def test_the_lines_that_a_patch_changes(patch: str, lines: tuple[tuple[int, int], ...]) -> None:
    assert changed_lines(patch) == lines


# ---- no platform to post to ----------------------------------------------------------------------------------------------


def test_a_place_is_told_by_the_job() -> None:
    place = detect({"GITHUB_REPOSITORY": "a/b", "GITHUB_REF": "refs/pull/12/merge", "GITHUB_TOKEN": TOKEN})

    assert (place.platform, place.number, place.url) == ("github", 12, "https://api.github.com")
    assert TOKEN not in repr(place)
    assert detect({"GITHUB_REPOSITORY": "a/b", "GITHUB_REF": "refs/heads/main"}).number == 0
    assert detect({"CI_PROJECT_ID": "4", "CI_MERGE_REQUEST_IID": "3"}).number == 3
    with pytest.raises(UsageError, match="no platform to post to"):
        detect({})


def test_a_pull_request_may_be_told_by_the_event(tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    event.write_text('{"pull_request": {"number": 31}}')
    job = {"GITHUB_REPOSITORY": "a/b", "GITHUB_REF": "refs/heads/main", "GITHUB_EVENT_PATH": str(event)}

    assert detect(job).number == 31
    event.write_text('{"issue": {}}')
    assert detect(job).number == 0


def test_outside_of_a_job_the_options_say_where(github: GitHubStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_REPOSITORY")
    monkeypatch.delenv("GITHUB_REF")
    where = ("--platform", "github", "--number", "7")

    assert "no platform to post to" in str(run("comment", save(REPORT), "--number", "7").exception)
    assert "no repository to post to" in str(run("comment", save(REPORT), *where).exception)
    assert run("comment", save(REPORT), *where, "--repository", "acme/shop").exception is None
    assert len(github.comments) == 1


def test_a_pull_request_must_be_known(github: GitHubStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_REF", "refs/heads/main")

    assert "no pull request" in str(run("comment", save(REPORT)).exception)
    assert run("comment", save(REPORT), "--number", "7").exception is None


def test_a_server_that_is_not_there_is_said(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from drift.platforms import github

    monkeypatch.setattr(github, "TRIES", 0)
    platform = opened(Place("github", "http://127.0.0.1:9", "acme/shop", TOKEN, 7))
    with pytest.raises(DriftError, match="cannot be reached") as caught:
        platform.changed_files(7)
    assert TOKEN not in str(caught.value)


# ---- notifications ----------------------------------------------------------------------------------------------


@pytest.fixture
def hook(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    with served(WebhookStandIn()) as stand_in:
        assert isinstance(stand_in, WebhookStandIn)
        monkeypatch.setenv("DRIFT_WEBHOOK", stand_in.url + stand_in.path)
        yield stand_in


def test_only_what_is_new_is_told(hook: StandIn) -> None:
    old = save(replace(REPORT, drift=REPORT.drift[:2]), "old.json")
    silent = run("notify", old, "--since", old)
    told = run("notify", save(REPORT), "--since", old, "--scope", "prod")

    assert silent.output == "No new drift: nothing was sent.\n"
    assert told.exception is None, told.exception
    assert told.output == "Sent 1 new drifted resource to 127.0.0.1.\n"
    assert len(hook.requests) == 1
    assert hook.requests[0].body["blocks"][0]["text"]["text"] == (
        "Drift in prod: 1 new (1 modified, 1 missing, 1 unmanaged)"
    )


def test_what_was_told_is_not_told_again(hook: StandIn) -> None:
    """Night by night, with a file of fingerprints that names nothing."""
    first = save(replace(REPORT, drift=REPORT.drift[:2]), "monday.json")
    told = [run("notify", first, "--told", "told.json").output]
    told += [run("notify", name, "--told", "told.json").output for name in (first, save(REPORT, "tuesday.json"))]
    run("notify", save(CLEAN, "wednesday.json"), "--told", "told.json")
    told.append(run("notify", first, "--told", "told.json").output)
    kept = json.loads(Path("told.json").read_text())

    assert told == [
        "Sent 2 new drifted resources to 127.0.0.1.\n",
        "No new drift: nothing was sent.\n",
        "Sent 1 new drifted resource to 127.0.0.1.\n",
        "Sent 2 new drifted resources to 127.0.0.1.\n",  # it was mended, and is back
    ]
    assert kept == {"schema": "drift-told/1", "drift": sorted(d.fingerprint for d in REPORT.drift[:2]), "unread": []}


def test_what_could_not_be_read_is_told_once(hook: StandIn) -> None:
    """Credentials that ran out in the middle are news, though nothing drifted; what they hid is not new afterwards."""
    run("notify", save(REPORT), "--told", "told.json")
    told = [run("notify", save(PARTIAL), "--told", "told.json").output for _ in range(2)]
    told.append(run("notify", save(REPORT), "--told", "told.json").output)

    assert told == [
        "Sent what could not be read to 127.0.0.1.\n",
        "No new drift: nothing was sent.\n",
        "No new drift: nothing was sent.\n",
    ]
    text = hook.requests[1].body["text"]
    assert "part of it could not be read" in text
    assert "x:List: AccessDenied" in text


def test_a_check_that_could_not_be_done_is_told(hook: StandIn) -> None:
    Path("said").write_text("drift: error: the credentials have expired\n  Log in again.\n")
    result = run("notify", "--broken", "@said", "--scope", "prod")

    assert result.output == "Sent a failed check to 127.0.0.1.\n", result.exception
    assert hook.requests[0].body["text"].splitlines() == [
        "Drift in prod could not be checked",
        "drift: error: the credentials have expired",
        "  Log in again.",
    ]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["notify"], "no report given"),
        (["issue"], "no report given"),
        (["notify", "drift.json", "--broken", "x"], "without a report"),
        (["notify", "drift.json", "--told", "main.tf"], "not a file that --told wrote"),
        (["notify", "drift.json", "--told", "x", "--since", "y"], "both name what was sent"),
        (["issue", "--broken", "@nothere"], "cannot be read"),
    ],
)
def test_words_that_contradict_each_other_are_refused(words: list[str], says: str, hook: StandIn) -> None:
    save(REPORT)
    assert says in str(run(*words).exception)
    assert hook.requests == []


def test_a_generic_webhook_gets_the_entries(hook: StandIn) -> None:
    run("notify", save(REPORT), "--to", "generic", "--severity", "high")
    body = hook.requests[0].body

    assert body["schema"] == "drift-notification/1"
    assert body["summary"]["new"] == 1
    assert [e["fingerprint"] for e in body["new"]] == [REPORT.drift[1].fingerprint]


def test_a_webhook_is_tried_again_and_its_address_is_never_shown(
    hook: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook.refusals = [(429, {"Retry-After": "0"}, "slow"), (503, {"Retry-After": "0"}, "later")]
    told = run("notify", save(REPORT))
    monkeypatch.setenv("DRIFT_WEBHOOK", f"{hook.url}/services/wrong-s3cr3t")
    gone = run("notify", save(REPORT))
    monkeypatch.setenv("DRIFT_WEBHOOK", "ftp://s3cr3t.example")
    odd = run("notify", save(REPORT))

    assert told.exception is None
    assert len(hook.requests) == 4
    for result in (told, gone, odd):
        assert "s3cr3t" not in f"{result.output}{result.exception}"
    assert "returned 404" in str(gone.exception)
    assert isinstance(odd.exception, UsageError)


def test_no_redirect_is_followed_with_the_secret(hook: StandIn) -> None:
    hook.refusals = [(302, {"Location": f"{hook.url}/elsewhere"}, "moved")]
    result = run("notify", save(REPORT))

    assert "returned 302" in str(result.exception)
    assert len(hook.requests) == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_a_chat_message_calls_nobody(text: str) -> None:
    report = hostile_report(text)
    message = slack(News(report=report, new=report.drift, scope=text, unread=(text,), broken=text))
    assert "<" not in message["text"]
    assert "@o" not in message["text"]
    assert {b["text"]["type"] for b in message["blocks"]} == {"plain_text"}
    json.dumps(message).encode()
