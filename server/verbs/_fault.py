"""The fault of a verb: what was asked cannot be done, in a sentence for the person who asked."""

from __future__ import annotations


class Fault(Exception):
    """Exit code 2; nothing was changed."""
