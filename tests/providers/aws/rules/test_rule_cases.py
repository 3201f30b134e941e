"""Every rule: a resource that fails it, one that passes, and one of which it cannot be told."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from drift.desired.hcl.configured import Configuration
from drift.desired.hcl.inputs import Given
from drift.desired.hcl.read import Sources
from drift.model.address import Address
from drift.model.coverage import Unreadable
from drift.model.drift import Change, Drift
from drift.model.resource import Resource
from drift.provider.installed import installed
from drift.providers.aws.rules import built_in
from drift.rules.answer import Answer
from drift.rules.criteria import Criteria
from drift.rules.spec import ANY
from drift.rules.subject import Subject
from tests.support import rule_cases as some
from tests.support.rule_examples import CASES, SIDES, given, written
from tests.support.rule_pages import PAGE, page, pages
from tests.support.rules import CRITERIA, answer, raw

RULES = {r.id: r for r in built_in()}
CATALOG = installed()
SET = replace(CRITERIA, required_tags=("Owner",), state_buckets=frozenset({"states"}))
UNMANAGED = {"iam-unmanaged-key"}
ABSENT = {"access-analyzer-off", "account-security-contact", "iam-support-role", "iam-audit-role"}
"""Rules that look for one of a kind: another kind passes for nothing, and fails nothing."""
CANNOT_BE_UNKNOWN = {
    **dict.fromkeys(ABSENT, "it fails by absence alone"),
    "iam-unmanaged-key": "whether a state describes it is always known",
}
PASSES_BY = {
    "iam-user-direct-policy": "being there is what it finds",
    "iam-unmanaged-key": "a state describes it",
}
USED: dict[str, dict[str, int | None]] = {
    "arn:aws:iam::1:role/idle": {"s3": 5, "ec2": None},
    "arn:aws:iam::1:role/busy": {"s3": 5},
}
DESCRIBED = {
    "cf-dangling-bucket": raw("aws_s3_bucket", {"bucket": "site"}, "site"),
}


def judged(name: str, which: int, subject: Resource | None = None, criteria: Criteria = SET, **more: Any) -> Answer:
    case = CASES[name]
    near = [raw(*n) for n in case[2 + which]] if len(case) > 3 else []
    subject = subject or made(name, which)
    if name in DESCRIBED:
        more["described"] = [DESCRIBED[name]]
    if RULES[name].of_drift:
        before = made(name, 2)
        changes = tuple(Change(n, before.attributes[n], v) for n, v in subject.attributes.items() if n != "id")
        more["drift"] = Drift("modified", before, subject, changes)
    return answer(RULES[name], subject, near, criteria=criteria, used=USED, **more)


def made(name: str, which: int) -> Resource:
    made = raw(CASES[name][0], CASES[name][which])  # type: ignore[arg-type]
    return replace(made, address=None) if name in UNMANAGED and which == 1 else made


def test_every_rule_has_its_cases() -> None:
    assert sorted(CASES) == sorted(n for n, r in RULES.items() if not r.of_account)


@pytest.mark.parametrize("name", [n for n in CASES if n not in ABSENT])
def test_fails(name: str) -> None:
    found = judged(name, 1)

    assert found.verdict == "fail", found
    assert found.evidence


@pytest.mark.parametrize("name", [n for n in CASES if n != "iam-user-direct-policy"])
def test_passes(name: str) -> None:
    found = judged(name, 2)

    assert found.verdict == "pass", found


@pytest.mark.parametrize("name", [n for n in CASES if n not in CANNOT_BE_UNKNOWN])
def test_cannot_be_told_where_what_it_reads_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up: list[str] = []
    subject = made(name, 1)
    look = Subject.__getitem__

    def spied(it: Subject, attribute: str) -> Any:
        if it.resource is subject:
            looked_up.append(attribute)
        return look(it, attribute)

    monkeypatch.setattr(Subject, "__getitem__", spied)
    assert judged(name, 1, subject).verdict == "fail"
    monkeypatch.undo()

    if name in (
        "vpc-no-flow-log",
        "ebs-not-in-backup-plan",
        "rds-not-in-backup-plan",
        "secret-rotation",
        "sg-unused",
        "securityhub-off",
        "cluster-one-zone",
        "ecr-lifecycle",
        "vpc-no-ec2-endpoint",
    ):
        without = frozenset({n for t in RULES[name].near for n in (t,)})
        assert judged(name, 1, without=without).verdict == "unknown"
        return
    assert looked_up, "it looks at nothing"
    refused = Unreadable("service:Action", "AccessDenied")
    blind = replace(subject, attributes={**subject.attributes, looked_up[0]: refused})
    assert judged(name, 1, blind).verdict == "unknown"


@pytest.mark.parametrize("name", list(RULES))
def test_what_a_rule_says_of_itself_holds(name: str) -> None:
    rule = RULES[name]
    for type_ in rule.types:
        assert type_ in CATALOG or (type_,) == ANY
    for type_ in rule.types if rule.types != ANY else ():
        entry = CATALOG[type_]
        known = {"id", *entry.attributes, *entry.computed}
        assert set(rule.reads) <= known or len(rule.types) > 1, f"{type_} has no {set(rule.reads) - known}"
    assert all(type_ in CATALOG for type_ in rule.near)
    assert set(rule.when_missing) <= set(rule.types)
    assert set(rule.implies) <= set(RULES)
    assert rule.meaning.endswith((".", "…"))
    assert rule.remedy.endswith(".")
    assert not rule.title.endswith(".")
    assert rule.references or rule.theme in ("network", "identity")


SECRETS = ("hunter2", some.KEY, "s3cr3t")


@pytest.mark.parametrize("name", [n for n, r in RULES.items() if r.theme == "secrets"])
def test_no_secret_is_in_the_evidence(name: str) -> None:
    assert not any(secret in judged(name, 1).evidence for secret in SECRETS)


def test_the_page_of_rules_is_that_of_the_code() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tests.support.rule_pages"


FOLDER = PAGE.parent / "rules"


def test_every_rule_has_its_page_and_no_other_is_there() -> None:
    there = {p.name: p.read_text(encoding="utf-8") for p in FOLDER.iterdir()}

    assert sorted(there) == sorted(pages())
    stale = [name for name, text in pages().items() if there[name] != text]
    assert not stale, "run python -m tests.support.pages"


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Configuration:
    """The examples of all pages as one configuration: each resource is named for its rule and side."""
    folder = tmp_path_factory.mktemp("examples")
    for rule in CASES:
        found = re.findall(r"```hcl\n(.*?)```", (FOLDER / f"{rule}.md").read_text(encoding="utf-8"), re.DOTALL)
        for side, text in zip(SIDES.values(), found, strict=True):
            named = re.sub(r'^(resource "\w+" )"(\w+)"', rf'\1"{rule}_{side}_\2"', text, flags=re.MULTILINE)
            (folder / f"{rule}-{side}.tf").write_text(named, encoding="utf-8")
    return Sources(folder, Given()).evaluated()


@pytest.mark.parametrize("which", list(SIDES))
@pytest.mark.parametrize("name", [n for n in CASES if n not in ("iam-user-direct-policy", *ABSENT)])
def test_the_examples_of_its_page_fail_and_pass(name: str, which: int, examples: Configuration) -> None:
    type_, attributes = given(name, which)
    wrote = examples.of(Address(type_, f"{name}_{SIDES[which]}_{SIDES[which]}"))
    assert wrote is not None
    told_by_aws = {n: v for n, v in attributes.items() if n not in written(type_, attributes)}
    subject = raw(type_, {**told_by_aws, **wrote.values})
    if name in UNMANAGED and which == 1:
        subject = replace(subject, address=None)

    assert judged(name, which, subject).verdict == {1: "fail", 2: "pass"}[which]
