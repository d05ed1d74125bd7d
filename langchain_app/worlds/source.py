"""The files of a world, read as hostile input, and the lines that mistakes stand on."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from langchain_app.domain.errors import Mistake

MAX_FILE_BYTES = 4 * 1024 * 1024
"""No authored file comes near; what is larger is a mistake or an attack."""

Path_ = Sequence[str | int]


class FileRejected(Exception):
    """A file cannot be read; carries the mistake."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(str(mistake))
        self.mistake = mistake


class SourceFile:
    """One file of a world."""

    def __init__(self, root: Path, path: Path) -> None:
        self.name = path.relative_to(root).as_posix()
        try:
            inside = path.resolve().is_relative_to(root.resolve())
        except RuntimeError:  # Python 3.11 and 3.12 on links that lead in a circle
            raise FileRejected(self.mistake(1, "the link leads in a circle")) from None
        if not inside:
            raise FileRejected(self.mistake(1, "the file leads out of the world's folder"))
        if path.exists() and not path.is_file():  # reading a pipe would wait for ever
            raise FileRejected(self.mistake(1, "not a file"))
        try:
            size = path.stat().st_size
            if size > MAX_FILE_BYTES:
                raise FileRejected(
                    self.mistake(1, f"{size} bytes; a world file has at most {MAX_FILE_BYTES}")
                )
            data = path.read_bytes()
        except OSError as error:
            raise FileRejected(self.mistake(1, f"cannot be read: {error.strerror}")) from None
        self.digest = hashlib.sha256(data).digest()
        try:
            self.text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            raise FileRejected(self.mistake(line, "not UTF-8")) from None

    def mistake(self, line: int, message: str) -> Mistake:
        """Return a mistake on a line of this file."""
        return Mistake(self.name, line, message)

    def json(self) -> Any:
        """Parse the file; raises FileRejected with the line of the fault."""
        try:
            return json.loads(
                self.text, object_pairs_hook=self._unique_keys, parse_constant=self._no_constant
            )
        except json.JSONDecodeError as error:
            raise FileRejected(self.mistake(error.lineno, f"not JSON: {error.msg}")) from None
        except RecursionError:
            raise FileRejected(self.mistake(1, "not JSON: nested too deeply")) from None
        except ValueError as error:  # Python reads no whole number of more than 4300 digits
            line = self._line_where(r"\d{4301,}")
            raise FileRejected(self.mistake(line, f"not JSON: {error}")) from None

    def line_of(self, path: Path_) -> int:
        """Return the line (from 1) of the value at `path`, or of its nearest parent that exists."""
        node = self._nodes
        for step in path:
            child = _child(node, step)
            if child is None:
                break
            node = child
        return node.start_mark.line + 1 if node is not None else 1

    @cached_property
    def _nodes(self) -> Any:
        # JSON is read a second time as YAML, because yaml keeps positions. JSON is a subset of YAML
        # but for tabs between values.
        try:
            return yaml.compose(self.text.replace("\t", " "), Loader=yaml.SafeLoader)
        except (yaml.YAMLError, RecursionError):
            return None

    def _unique_keys(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                line = next(_second_lines(self._nodes, key), 1)
                raise FileRejected(self.mistake(line, f"the key {key!r} stands twice"))
            found[key] = value
        return found

    def _no_constant(self, name: str) -> float:
        raise FileRejected(self.mistake(self._line_where(name), f"{name} is not a number"))

    def _line_where(self, pattern: str) -> int:
        """Return the line on which `pattern` first stands outside of strings."""
        for found in re.finditer(rf'"(?:\\.|[^"\\])*"|({pattern})', self.text):
            if found[1]:
                return self.text.count("\n", 0, found.start()) + 1
        return 1


def _second_lines(node: Any, key: str) -> Iterator[int]:
    """Yield the lines on which `key` stands for the second time in one mapping."""
    if isinstance(node, yaml.MappingNode):
        same = [name for name, _ in node.value if name.value == key]
        yield from (name.start_mark.line + 1 for name in same[1:])
        for _, value in node.value:
            yield from _second_lines(value, key)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _second_lines(value, key)


def _child(node: Any, step: str | int) -> Any:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(step)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step]
    return None
