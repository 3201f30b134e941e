"""Rules in a file: what they find, what is wrong with them, and the tests beside them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from drift.cli import cli
from drift.errors import CatalogError
from drift.model.drift import Change, Drift
from drift.provider.installed import installed
from drift.rules.own import read
from drift.rules.trial import run
from tests.providers.aws.rules.test_rules import Account, judged
from tests.support.rules import raw

CATALOG = installed()
PAGE = Path(__file__).parents[2] / "docs" / "own-rules.md"
RULE = """rules:
  - id: mine
    title: Mine
    severity: high
    types: [aws_sqs_queue]
    fails: {}
"""


def written(folder: Path, text: str, name: str = "own.yaml") -> Path:
    file = folder / name
    file.write_text(text)
    return file


def of_page(folder: Path) -> Path:
    found = re.search(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert found is not None
    return written(folder, found[1])


def test_the_documented_file_holds(tmp_path: Path) -> None:
    own = read(of_page(tmp_path), CATALOG)

    assert [r.id for r in own.rules] == [
        "bucket-named-for-a-person",
        "queue-visibility-cut",
        "log-group-without-filter",
    ]
    assert [run(case, CATALOG).found for case in own.cases] == ["fail", "pass", "fail"]
    assert own.rules[0].reads == ("bucket",)


@pytest.mark.parametrize(("before", "after", "effect"), [(60, 5, "introduced"), (5, 5, "present"), (5, 60, "resolved")])
def test_the_effect_is_told_from_both_sides(tmp_path: Path, before: int, after: int, effect: str) -> None:
    file = written(tmp_path, RULE.format("resource.delay_seconds < 10"))
    desired, actual = (raw("aws_sqs_queue", {"delay_seconds": n}) for n in (before, after))
    drift = Drift("modified", desired, actual, (Change("delay_seconds", before, after),))

    findings = judged(drift, read(file, CATALOG).rules).drift[0].findings

    assert [(f.rule, f.effect) for f in findings] == [("mine", effect)]


@pytest.mark.parametrize(
    ("condition", "fails"),
    [
        ("actual.delay_seconds > desired.delay_seconds", True),
        ("kind == 'modified' && changes.exists(c, c.path == 'delay_seconds' && c.actual == 60)", True),
        ("changes.exists(c, c.path == 'policy')", False),
        ("'Team' in actual.tags", False),
    ],
)
def test_an_expression_over_the_drift(tmp_path: Path, condition: str, *, fails: bool) -> None:
    file = written(tmp_path, RULE.format(f'"{condition}"'))
    desired, actual = (raw("aws_sqs_queue", {"delay_seconds": n}) for n in (5, 60))
    drift = Drift("modified", desired, actual, (Change("delay_seconds", 5, 60),))

    findings = judged(drift, read(file, CATALOG).rules).drift[0].findings

    assert [f.effect for f in findings] == (["introduced"] if fails else [])


def test_neighbours(tmp_path: Path) -> None:
    text = RULE.format("neighbours.aws_flow_log.all(f, f.traffic_type != 'ALL')").replace("sqs_queue", "vpc")
    file = written(tmp_path, text + "    neighbours: {aws_flow_log: [traffic_type]}\n")
    vpc = replace(raw("aws_vpc", {}, "vpc-1"), address=None)

    def verdicts(kind: str) -> list[str]:
        log = replace(raw("aws_flow_log", {"vpc_id": "vpc-1", "traffic_type": kind}, "fl-1"), address=None)
        result = judged(Drift("unmanaged", None, vpc), read(file, CATALOG).rules, Account([vpc, log]))
        return [f.verdict for f in result.drift[0].findings]

    assert verdicts("ALL") == []
    assert verdicts("REJECT") == ["fail"]


def test_an_expression_that_fails_is_unknown_and_warns(tmp_path: Path) -> None:
    file = written(tmp_path, RULE.format("resource.tags.Team == 'x'"))
    queue = replace(raw("aws_sqs_queue", {"tags": {}}), address=None)
    result = judged(Drift("unmanaged", None, queue), read(file, CATALOG).rules)

    assert [f.verdict for f in result.drift[0].findings] == ["unknown"]
    assert any("rule mine failed on x" in w for w in result.warnings)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("rules: [", r"own.yaml:1:9: is not YAML"),
        ("nothing: 1", "holds no list `rules`"),
        (RULE.format("resource.delay_seconds <"), r"own.yaml:2: rule mine: fails: 1:25: "),
        (RULE.format("resource.colour == 'red'"), "rule mine: fails: aws_sqs_queue has no attribute 'colour'"),
        (RULE.format("resource.name == actual.name"), "uses resource together with actual"),
        (RULE.format("1 == 1"), "speaks of none of"),
        (RULE.format("resource.name == ''").replace("high", "huge"), "there is no severity 'huge'"),
        (RULE.format("resource.name == ''").replace("aws_sqs_queue", "aws_sqs"), "there is no type 'aws_sqs'"),
        (RULE.format("resource.name == ''") + "    colour: red\n", "has no key 'colour'"),
        ("rules:\n  - id: mine\n", "own.yaml:2: rule mine: has no title"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(CatalogError, match=re.escape(told) if "[" not in told else told):
        read(written(tmp_path, text), CATALOG)


def test_toml(tmp_path: Path) -> None:
    text = '[[rules]]\nid = "mine"\ntitle = "t"\nseverity = "low"\ntypes = ["aws_sqs_queue"]\nfails = "resource.fifo_queue"\n'

    assert [r.id for r in read(written(tmp_path, text, "own.toml"), CATALOG).rules] == ["mine"]
    with pytest.raises(CatalogError, match="is not TOML"):
        read(written(tmp_path, "[[", "own.toml"), CATALOG)


def test_rules_test(tmp_path: Path) -> None:
    good = CliRunner().invoke(cli, ["rules", "test", str(of_page(tmp_path))], standalone_mode=False)
    wrong = written(
        tmp_path, RULE.format("resource.fifo_queue") + "    tests: [{resource: {fifo_queue: true}, expect: pass}]\n"
    )
    bad = CliRunner().invoke(cli, ["rules", "test", str(wrong)], standalone_mode=False)

    assert (good.return_value, good.output.splitlines()[-1]) == (0, "3 of 3 as expected")
    assert bad.return_value == 1
    assert "FAIL mine: test 1: expected pass, got fail" in bad.output
