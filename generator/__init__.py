"""Description in, Python out. Never shipped; run it as `python -m generator`."""
