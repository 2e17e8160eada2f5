"""The shape of the SDK as plain values, and how it is read out of the description."""

from generator.shape.parser import parse
from generator.shape.values import (
    Category,
    Code,
    Enum,
    Errors,
    Field,
    Frame,
    Group,
    Kind,
    Limits,
    Member,
    Model,
    Operation,
    Periods,
    Shape,
    Tag,
    Text,
    Type,
)

__all__ = [
    "Category",
    "Code",
    "Enum",
    "Errors",
    "Field",
    "Frame",
    "Group",
    "Kind",
    "Limits",
    "Member",
    "Model",
    "Operation",
    "Periods",
    "Shape",
    "Tag",
    "Text",
    "Type",
    "parse",
]
