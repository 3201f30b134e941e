"""Desired and actual in, verdicts out. Pure: no I/O, no clock, no order of arrival."""
