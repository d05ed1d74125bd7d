"""Tracing: one trace a turn, one observation a node."""
