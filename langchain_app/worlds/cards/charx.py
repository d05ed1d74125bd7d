"""CHARX: a zip with card.json at its root and assets beside it."""

from __future__ import annotations

import stat
import unicodedata
import zlib
from collections.abc import Mapping
from io import BytesIO
from pathlib import PurePosixPath
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from langchain_app.domain.errors import CardInvalid
from langchain_app.worlds.cards.files import MAX_JSON_BYTES, Json, json_bytes, parse_json

CARD = "card.json"
MAX_ENTRIES = 1000
MAX_TOTAL_BYTES = 128 * 1024 * 1024
MAX_RATIO = 200
"""Unpacked to packed. Deflate cannot do better than 1032; JSON and pictures stay below 30."""
RATIO_FROM_BYTES = 1024 * 1024
"""What is smaller may be as repetitive as it likes."""


def read_charx(data: bytes, where: str) -> tuple[Json, dict[str, bytes]]:
    """Return the card and the other files by path; raises CardInvalid and writes nothing."""
    try:
        with ZipFile(BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            _check(entries, where)
            found = {entry.filename: _read(archive, entry, where) for entry in entries}
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError):
        raise CardInvalid(where, "the archive is damaged") from None
    if CARD not in found:
        raise CardInvalid(where, "the archive holds no card.json")
    return parse_json(found.pop(CARD), f"{where} ({CARD})"), found


def write_charx(card: Json, assets: Mapping[str, bytes]) -> bytes:
    """Return a CHARX; the same card and assets give the same bytes."""
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for name, data in [(CARD, json_bytes(card)), *sorted(assets.items())]:
            entry = ZipInfo(name)  # without a clock
            entry.compress_type = ZIP_DEFLATED
            archive.writestr(entry, data)
    return packed.getvalue()


def path_fault(name: str) -> str | None:
    """Return what is wrong with an asset's path, or None. It is used below a folder of ours."""
    parts = name.split("/")
    if "\\" in name or ":" in name or any(unicodedata.category(c)[0] == "C" for c in name):
        return "has characters that are no part of a file's name"
    if name.startswith("/") or any(part in ("", ".", "..") for part in parts):
        return "climbs out of the archive"
    if len(name.encode()) > 200 or len(parts) > 8:
        return "is too long"
    if any(part != part.strip(" .") and part.endswith((".", " ")) for part in parts):
        return "ends in a dot or a blank"
    return None


def _check(entries: list[ZipInfo], where: str) -> None:
    if len(entries) > MAX_ENTRIES:
        raise CardInvalid(where, f"{len(entries)} files in the archive; at most {MAX_ENTRIES}")
    seen: set[str] = set()
    for entry in entries:
        if fault := _fault(entry):
            raise CardInvalid(where, f"{entry.filename[:80]!r} {fault}")
        folded = unicodedata.normalize("NFC", entry.filename).casefold()
        if folded in seen:
            raise CardInvalid(where, f"{entry.filename[:80]!r} stands twice")
        seen.add(folded)
    folders = {str(folder) for name in seen for folder in PurePosixPath(name).parents}
    if both := seen & folders:
        raise CardInvalid(where, f"{min(both)[:80]!r} is a file and a folder")
    if (total := sum(entry.file_size for entry in entries)) > MAX_TOTAL_BYTES:
        raise CardInvalid(where, f"{total} bytes unpacked; at most {MAX_TOTAL_BYTES}")


def _fault(entry: ZipInfo) -> str | None:
    if fault := path_fault(entry.filename):
        return fault
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "is a symbolic link"
    if entry.flag_bits & 1:
        return "is encrypted"
    if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        return "is packed in a way that is not read"
    ratio = entry.file_size / max(1, entry.compress_size)
    if entry.file_size > RATIO_FROM_BYTES and ratio > MAX_RATIO:
        return f"unpacks to {ratio:.0f} times its size"
    return None


def _read(archive: ZipFile, entry: ZipInfo, where: str) -> bytes:
    limit = MAX_JSON_BYTES if entry.filename == CARD else MAX_TOTAL_BYTES
    if entry.file_size > limit:
        raise CardInvalid(
            where, f"{entry.filename[:80]!r} has {entry.file_size} bytes; at most {limit}"
        )
    with archive.open(entry) as file:
        data = file.read(entry.file_size + 1)  # whatever the header claims, no more is unpacked
    if len(data) != entry.file_size:
        raise CardInvalid(where, "the archive is damaged")
    return data
