"""Writes the fix for a drift: import blocks, HCL, edits at file and line. Nothing here changes a cloud."""
