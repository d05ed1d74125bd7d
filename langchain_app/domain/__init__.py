"""The rules of the house. No I/O, no framework: standard library and pydantic only."""
