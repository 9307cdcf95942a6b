"""The shipped tables, and small ones to plant faults in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from casework.catalogue.load import load_catalogues
from casework.catalogue.model import Catalogue

FOLDER = Path(__file__).resolve().parents[3] / "resources" / "catalogue"

SMALL = {
    "classes.csv": """# a note
edition,kind,code,name_zh,name_en,major_zh,major_en,source,confidence
2013,component,0103,雨水井盖,Stormwater cover,公用设施,Utilities,x,certain
2026,component,01003,雨水井盖,Stormwater cover,公用设施,Utilities,x,certain
2026,event,01003,雨水井盖异常,Stormwater cover fault,公用设施,Utilities,x,certain
2026,event,06001,私搭乱建,Illegal structure,市容环境,Appearance,x,certain
2026,event,06080,本地小类,Local class,市容环境,Appearance,x,certain
""",
    "conditions.csv": """edition,kind,code,number,value,unit,text_zh,text_en,closing_zh,closing_en,source,confidence
2013,component,0103,2,4,working_hour,破损,Broken,已修复,Repaired,x,medium
2013,component,0103,1,2,urgent_working_hour,缺失,Missing,已复原,Restored,x,medium
2026,event,06001,1,15,working_day,已建成,Finished,已拆除,Removed,x,low
""",
    "crosswalk.csv": """kind,code_2007,code_2013,code_2026
component,,0103,01003
""",
}


def shipped(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


@cache
def catalogues() -> Mapping[str, Catalogue]:
    return load_catalogues(shipped)


def small(table: str = "", old: str = "", new: str = "") -> Mapping[str, Catalogue]:
    """The small tables, with one thing changed in one of them."""

    def read(name: str) -> bytes:
        text = SMALL[name]
        if name == table:
            assert old in text
            text = text.replace(old, new, 1)
        return text.encode()

    return load_catalogues(read)
