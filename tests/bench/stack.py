"""The mixed stack of the race: twelve types as most accounts have them, the same number of each."""

from __future__ import annotations

TYPES = 12
"""How many types the stack has, beside the one key that the aliases name."""

BLOCKS = """
resource "aws_security_group" "x" {
  count       = %(n)d
  name        = "bench-${count.index}"
  description = "group ${count.index}"
  tags        = local.tags
}

resource "aws_sqs_queue" "x" {
  count                      = %(n)d
  name                       = "bench-${count.index}"
  visibility_timeout_seconds = 45
  tags                       = local.tags
}

resource "aws_sns_topic" "x" {
  count = %(n)d
  name  = "bench-${count.index}"
  tags  = local.tags
}

resource "aws_iam_role" "x" {
  count              = %(n)d
  name               = "bench-${count.index}"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }] })
  tags = local.tags
}

resource "aws_iam_policy" "x" {
  count  = %(n)d
  name   = "bench-${count.index}"
  policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Action = "sqs:SendMessage", Resource = "*" }] })
  tags = local.tags
}

resource "aws_s3_bucket" "x" {
  count  = %(n)d
  bucket = "drift-bench-${count.index}"
  tags   = local.tags
}

resource "aws_cloudwatch_log_group" "x" {
  count             = %(n)d
  name              = "/bench/${count.index}"
  retention_in_days = 14
  tags              = local.tags
}

resource "aws_ssm_parameter" "x" {
  count = %(n)d
  name  = "/bench/${count.index}"
  type  = "String"
  value = "x"
  tags  = local.tags
}

resource "aws_dynamodb_table" "x" {
  count        = %(n)d
  name         = "bench-${count.index}"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
  tags = local.tags
}

resource "aws_kms_key" "x" {
  description = "bench"
  tags        = local.tags
}

resource "aws_kms_alias" "x" {
  count         = %(n)d
  name          = "alias/bench-${count.index}"
  target_key_id = aws_kms_key.x.id
}

resource "aws_ecr_repository" "x" {
  count = %(n)d
  name  = "bench/${count.index}"
  tags  = local.tags
}

resource "aws_cloudwatch_event_rule" "x" {
  count               = %(n)d
  name                = "bench-${count.index}"
  schedule_expression = "rate(1 hour)"
  tags                = local.tags
}
"""


def configuration(resources: int, *, tagged: bool = True) -> str:
    """Terraform's text for about this many resources."""
    tags = '{ team = "shop", stage = "bench" }' if tagged else "{}"
    return f"locals {{\n  tags = {tags}\n}}\n" + BLOCKS % {"n": max(1, resources // TYPES)}
