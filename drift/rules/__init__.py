"""Misconfiguration rules, judged on the drifted set only, before and after the drift."""
