"""What drift needs of a cloud, as one value (`contract.py`), and the words its resource types are described in."""
