"""Entries to papers: which sightings are one paper (`rules`, `cluster`), found through `index`, folded by `merge`."""
