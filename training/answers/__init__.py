"""Trains what reads which sentence answers."""
