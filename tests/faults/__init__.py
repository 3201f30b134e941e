"""Faults on the way: what is no answer, who does not answer, who refuses to tell. None changes a verdict.

`pytest tests/faults` is the small form that every run has; `DRIFT_FAULTS=all pytest tests/faults` feeds every operation
of the catalogue each broken body through botocore itself.
"""
