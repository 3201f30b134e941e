"""Many targets in one run: which accounts, run by threads, processes or machines, and one report made of the parts."""
