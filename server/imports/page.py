"""The report of a delivery as a page for a person: one file, no network, Chinese and English side by side.

Promises: whatever came from the file is escaped; the map, which has scripts, stands in a frame of its own that reaches
nothing of the page. Every reason is counted in full; examples are as many as the report holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from html import escape
from typing import Any

from server.imports.report import DRY_RUN, ENTERED, FAILED, NOTHING_NEW, PENDING, UNREADABLE
from server.imports.words import sentence

SHOWN = 40  # examples of a reason on the page
KINDS = {
    "components": ("部件", "Components"),
    "grids": ("单元网格", "Unit grids"),
    "cases": ("案件", "Cases"),
    "units": ("专业部门", "Units"),
}
OUTCOMES = {
    ENTERED: ("ok", "已录入", "Entered"),
    DRY_RUN: ("mine", "试运行：什么也没有录入", "Dry run: nothing has entered"),
    PENDING: ("held", "已检查，尚未录入", "Checked, not entered yet"),
    NOTHING_NEW: ("ok", "没有新内容：什么也没有录入", "Nothing new: nothing has entered"),
    UNREADABLE: ("alarm", "文件无法使用：什么也没有录入", "The file cannot be used: nothing has entered"),
    FAILED: ("alarm", "录入失败：什么也没有录入", "Entering failed: nothing has entered"),
}
COUNTS = (
    ("rows", "行数", "Rows"),
    ("entered", "可录入", "Entered"),
    ("new", "新增", "New"),
    ("changed", "变更", "Changed"),
    ("unchanged", "未变", "Unchanged"),
    ("refused", "拒绝", "Refused"),
)
STYLE = """
:root{--bg:#E3E6E8;--card:#FAFAF9;--soft:#F0F2F3;--line:#D2D7DB;--t1:#15191D;--t2:#38414A;--t3:#57616A;
--ok:#0A5347;--okb:#DDEFEA;--alarm:#8F1515;--alarmb:#FBE7E4;--mine:#12408F;--mineb:#E3ECFA;--held:#3D4853;--heldb:#E8ECEF}
@media (prefers-color-scheme:dark){:root{--bg:#14171A;--card:#1B1F23;--soft:#22272C;--line:#353C44;--t1:#E8EBEE;
--t2:#C1C8D0;--t3:#97A1AB;--ok:#7FD1BE;--okb:#1C3531;--alarm:#FFADA2;--alarmb:#3A2224;--mine:#A0C8FF;--mineb:#1F2D40;
--held:#B8C3CF;--heldb:#262D35}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--t1);
font:14px/1.55 "Noto Sans CJK SC","Source Han Sans SC","Microsoft YaHei UI","PingFang SC",sans-serif}
main{max-width:1120px;margin:0 auto;padding:24px 16px 48px}
header h1{font-size:20px;margin:0 0 2px;overflow-wrap:anywhere}
header p{margin:0 0 16px;color:var(--t3)}
.band{border-radius:4px;padding:10px 16px;margin:0 0 16px;font-weight:700;font-size:16px}
.band small{font-weight:400;display:block}
.ok{background:var(--okb);color:var(--ok)}.alarm{background:var(--alarmb);color:var(--alarm)}
.mine{background:var(--mineb);color:var(--mine)}.held{background:var(--heldb);color:var(--held)}
.figures{display:grid;grid-template-columns:repeat(6,1fr);background:var(--card);border:1px solid var(--line);
border-radius:4px;margin:0 0 16px}
.figures div{padding:12px 16px;border-left:1px solid var(--line)}
.figures div:first-child{border-left:0}
.figures b{display:block;font-size:28px;line-height:1.2;font-variant-numeric:tabular-nums}
.figures span{color:var(--t3);font-size:13px}
.figures .bad b{color:var(--alarm)}
section{background:var(--card);border:1px solid var(--line);border-radius:4px;margin:0 0 16px;overflow:hidden}
h2{font-size:16px;margin:0;padding:11px 16px;border-bottom:1px solid var(--line)}
h2 small,.en{color:var(--t3);font-weight:400}
.en{display:block;font-size:13px}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:7px 16px;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
tr:last-child td{border-bottom:0}
th{color:var(--t3);font-weight:400;font-size:13px;background:var(--soft)}
.no{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.code,.mono{font-family:ui-monospace,Consolas,monospace;font-size:12px;color:var(--t3)}
.bar{height:6px;background:var(--alarm);border-radius:3px;min-width:2px;margin-top:5px}
details{border-bottom:1px solid var(--line)}details:last-child{border-bottom:0}
summary{padding:9px 16px;cursor:pointer}summary b{font-variant-numeric:tabular-nums}
iframe{width:100%;height:560px;border:0;display:block;background:var(--soft)}
.none{padding:14px 16px;color:var(--t3)}
@media (max-width:760px){.figures{grid-template-columns:repeat(3,1fr)}}
@media print{iframe{display:none}body{background:#fff}}
"""


def page_of(report: dict[str, Any], map_page: str = "") -> str:
    """The page of a report as JSON has it; `map_page` is a page of its own (server.imports.wrong_map)."""
    kind = KINDS.get(report["kind"], (report["kind"], report["kind"]))
    title = f"{kind[0]}导入 · {kind[1]} import"
    parts = [_head(report, title), _band(report), _figures(report), _facts(report)]
    parts += [_reasons(report), _map(map_page), _examples(report), _remarks(report)]
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        "script-src 'unsafe-inline'; img-src data:; frame-src 'self' about:\">"
        f"<title>{escape(title)} · {escape(report['file']['name'])}</title><style>{STYLE}</style></head>"
        f"<body><main>{''.join(filter(None, parts))}</main></body></html>\n"
    )


def _when(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC") if at_ms else ""


def _head(report: dict[str, Any], title: str) -> str:
    city = report.get("city", "")
    told = " · ".join(filter(None, (title, city, _when(report["checked_at"]))))
    return f"<header><h1>{escape(report['file']['name'])}</h1><p>{escape(told)}</p></header>"


def _band(report: dict[str, Any]) -> str:
    tone, chinese, english = OUTCOMES[report["outcome"]]
    wrong = report.get("unreadable") or report.get("failure")
    more = f"<small>{escape(wrong['zh'])}</small><small>{escape(wrong['en'])}</small>" if wrong else ""
    at = _when(report.get("entered_at", 0))
    return f'<div class="band {tone}">{chinese} · {english}{" · " + at if at else ""}{more}</div>'


def _figures(report: dict[str, Any]) -> str:
    cells = []
    for name, chinese, english in COUNTS:
        bad = ' class="bad"' if name == "refused" and report[name] else ""
        cells.append(f"<div{bad}><b>{report[name]:,}</b><span>{chinese} {english}</span></div>")
    return f'<div class="figures">{"".join(cells)}</div>'


def _facts(report: dict[str, Any]) -> str:
    file = report["file"]
    accuracy = report.get("accuracy_m", -1)
    rows = (
        ("配置", "Profile", report["profile"]),
        (
            "格式",
            "Format",
            " · ".join(str(file[k]) for k in ("format", "encoding", "layer", "member") if file.get(k)),
        ),
        ("大小", "Size", f"{file['bytes']:,} B" if "bytes" in file else ""),
        ("SHA-256", "SHA-256", file.get("sha256", "")),
        ("坐标系", "Reference system", report.get("crs", "")),
        ("坐标换算", "Pipeline", report.get("pipeline", "")),
        ("换算精度", "Accuracy", f"{accuracy} m" if accuracy >= 0 else ""),
        (
            "本中心有、文件没有",
            "Here and not in the file",
            f"{report['absent']:,}" if report["absent"] else "",
        ),
        ("标记为移除", "Marked as removed", f"{report['removed']:,}" if report["removed"] else ""),
        ("经手人", "Person", report["person"]),
        ("交付号", "Delivery", report.get("delivery", "")),
    )
    body = "".join(
        f'<tr><td style="width:26%">{zh} <span class="en">{en if en != zh else ""}</span></td>'
        f'<td class="mono">{escape(str(value))}</td></tr>'
        for zh, en, value in rows
        if value
    )
    return f"<section><h2>文件 <small>File</small></h2><table>{body}</table></section>"


def _reasons(report: dict[str, Any]) -> str:
    reasons: dict[str, int] = report["reasons"]
    if not reasons:
        return ""
    most = max(reasons.values())
    body = "".join(
        f"<tr><td>{_words(code)}<span class=code>{escape(code)}</span></td><td class=no>{count:,}</td>"
        f'<td style="width:40%"><div class=bar style="width:{100 * count / most:.1f}%"></div></td></tr>'
        for code, count in reasons.items()
    )
    return f"<section><h2>拒绝的原因 <small>Why rows are refused</small></h2><table>{body}</table></section>"


def _words(code: str) -> str:
    return f'{escape(sentence(code, {}, "zh"))}<span class="en">{escape(sentence(code, {}, "en"))}</span>'


def _map(map_page: str) -> str:
    if not map_page:
        return ""
    frame = f'<iframe sandbox="allow-scripts" title="map" srcdoc="{escape(map_page, quote=True)}"></iframe>'
    return f"<section><h2>被拒绝的行在哪里 <small>Where the refused rows lie</small></h2>{frame}</section>"


def _examples(report: dict[str, Any]) -> str:
    by_code: dict[str, list[dict[str, Any]]] = {}
    for one in report["refusals"]:
        by_code.setdefault(one["code"], []).append(one)
    if not by_code:
        return ""
    parts = []
    for code, count in report["reasons"].items():
        shown = by_code.get(code, [])[:SHOWN]
        rows = "".join(
            f"<tr><td class=mono>{escape(one['place'])}</td>"
            f'<td>{escape(one["zh"])}<span class="en">{escape(one["en"])}</span></td></tr>'
            for one in shown
        )
        more = f"<tr><td></td><td class=en>+ {count - len(shown):,}</td></tr>" if count > len(shown) else ""
        told = (
            f"{escape(sentence(code, {}, 'zh'))} · <span class=code>{escape(code)}</span> · <b>{count:,}</b>"
        )
        parts.append(f"<details><summary>{told}</summary><table>{rows}{more}</table></details>")
    return f"<section><h2>逐行 <small>Row by row</small></h2>{''.join(parts)}</section>"


def _remarks(report: dict[str, Any]) -> str:
    remarks: Iterable[dict[str, Any]] = report["remarks"]
    body = "".join(
        f'<tr><td>{escape(one["zh"])}<span class="en">{escape(one["en"])}</span></td>'
        f"<td class=code style='width:20%'>{escape(one['code'])}</td></tr>"
        for one in remarks
    )
    return f"<section><h2>说明 <small>Remarks</small></h2><table>{body}</table></section>" if body else ""
