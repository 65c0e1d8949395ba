"""A library on a PostgreSQL server, and whatever speaks its language: the engine that is behind the store there."""
