"""Where components of each class stand: along roads, at crossings, in cells or along the water. Rules of thumb.

Distances are in metres and chosen to look right, not measured in any city. Offsets count from the road's edge:
positive outwards onto the pavement, negative into the carriageway.
"""

from __future__ import annotations

import msgspec

from server.demo.lattice import Line
from server.demo.patches import Use

L, N, M, T = Line.LANE, Line.MINOR, Line.MAIN, Line.TRUNK


class Along(msgspec.Struct, frozen=True):
    """Every `gap_m` along roads of these ranks; `sides` 2 = both, 1 = one, 0 = in the middle."""

    code: str
    owner: str
    ranks: tuple[Line, ...]
    gap_m: float
    sides: int
    offset_m: float
    jitter_m: float = 2.0
    keep: float = 1.0
    clear_m: float = 2.0


class AtCrossing(msgspec.Struct, frozen=True):
    """On each approach of roads of `ranks` to a road of `others`, `ahead_m` before its edge, on the right."""

    code: str
    owner: str
    ranks: tuple[Line, ...]
    others: tuple[Line, ...]
    ahead_m: float
    offset_m: float
    keep: float = 1.0


class InCell(msgspec.Struct, frozen=True):
    """On average `count` in a cell of these uses; no uses: the small parks."""

    code: str
    owner: str
    uses: tuple[Use, ...]
    count: float


class OnBank(msgspec.Struct, frozen=True):
    """Every `gap_m` along the river's edges."""

    code: str
    owner: str
    gap_m: float
    offset_m: float
    keep: float = 1.0


HOMES = (Use.ESTATE, Use.OLD_TOWN, Use.CENTRE)
LIVED = (Use.ESTATE, Use.OLD_TOWN, Use.CENTRE, Use.VILLAGE)
PARKS = (Use.PARK,)
WORKS = (Use.INDUSTRY,)
CIVIC = (Use.CENTRE, Use.CAMPUS)

