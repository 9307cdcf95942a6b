"""Numbers, times and codes as the screen writes them: 34 分, 1 时 34 分, 2 天 4 时; 15:54, 昨 16:40.

Durations are never written h:mm. Instants are ms UTC; the city's zone is an argument. Says nothing of
meaning: what is late is the model's business.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication

MINUTE_MS = 60_000
THIN_SPACE = "\u2009"
WIDE_SPACE = "\u3000"  # between facts in one line
DEFAULT_ZONE = "Asia/Shanghai"

translate = QCoreApplication.translate


def duration(ms: int) -> str:
    """A length of time in its two largest units, whole and cut: 34 min, 1 h 34 min, 2 d 4 h."""
    minutes = max(ms, 0) // MINUTE_MS
    hours, days = minutes // 60, minutes // 1440
    if minutes < 60:
        return translate("Text", "{0} min").format(minutes)
    if days == 0:
        if minutes % 60 == 0:
            return translate("Text", "{0} h").format(hours)
        return translate("Text", "{0} h {1} min").format(hours, minutes % 60)
    if hours % 24 == 0:
        return translate("Text", "{0} d").format(days)
    return translate("Text", "{0} d {1} h").format(days, hours % 24)


def short_duration(ms: int) -> str:
    """Ages and lamps: 0.4 s, 8 s, then as `duration`."""
    if ms < 1000:
        return translate("Text", "{0} s").format(f"{max(ms, 0) / 1000:.1f}")
    if ms < MINUTE_MS:
        return translate("Text", "{0} s").format(ms // 1000)
    return duration(ms)


def left(ms: int) -> str:
    """Time left until a deadline in the largest unit that matters; late: 超 6 分."""
    if ms < 0:
        return translate("Text", "{0} over").format(duration(-ms) if -ms < 100 * 3600_000 else _days(-ms))
    return duration(ms) if ms < 100 * 3600_000 else _days(ms)


def column_left(ms: int) -> str:
    """The same for the narrow column of a queue: one unit only from an hour on."""
    size = abs(ms)
    if size >= 24 * 3600_000:
        text = _days(size)
    elif size >= 3600_000:
        text = translate("Text", "{0} h").format(size // 3600_000)
    else:
        text = duration(size)
    return translate("Text", "−{0}").format(text) if ms < 0 else text


def _days(ms: int) -> str:
    return translate("Text", "{0} d").format(ms // 86_400_000)


@lru_cache(maxsize=8)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def moment(at_ms: int, zone: str = DEFAULT_ZONE) -> datetime:
    """The wall time of an instant."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(_zone(zone))


def clock(at_ms: int, zone: str = DEFAULT_ZONE) -> str:
    """15:54"""
    return moment(at_ms, zone).strftime("%H:%M")


def clock_seconds(at_ms: int, zone: str = DEFAULT_ZONE) -> str:
    """14:20:07"""
    return moment(at_ms, zone).strftime("%H:%M:%S")


def when(at_ms: int, now_ms: int, zone: str = DEFAULT_ZONE) -> str:
    """15:54 today, 昨 16:40, 明 09:00, else 7 月 13 日 (with the year when it is another)."""
    at, now = moment(at_ms, zone), moment(now_ms, zone)
    if at.date() == now.date():
        return at.strftime("%H:%M")
    if at.date() == now.date() - timedelta(days=1):
        return translate("Text", "yesterday {0}").format(at.strftime("%H:%M"))
    if at.date() == now.date() + timedelta(days=1):
        return translate("Text", "tomorrow {0}").format(at.strftime("%H:%M"))
    return day(at_ms, now_ms, zone)


def day(at_ms: int, now_ms: int, zone: str = DEFAULT_ZONE) -> str:
    """7 月 13 日, with the year when it is not this one."""
    at, now = moment(at_ms, zone), moment(now_ms, zone)
    if at.year == now.year:
        return translate("Text", "{1} {0}").format(at.day, _month(at.month))
    return translate("Text", "{1} {0}, {2}").format(at.day, _month(at.month), at.year)


def _month(number: int) -> str:
    names = translate("Text", "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec")
    return names.split()[number - 1]


def thousands(value: int) -> str:
    """1 240, with thin spaces."""
    return f"{value:,}".replace(",", THIN_SPACE)


def grid_code(code: str) -> str:
    """450103 005 006 057: district, street, community, sequence."""
    if len(code) != 15:
        return code
    return f"{code[:6]} {code[6:9]} {code[9:12]} {code[12:]}"


def short_number(case: str) -> str:
    """The last digits of a case number, as people say them: 0431."""
    return case[8:] or case


def metres(value_m: float) -> str:
    """12 米; from a kilometre on 1.2 公里."""
    if value_m < 1000:
        return translate("Text", "{0} m").format(round(value_m))
    return translate("Text", "{0} km").format(f"{value_m / 1000:.1f}")


def facts(*parts: str) -> str:
    """Facts in one line, a full-width space between them; empty ones are left out."""
    return WIDE_SPACE.join(part for part in parts if part)
