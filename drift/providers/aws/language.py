"""What the AWS provider adds to Terraform's language: its functions, and the data sources that need no call."""

from __future__ import annotations

from drift.providers.aws import functions
from drift.providers.aws.data_sources import DATA_SOURCES

__all__ = ["DATA_SOURCES", "functions"]
