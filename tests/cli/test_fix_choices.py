"""What `drift fix` asks in a terminal, and what it does with what moved, is managed twice, is gone or was made again."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from drift.desired.load import Sources
from drift.model.address import Address
from drift.model.drift import Drift
from drift.model.resource import Key, Resource
from drift.provider.installed import installed
from drift.remedy import commands
from drift.remedy.apply import texts
from drift.remedy.trial import Trial
from drift.run import Connection, Job
from drift.survey import Scope
from tests.cli.test_cli import drift
from tests.cli.test_fix import shop
from tests.support.line import InRegion
from tests.support.world import REGION, WORLDS, World

__all__ = ["shop"]


class Typed(io.StringIO):
    """A terminal at which somebody types."""

    def isatty(self) -> bool:
        return True


def asked(patch: pytest.MonkeyPatch, *answers: str) -> Typed:
    typed = Typed("".join(f"{a}\n" for a in answers))
    patch.setattr(sys, "stdin", typed)
    return typed


def state_of(shop: Path) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = json.loads((shop / "terraform.tfstate").read_text())
    return found


def test_each_entry_is_asked_about_and_what_is_answered_is_done(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = asked(monkeypatch, *["skip"] * 5, "nonsense", "")

    done = drift("fix", "--replay", "tampered.jsonl", "--interactive", "--write", cwd=shop)

    assert done.returncode == 0, done.stderr
    assert done.stdout.count("What becomes of it?") == 7  # six entries, and one that was not understood
    assert "6 of 6" in done.stdout
    assert "1 of 1 fixed" in done.stdout
    assert typed.read() == ""


def test_what_an_option_names_is_not_asked_about(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked(monkeypatch, *["skip"] * 5)

    done = drift(
        "fix", "--replay", "tampered.jsonl", "-i", "--accept", "aws_sqs_queue.fifo", "--write", cwd=shop
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert done.stdout.count("What becomes of it?") == 5
    assert "receive_wait_time_seconds   = 0" in (shop / "main.tf").read_text()
    assert "delay_seconds              = 5" in (shop / "main.tf").read_text()


def test_nobody_is_asked_without_a_terminal(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("accept\n" * 6))

    done = drift("fix", "--replay", "tampered.jsonl", "--interactive", cwd=shop)

    assert done.returncode == 2
    assert "--interactive needs a terminal" in done.stderr


def test_what_is_gone_is_forgotten_by_a_block_that_destroys_nothing(shop: Path) -> None:
    before = (shop / "main.tf").read_text()

    done = drift("fix", "--replay", "tampered.jsonl", "--forget", "aws_sqs_queue.forgotten", "--write", cwd=shop)

    assert done.returncode == 0, done.stderr
    block = 'resource "aws_sqs_queue" "forgotten" {\n  name = "forgotten"\n}'
    removed = "removed {\n  from = aws_sqs_queue.forgotten\n  lifecycle {\n    destroy = false\n  }\n}"
    after = (shop / "main.tf").read_text()
    assert after.replace("\n\n  lifecycle", "\n  lifecycle") == before.replace(block, removed)


def test_what_others_refer_to_is_not_forgotten(shop: Path) -> None:
    done = drift("fix", "--replay", "tampered.jsonl", "--forget", "aws_sqs_queue.jobs", cwd=shop)

    assert "not forgotten: " in done.stdout
    assert "change first what refers to it: " in done.stdout
    assert "removed {" not in done.stdout


def test_what_the_configuration_calls_otherwise_is_moved(shop: Path) -> None:
    main = shop / "main.tf"
    main.write_text(main.read_text().replace('"aws_sqs_queue" "fifo"', '"aws_sqs_queue" "orders"'))

    done = drift("fix", "--replay", "tampered.jsonl", "--adopt", "aws_sqs_queue.orders", "--write", cwd=shop)

    assert done.returncode == 0, done.stderr
    assert "moved {\n  from = aws_sqs_queue.fifo\n  to   = aws_sqs_queue.orders\n}\n" in main.read_text()
    assert "terraform state mv aws_sqs_queue.fifo aws_sqs_queue.orders" in " ".join(done.stdout.split())


def test_what_two_addresses_claim_is_forgotten_under_the_one_that_nobody_writes(shop: Path) -> None:
    state = state_of(shop)
    fifo = next(r for r in state["resources"] if r["name"] == "fifo")
    state["resources"].append({**fifo, "name": "twin"})
    (shop / "terraform.tfstate").write_text(json.dumps(state))

    done = drift("fix", "--replay", "tampered.jsonl", "--forget", "aws_sqs_queue.twin", cwd=shop)

    assert done.returncode == 0, done.stderr
    assert "is managed as aws_sqs_queue.fifo too" in done.stdout
    assert "terraform state rm aws_sqs_queue.twin" in done.stdout
    assert "state rm aws_sqs_queue.fifo" not in done.stdout


def gone(made: str, name: str = "forgotten") -> Drift:
    """A queue that is gone, and that somebody made again under another id."""
    key = Key("aws_sqs_queue", "123456789012", REGION, ("old",))
    desired = Resource(key=key, id="old", address=Address("aws_sqs_queue", name))
    again = Resource(key=Key("aws_sqs_queue", "123456789012", REGION, (made,)), id=made)
    return Drift("missing", desired, None, recreated_as=again)


def test_what_was_made_again_is_imported_under_its_old_address(shop: Path) -> None:
    sources = Sources(places=(str(shop / "terraform.tfstate"),), directories=(shop,))
    api = InRegion(World(WORLDS / "sqs").tape("tampered", strict=False), REGION)
    trial = Trial(sources, [Connection("aws", api)], installed(), Job(scope=Scope(everything=True)))
    (state,) = trial.described()

    remedy = commands.recreated(gone('new"${x}'), shop, trial.source(state))

    (text,) = texts(remedy.edits).values()
    assert text.startswith((shop / "main.tf").read_text())
    assert 'import {\n  to = aws_sqs_queue.forgotten\n  id = "new\\"$${x}"\n}\n' in text
    assert remedy.commands == (f"terraform -chdir={shop} state rm aws_sqs_queue.forgotten",)


def test_without_a_configuration_it_is_imported_by_a_command() -> None:
    remedy = commands.recreated(gone("new one"), None, None)

    assert remedy.edits == ()
    assert remedy.commands == (
        "terraform state rm aws_sqs_queue.forgotten",
        "terraform import aws_sqs_queue.forgotten 'new one'",
    )


def test_what_one_change_made_is_adopted_in_one_file(shop: Path) -> None:
    state = state_of(shop)
    state["resources"] = [r for r in state["resources"] if r["name"] == "fifo"]
    (shop / "terraform.tfstate").write_text(json.dumps(state))
    main = (shop / "main.tf").read_text()
    fifo = main[main.index('resource "aws_sqs_queue" "fifo"') : main.index('resource "aws_sqs_queue" "forgotten"')]
    (shop / "main.tf").write_text(fifo)

    done = drift("fix", "--replay", "tampered.jsonl", "--adopt", "all", "--group", "--write", cwd=shop)

    assert done.returncode == 0, done.stderr
    assert "with what belongs to the same change" in done.stdout
    (file,) = shop.glob("adopted-*.tf")
    text = file.read_text()
    assert "to = aws_sqs_queue.jobs\n" in text
    assert "aws_sqs_queue.jobs_dead.arn" in text
    assert 'resource "aws_sqs_queue" "jobs_dead"' in text
    assert "rogue" not in text
    assert 'resource "aws_sqs_queue" "rogue"' in (shop / "main.tf").read_text()  # it stands alone
