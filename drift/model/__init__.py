"""The values that all packages share. Imports nothing of drift except `errors`."""
