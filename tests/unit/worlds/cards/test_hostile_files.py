"""Bad and hostile files get a sentence, and write nothing."""

from __future__ import annotations

import base64
import json
import os
import stat
import struct
import tempfile
import time
import zlib
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_LZMA, ZipFile, ZipInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from langchain_app.domain.errors import CardInvalid, ImportFailed
from langchain_app.worlds.cards import charx as charx_module
from langchain_app.worlds.cards import files
from langchain_app.worlds.cards.charx import path_fault, read_charx
from langchain_app.worlds.cards.importing import import_files
from langchain_app.worlds.cards.png import read_card
from tests.cards import charx, chunk, png, saved, text_chunk, v1, v3

PICTURE = png(text_chunk("ccv3", v3()))
BOMB = base64.b64encode(b" " * 30_000_000)


def zipped(*entries: tuple[str | ZipInfo, bytes], compression: int = ZIP_DEFLATED) -> bytes:
    packed = BytesIO()
    with ZipFile(packed, "w", compression) as archive:
        archive.writestr("card.json", json.dumps(v3()))
        for name, data in entries:
            archive.writestr(name, data)
    return packed.getvalue()


def symlink() -> ZipInfo:
    entry = ZipInfo("assets/link")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


def with_bit(data: bytes, bit: int) -> bytes:
    """Set a flag of the archive's first entry, in both of its headers."""
    changed = bytearray(data)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        changed[data.index(signature) + offset] |= bit
    return bytes(changed)


