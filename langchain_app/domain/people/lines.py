"""Choosing among authored lines: varied, repeatable, never the same twice running."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b


def pick(lines: Sequence[str], seed: str, avoid: Sequence[str] = ()) -> str:
    """Return one of `lines`, the same for the same `seed`, that is in none of the `avoid` texts.

    Where every line is in one of them, the one whose last use is longest ago is taken; `avoid` runs
    from old to new.
    """
    start = int.from_bytes(blake2b(seed.encode(), digest_size=4).digest()) % len(lines)
    turned = [*lines[start:], *lines[:start]]
    return min(turned, key=lambda line: _last_use(line, avoid))


def _last_use(line: str, texts: Sequence[str]) -> int:
    return max((index + 1 for index, text in enumerate(texts) if line in text), default=0)
