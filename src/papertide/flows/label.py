"""Keep the topics of the library in step with the rules that gave them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from papertide.store.base import Store
    from papertide.topics import Taxonomy


def relabel(store: Store, taxonomy: Taxonomy) -> bool:
    """Label every paper anew if the topic rules changed since; gives whether they had."""
    if store.looking.taxonomy() == taxonomy.digest:
        return False
    papers = store.adding.texts()
    store.adding.relabel(((number, taxonomy.label(title, text)) for number, title, text in papers), taxonomy.digest)
    return True
