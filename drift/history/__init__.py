"""The store of scans, and SQL over it."""
