"""What nobody sets is as it was first seen, where a file remembers that: a refresh hides no change of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from drift.desired.hcl.inputs import Given
from drift.desired.hcl.read import Sources
from drift.desired.load import _remembering, build, read_states
from drift.desired.memory import Memory, Seen, parse, seen, written
from drift.desired.overlay import overlay
from drift.diff.attribute import comparison
from drift.diff.shares import Shares
from drift.errors import UsageError
from drift.model.address import Address
from drift.model.drift import Report
from drift.model.resource import Key, Resource, Source
from drift.model.value import Block
from drift.provider import canonical
from drift.provider.installed import installed
from drift.report.wording import notes_on
from drift.survey import Scope
from tests.diff.test_intent import jobs
from tests.diff.test_three_way import AS_RECORDED, RECORDED, answers, queue
from tests.support.line import check
from tests.support.made import ACCOUNT, MadeApi, write_state
from tests.support.world import REGION

NAME = "kms_data_key_reuse_period_seconds"
OTHER = "delay_seconds"
DEFAULT_TAGS = 'provider "aws" {\n  default_tags {\n    tags = { Team = "%s" }\n  }\n}\n'
DAY, LATER = "2026-11-01", "2026-11-02"


def told(
    tmp_path: Path,
    memory: str,
    period: int,
    text: str = AS_RECORDED,
    before: int = 0,
    answered: Mapping[str, str] | None = None,
    provider: str = "",
    **more: Any,
) -> tuple[Report, str]:
    """What drift says of a queue whose record and account agree, and what it remembers then."""
    state = write_state(jobs(**{NAME: period}, **more), tmp_path / "s.tfstate")
    if before:
        write_state(jobs(**{NAME: before}), tmp_path / "s.tfstate.backup")
        state.write_text(json.dumps({**json.loads(state.read_text()), "serial": 2}))
    (tmp_path / "main.tf").write_text(queue(text, provider) if text else "")
    states, failed = read_states([str(state)], {})
    if text:
        configuration = Sources(tmp_path, Given(environment={})).evaluated(states)
        states = [overlay(s, configuration) for s in states]
    known = parse(memory, "m.json") if memory else Memory("m.json")
    desired = build(states, failed, installed(), account=ACCOUNT, region=REGION, memory=known)
    there: dict[str, Any] = {"KmsDataKeyReusePeriodSeconds": str(period), **(answered or {})}
    api = MadeApi(answers(**there))
    report = check(desired, api, installed(), Scope(only=("aws_sqs_queue",)), default_region=REGION).report
    return report, written(known, desired.seen, LATER if memory else DAY)


def changed(report: Report) -> list[tuple[Any, ...]]:
    return [(c.path, c.desired, c.actual, c.basis, c.since, c.undone) for d in report.drift for c in d.changes]


def first(memory: str) -> Mapping[str, Any]:
    [entry] = json.loads(memory)["resources"]
    found: Mapping[str, Any] = entry["first"][NAME]
    return found


def test_what_was_first_seen_stays_desired_though_a_refresh_recorded_something_else(tmp_path: Path) -> None:
    silent, memory = told(tmp_path, "", 300)
    report, again = told(tmp_path, memory, 600)

    assert (silent.drift, first(memory)) == ((), {"since": DAY, "value": 300})
    assert changed(report) == [(NAME, 300, 600, "memory", DAY, False)]
    assert (
        notes_on(report.drift[0].changes[0])[0]
        == f"the configuration does not set it; the value was first seen on {DAY}"
    )
    assert again == memory


def test_what_a_record_tells_beside_an_attribute_that_nobody_sets_is_remembered() -> None:
    """Terraform records the hash of a function's code only where its author gives one; what was deployed stands in
    another attribute."""
    name, entry = "source_code_hash", installed()["aws_lambda_function"]

    def function(code: str) -> tuple[Resource, Mapping[str, Any]]:
        one = Resource(
            key=Key("aws_lambda_function", ACCOUNT, REGION, ("f",)),
            id="f",
            address=Address.parse("aws_lambda_function.f"),
            source=Source("s.tfstate"),
            attributes={name: code},
            asserted=frozenset({"function_name"}),
            undeclared=frozenset({name}),
        )
        return one, {name: "", "code_sha256": code}

    first, raw = function("ours")
    memory = parse(written(Memory(), [(first.key, seen(first, raw, entry))], DAY), "m.json")
    now, later = function("theirs")
    now = _remembering(now, memory.of(seen(now, later, entry), now.key), later, entry)
    found = comparison(now, now, name, entry.attributes[name], Shares([now], {}, installed()))

    assert [(c.desired, c.actual, c.basis) for c in found.modified] == [("ours", "theirs", "memory")]


INSIDE = "metadata_options.http_tokens"
STOP = "disable_api_stop"


def machine(tokens: str, stop: bool = False, **more: Any) -> tuple[Resource, Mapping[str, Any]]:
    """An instance whose author writes a block and leaves an argument of it to AWS, as a state has it."""
    options = {"http_endpoint": "enabled", "http_tokens": tokens}
    one = Resource(
        key=Key("aws_instance", ACCOUNT, REGION, ("i-1",)), id="i-1", source=Source("s.tfstate"),
        address=Address.parse("aws_instance.web"), asserted=frozenset({"metadata_options"}),
        attributes={"metadata_options": Block(options), STOP: stop},
        configured={"metadata_options": Block(options)}, undeclared=frozenset({INSIDE, STOP}), **more,
    )  # fmt: skip
    return one, {"metadata_options": [options], STOP: stop}


def changes_of(one: Resource) -> list[tuple[Any, ...]]:
    found = [comparison(one, one, n, ENTRY.attributes[n], Shares([one], {}, installed())) for n in one.attributes]
    return [(c.path, c.desired, c.actual, c.basis, c.since, c.undone) for f in found for c in f.modified]


ENTRY = installed()["aws_instance"]


def test_what_is_left_to_the_cloud_in_a_block_that_is_written_is_remembered() -> None:
    before, raw = machine("required")
    memory = parse(written(Memory(), [(before.key, seen(before, raw, ENTRY))], DAY), "m.json")
    now, later = machine("optional", True)
    now = _remembering(now, memory.of(seen(now, later, ENTRY), now.key), later, ENTRY)

    assert changes_of(now) == [
        (INSIDE, "required", "optional", "memory", DAY, False),
        (STOP, False, True, "memory", DAY, False),
    ]


def gate(unauthenticated: str, first: str = "authenticate-oidc") -> tuple[Resource, Mapping[str, Any]]:
    """A listener with two actions; what happens to those who did not sign in is left to AWS."""
    oidc = {"client_id": "us", "client_secret": "hush", "on_unauthenticated_request": unauthenticated}
    raw = [
        {"type": first, "order": 1, "authenticate_oidc": [oidc] if first == "authenticate-oidc" else []},
        {"type": "forward", "order": 2, "target_group_arn": "arn:t", "authenticate_oidc": []},
    ]
    name, entry = "default_action", installed()["aws_lb_listener"]
    value = canonical.desired(entry.attributes[name], raw, {name: raw})
    one = Resource(
        key=Key("aws_lb_listener", ACCOUNT, REGION, ("arn:l",)), id="arn:l", source=Source("s.tfstate"),
        address=Address.parse("aws_lb_listener.https"), asserted=frozenset({name}), attributes={name: value},
        configured={name: value},
        undeclared=frozenset({f"{name}.authenticate_oidc.{n}" for n in ("on_unauthenticated_request", "client_secret")}),
    )  # fmt: skip
    return one, {name: raw}


@pytest.mark.parametrize("by", ["memory", "backup"])
def test_what_is_left_to_the_cloud_in_one_of_several_blocks_is_as_it_was(by: str) -> None:
    entry = installed()["aws_lb_listener"]
    (before, raw), (now, later) = gate("authenticate"), gate("allow")
    text = written(Memory(), [(before.key, seen(before, raw, entry))], DAY)
    if by == "memory":
        now = _remembering(now, parse(text, "m.json").of(seen(now, later, entry), now.key), later, entry)
    else:
        now = replace(now, earlier=before.attributes)
    attr = entry.attributes["default_action"]
    found = comparison(now, now, "default_action", attr, Shares([now], {}, installed()))

    [change] = found.modified
    assert change.path.endswith(".authenticate_oidc.on_unauthenticated_request")
    assert (change.desired, change.actual, change.basis, change.undone) == ("authenticate", "allow", by, False)
    assert (change.since == DAY) is (by == "memory")
    assert "hush" not in text
    assert not comparison(before, before, "default_action", attr, Shares([before], {}, installed())).modified


def test_of_another_block_nothing_is_remembered() -> None:
    entry = installed()["aws_lb_listener"]
    (before, raw), (now, later) = gate("authenticate", "fixed-response"), gate("allow")
    memory = parse(written(Memory(), [(before.key, seen(before, raw, entry))], DAY), "m.json")
    now = _remembering(now, memory.of(seen(now, later, entry), now.key), later, entry)

    assert now.remembered == {}


@pytest.mark.parametrize("applied", [False, True])
def test_what_is_left_to_the_cloud_in_a_block_that_is_written_is_as_the_backup_has_it(applied: bool) -> None:
    """An apply that changed the same resource may have changed it along."""
    options = {"http_endpoint": "disabled" if applied else "enabled", "http_tokens": "required"}
    one, _ = machine("optional", True, earlier={"metadata_options": Block(options), STOP: False})

    assert [c[:4] for c in changes_of(one)] == ([] if applied else [
        (INSIDE, "required", "optional", "backup"),
        (STOP, False, True, "backup"),
    ])  # fmt: skip


def test_without_a_memory_it_is_as_recorded(tmp_path: Path) -> None:
    report, _ = told(tmp_path, "", 600)

    assert report.drift == ()


def test_the_memory_comes_before_the_backup(tmp_path: Path) -> None:
    report, _ = told(tmp_path, told(tmp_path, "", 300)[1], 600, before=450)
    of_backup, _ = told(tmp_path, "", 600, before=450)

    assert [c[1:4] for c in changed(report)] == [(300, 600, "memory")]
    assert [c[1:4] for c in changed(of_backup)] == [(450, 600, "backup")]


def test_where_the_author_changed_the_resource_it_is_remembered_anew(tmp_path: Path) -> None:
    report, memory = told(tmp_path, told(tmp_path, "", 300)[1], 600, AS_RECORDED.replace("= 5", "= 6"), delay_seconds=6)

    assert NAME not in {c[0] for c in changed(report)}
    assert first(memory) == {"since": LATER, "value": 600}


def test_what_was_once_recorded_as_the_author_says_is_not_pending_when_a_refresh_recorded_something_else(
    tmp_path: Path,
) -> None:
    quiet, memory = told(tmp_path, "", 300)
    alone, _ = told(tmp_path, "", 300, answered={"DelaySeconds": "99"}, delay_seconds=99)
    report, again = told(tmp_path, memory, 300, answered={"DelaySeconds": "99"}, delay_seconds=99)

    assert quiet.drift == ()
    assert ([c[0] for c in changed(alone)], [c.path for p in alone.pending for c in p.changes]) == ([], [OTHER])
    assert ([(c[:3], c[5]) for c in changed(report)], report.pending) == ([((OTHER, 5, 99), True)], ())
    assert again == memory


def test_what_the_author_changed_since_is_pending(tmp_path: Path) -> None:
    memory = told(tmp_path, "", 300)[1]
    report, _ = told(tmp_path, memory, 300, AS_RECORDED.replace("= 5", "= 6"))

    assert (changed(report), [c.path for p in report.pending for c in p.changes]) == ([], [OTHER])


@pytest.mark.parametrize(("said", "known"), [("ours", {NAME}), ("another", set())])
def test_what_was_recorded_of_another_object_at_the_same_address_counts_where_the_author_says_the_same(
    said: str, known: set[str]
) -> None:
    """An account has one alias: a refresh takes the one that it finds for the one that was described."""

    def named(name: str, said: str, as_said: set[str]) -> tuple[Key, Seen]:
        key = Key("aws_iam_account_alias", ACCOUNT, "", (name,))
        of = {"type": key.type, "id": name, "account": ACCOUNT, "region": "", "address": "aws_iam_account_alias.this"}
        return key, Seen({NAME: said}, {}, frozenset(as_said), of)

    memory = parse(written(Memory(), [named("ours", "ours", {NAME})], DAY), "m.json")
    key, now = named("theirs", said, set())

    assert memory.of(now, key).as_said == known


def test_tags_that_the_provider_s_configuration_changed_since_are_pending(tmp_path: Path) -> None:
    """The resource itself sets none."""
    recorded: dict[str, Any] = {"tags": {}, "tags_all": {"Team": "core"}}
    memory = told(tmp_path, "", 300, "  delay_seconds = 5", provider=DEFAULT_TAGS % "core", **recorded)[1]
    report, _ = told(tmp_path, memory, 300, "  delay_seconds = 5", provider=DEFAULT_TAGS % "web", **recorded)

    assert (changed(report), [c.path for p in report.pending for c in p.changes]) == ([], ["tags.Team"])


def test_another_resource_is_not_forgotten(tmp_path: Path) -> None:
    _, memory = told(tmp_path, "", 300)

    assert written(parse(memory, "m"), [], LATER) == memory


def test_without_a_configuration_nothing_is_remembered_and_that_is_said(tmp_path: Path) -> None:
    report, memory = told(tmp_path, "", 300, text="")

    assert json.loads(memory)["resources"] == []
    assert [w for w in report.warnings if w.startswith("nothing is remembered")]


def test_of_what_the_author_sets_there_are_digests_alone(tmp_path: Path) -> None:
    _, memory = told(tmp_path, "", 300)

    assert '"tags"' in memory
    assert RECORDED["tags"] == {"Team": "core"}
    assert "core" not in memory


@pytest.mark.parametrize("text", ["", "[]", '{"schema": "drift-memory/9"}', '{"schema": "drift-memory/1"}', "[" * 9999])
def test_what_is_no_memory_is_told_with_what_to_do(text: str) -> None:
    with pytest.raises(UsageError, match="not a memory") as caught:
        parse(text, "m.json")

    assert "Delete the file" in caught.value.hint


def one_of(type_: str, id_: str, **more: Any) -> Resource:
    return Resource(
        key=Key(type_, ACCOUNT, REGION, (id_,)), id=id_, source=Source(state="s"), address=Address.parse(f"{type_}.{id_}"),
        asserted=frozenset(), **more,
    )  # fmt: skip


def grown(type_: str, name: str, now: set[str], *others: Resource, **more: Any) -> list[tuple[Any, ...]]:
    """What is told of a set that nobody sets, which had the default group when it was first seen, and has others now."""
    mine = one_of(
        type_, "mine", attributes={name: frozenset(now), **more}, undeclared=frozenset({name}), since={name: DAY},
        remembered={name: frozenset({"sg-default"})},
    )  # fmt: skip
    ours = one_of("aws_security_group", "sg-ours", attributes={"id": "sg-ours"})
    shares = Shares([mine, ours, *others], {}, installed())
    found = comparison(mine, mine, name, installed()[type_].attributes[name], shares)
    return [(set(c.added), set(c.removed), c.basis, c.undone) for c in found.modified]


@pytest.mark.parametrize(("now", "told"), [("sg-rogue", True), ("sg-ours", False)])
def test_what_names_others_is_told_where_nothing_desired_is_called_so(now: str, told: bool) -> None:
    found = grown("aws_db_instance", "vpc_security_group_ids", {now})

    assert found == [({now}, {"sg-default"}, "memory", False)] * told


@pytest.mark.parametrize("now", ["sg-rogue", "sg-ours"])
@pytest.mark.parametrize(
    ("type_", "name"),
    [("aws_network_interface", "security_groups"), ("aws_vpc_endpoint", "security_group_ids")],
)
def test_what_resources_of_their_own_describe_is_told_though_something_desired_is_called_so(
    type_: str, name: str, now: str
) -> None:
    """Only an association puts a group there at an apply, and there is none."""
    assert grown(type_, name, {now}) == [({now}, {"sg-default"}, "memory", False)]


@pytest.mark.parametrize(("named", "told"), [("mine", False), ("eni-other", True)])
def test_what_an_apply_may_put_there_by_a_resource_that_names_both_is_not_told(named: str, told: bool) -> None:
    """The groups of an instance are those of its first interface."""
    instance = one_of(
        "aws_instance", "i-1",
        attributes={"primary_network_interface_id": named, "vpc_security_group_ids": frozenset({"sg-ours"})},
    )  # fmt: skip

    assert bool(grown("aws_network_interface", "security_groups", {"sg-ours"}, instance)) is told


def test_what_was_first_seen_is_held_against_what_is_left_when_an_association_tells_the_rest() -> None:
    """A group swapped by hand, and the association made again by an apply."""
    association = one_of(
        "aws_vpc_endpoint_security_group_association", "a-1",
        attributes={"vpc_endpoint_id": "mine", "security_group_id": "sg-default"},
    )  # fmt: skip
    ids: dict[str, Any] = {"id": "mine"}
    swapped = grown("aws_vpc_endpoint", "security_group_ids", {"sg-default", "sg-ours"}, association, **ids)

    assert swapped == [({"sg-ours"}, set(), "memory", False)]
    assert grown("aws_vpc_endpoint", "security_group_ids", {"sg-default"}, association, **ids) == []


@pytest.mark.parametrize(("asserted", "told"), [(set[str](), True), ({"launch_template"}, False)])
def test_what_aws_never_gives_by_itself_was_put_there_though_it_is_recorded(asserted: set[str], told: bool) -> None:
    name = "iam_instance_profile"
    mine = Resource(
        key=Key("aws_instance", ACCOUNT, REGION, ("i-1",)), id="i-1", source=Source(state="s"),
        address=Address.parse("aws_instance.web"), attributes={name: "rogue"}, asserted=frozenset(asserted),
        undeclared=frozenset({name}),
    )  # fmt: skip
    shares = Shares([mine], {}, installed())
    found = comparison(mine, mine, name, installed()["aws_instance"].attributes[name], shares)

    assert [(c.desired, c.actual, c.basis, c.undone) for c in found.modified] == [
        (None, "rogue", "default", False)
    ] * told
