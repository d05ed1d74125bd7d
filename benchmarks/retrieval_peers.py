"""What others would put together: LangChain's ensemble, Milvus hybrid, bm25s, behind one interface.

Each is given the same documents and the same embeddings (made once, outside the clock), and gates are
applied for it to a long list of its results, which is more than it does by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings

from langchain_app.domain.text import Language
from langchain_app.language.tokens import Tokeniser

Search = Callable[[str], list[str]]
"""Takes a query, gives ids of documents, best first."""

RRF_K = 60
BATCH = 500
# After gates 50 leave five for nearly every NPC; a search for more than it shows costs a peer time.
LONG, SHORT = 50, 10


class Known(Embeddings):
    """Vectors that were made before the clock started."""

    def __init__(self, vectors: dict[str, Sequence[float]]) -> None:
        self.vectors = vectors

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [list(self.vectors[text]) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return list(self.vectors[text])


def peers(
    texts: Mapping[str, str],
    language: Language,
    tokeniser: Tokeniser,
    known: Known,
    folder: Path,
    *,
    gated: bool,
) -> dict[str, Search]:
    """Return every peer over the documents `texts` (id -> text)."""
    many = LONG if gated else SHORT

    def ours(text: str) -> list[str]:
        return tokeniser.index(text, language)

    stock = _ensemble(texts, known, str(folder / f"stock-{language}.db"), None, many)
    with_tokens = _ensemble(texts, known, str(folder / f"tokens-{language}.db"), ours, many)
    milvus = _milvus(texts, known, str(folder / f"hybrid-{language}.db"), ours, many)
    return {
        "langchain ensemble": stock,
        "langchain ensemble, our tokens": with_tokens,
        "milvus hybrid, rrf": milvus["rrf"],
        "milvus hybrid, weighted": milvus["weighted"],
        "bm25s": _bm25s(texts, language, many),
    }


def _ensemble(
    texts: Mapping[str, str],
    known: Known,
    uri: str,
    tokens: Callable[[str], list[str]] | None,
    many: int,
) -> Search:
    from langchain_classic.retrievers import EnsembleRetriever
    from langchain_community.retrievers import BM25Retriever
    from langchain_milvus import Milvus

    documents = [Document(text, metadata={"key": key}) for key, text in texts.items()]
    how: dict[str, Any] = {"preprocess_func": tokens} if tokens else {}
    words = BM25Retriever.from_documents(documents, k=many, **how)
    store = Milvus(
        known,
        connection_args={"uri": uri},
        auto_id=True,
        index_params={"index_type": "FLAT", "metric_type": "IP"},
    )
    for start in range(0, len(documents), BATCH):
        store.add_documents(documents[start : start + BATCH])
    store.client.flush(store.collection_name)
    meaning = store.as_retriever(search_kwargs={"k": many})
    both = EnsembleRetriever(retrievers=[words, meaning], weights=[0.5, 0.5], id_key="key")
    return lambda query: [str(found.metadata["key"]) for found in both.invoke(query)]


def _milvus(
    texts: Mapping[str, str],
    known: Known,
    uri: str,
    tokens: Callable[[str], list[str]],
    many: int,
) -> dict[str, Search]:
    """Milvus' own BM25 on our tokens: its analysers do not know Korean (MRR@10 .83 against .96)."""
    from pymilvus import (
        AnnSearchRequest,
        DataType,
        Function,
        FunctionType,
        MilvusClient,
        RRFRanker,
        WeightedRanker,
    )

    client = MilvusClient(uri)
    schema = client.create_schema(auto_id=False)
    schema.add_field("key", DataType.VARCHAR, max_length=512, is_primary=True)
    schema.add_field("words", DataType.VARCHAR, max_length=65_535, enable_analyzer=True)
    schema.add_field("sparse", DataType.SPARSE_FLOAT_VECTOR)
    width = len(next(iter(known.vectors.values())))
    schema.add_field("dense", DataType.FLOAT_VECTOR, dim=width)
    schema.add_function(Function("bm25", FunctionType.BM25, ["words"], ["sparse"]))
    index = client.prepare_index_params()
    index.add_index("dense", index_type="FLAT", metric_type="IP")
    index.add_index("sparse", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25")
    client.create_collection("hybrid", schema=schema, index_params=index)
    rows = [
        {"key": key, "words": _plain(tokens(text)), "dense": known.embed_query(text)}
        for key, text in texts.items()
    ]
    for start in range(0, len(rows), BATCH):
        client.insert("hybrid", rows[start : start + BATCH])
    client.flush("hybrid")
    client.load_collection("hybrid")

    def search(ranker: Any) -> Search:
        def ask(query: str) -> list[str]:
            requests = [
                AnnSearchRequest([known.embed_query(query)], "dense", {"metric_type": "IP"}, many),
                AnnSearchRequest(
                    [_plain(tokens(query)) or "?"], "sparse", {"metric_type": "BM25"}, many
                ),
            ]
            (hits,) = client.hybrid_search("hybrid", requests, ranker, limit=many)
            return [str(hit["key"]) for hit in hits]

        return ask

    return {"rrf": search(RRFRanker(RRF_K)), "weighted": search(WeightedRanker(0.5, 0.5))}


def _plain(tokens: Sequence[str]) -> str:
    """Return tokens as words that a standard analyser leaves whole."""
    return " ".join(re.sub(r"\W", "q", token) for token in tokens)


def _bm25s(texts: Mapping[str, str], language: Language, many: int) -> Search:
    import bm25s

    keys = list(texts)
    stopwords = "en" if language == "en" else []
    index = bm25s.BM25()
    index.index(
        bm25s.tokenize(list(texts.values()), stopwords=stopwords, show_progress=False),
        show_progress=False,
    )

    def ask(query: str) -> list[str]:
        words = bm25s.tokenize([query], stopwords=stopwords, show_progress=False)
        rows, scores = index.retrieve(words, k=min(many, len(keys)), show_progress=False)
        found = zip(rows[0], scores[0], strict=True)
        return [keys[int(row)] for row, score in found if np.asarray(score) > 0]

    return ask
