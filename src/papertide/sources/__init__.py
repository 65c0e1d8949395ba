"""Bytes in: where pages come from. One file a source; each yields `base.Raw` values and names what it couldn't get."""
