"""Postgres, the system of record: sessions, timelines, turns, ledger, memories, observations."""
