"""One multilingual encoder in this process: vectors of texts and words, and what is read from them."""
