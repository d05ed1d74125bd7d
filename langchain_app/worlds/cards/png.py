"""Cards in pictures: the text chunks of PNG and APNG (https://www.w3.org/TR/png-3/)."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterator

from langchain_app.domain.errors import CardInvalid
from langchain_app.worlds.cards.files import (
    MAX_JSON_BYTES,
    Json,
    decoded_base64,
    json_bytes,
    parse_json,
)

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_TEXT_BYTES = MAX_JSON_BYTES * 3 // 2
"""What a text chunk may unpack to: the largest JSON that is read, in base64."""
KEYWORDS = ("ccv3", "chara")
"""Keywords of cards, the better one first."""

Chunk = tuple[bytes, bytes]


def read_card(data: bytes, where: str) -> Json:
    """Return the card of a picture; raises CardInvalid where it holds none or is damaged."""
    texts: dict[str, bytes] = {}
    for kind, body in _chunks(data, where):
        if kind in (b"tEXt", b"zTXt", b"iTXt"):
            keyword = body.partition(b"\0")[0].decode("latin-1").lower()
            if keyword in KEYWORDS and keyword not in texts:
                texts[keyword] = _text(kind, body, where)
    for keyword in KEYWORDS:
        if keyword in texts:
            return parse_json(decoded_base64(texts[keyword], where), f"{where} ({keyword})")
    raise CardInvalid(where, "the picture holds no character card (no chunk ccv3 or chara)")


def write_card(picture: bytes, cards: dict[str, Json], where: str) -> bytes:
    """Return `picture` with `cards` by keyword in place of those it held; its other chunks stay."""
    kept = [chunk for chunk in _chunks(picture, where) if not _is_card(chunk)]
    texts = [
        (b"tEXt", keyword.encode() + b"\0" + base64.b64encode(json_bytes(card)))
        for keyword, card in cards.items()
    ]
    return SIGNATURE + b"".join(map(_packed, [*kept[:-1], *texts, kept[-1]]))


def blank_picture(size: int = 64) -> bytes:
    """Return a grey square, for a card that has no picture."""
    header = struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 0)
    pixels = zlib.compress((b"\0" + b"\x80" * size) * size)
    chunks = [(b"IHDR", header), (b"IDAT", pixels), (b"IEND", b"")]
    return SIGNATURE + b"".join(map(_packed, chunks))


def _chunks(data: bytes, where: str) -> Iterator[Chunk]:
    """Yield kind and body of each chunk, IEND last; raises CardInvalid."""
    if not data.startswith(SIGNATURE):
        raise CardInvalid(where, "not a PNG")
    at = len(SIGNATURE)
    while True:
        if at + 12 > len(data):
            raise CardInvalid(where, "the picture is cut off")
        length, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + length]
        end = at + 12 + length
        if end > len(data):
            raise CardInvalid(where, "the picture is cut off")
        if zlib.crc32(kind + body) != struct.unpack_from(">I", data, end - 4)[0]:
            raise CardInvalid(where, f"the picture is damaged: chunk {kind.decode('latin-1')!r}")
        yield kind, body
        if kind == b"IEND":
            return
        at = end


def _text(kind: bytes, body: bytes, where: str) -> bytes:
    _, _, rest = body.partition(b"\0")
    packed = kind == b"zTXt"
    if kind == b"zTXt":
        rest = rest[1:]
    elif kind == b"iTXt":
        packed = rest[:1] == b"\1"
        rest = rest[2:].partition(b"\0")[2].partition(b"\0")[2]  # language, translated keyword
    if not packed:
        return rest
    try:
        unpacking = zlib.decompressobj()
        text = unpacking.decompress(rest, MAX_TEXT_BYTES)
    except zlib.error:
        raise CardInvalid(where, "the picture is damaged: a packed text") from None
    if not unpacking.eof:
        raise CardInvalid(where, f"a packed text is cut off, or over {MAX_TEXT_BYTES} bytes")
    return text


def _is_card(chunk: Chunk) -> bool:
    kind, body = chunk
    keyword = body.partition(b"\0")[0].decode("latin-1").lower()
    return kind in (b"tEXt", b"zTXt", b"iTXt") and keyword in KEYWORDS


def _packed(chunk: Chunk) -> bytes:
    kind, body = chunk
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
