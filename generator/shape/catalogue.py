"""Reads the error catalogue of the description into values."""

from generator.description import Json
from generator.shape.extensions import prose
from generator.shape.values import Category, Code, Errors, Text


def errors(node: Json) -> Errors:
    """The error catalogue: categories in the order of the file, codes sorted, integers first."""
    codes = (
        Code(
            code=int(code) if code.startswith("-") else str(code),
            name=str(entry["name"]),
            category=str(entry["category"]),
            meaning=prose(entry["meaning"]),
            advice=prose(entry["advice"]),
            evidence=str(entry["evidence"]),
        )
        for code, entry in node["codes"].items()
    )
    return Errors(
        categories=tuple(Category(str(name), prose(doc)) for name, doc in node["categories"].items()),
        codes=tuple(sorted(codes, key=lambda code: (isinstance(code.code, str), str(code.code)))),
        texts=tuple(Text(str(text["contains"]), str(text["category"])) for text in node.get("texts", [])),
    )
