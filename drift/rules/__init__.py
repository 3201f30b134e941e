"""Misconfiguration rules: they check drifted resources, before and after the drift."""