ALONG: tuple[Along, ...] = (
    Along("01001", "water", (N, M, T), 66, 1, -2.6, 6),
    Along("01002", "drainage", (N, M, T), 44, 1, -4.2, 4),
    Along("01002", "drainage", (L,), 34, 0, 0.8, 3),
    Along("01003", "drainage", (N, M, T), 40, 1, -3.1, 4),
    Along("01003", "drainage", (L,), 60, 0, -0.9, 3),
    Along("01004", "drainage", (M, T), 56, 2, -0.35, 1),
    Along("01004", "drainage", (N,), 56, 2, -0.35, 1),
    Along("01005", "power", (M, T), 72, 1, 2.2, 6),
    Along("01005", "power", (N,), 96, 1, 1.7, 6),
    Along("01006", "lighting", (M, T), 102, 2, 1.1, 4),
    Along("01006", "lighting", (N,), 102, 1, 0.9, 4),
    Along("01007", "telecom", (N, M, T), 76, 1, 2.9, 6),
    Along("01008", "television", (N, M), 160, 1, 2.5, 20),
    Along("01009", "network", (M, T), 150, 1, 3.3, 20),
    Along("01011", "gas", (N, M, T), 118, 1, -1.7, 20),
    Along("01014", "greening", (M, T), 210, 2, 3.6, 30),
    Along("01017", "power", (M, T), 240, 1, 2.4, 30),
    Along("01019", "water", (T,), 300, 1, -1.2, 40),
    Along("01020", "transit", (M, T), 900, 2, 1.4, 100),
    Along("01022", "street_municipal", (N, L), 700, 1, 0.6, 100),
    Along("01023", "street_municipal", (N, L), 520, 1, -0.8, 100),
    Along("01026", "street_municipal", (L,), 130, 1, 0.4, 20),
    Along("01013", "fire", (M, T), 122, 2, 1.3, 8),
    Along("01013", "fire", (N,), 124, 1, 1.1, 8),
    Along("01027", "telecom", (N, M), 330, 1, 3.4, 60),
    Along("01028", "power", (N, M), 300, 1, 3.2, 60),
    Along("01029", "power", (M, T), 800, 1, 3.0, 100),
    Along("01030", "power", (L,), 46, 1, 0.7, 3),
    Along("01030", "power", (N,), 120, 1, 1.9, 9, 0.6),
    Along("01031", "telecom", (L, N), 74, 1, 0.9, 5, 0.8),
    Along("01033", "street", (M,), 1500, 1, 2.0, 200),
    Along("01034", "street", (N, L), 900, 1, 1.0, 200),
    Along("01036", "gas", (M, T), 650, 1, 2.8, 90),
    Along("01037", "lighting", (M, T), 34, 2, 0.8, 0.4, 1.0, 3.0),
    Along("01037", "lighting", (N,), 34, 1, 0.6, 0.5),
    Along("01037", "lighting", (L,), 42, 1, 0.4, 2, 0.85),
    Along("01040", "post", (M, T), 1300, 1, 3.2, 200),
    Along("01041", "telecom", (M, T), 1600, 1, 3.0, 200),
    Along("01042", "post", (M, T), 1100, 1, 2.6, 200),
    Along("01043", "street", (T,), 2200, 1, 3.0, 300),
    Along("01050", "police", (N, M, T), 270, 1, 1.2, 40),
    Along("01051", "police", (M, T), 1900, 1, 3.6, 300),
    Along("01060", "lighting", (M, T), 620, 1, 2.7, 80),
    Along("01065", "municipal", (N, M), 900, 1, 2.4, 200),
    Along("01077", "lighting", (T,), 260, 2, 0.9, 30),
    Along("02003", "parking", (N,), 420, 1, 0.5, 60),
    Along("02004", "transit", (M, T), 520, 2, 2.2, 60, 1.0, 40.0),
    Along("02005", "transit", (M, T), 1800, 2, 1.8, 300),
    Along("02010", "traffic", (M, T), 140, 2, 0.7, 20),
    Along("02010", "traffic", (N,), 240, 1, 0.6, 30),
    Along("02011", "traffic", (M, T), 3200, 1, 0.5, 400),
    Along("02013", "placenames", (M, T), 1700, 1, 2.4, 300),
    Along("02017", "traffic", (T,), 19, 0, 0.0, 0.5, 0.8, 8.0),
    Along("02017", "traffic", (M,), 60, 0, 0.0, 2, 0.4, 10.0),
    Along("02018", "traffic", (T,), 900, 0, 0.0, 100),
    Along("02023", "traffic", (T,), 2600, 1, 1.4, 300),
    Along("02025", "street", (N, M, T), 380, 1, 2.6, 60),
    Along("02026", "bikes", (M, T), 1000, 1, 3.0, 150),
    Along("02033", "traffic", (L,), 640, 1, 0.5, 100),
    Along("02035", "street", (N, M), 1500, 1, 2.3, 300),
    Along("02038", "street", (N, M, T), 44, 2, 5.2, 4, 0.7, 6.0),
    Along("02038", "street", (L,), 46, 2, 1.6, 4, 0.5, 3.0),
    Along("02043", "traffic", (N,), 520, 0, 0.0, 60, 0.7),
    Along("03002", "sanitation", (M, T), 1200, 1, 2.1, 200),
    Along("03005", "sanitation", (M, T), 92, 2, 1.9, 8),
    Along("03005", "sanitation", (N,), 84, 1, 1.6, 8),
    Along("03006", "billboards", (M, T), 340, 2, 3.8, 60),
    Along("03007", "enforcement", (N, M, T), 92, 2, 4.8, 14, 0.7),
    Along("03016", "sanitation", (M,), 600, 1, 2.4, 100),
    Along("04001", "parks", (N, M), 5200, 1, 4.2, 600),
    Along("04002", "greening", (T,), 15.0, 2, 1.5, 0.4, 0.96, 5.0),
    Along("04002", "greening", (M,), 16.0, 2, 1.4, 0.4, 0.95, 4.0),
    Along("04002", "greening", (N,), 22.0, 2, 1.2, 0.6, 0.86, 3.0),
    Along("04002", "greening", (L,), 30, 1, 0.9, 3, 0.7),
    Along("04004", "greening", (M, T), 120, 2, 1.5, 20),
    Along("04005", "greening", (M, T), 190, 2, 2.2, 30),
    Along("04007", "greening", (M, T), 330, 2, 3.1, 60),
    Along("04008", "greening", (M, T), 150, 2, 2.0, 20),
    Along("04011", "greening", (M, T), 92, 2, 1.45, 9),
    Along("05003", "street", (M, T), 2900, 1, 14.0, 400),
)
CROSSING: tuple[AtCrossing, ...] = (
    AtCrossing("02014", "signals", (M, T), (M, T), 2.0, 0.9),
    AtCrossing("02014", "signals", (M, T), (N,), 2.0, 0.9, 0.32),
    AtCrossing("02015", "signals", (T,), (M, T), 5.0, 1.6),
    AtCrossing("01015", "signals", (M, T), (M, T), 3.5, 1.9, 0.8),
    AtCrossing("01012", "police", (M, T), (M, T), 6.0, 2.3, 0.7),
    AtCrossing("01050", "police", (N, M, T), (M, T), 7.0, 1.2, 0.5),
    AtCrossing("02012", "placenames", (N, M, T), (N, M, T), 3.0, 2.0, 0.45),
    AtCrossing("02016", "traffic", (T,), (T,), 9.0, 3.0, 0.5),
    AtCrossing("02019", "traffic", (T,), (M, T), 6.0, -9.0),
    AtCrossing("02020", "traffic", (M, T), (N, M, T), 4.0, 0.4),
    AtCrossing("02020", "traffic", (M, T), (N, M, T), 5.4, 0.4),
    AtCrossing("02021", "municipal", (M, T), (N, M, T), 8.0, 1.0, 0.8),
    AtCrossing("02021", "municipal", (N,), (M, T), 4.0, 1.0),
    AtCrossing("02034", "municipal", (N, M, T), (M, T), 2.6, 1.2, 0.5),
    AtCrossing("02006", "municipal", (T,), (T,), 45.0, 2.0, 0.3),
    AtCrossing("01066", "police", (T,), (T,), 12.0, 2.6, 0.3),
    AtCrossing("02022", "traffic", (T,), (N,), 3.0, -0.8, 0.2),
)
CELL: tuple[InCell, ...] = (
    InCell("01018", "street_municipal", LIVED, 2.0),
    InCell("01002", "street_municipal", LIVED, 1.2),
    InCell("01045", "street", CIVIC, 0.25),
    InCell("01046", "fitness", (Use.ESTATE,), 0.9),
    InCell("01046", "fitness", (), 6.0),
    InCell("01048", "power", (*LIVED, *WORKS), 0.5),
    InCell("01049", "gas", HOMES, 0.35),
    InCell("01053", "parking", CIVIC, 0.15),
    InCell("01054", "charging", (Use.ESTATE, Use.CENTRE, Use.CAMPUS), 0.6),
    InCell("01059", "street", (Use.ESTATE,), 0.28),
    InCell("01062", "telecom", (*LIVED, *WORKS), 0.06),
    InCell("01075", "street", (Use.ESTATE, Use.CAMPUS), 0.5),
    InCell("01035", "street", CIVIC, 0.3),
    InCell("01038", "parks", PARKS, 4.0),
    InCell("01039", "parks", PARKS, 3.0),
    InCell("01052", "parks", PARKS, 0.3),
    InCell("02001", "parking", (Use.ESTATE, Use.CENTRE), 0.05),
    InCell("02025", "street", LIVED, 0.25),
    InCell("02027", "street", (Use.ESTATE, Use.CAMPUS), 0.3),
    InCell("03001", "sanitation", LIVED, 0.028),
    InCell("03001", "sanitation", PARKS, 0.15),
    InCell("03003", "sanitation", LIVED, 0.12),
    InCell("03004", "sanitation", LIVED, 0.12),
    InCell("03005", "sanitation", LIVED, 1.1),
    InCell("03005", "sanitation", PARKS, 2.0),
    InCell("03008", "street", LIVED, 0.22),
    InCell("03010", "street", WORKS, 0.02),
    InCell("03014", "sanitation", LIVED, 0.05),
    InCell("04003", "greening", LIVED, 1.2),
    InCell("04003", "parks", PARKS, 26.0),
    InCell("04003", "greening", (), 14.0),
    InCell("04006", "parks", PARKS, 0.2),
    InCell("04007", "parks", PARKS, 4.0),
    InCell("04007", "greening", (), 4.0),
    InCell("04008", "greening", (), 3.0),
    InCell("04009", "greening", PARKS, 1.0),
    InCell("04010", "parks", PARKS, 0.05),
    InCell("04013", "greening", (Use.ESTATE, Use.CENTRE), 0.35),
    InCell("04013", "greening", (), 1.0),
    InCell("05009", "street", (Use.OLD_TOWN,), 0.02),
)
BANK: tuple[OnBank, ...] = (
    OnBank("01039", "lighting", 26, 9.0),
    OnBank("01067", "river", 800, 4.0),
    OnBank("01069", "river", 420, 5.0),
    OnBank("01070", "river", 16, 2.0),
    OnBank("01073", "drainage", 380, 1.0),
    OnBank("02030", "river", 460, 6.0),
    OnBank("04007", "parks", 90, 8.0),
)
BRANCHES = (0.974, 0.016, 0.004, 0.005, 0.001)  # shares of the five states, in the order of ComponentState