HOSTILE: dict[str, tuple[Any, str]] = {
    "empty": (b"", "not JSON"),
    "no json": (b"hello", "not JSON"),
    "not utf-8": (b'{"name": "\xff"}', "not UTF-8"),
    "a list": (b"[1]", "no object"),
    "nan": (b'{"name": "x", "first_mes": "", "n": NaN}', "not a number"),
    "a huge number": (b'{"name": "x", "first_mes": "", "n": ' + b"9" * 5000 + b"}", "not JSON"),
    "deep": (b'{"name":"x","first_mes":"","a":' + b"[" * 200 + b"]" * 200 + b"}", "deeply"),
    "deeper": (b"[" * 500_000, "deeply"),
    "neither": ({"hello": 1}, "neither"),
    "an unknown spec": ({"spec": "something_v9", "data": {}}, "neither"),
    "no data": ({"spec": "chara_card_v3"}, "no data"),
    "no name": (v1(name="  "), "no name"),
    "a name of another type": (v1(name=["x"]), "no name"),
    "lorebook without data": ({"spec": "lorebook_v3"}, "data"),
    "png without a card": (png(), "no character card"),
    "png cut in a chunk": (PICTURE[:80], "cut off"),
    "png cut at the end": (PICTURE[:-4], "cut off"),
    "png without an end": (PICTURE[:-12], "cut off"),
    "png with a lying length": (PICTURE[:8] + b"\xff\xff\xff\xff" + PICTURE[12:], "cut off"),
    "png damaged": (PICTURE.replace(b"tEXtccv3\0eyJ", b"tEXtccv3\0eyK"), "damaged"),
    "png with broken base64": (png(chunk(b"tEXt", b"ccv3\0!!!!")), "base64"),
    "png with broken zlib": (png(chunk(b"zTXt", b"ccv3\0\0nothing")), "damaged"),
    "png with a packed bomb": (png(chunk(b"zTXt", b"ccv3\0\0" + zlib.compress(BOMB))), "over"),
    "png with an itxt bomb": (
        png(chunk(b"iTXt", b"ccv3\0\1\0\0\0" + zlib.compress(BOMB))),
        "over",
    ),
    "png with too much json": (png(chunk(b"tEXt", b"ccv3\0" + BOMB)), "at most"),
    "zip cut off": (zipped()[:-10], "damaged"),
    "zip damaged": (zipped(("a", os.urandom(500))).replace(b"PK\x01\x02", b"PK\x09\x09"), "damaged"),
    "zip without a card": (charx(v3()).replace(b"card.json", b"cart.json"), "no card.json"),
    "zip that climbs": (zipped(("../../evil.txt", b"x")), "climbs out"),
    "zip that climbs within": (zipped(("assets/../../evil.txt", b"x")), "climbs out"),
    "zip with an absolute path": (zipped(("/etc/evil", b"x")), "climbs out"),
    "zip with a drive": (zipped(("C:/evil", b"x")), "no part of a file's name"),
    "zip with backslashes": (zipped(("a\\..\\evil", b"x")), "no part of a file's name"),
    "zip with a long path": (zipped(("a/" * 9 + "b", b"x")), "too long"),
    "zip with a link": (zipped((symlink(), b"/etc/passwd")), "symbolic link"),
    "zip encrypted": (with_bit(zipped(), 1), "encrypted"),
    "zip packed otherwise": (zipped(("a", b"x" * 99), compression=ZIP_LZMA), "not read"),
    "zip bomb": (zipped(("a", b"\0" * 5_000_000)), "times its size"),
    "zip with a file for a folder": (zipped(("a/b", b"x"), ("a", b"y")), "a file and a folder"),
    "zip with one path twice": (zipped(("a/B", b"x"), ("A/b", b"y")), "stands twice"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_a_sentence_and_writes_nothing(name, tmp_path) -> None:
    content, told = HOSTILE[name]
    path = saved(tmp_path, "file", content)
    began = time.process_time()
    with pytest.raises(CardInvalid, match=told) as caught:
        import_files([path], tmp_path / "world")
    assert time.process_time() - began < 3
    assert "file" in caught.value.message
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file"]


def test_a_bomb_of_many_files_is_refused_before_any_is_unpacked(monkeypatch) -> None:
    monkeypatch.setattr(charx_module, "MAX_TOTAL_BYTES", 3_000_000)
    many = zipped(*((f"a{n}", os.urandom(1000) * 1000) for n in range(4)))
    with pytest.raises(CardInvalid):
        read_charx(many, "x")
    crowd = zipped(*((f"a{n}", b"") for n in range(charx_module.MAX_ENTRIES + 1)))
    with pytest.raises(CardInvalid, match="files in the archive"):
        read_charx(crowd, "x")


def test_an_archive_whose_headers_lie_is_damaged() -> None:
    data = bytearray(zipped(("a", b"x" * 100_000)))
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 10)
    with pytest.raises(CardInvalid, match="damaged"):
        read_charx(bytes(data), "x")


def test_a_file_over_the_limit_is_not_even_read(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(files, "MAX_FILE_BYTES", 100)
    with pytest.raises(CardInvalid, match="at most"):
        import_files([saved(tmp_path, "card.json", v3())], tmp_path / "world")


def test_what_is_no_file_is_not_waited_for(tmp_path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, tmp_path / "none"):
        with pytest.raises(CardInvalid, match="no such file"):
            import_files([path], tmp_path / "world")


@pytest.mark.parametrize(
    "path", ["assets/icon/image/main.png", "assets/감정/기쁨.png", "a b/c-d_e.f", "module.risum"]
)
def test_an_honest_path_is_none_the_worse_for_it(path: str) -> None:
    assert path_fault(path) is None


@given(st.text("./\\:a\0 ~", max_size=12))
def test_no_path_that_passes_leads_out_of_its_folder(path: str) -> None:
    if path_fault(path) is None:
        assert (Path("/base") / path).resolve().is_relative_to("/base")
        assert (Path("/base") / path).resolve() != Path("/base")


@settings(max_examples=300, deadline=None)
@given(st.integers(8, len(PICTURE) - 1), st.integers(1, 255), st.booleans())
def test_no_damage_to_a_picture_is_worse_than_an_error(at: int, flip: int, cut: bool) -> None:
    damaged = bytearray(PICTURE)
    damaged[at] ^= flip
    with suppress(CardInvalid):
        assert read_card(bytes(damaged[:at] if cut else damaged), "x") == v3()


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_damage_to_an_archive_is_worse_than_an_error(data) -> None:
    archive = bytearray(charx(v3(), {"assets/a.png": b"x" * 50}))
    at = data.draw(st.integers(0, len(archive) - 1))
    archive[at] ^= data.draw(st.integers(1, 255))
    with suppress(CardInvalid):
        read_charx(bytes(archive), "x")


_FIELDS = st.sampled_from(
    [
        *("name", "description", "first_mes", "tags", "mes_example", "extensions", "nickname"),
        *("alternate_greetings", "character_book", "personality"),
    ]
)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(_FIELDS, _VALUES))
def test_no_type_of_any_field_is_worse_than_an_error(fields) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = saved(Path(folder), "card.json", json.dumps(v3(**fields)).encode())
        try:
            assert import_files([path], Path(folder) / "world").npcs
        except ImportFailed as failed:
            assert failed.hint


@pytest.mark.parametrize(
    "text",
    ["(" * 100_000, "<s" * 50_000 + ">" * 50_000, "{{user}}:\n{{char}}: x\n" * 20_000,
     "{{random:" * 10_000, "<START>" * 30_000, "나이 " * 50_000, "@@a\n" * 50_000],
)  # fmt: skip
def test_no_text_of_a_card_takes_long_to_read(text: str, tmp_path) -> None:
    fields = ("description", "personality", "scenario", "first_mes", "mes_example")
    card = {"name": "x", **dict.fromkeys(fields, text)}
    entry = {"keys": ["x"], "content": text, "extensions": {}, "enabled": True}
    book = {"entries": [entry], "extensions": {}}
    began = time.process_time()
    import_files([saved(tmp_path, "card.json", v3(**card, character_book=book))], tmp_path / "w")
    assert time.process_time() - began < 10
