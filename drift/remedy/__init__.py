"""What a person would write next: import blocks, HCL, edits at file and line. Nothing here changes a cloud."""
