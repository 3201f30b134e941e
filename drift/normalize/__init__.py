"""Canonical forms: two values that mean the same are equal afterwards. Pure functions, both sides."""
