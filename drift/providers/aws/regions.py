"""Partitions and regions."""

from __future__ import annotations


def partition_of(region: str) -> str:
    """The partition a region belongs to.

    >>> partition_of("us-gov-west-1")
    'aws-us-gov'
    """
    return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(region.rsplit("-", 2)[0], "aws")
