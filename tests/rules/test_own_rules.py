"""Rules in a file: what they find, what is wrong with them, and the tests beside them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import cel
import pytest
import yaml
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from drift.cli import cli
from drift.errors import CatalogError, UsageError
from drift.model.drift import Change, Drift
from drift.provider.installed import installed
from drift.rules.own import FUNCTIONS, KEYS, read
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
        ("nothing: 1", "it has no list `rules`"),
        (RULE.format("resource.delay_seconds <"), r"own.yaml:2: rule mine: fails: 1:25: "),
        (RULE.format("resource.colour == 'red'"), "rule mine: fails: aws_sqs_queue has no attribute 'colour'"),
        (RULE.format("resource.name == actual.name"), "uses resource together with actual"),
        (RULE.format("1 == 1"), "uses none of"),
        (RULE.format("resource.name == ''").replace("high", "huge"), "unknown severity 'huge'"),
        (
            RULE.format("resource.name == ''").replace("aws_sqs_queue", "aws_sqs"),
            "own.yaml:5:13: rule mine: unknown type 'aws_sqs'",
        ),
        (RULE.format("resource.name.matchez('x')"), "own.yaml:6:26: rule mine: fails: unknown function 'matchez'"),
        (RULE.format("now() > resource.name"), "own.yaml:6:12: rule mine: fails: unknown function 'now'"),
        (RULE.format("resource.nam == ''"), "own.yaml:6:21: rule mine: fails: aws_sqs_queue has no attribute 'nam'"),
        (
            RULE.format("resource.name == ''") + RULE.format("resource.name == 'x'").partition("\n")[2],
            "own.yaml:7: rule mine: its id is already used by another rule: ",
        ),
        (
            RULE.format("resource.name == ''") + "    tests: [{resource: {nam: x}, expect: pass}]\n",
            "own.yaml:7:25: rule mine: test 1: aws_sqs_queue has no attribute 'nam'",
        ),
        (
            RULE.format("resource.name == ''") + "    tests: [{resource: {name: x}, expects: pass, expect: pass}]\n",
            "own.yaml:7:35: rule mine: test 1: has no key 'expects'",
        ),
        (
            RULE.format("resource.name == ''")
            + "    tests: [{resource: {}, neighbours: {aws_flow_log: [{}]}, expect: pass}]\n",
            "test 1: the rule has no neighbours of the type 'aws_flow_log'",
        ),
        (
            RULE.format("resource.name == ''") + "    neighbours: {aws_sns_topic: [nam]}\n",
            "neighbours: aws_sns_topic has no attribute 'nam'",
        ),
        (
            RULE.format("resource.name == ''") + "    neighbours: {aws_sns_topic: {name: 1}}\n",
            "what is read of aws_sns_topic must be a string, or a list of strings",
        ),
        (
            RULE.format("neighbours.aws_sns_topic.size() == 0"),
            "fails: looks at neighbours that it does not name: 'aws_sns_topic'",
        ),
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

    assert (good.return_value, good.output.splitlines()[-1]) == (0, "3 of 3 tests passed")
    assert bad.return_value == 1
    assert "FAIL mine: test 1: expected pass, got fail" in bad.output


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (RULE.format("resource.name == ''").replace("aws_sqs_queue", "aws_sqs_queu"), "aws_sqs_queue"),
        (RULE.format("resource.name.matchez('x')"), "matches"),
        (RULE.format("resource.delay_second == 1"), "delay_seconds"),
        (RULE.format("resource.name == ''") + "    remdy: x\n", "remedy"),
    ],
)
def test_what_may_be_meant_is_told(tmp_path: Path, text: str, hint: str) -> None:
    with pytest.raises(CatalogError) as raised:
        read(written(tmp_path, text), CATALOG)

    assert f"Did you mean {hint}" in str(raised.value.hint)


def test_every_function_that_a_condition_may_call_is_there(tmp_path: Path) -> None:
    calls = {
        "size": "size(x)", "startsWith": "x.startsWith('a')", "endsWith": "x.endsWith('a')",
        "contains": "x.contains('a')", "matches": "x.matches('a')", "string": "string(1)", "int": "int('1')",
        "uint": "uint('1')", "double": "double('1')", "bytes": "bytes(x)", "type": "type(x)", "dyn": "dyn(x)",
        "duration": "duration('1s')", "timestamp": "timestamp('2026-01-01T00:00:00Z')", "has": "has(m.a)",
        "all": "l.all(e, true)", "exists": "l.exists(e, true)", "exists_one": "l.exists_one(e, true)",
        "existsOne": "l.existsOne(e, true)", "map": "l.map(e, e)", "filter": "l.filter(e, true)",
        "optional.of": "optional.of(x)", "optional.none": "optional.none()", "or": "optional.of(x).or(optional.of(x))",
        "orValue": "optional.of(x).orValue(x)", "hasValue": "optional.of(x).hasValue()", "value": "optional.of(x).value()",
    }  # fmt: skip
    calls |= {f: f"timestamp('2026-01-01T00:00:00Z').{f}()" for f in FUNCTIONS if f.startswith("get")}

    assert calls.keys() == FUNCTIONS
    for text in calls.values():
        cel.compile(text).execute({"x": "abc", "m": {"a": 1}, "l": [1]})


def test_a_test_has_what_a_set_gained_and_lost(tmp_path: Path) -> None:
    text = """rules:
  - id: opened
    title: A port was opened
    severity: high
    types: [aws_security_group]
    fails: changes.exists(c, c.path == 'ingress' && c.added.exists(r, r.from_port == 22) && c.removed.size() == 0)
    tests:
      - name: one more
        desired: { ingress: [{ protocol: tcp, from_port: 443, to_port: 443, cidr_blocks: [10.0.0.0/8] }] }
        actual:
          ingress:
            - { protocol: tcp, from_port: 443, to_port: 443, cidr_blocks: [10.0.0.0/8] }
            - { protocol: tcp, from_port: 22, to_port: 22, cidr_blocks: [0.0.0.0/0] }
        expect: fail
      - name: one less
        desired: { ingress: [{ protocol: tcp, from_port: 22, to_port: 22, cidr_blocks: [10.0.0.0/8] }] }
        actual: { ingress: [] }
        expect: pass
