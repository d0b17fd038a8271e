"""XML that somebody else wrote: read without entities, document types, the network, or trees without bounds."""

from __future__ import annotations

from lxml import etree


def foreign_parser(*, remarks: bool = False) -> etree.XMLParser:
    """A parser for one document; `remarks`: comments and processing instructions are kept.

    A document type is parsed over, not refused: who forbids it looks at `docinfo.internalDTD`.
    """
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=not remarks, remove_pis=not remarks,
    )  # fmt: skip
