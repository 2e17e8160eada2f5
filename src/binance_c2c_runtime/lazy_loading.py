"""Lets a package load the module of a name when that name is first asked for."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def load_on_use(package: str, offered: Mapping[str, tuple[str, ...]]) -> Callable[[str], object]:
    """The `__getattr__` of a package that offers names of other modules. `offered` maps full module names to names.

    A name that equals the last part of the module's name stands for the module itself.
    """
    homes = {name: module for module, names in offered.items() for name in names}

    def load(name: str) -> object:
        """Load a public name when it is first used."""
        home = homes.get(name)
        if home is None:
            message = f"module {package!r} has no attribute {name!r}"
            raise AttributeError(message)
        module = import_module(home)
        value: object = module if home.endswith(f".{name}") else getattr(module, name)
        setattr(sys.modules[package], name, value)
        return value

    return load