"""
    own = read(written(tmp_path, text), CATALOG)

    assert [run(case, CATALOG).found for case in own.cases] == ["fail", "pass"]


def test_a_neighbour_that_names_nothing_is_the_tested_resources(tmp_path: Path) -> None:
    text = """rules:
  - id: unlogged
    title: t
    severity: low
    types: [aws_cloudwatch_log_group]
    neighbours: { aws_cloudwatch_log_metric_filter: [pattern] }
    fails: neighbours.aws_cloudwatch_log_metric_filter.size() == 0
    tests:
      - { name: none, resource: { name: /shop }, expect: fail }
      - { name: its own, resource: { name: /shop }, neighbours: { aws_cloudwatch_log_metric_filter: [{ name: f, pattern: x }] }, expect: pass }
      - { name: by name, resource: { name: /shop }, neighbours: { aws_cloudwatch_log_metric_filter: [{ name: f, log_group_name: /shop, pattern: x }] }, expect: pass }
      - { name: anothers, resource: { name: /shop }, neighbours: { aws_cloudwatch_log_metric_filter: [{ name: f, log_group_name: /other, pattern: x }] }, expect: fail }
"""
    own = read(written(tmp_path, text), CATALOG)

    assert [(c.name, run(c, CATALOG).found) for c in own.cases] == [
        ("none", "fail"), ("its own", "pass"), ("by name", "pass"), ("anothers", "fail"),
    ]  # fmt: skip


def test_an_id_that_is_taken_is_told_with_whose_it_is(tmp_path: Path) -> None:
    mine = written(tmp_path, RULE.format("resource.name == ''").replace("mine", "sg-ssh"))
    result = CliRunner().invoke(cli, ["rules", "--rules-file", str(mine)])

    assert isinstance(result.exception, CatalogError)
    assert "own.yaml:2: rule sg-ssh: its id is already used by a rule of drift or of a plugin" in str(result.exception)


@pytest.mark.parametrize("type_", ["aws_s3_bucket", "aws_sqs_queue", "aws_iam_role_policy", "aws_route"])
def test_a_rule_that_was_started_has_tests_that_hold(tmp_path: Path, type_: str) -> None:
    file = tmp_path / "new.yaml"
    made = CliRunner().invoke(cli, ["rules", "new", "my-rule", "--type", type_, "--output", str(file)])
    tested = CliRunner().invoke(cli, ["rules", "test", str(file)], standalone_mode=False)
    again = CliRunner().invoke(cli, ["rules", "new", "my-rule", "--output", str(file)])

    assert made.exit_code == 0
    assert (tested.return_value, tested.output.splitlines()[-1]) == (0, "2 of 2 tests passed")
    assert isinstance(again.exception, UsageError)


def test_the_schema_for_editors_takes_what_is_documented(tmp_path: Path) -> None:
    found = json.loads(CliRunner().invoke(cli, ["rules", "schema"]).output)
    document = yaml.safe_load(of_page(tmp_path).read_text())
    wrong = {"rules": [{**document["rules"][0], "colour": "red"}]}

    Draft202012Validator.check_schema(found)
    assert list(Draft202012Validator(found).iter_errors(document)) == []
    assert list(Draft202012Validator(found).iter_errors(wrong))
    assert set(found["properties"]["rules"]["items"]["properties"]) == KEYS
