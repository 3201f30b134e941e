"""One instance of several is forgotten by its key, where that is written, if nothing else goes with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from drift.desired.load import Sources
from drift.provider.installed import installed
from drift.remedy.fix import Choices, Fix, fixed
from drift.remedy.trial import Trial
from drift.run import Connection, Job
from drift.survey import Scope
from tests.support.line import InRegion
from tests.support.made import ACCOUNT, MadeApi, write_state
from tests.support.world import REGION


def url(name: str) -> str:
    return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}"


def forgotten(work: Path, text: str, keys: dict[str, str], there: tuple[str, ...], chosen: str) -> Fix:
    """What is written where the queues of a state (address -> name) are not all there, and one is to be forgotten."""
    (work / "main.tf").write_text(text)
    state: dict[str, dict[str, Any]] = {
        address: {"id": url(n), "url": url(n), "arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{n}", "name": n, "tags": {}}
        for address, n in keys.items()
    }
    api = MadeApi({"sqs:ListQueues": {"QueueUrls": [url(n) for n in there]}, "sqs:ListQueueTags": {"Tags": {}}})
    sources = Sources(places=(str(write_state(state, work / "s.tfstate")),), directories=(work,))
    job = Job(scope=Scope(only=("aws_sqs_queue",), regions=(REGION,)), comments=False)
    trial = Trial(sources, [Connection("aws", InRegion(api, REGION))], installed(), job)
    return fixed(trial, Choices(forget=(chosen,)))


EACH = """resource "aws_sqs_queue" "q" {
  for_each = toset(["a", "b", "c"]) # who
  name     = each.key
}
"""
KEYS = {f'aws_sqs_queue.q["{n}"]': n for n in "abc"}


def test_the_key_of_what_is_gone_is_taken_away(tmp_path: Path) -> None:
    fix = forgotten(tmp_path, EACH, KEYS, ("a", "c"), 'aws_sqs_queue.q["b"]')

    ((_, remedy),) = fix.entries
    assert fix.after == {tmp_path / "main.tf": EACH.replace('"a", "b", "c"', '"a", "c"')}
    assert remedy.commands == ()
    assert "the next apply takes it out of the state and destroys nothing" in remedy.why


def test_of_a_count_the_last_goes(tmp_path: Path) -> None:
    text = 'resource "aws_sqs_queue" "q" {\n  count = 3\n  name  = "q${count.index}"\n}\n'
    keys = {f"aws_sqs_queue.q[{n}]": f"q{n}" for n in range(3)}

    fix = forgotten(tmp_path, text, keys, ("q0", "q1"), "aws_sqs_queue.q[2]")
    assert fix.after == {tmp_path / "main.tf": text.replace("count = 3", "count = 2")}
    fix = forgotten(tmp_path, text, keys, ("q1", "q2"), "aws_sqs_queue.q[0]")
    assert fix.after == {}
    assert "those behind it would move up" in fix.entries[0][1].cannot


LOCAL = """locals {
  all = {
    a = {}
    b = {}
  }
}
resource "aws_sqs_queue" "q" {
  for_each = local.all
  name     = each.key
}
"""
SHARED = LOCAL + 'resource "aws_sqs_queue" "dead" {\n  for_each = local.all\n  name     = "dead-${each.key}"\n}\n'
TWO = {'aws_sqs_queue.q["a"]': "a", 'aws_sqs_queue.q["b"]': "b"}
FOUR = TWO | {'aws_sqs_queue.dead["a"]': "dead-a", 'aws_sqs_queue.dead["b"]': "dead-b"}


def test_it_is_taken_away_where_it_is_written(tmp_path: Path) -> None:
    fix = forgotten(tmp_path, LOCAL, TWO, ("a",), 'aws_sqs_queue.q["b"]')

    assert fix.after == {tmp_path / "main.tf": LOCAL.replace("    b = {}\n", "")}
    assert "main.tf:2" in fix.entries[0][1].why


def test_what_the_account_has_does_not_go_with_it(tmp_path: Path) -> None:
    fix = forgotten(tmp_path, SHARED, FOUR, ("a", "dead-a", "dead-b"), 'aws_sqs_queue.q["b"]')
    assert fix.after == {}
    assert 'aws_sqs_queue.dead["b"] would go as well, and the account has it' in fix.entries[0][1].cannot

    fix = forgotten(tmp_path, SHARED, FOUR, ("a", "dead-a"), 'aws_sqs_queue.q["b"]')
    assert fix.after == {tmp_path / "main.tf": SHARED.replace("    b = {}\n", "")}
    assert 'with it that of aws_sqs_queue.dead["b"]' in fix.entries[0][1].why


@pytest.mark.parametrize("user", ['aws_sqs_queue.q["b"].arn', 'try(aws_sqs_queue.q["b"].arn, "")'])
def test_what_is_named_elsewhere_stays(tmp_path: Path, user: str) -> None:
    text = EACH + f'output "b" {{\n  value = {user}\n}}\n'
    fix = forgotten(tmp_path, text, KEYS, ("a", "c"), 'aws_sqs_queue.q["b"]')

    assert fix.after == {}
    assert "main.tf names it" in fix.entries[0][1].cannot


QUEUE = 'variable "n" {}\nresource "aws_sqs_queue" "q" {\n  name = var.n\n}\n'
CALLS = 'module "a" {\n  source = "./m"\n  n      = "a"\n}\nmodule "b" {\n  source = "./m"\n  n      = "b"\n}\n'


def test_what_other_calls_of_a_module_have_is_not_forgotten_along(tmp_path: Path) -> None:
    """A `removed` block in a module takes the resource out of all that call it."""
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "main.tf").write_text(QUEUE)
    keys = {"module.a.aws_sqs_queue.q": "a", "module.b.aws_sqs_queue.q": "b"}

    fix = forgotten(tmp_path, CALLS, keys, ("a",), "module.b.aws_sqs_queue.q")
    assert fix.after == {}
    assert "module.a.aws_sqs_queue.q would go as well, and the account has it" in fix.entries[0][1].cannot

    fix = forgotten(tmp_path, CALLS, keys, (), "module.b.aws_sqs_queue.q")
    assert "removed {" in fix.after[tmp_path / "m" / "main.tf"]
    assert "and module.a.aws_sqs_queue.q, which the account has no more either" in fix.entries[0][1].why
