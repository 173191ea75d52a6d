"""One document format a module; each yields the same Document."""
