"""The store as a page: `sections.py` asks a reader and writes markup, `server.py` serves it, `whole.py` makes one file.

What is served has no script: every view is an address, and a form changes it."""
