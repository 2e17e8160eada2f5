"""Builds the documentation site: pages written by hand, and a reference made from the API description and the code."""

from docs.maker.pages import ROOT, pages
from docs.maker.site import BUILT, build

__all__ = ["BUILT", "ROOT", "build", "pages"]
