"""An accepted value that names a managed resource is written as its address, where one can stand and closes no circle."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from drift.desired.load import Sources
from drift.provider.installed import installed
from drift.remedy.fix import Choices, fixed
from drift.remedy.trial import Trial
from drift.run import Connection, Job
from drift.survey import Scope
from tests.support.line import InRegion
from tests.support.made import ACCOUNT, MadeApi, write_state
from tests.support.world import REGION

OTHERS = (
    'resource "aws_sqs_queue" "dead" {\n  name = "dead"\n}\nresource "aws_sqs_queue" "other" {\n  name = "other"\n}\n'
)
JOBS = """resource "aws_sqs_queue" "jobs" {
  name           = "jobs"
  redrive_policy = POLICY
}
"""
WRITTEN = "jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = 3 })"


def url(name: str) -> str:
    return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}"


def arn(name: str) -> str:
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"


def redrive(to: str) -> str:
    return json.dumps({"deadLetterTargetArn": arn(to), "maxReceiveCount": 3})


def accepted(work: Path, files: Mapping[str, str], module: str = "", other: str = "") -> str:
    """What is written into the file of `jobs` after somebody made `other` its dead-letter queue. `module` is where
    `other` is, and `other` what its own redrive policy says."""
    for name, text in files.items():
        (work / name).parent.mkdir(exist_ok=True)
        (work / name).write_text(text)
    recorded = {"jobs": redrive("dead"), "dead": "", "other": other}
    state = {
        f"{module if n == 'other' else ''}aws_sqs_queue.{n}": {
            "id": url(n), "url": url(n), "arn": arn(n), "name": n, "redrive_policy": policy, "tags": {}
        }
        for n, policy in recorded.items()
    }  # fmt: skip

    def attributes(args: Mapping[str, Any]) -> dict[str, Any]:
        name = args["QueueUrl"].rpartition("/")[2]
        policy = redrive("other") if name == "jobs" else recorded[name]
        return {"Attributes": {"QueueArn": arn(name)} | ({"RedrivePolicy": policy} if policy else {})}

    there = {
        "sqs:ListQueues": {"QueueUrls": [url(n) for n in recorded]},
        "sqs:GetQueueAttributes": attributes,
        "sqs:ListQueueTags": {"Tags": {}},
    }
    sources = Sources(places=(str(write_state(state, work / "s.tfstate")),), directories=(work,))
    job = Job(scope=Scope(only=("aws_sqs_queue",), regions=(REGION,)), comments=False)
    trial = Trial(sources, [Connection("aws", InRegion(MadeApi(there), REGION))], installed(), job)
    fix = fixed(trial, Choices(accept=("all",)))
    assert [(r.address, r.cannot) for _, r in fix.entries] == [("aws_sqs_queue.jobs", "")]
    (text,) = fix.after.values()
    return text


def test_an_id_becomes_the_address_of_what_has_it(tmp_path: Path) -> None:
    text = accepted(tmp_path, {"main.tf": JOBS.replace("POLICY", WRITTEN) + OTHERS})

    assert text == JOBS.replace("POLICY", WRITTEN.replace("dead.arn", "other.arn")) + OTHERS


def test_a_reference_that_would_close_a_circle_stays_a_literal(tmp_path: Path) -> None:
    """Terraform refuses two resources that depend on each other."""
    circle = OTHERS.replace('name = "other"', f'name = "other"\n  redrive_policy = {WRITTEN.replace("dead", "jobs")}')
    text = accepted(tmp_path, {"main.tf": JOBS.replace("POLICY", WRITTEN) + circle}, other=redrive("jobs"))

    assert text == JOBS.replace("POLICY", WRITTEN.replace("aws_sqs_queue.dead.arn", f'"{arn("other")}"')) + circle


def test_in_a_file_of_values_nothing_is_named(tmp_path: Path) -> None:
    files = {
        "main.tf": 'variable "dead" {}\n'
        + JOBS.replace("POLICY", WRITTEN.replace("aws_sqs_queue.dead.arn", "var.dead"))
        + OTHERS,
        "terraform.tfvars": f'dead = "{arn("dead")}"\n',
    }

    assert accepted(tmp_path, files) == f'dead = "{arn("other")}"\n'


def test_of_a_module_its_output_is_named_and_nothing_else(tmp_path: Path) -> None:
    dead, other = OTHERS.split("\n}\n", maxsplit=1)[0] + "\n}\n", OTHERS.split("\n}\n")[1] + "\n}\n"
    call = 'module "q" {\n  source = "./q"\n}\n'
    main = JOBS.replace("POLICY", WRITTEN) + dead + call
    shown = 'output "arn" {\n  value = aws_sqs_queue.other.arn\n}\n'
    (tmp_path / "with").mkdir()
    (tmp_path / "without").mkdir()

    text = accepted(tmp_path / "with", {"main.tf": main, "q/q.tf": other + shown}, "module.q.")
    assert "deadLetterTargetArn = module.q.arn," in text
    text = accepted(tmp_path / "without", {"main.tf": main, "q/q.tf": other}, "module.q.")
    assert f'deadLetterTargetArn = "{arn("other")}",' in text


def test_in_json_it_is_a_template(tmp_path: Path) -> None:
    queues = {n: {"name": n} for n in ("dead", "other")}
    jobs = {"name": "jobs", "redrive_policy": redrive("dead").replace(arn("dead"), "${aws_sqs_queue.dead.arn}")}
    main = json.dumps({"resource": {"aws_sqs_queue": {"jobs": jobs, **queues}}}, indent=2)

    text = accepted(tmp_path, {"main.tf.json": main})

    policy = json.loads(json.loads(text)["resource"]["aws_sqs_queue"]["jobs"]["redrive_policy"])
    assert policy == {"deadLetterTargetArn": "${aws_sqs_queue.other.arn}", "maxReceiveCount": 3}
