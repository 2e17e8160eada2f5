"""Renders the shape of the SDK to text: the tolerant package, and the files for other tools."""

from generator.render.examples import examples
from generator.render.for_others import dist
from generator.render.package import PACKAGE, provenance, render
from generator.render.python import argument_type, result_name, type_name

__all__ = ["PACKAGE", "argument_type", "dist", "examples", "provenance", "render", "result_name", "type_name"]
