"""Escapes texts of the description for docstrings, so that no text ends the docstring or is changed."""

import re

_QUOTE_BESIDE_ANOTHER = re.compile(r'"(?="|\Z)')


def escaped(text: str) -> str:
    """Escape a text so that Python reads it between the quotes of a docstring."""
    quoted = _QUOTE_BESIDE_ANOTHER.sub(r'\\"', text.replace("\\", "\\\\"))
    # A file cannot hold a lone surrogate, Python reads no null, and other such characters change what a person sees.
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in quoted)


def docstring(text: str, indent: int = 0) -> str:
    """`text` as a docstring whose first line is already indented."""
    lines = escaped(text).split("\n")
    if len(lines) == 1:
        return f'"""{lines[0]}"""'
    pad = " " * indent
    return '"""' + "\n".join([lines[0], *(pad + line if line else "" for line in lines[1:])]) + f'\n{pad}"""'
