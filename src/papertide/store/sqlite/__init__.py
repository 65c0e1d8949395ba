"""A library in an SQLite file: the engine that is behind the store unless an address names a server."""
