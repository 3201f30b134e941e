"""What everything is made of. Imports nothing of ours but `errors`."""
