"""Suites that play against a world: attacks, story tests; what is measured, and how it is told."""
