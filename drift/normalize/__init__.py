"""Canonical forms: after them, two values that mean the same are equal. Pure functions, used for both sides."""
