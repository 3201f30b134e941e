"""Compares desired and actual side, and gives verdicts. Pure: no I/O, no clock; results do not depend on the order of
answers."""