class Rules(msgspec.Struct, frozen=True):
    """Everything that stands in a city."""

    along: tuple[Along, ...]
    crossing: tuple[AtCrossing, ...]
    cell: tuple[InCell, ...]
    bank: tuple[OnBank, ...]


PLAIN = Rules(ALONG, CROSSING, CELL, BANK)
# What only a very large city has.
METROPOLIS = Rules(
    along=(
        *ALONG,
        Along("01056", "water", (T,), 2600, 1, 2.4, 300),
        Along("02024", "municipal", (T,), 420, 2, 2.2, 60, 0.5),
        Along("02041", "parking", (M, T), 1100, 1, 1.6, 150),
        Along("03013", "sanitation", (T,), 1900, 1, 2.0, 250),
    ),
    crossing=(
        *CROSSING,
        AtCrossing("02032", "rail", (T,), (T,), 46.0, 5.0, 0.55),
        AtCrossing("02007", "municipal", (T,), (M, T), 22.0, 2.6, 0.16),
        AtCrossing("02008", "municipal", (T,), (T,), 30.0, -2.0, 0.10),
        AtCrossing("01032", "transit", (M, T), (N,), 60.0, 1.5, 0.25),
        AtCrossing("02039", "police", (M, T), (M, T), 34.0, 1.9, 0.12),
    ),
    cell=(
        *CELL,
        InCell("01044", "street", (Use.CENTRE, Use.CAMPUS), 0.08),
        InCell("01063", "water", WORKS, 0.012),
        InCell("01064", "placenames", (Use.OLD_TOWN, Use.VILLAGE), 0.02),
        InCell("01072", "drainage", (Use.ESTATE, Use.INDUSTRY), 0.006),
        InCell("01076", "street", (Use.ESTATE, Use.OLD_TOWN), 0.02),
        InCell("02002", "parking", (Use.CENTRE,), 0.05),
        InCell("02037", "placenames", (Use.OLD_TOWN,), 0.06),
        InCell("02040", "parks", PARKS, 0.15),
        InCell("03009", "sanitation", PARKS, 0.02),
        InCell("03015", "greening", (), 0.3),
    ),
    bank=(*BANK, OnBank("02009", "municipal", 1900, -6.0), OnBank("01071", "river", 260, 7.0)),
)
