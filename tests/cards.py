"""Cards to import in tests, and the wrappings that they come in."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

Json = dict[str, Any]

KOREAN: Json = {
    "name": "서하늘",
    "nickname": "하늘",
    "description": "{{char}}은 종탑을 지키는 27살 종지기다. {{user}}를 경계한다.",
    "personality": "무뚝뚝함, 꼼꼼함",
    "scenario": "안개 낀 항구의 종탑.",
    "first_mes": '*고개를 든다.* "{{user}}이 여기까지 오다니 드문 일이네. 종소리 들으러 왔어?"',
    "mes_example": "<START>\n{{user}}: 종은 누가 쳐?\n{{char}}: 내가 쳐. 해 질 녘마다.",
    "creator_notes": "메모",
    "system_prompt": "{{original}}",
    "post_history_instructions": "",
    "alternate_greetings": ['"또 왔네. 앉아."'],
    "tags": ["항구"],
    "creator": "누군가",
    "character_version": "1",
    "extensions": {"남의_앱": {"깊이": [1, 2.5, None, {"값": True}]}},
}
BOOK: Json = {
    "name": "종탑 이야기",
    "extensions": {"남": 1},
    "entries": [
        {
            "keys": ["종탑"],
            "content": "종탑은 썰물 12년에 석공 열두 명이 쌓았다.",
            "extensions": {"depth": 4, "unknown": "값"},
            "enabled": True,
            "insertion_order": 10,
            "use_regex": False,
            "id": 1,
            "name": "종탑",
        }
    ],
}
V3_ONLY: Json = {
    "group_only_greetings": [],
    "creation_date": 1_700_000_000,
    "assets": [{"type": "icon", "uri": "ccdefault:", "name": "main", "ext": "png"}],
    "character_book": BOOK,
}


def v1(**more: Any) -> Json:
    names = ("name", "description", "personality", "scenario", "first_mes", "mes_example")
    return {**{name: KOREAN[name] for name in names}, **more}


def v2(**more: Any) -> Json:
    data = {**KOREAN, **more}
    return {"spec": "chara_card_v2", "spec_version": "2.0", "data": data}


def v3(**more: Any) -> Json:
    data = {**KOREAN, **V3_ONLY, **more}
    return {"spec": "chara_card_v3", "spec_version": "3.0", "data": data}


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def text_chunk(keyword: str, card: Json, kind: str = "tEXt") -> bytes:
    text = base64.b64encode(json.dumps(card).encode())
    if kind == "zTXt":
        return chunk(b"zTXt", keyword.encode() + b"\0\0" + zlib.compress(text))
    if kind == "iTXt":
        return chunk(b"iTXt", keyword.encode() + b"\0\1\0ko\0\xea\xb0\x80\0" + zlib.compress(text))
    return chunk(b"tEXt", keyword.encode() + b"\0" + text)


def png(*texts: bytes, animated: bool = False) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    more = chunk(b"acTL", struct.pack(">II", 1, 0)) if animated else b""
    pixels = chunk(b"IDAT", zlib.compress(b"\0\x55"))
    end = chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + header + more + b"".join(texts) + pixels + end


def charx(card: Any, assets: dict[str, bytes] | None = None, **kwargs: Any) -> bytes:
    packed = BytesIO()
    with ZipFile(packed, "w", **kwargs) as archive:
        archive.writestr("card.json", json.dumps(card, ensure_ascii=False))
        for name, data in (assets or {}).items():
            archive.writestr(name, data)
    return packed.getvalue()


def saved(folder: Path, name: str, content: Any) -> Path:
    """Write bytes, or anything else as JSON; return the path."""
    path = folder / name
    data = (
        content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
    )
    path.write_bytes(data)
    return path
