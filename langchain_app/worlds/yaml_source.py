"""YAML files of a world, read as hostile input: plain values only, and the line of each.

JSON's values are all that a designer needs, so anchors, aliases, tags and merge keys are refused:
nine lines of aliases can stand for a billion values.
"""

from __future__ import annotations

from typing import Any

import yaml

from langchain_app.worlds.source import FileRejected, Path_, SourceFile

MAX_YAML_BYTES = 256 * 1024
MAX_DEPTH = 24

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's parser is ten times as fast; some platforms' wheels lack it."""
_CONVERTED = ("int", "float", "bool", "null")


class YamlFile:
    """A YAML file: its values, and where they stand."""

    def __init__(self, source: SourceFile) -> None:
        """Parse `source`; raises FileRejected with the line of the fault."""
        self.source = source
        size = len(source.text.encode())
        if size > MAX_YAML_BYTES:
            raise self._rejected(1, f"{size} bytes; a YAML file has at most {MAX_YAML_BYTES}")
        try:
            self._refuse_what_is_not_plain()
            self._root = yaml.compose(source.text, Loader=_LOADER)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 1
            raise self._rejected(line, f"not YAML: {error.problem or error.context}") from None
        except yaml.YAMLError as error:  # characters that YAML has not
            raise self._rejected(1, f"not YAML: {str(error).splitlines()[0]}") from None
        self.value = self._plain(self._root) if self._root is not None else None

    def line_of(self, path: Path_) -> int:
        """Return the line (from 1) of the value at `path`, or of its nearest parent that exists."""
        node, line = self._root, 1
        for step in path:
            line, node = _child(node, step)
            if node is None:
                break
        return line

    def _refuse_what_is_not_plain(self) -> None:
        """Look at the events alone first: they come one by one, however deep or large it grows."""
        depth = documents = 0
        for event in yaml.parse(self.source.text, Loader=_LOADER):
            line = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise self._rejected(
                    line, "anchors (&) and aliases (*) are not read; quote the text"
                )
            if getattr(event, "tag", None) not in (None, "!"):
                raise self._rejected(line, "tags (!) are not read; quote the text")
            documents += isinstance(event, yaml.DocumentStartEvent)
            if documents > 1:
                raise self._rejected(line, "one document a file; take the --- out")
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:
                raise self._rejected(line, "nested too deeply")

    def _plain(self, node: Any) -> Any:
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(value) for value in node.value]
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node)
        if node.tag.rpartition(":")[2] not in _CONVERTED:
            return node.value
        try:
            return yaml.constructor.SafeConstructor().construct_object(node)
        except ValueError:
            line = node.start_mark.line + 1
            raise self._rejected(
                line, f"{node.value[:40]!r} is no number; quote the text"
            ) from None

    def _mapping(self, node: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode) or key.tag.endswith(":merge"):
                raise self._rejected(line, "a key is a word")
            if key.value in found:
                raise self._rejected(line, f"the key {key.value!r} stands twice")
            found[key.value] = self._plain(value)
        return found

    def _rejected(self, line: int, message: str) -> FileRejected:
        return FileRejected(self.source.mistake(line, message))


def _child(node: Any, step: str | int) -> tuple[int, Any]:
    """Return where the value at `step` begins (its key's line) and the value, or None."""
    here = node.start_mark.line + 1 if node is not None else 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark.line + 1, node.value[step]
    return here, None
