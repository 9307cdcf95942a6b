"""How much of a file from outside is read before it is refused.

A person hands in what a person was sent: a file may be cut, empty, made of zeros, or made to fill the memory. Every
bound of reading is here; a file beyond one is refused as a whole, with the bound named.
"""

from __future__ import annotations

import msgspec


class Limits(msgspec.Struct, frozen=True):
    """The bounds of one reading."""

    file_bytes: int = 1_500_000_000  # as handed in
    text_bytes: int = 500_000_000  # of CSV, GeoJSON, TopoJSON, DXF: they are read into memory
    unpacked_bytes: int = 1_500_000_000  # of the members that are read from a zip, together
    workbook_bytes: int = 600_000_000  # of an .xlsx unpacked; its texts are held in memory
    unpacked_ratio: int = 200  # a member that grows more than this is a bomb ...
    ratio_from_bytes: int = 32_000_000  # ... unless it stays this small
    members: int = 2_000  # in a zip, .xlsx included
    line_bytes: int = 8_000_000  # of CSV and DXF; GeoJSON is often one line
    cell_chars: int = 1_000_000
    columns: int = 2_000
    rows: int = 3_000_000
    cells: int = 100_000_000
    torn_rows: int = 100_000  # of a collection whose features are none
    shape_points: int = 1_000_000  # of one geometry
    shape_bytes: int = 40_000_000  # of one geometry's text
    json_values: int = 40_000_000  # counted by commas: every value costs many times its text in memory
    drawing_bytes: int = 200_000_000
    layers: int = 5_000
    look_bytes: int = 65_536  # read to tell what a file is
    select_steps: int = 2_000_000_000  # of SQLite's machine, for the rows of one GeoPackage layer
    propose_rows: int = 200_000  # rows a proposal looks at
    area_margin_deg: float = 2.0  # around the area a reference system is made for


LIMITS = Limits()
