"""Of a map of which one member is sensitive, that member alone is hidden."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from drift.report import Look
from drift.report import json as json_report
from tests.support.made import ACCOUNT, MadeApi, write_state
from tests.support.world import REGION, run

URL = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/q"


def report(tmp_path: Path, actual: dict[str, str], sensitive: list[Any]) -> str:
    tags = {"Team": "core", "Token": "hush-hush"}
    queue = {"id": URL, "url": URL, "name": "q", "tags": tags, "tags_all": tags}
    state = write_state({"aws_sqs_queue.q": queue}, tmp_path / "s.tfstate")
    raw = json.loads(Path(state).read_text())
    raw["resources"][0]["instances"][0]["sensitive_attributes"] = sensitive
    Path(state).write_text(json.dumps(raw))
    api = MadeApi(
        {
            "sqs:ListQueues": {"QueueUrls": [URL]},
            "sqs:GetQueueAttributes": {"Attributes": {"DelaySeconds": "0"}},
            "sqs:ListQueueTags": {"Tags": actual},
        }
    )
    out = io.StringIO()
    json_report.render(run(state, api, only=("aws_sqs_queue",)), out, Look())
    return out.getvalue()


def at(*steps: str) -> list[Any]:
    first, *rest = steps
    return [
        {"type": "get_attr", "value": first},
        *({"type": "index", "value": {"value": s, "type": "string"}} for s in rest),
    ]


def test_another_member_is_shown(tmp_path: Path) -> None:
    text = report(tmp_path, {"Team": "blue", "Token": "changed-hush"}, [at("tags", "Token"), at("tags_all", "Token")])

    assert "core" in text
    assert "blue" in text
    assert "hush" not in text


def test_where_the_whole_is_sensitive_nothing_is_shown(tmp_path: Path) -> None:
    text = report(tmp_path, {"Team": "blue", "Token": "changed-hush"}, [at("tags")])

    assert "core" not in text
    assert "blue" not in text
    assert "hush" not in text


def test_a_member_that_is_marked_in_tags_all_alone_is_hidden(tmp_path: Path) -> None:
    text = report(tmp_path, {"Team": "core", "Token": "changed-hush"}, [at("tags_all", "Token")])

    assert "hush" not in text
