"""Searches by other programs: texts and questions go in, the first hundred places of each question come out.

bm25s     its defaults, with its English stop words and the Snowball stemmer
tantivy   its English stemmer, any of the words, titles and abstracts in one field
"""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from typing import Any

from measured import main

FIRST = 100
Places = list[list[int]]


def bm25s(given: dict[str, Any]) -> Callable[[], Places]:
    """The index is made first, and not timed."""
    library, stemmer = import_module("bm25s"), import_module("Stemmer").Stemmer("english")

    def tokens(texts: list[str]) -> Any:
        return library.tokenize(texts, stopwords="en", stemmer=stemmer, show_progress=False)

    index = library.BM25()
    index.index(tokens(given["texts"]), show_progress=False)
    first = min(FIRST, len(given["texts"]))

    def work() -> Places:
        found = [index.retrieve(tokens([text]), k=first, show_progress=False) for text in given["questions"]]
        return [[int(n) for n, score in zip(one[0][0], one[1][0], strict=True) if score > 0] for one in found]

    return work


def tantivy(given: dict[str, Any]) -> Callable[[], Places]:
    """The index is made first, in memory, and not timed."""
    library = import_module("tantivy")
    schema = library.SchemaBuilder()
    schema.add_text_field("text", stored=False, tokenizer_name="en_stem")
    schema.add_integer_field("place", stored=True)
    index = library.Index(schema.build())
    writer = index.writer(num_threads=1)
    for place, text in enumerate(given["texts"]):
        writer.add_document(library.Document(text=text, place=place))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def work() -> Places:
        found = []
        for text in given["questions"]:
            query = index.parse_query(" ".join(re.findall(r"\w+", text.lower())), ["text"])
            found.append([searcher.doc(address)["place"][0] for _, address in searcher.search(query, FIRST).hits])
        return found

    return work


if __name__ == "__main__":
    main({"bm25s": bm25s, "tantivy": tantivy})
