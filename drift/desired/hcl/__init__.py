"""Parses and evaluates a configuration, and expands it into the resource instances that it describes."""
