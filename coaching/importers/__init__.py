"""Pure parsers of the files that come in: bytes in, dataclasses out; no database, no clock, no network."""
