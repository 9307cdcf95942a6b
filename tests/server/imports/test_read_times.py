"""Times by the forms of a profile: the first that fits the whole value, in the profile's zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from server.imports.forms import NONE, UnknownForm, form_of, read_form
from server.imports.profile import Clock
from server.imports.times import EMPTY, UNREADABLE, instants

PLAIN = "%Y-%m-%d %H:%M:%S"


def utc(*parts: int) -> int:
    return round(datetime(*parts, tzinfo=UTC).timestamp() * 1000)  # type: ignore[arg-type,misc]


def read(values: list[str], **clock: object) -> tuple[list[int], list[int]]:
    at_ms, forms = instants(values, Clock(**clock))  # type: ignore[arg-type]
    return at_ms.tolist(), forms.tolist()


def test_that_forms_are_tried_in_order_and_each_row_tells_which_it_took() -> None:
    values = ["2023-05-01 08:00:00", "2023-05-02", " ", "", "yesterday", "2023/5/3", "2023-05-01 08:00:00"]
    at_ms, forms = read(values, zone="Asia/Shanghai", forms=(PLAIN, "%Y-%m-%d", "%Y/%m/%d"))
    assert forms == [0, 1, EMPTY, EMPTY, UNREADABLE, 2, 0]
    assert at_ms == [utc(2023, 5, 1), utc(2023, 5, 1, 16), 0, 0, 0, utc(2023, 5, 2, 16), utc(2023, 5, 1)]


def test_that_a_day_without_a_time_is_its_start_or_its_end() -> None:
    for day_is, at in (("start", utc(2023, 5, 1, 16)), ("end", utc(2023, 5, 2, 15, 59, 59))):
        for form in ("%Y-%m-%d", "iso"):
            assert read(["2023-05-02"], zone="Asia/Shanghai", forms=(form,), day_is=day_is)[0] == [at]


@pytest.mark.parametrize(
    ("fold", "gap", "doubled", "skipped"),
    [("earlier", "later", utc(2011, 11, 6, 5, 30), utc(2011, 3, 13, 7, 30)),
     ("later", "earlier", utc(2011, 11, 6, 6, 30), utc(2011, 3, 13, 6, 30))],
)  # fmt: skip
def test_that_the_doubled_and_the_skipped_hour_are_read_as_the_profile_says(
    fold: str, gap: str, doubled: int, skipped: int
) -> None:
    values = ["2011-11-06 01:30:00", "2011-03-13 02:30:00", "2011-11-06 00:59:59", "2011-11-06 02:00:00"]
    at_ms, _ = read(values, zone="America/New_York", forms=(PLAIN,), fold=fold, gap=gap)
    assert at_ms == [doubled, skipped, utc(2011, 11, 6, 4, 59, 59), utc(2011, 11, 6, 7)]


def test_that_a_midnight_that_was_skipped_is_read_too() -> None:
    at_ms, _ = read(["2018-11-04"], zone="America/Sao_Paulo", forms=("%Y-%m-%d",))
    assert at_ms == [utc(2018, 11, 4, 3, 30) - 30 * 60_000]


def test_that_a_value_with_a_zone_is_read_by_its_own() -> None:
    values = ["2023-01-26T08:50:13+03:00", "2023-01-26T05:50:13Z", "2023-01-26T05:50:13.250Z"]
    at = utc(2023, 1, 26, 5, 50, 13)
    assert read(values, zone="America/Vancouver", forms=("iso",))[0] == [at, at, at + 250]
    assert read(["26.01.2023 08:50 +0300"], forms=("%d.%m.%Y %H:%M %z",))[0] == [utc(2023, 1, 26, 5, 50)]


def test_that_counts_of_seconds_milliseconds_and_excels_days_are_read() -> None:
    at = utc(2023, 5, 1, 12)
    assert read([str(at)], forms=("epoch_ms",))[0] == [at]
    assert read([str(at // 1000), f"{at // 1000}.5"], forms=("epoch_s",))[0] == [at, at + 500]
    assert read(["45047.5"], forms=("excel",), zone="Asia/Shanghai")[0] == [utc(2023, 5, 1, 4)]
    assert read(["12x", "1e5", "9" * 30], forms=("epoch_ms",))[1] == [UNREADABLE] * 3


@pytest.mark.parametrize(
    ("form", "value", "is_read"),
    [
        (PLAIN, "2023-02-29 00:00:00", False),
        (PLAIN, "2024-02-29 23:59:59", True),
        (PLAIN, "2024-13-01 00:00:00", False),
        (PLAIN, "2024-12-01 24:00:00", False),
        (PLAIN, "2024-12-01 00:00:00 ", True),  # the blank at the end is no part of it
        (PLAIN, "2024-12-01 00:00:00x", False),
        (PLAIN, "2024-12-01T00:00:00", False),
        (PLAIN, "2024-1-1 1:2:3", True),
        (PLAIN, "２０２４-12-01 00:00:00", False),
        ("%Y-%m-%d", "0000-01-01", False),
        ("%Y%m%d", "20240229", True),
        ("%Y%m%d", "2024229", False),
        ("%d %b %Y", "01 Mar 2024", True),
        ("%d %B %Y", "1 march 2024", True),
        ("%m/%d/%Y %I:%M:%S %p", "12/31/2024 12:00:00 AM", True),
        ("%m/%d/%Y %I:%M:%S %p", "12/31/2024 13:00:00 AM", False),
        ("%Y年%m月%d日 %p%I时", "2024年3月1日 下午3时", True),
    ],
)
def test_that_a_form_fits_the_whole_value_or_not_at_all(form: str, value: str, is_read: bool) -> None:
    assert (read([value], forms=(form,))[1] == [0]) is is_read


def test_that_noon_and_midnight_are_where_the_clock_has_them() -> None:
    form = "%m/%d/%Y %I:%M:%S %p"
    at_ms, _ = read(
        ["12/31/2024 12:00:00 AM", "12/31/2024 12:00:00 PM", "12/31/2024 01:00:00 PM"], forms=(form,)
    )
    assert at_ms == [utc(2024, 12, 31), utc(2024, 12, 31, 12), utc(2024, 12, 31, 13)]
    assert read(["2024年3月1日 下午3时"], forms=("%Y年%m月%d日 %p%I时",))[0] == [utc(2024, 3, 1, 15)]


@pytest.mark.parametrize("form", ["%H:%M", "%Q", "%Y-%Y", "%", "plain", "%j"])
def test_that_a_form_that_is_none_is_a_fault(form: str) -> None:
    with pytest.raises(UnknownForm):
        form_of(form)


@given(some.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)))
def test_that_forms_read_what_the_standard_library_writes(moment: datetime) -> None:
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    since_ms = (moment - datetime(1970, 1, 1)) // timedelta(milliseconds=1)
    for form in ("%Y-%m-%d %H:%M:%S.%f", "%d/%m/%Y %I:%M:%S.%f %p", "%B %d %Y %H:%M:%S.%f"):
        assert read_form(
            [moment.strftime(form).replace(f"/{moment.year}", f"/{moment.year:04d}")], form_of(form)
        ) == [since_ms]


@given(some.text("0123456789-: /T", max_size=20))
def test_that_the_fast_way_and_the_plain_way_read_the_same(value: str) -> None:
    form = form_of(PLAIN)
    fast = read_form([value, "2024-01-01 00:00:00"], form)[0]
    try:
        moment = datetime.strptime(value, PLAIN)
        assert fast == (moment - datetime(1970, 1, 1)) // timedelta(milliseconds=1)
    except ValueError:
        assert fast == NONE


def test_that_columns_of_arrays_and_of_lists_are_read_alike() -> None:
    values = np.array(["2024-01-01 00:00:00", ""], dtype=object)
    assert instants(values, Clock(forms=(PLAIN,)))[0].tolist() == [utc(2024, 1, 1), 0]
    assert instants([], Clock(forms=(PLAIN,)))[0].tolist() == []
