"""Rules about AWS, one module for each theme."""
