"""The actual side: lists and reads resources, and records what was refused."""
