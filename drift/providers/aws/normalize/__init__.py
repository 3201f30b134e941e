"""Canonical forms of what only AWS writes: IAM policies, rules of security groups, ARNs and other names, tags."""
