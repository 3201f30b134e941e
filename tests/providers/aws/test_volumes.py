"""Whose a volume is: that of the instance it is attached to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.support.made import MadeApi, write_state
from tests.support.world import lines, run

GROUP = [{"Key": "aws:autoscaling:groupName", "Value": "workers"}]
ONLY = ("aws_ebs_volume", "aws_instance")


def said(tmp_path: Path, tags: list[dict[str, str]], **attachment: str) -> list[str]:
    # the instance's own mapping does not name the volume: it is as old as the instance was when it was asked for
    instance: dict[str, Any] = {"InstanceId": "i-1", "State": {"Code": 16, "Name": "running"}, "Tags": tags}
    volume = {"VolumeId": "vol-1", "State": "in-use", "Attachments": [{"Device": "/dev/sdf", **attachment}]}
    api = MadeApi(
        {
            "ec2:DescribeInstances": {"Reservations": [{"OwnerId": "123456789012", "Instances": [instance]}]},
            "ec2:DescribeVolumes": {"Volumes": [volume]},
        }
    )
    return lines(run(write_state({}, tmp_path / "s.tfstate"), api, only=ONLY))


def test_a_volume_of_an_instance_that_auto_scaling_launched_is_not_unmanaged(tmp_path: Path) -> None:
    assert said(tmp_path, GROUP, InstanceId="i-1") == []


def test_a_volume_of_an_instance_that_nobody_manages_is(tmp_path: Path) -> None:
    assert said(tmp_path, [], InstanceId="i-1") == ["unmanaged aws_ebs_volume vol-1", "unmanaged aws_instance i-1"]


def test_a_volume_that_is_attached_to_nothing_is(tmp_path: Path) -> None:
    assert said(tmp_path, GROUP) == ["unmanaged aws_ebs_volume vol-1"]
