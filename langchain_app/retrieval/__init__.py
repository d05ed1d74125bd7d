"""Finding the right passages: gate, lexical and dense search, fusion, reranking."""
