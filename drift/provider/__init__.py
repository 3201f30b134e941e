"""The provider contract (`contract.py`), and the vocabulary that describes resource types."""
