"""Keep the topics of the library in step with the rules that gave them."""

from __future__ import annotations

from papertide.store.base import Adding
from papertide.topics import Taxonomy


def relabel(store: Adding, taxonomy: Taxonomy) -> bool:
    """Label every paper anew if the topic rules changed since; gives whether they had."""
    if store.taxonomy() == taxonomy.digest:
        return False
    store.relabel(((number, taxonomy.label(title, text)) for number, title, text in store.texts()), taxonomy.digest)
    return True
