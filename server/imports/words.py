"""Every code of a report in words, Chinese and English: refusals, remarks, files and profiles that cannot be used.

A sentence is made from the code's own values; a value that is not there is left out. A test holds that every code of
this package has its sentence in both languages.
"""

# A sentence is one line of the table, as in a translator's sheet.
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Mapping

_ROWS = """
torn and broken rows
too_few_fields|只有 {fields} 列，应为 {expected} 列|{fields} fields, {expected} expected
too_many_fields|有 {fields} 列，应为 {expected} 列|{fields} fields, {expected} expected
open_quote|从第 {line} 行开始的引号没有结束|a quotation mark opened in line {line} is never closed
stray_quote|第 {line} 行有多余的引号|a stray quotation mark in line {line}
not_a_feature|不是要素：{why}|not a feature: {why}
broken_geometry|图形无法构成：{why}|the geometry cannot be built: {why}
bad_geometry|图形不合法：{why}|the geometry is not valid: {why}
no_area|没有面积，不是面|no area: not a polygon
self_crossing|边界自相交：{why}|the outline crosses itself: {why}
overlaps|与 {count} 个面重叠（共 {area_m2} 平方米）或公共边不一致：{others}|overlaps ({area_m2} m2), or shares no exact edge with, {count} others: {others}
places
no_place|没有坐标|no coordinates
place_not_a_number|坐标不是数字：{x}, {y}|the coordinates are no numbers: {x}, {y}
outside_area|坐标远在坐标系适用范围之外：{x}, {y}|the coordinates lie far outside of the plane's area: {x}, {y}
place_swapped|经纬度（X、Y）颠倒：{x}, {y}|x and y are changed: {x}, {y}
outside_city|位置在城市范围之外|the place lies outside of the city
no_grid|位置不在任何单元网格内|the place lies in no unit grid
ids
missing_id|没有编号|no id
bad_id|编号 {id} 不合法（应为 {digits} 位数字）|id {id} is not lawful ({digits} digits expected)
id_of_another_class|编号 {id} 中的类别码不是 {class}|id {id} does not carry the code of its class {class}
duplicate_id|编号 {id} 在文件中重复|id {id} is in the file before
bad_grid_code|网格编码 {grid} 不是 15 位数字|grid code {grid} is not 15 digits
bad_district|区划代码 {district} 不是 6 位数字|district {district} is not 6 digits
unknown_district|区划 {district} 没有对应的 6 位代码|district {district} has no six-digit code in the profile
ids_used_up|类别 {class} 的顺序号已用完|no sequence number is left for class {class}
codes_used_up|区划 {district} 的网格编码已用完|no grid code is left in district {district}
number_taken|案件号 {id} 已被占用|case number {id} is taken
values
unknown_class|类别“{class}”没有对应的代码|class “{class}” has no counterpart
unknown_condition|立案条件 {condition} 不属于该类别|condition {condition} is none of its class
unknown_state|部件状态“{state}”不认识|state “{state}” is not known
unknown_status|案件状态“{status}”不认识|status “{status}” is not known
unknown_source|来源“{source}”不认识|source “{source}” is not known
unknown_unit|上级部门“{parent}”不存在|the parent unit “{parent}” is not there
bad_area_type|区域类型“{value}”应为 A、B、C 或 D|area type “{value}” is none of A, B, C, D
cycle|上级部门“{parent}”构成循环|the parent “{parent}” leads back to the unit itself
name_missing|没有名称|no name
text_missing|没有问题描述|no description
too_long|{field} 超过 {limit} 个字符|{field} has more than {limit} characters
missing_time|没有时间：{field}|no time: {field}
bad_time|{field} 的时间无法识别：“{value}”|{field}: the time “{value}” is of none of the profile's forms
time_order|结案 {closed} 早于上报 {opened}|closed {closed} before it was opened {opened}
time_in_the_future|时间在将来：{opened} {closed}|a time that is still to come: {opened} {closed}
in_hand|案件 {case} 已在本中心处理，文件不改动它|case {case} has been worked on here: the file does not change it
closed_here|案件 {case} 在本中心已结案，不因文件重开|case {case} is closed here: a file does not open it again
"""

_REMARKS = """
reading
blank_rows|略过空行 {rows} 行|{rows} blank rows passed over
byte_order_mark|文件带有 {encoding} 字节序标记|the file has a byte order mark of {encoding}
encoding_found|编码识别为 {encoding}|the encoding was found to be {encoding}
unknown_code_page|代码页 {found} 未知|unknown code page {found}
characters_cut_in_two|{cells} 个单元格末尾的汉字被截断|{cells} cells end in half a character
duplicate_header|第 {column} 列的列名“{found}”重复，改称“{name}”|column {column}: “{found}” is there twice; called “{name}” here
header_without_name|第 {column} 列没有列名，称为“{name}”|column {column} has no name; called “{name}” here
file_may_be_cut|最后一行没有结束，文件可能被截断|the last line has no end: the file may be cut
no_rows|文件中没有数据行|the file has no rows
nan_in_json|文件中有 NaN，不是合法的 JSON|the file holds NaN, which is no JSON
other_layers|读取“{taken}”，另有 {others}|“{taken}” was read; there are also {others}
other_suffix|后缀为 {suffix}，内容是 {found}|called {suffix}, and it is {found}
title_row|第 {row} 行是标题“{text}”，不作列名|row {row} is a title, “{text}”, and no header
drawing_layers|图层：{layers}|layers of the drawing: {layers}
drawing_unit|图形单位：{unit}|unit of the drawing: {unit}
on_paper|略过图纸空间的 {entities} 个图元|{entities} entities of the paper space passed over
formulas|{cells} 个单元格是公式（首个 {first}），取上次保存的值|{cells} cells are formulas (first {first}); their stored values were taken
formula_without_value|{cells} 个公式没有保存的值（首个 {first}），作空值|{cells} formulas have no stored value (first {first}); taken as empty
formula_errors|{cells} 个公式出错（首个 {first}），作空值|{cells} formulas ended in an error (first {first}); taken as empty
long_numbers|{cells} 个数字超过 15 位（首个 {first}），表格已丢失末位|{cells} numbers have more than 15 digits (first {first}): the workbook has lost the last ones
places
crs_differs|配置写明 {stated}，文件自称 {found}；按配置处理|the profile says {stated}, the file {found}; the profile counts
finer_operation|有更精确的换算（{name}，{accuracy_m} 米），本机没有其格网|a finer operation ({name}, {accuracy_m} m) needs a grid that is not here
cgcs_is_wgs|WGS 84 与 CGCS2000 视为一致（相差不到 {accuracy_m} 米）|WGS 84 and CGCS2000 are taken as one (they differ by less than {accuracy_m} m)
own_parameters|坐标系自带换算参数，照此换算，精度不明|the reference system brings parameters of its own; how exact they are is not known
swapped|{rows} 行经纬度（X、Y）颠倒|x and y are changed in {rows} rows
swapped_file|整个文件经纬度（X、Y）颠倒，已换回（{rows} 行）|x and y are changed in the whole file; read the other way round ({rows} rows)
gcj_undone|坐标为 {crs}，已按公式还原|coordinates in {crs}; the shift has been undone
gcj_datav|列名（{columns}）是 DataV 边界文件的，坐标多半是 GCJ-02，而配置没有写明；整体可能偏移数百米|columns ({columns}) as DataV's files have them: the coordinates are most likely GCJ-02, and the profile does not say so; everything may lie some hundred metres off
gcj_datav_stated|DataV 边界文件（{columns}），配置写明 GCJ-02|a file of DataV ({columns}); the profile says GCJ-02
gcj_fits|与已有边界相差 {as_is_m} 米，还原 GCJ-02 后 {undone_m} 米：坐标多半是 GCJ-02|{as_is_m} m from the outlines known here, {undone_m} m with GCJ-02 undone: most likely GCJ-02
gcj_fits_stated|还原 GCJ-02 后与已有边界相差 {undone_m} 米（原 {as_is_m} 米）|with GCJ-02 undone {undone_m} m from the outlines known here ({as_is_m} m before)
gcj_does_not_fit|还原 GCJ-02 后反而更远（{undone_m} 米，原 {as_is_m} 米）：配置可能有误|with GCJ-02 undone it lies further off ({undone_m} m, {as_is_m} m before): the profile may be wrong
entering
self_touching|{place}：边界自接触于一点，面积不变，已在该处拆开后录入|{place}: the outline touches itself in a point; the same area enters, taken apart there
grid_differs|{rows} 行的网格编码与位置不符，以位置为准|{rows} rows name another grid than they lie in; the place counts
owner_no_unit|{rows} 行的权属单位不在本中心（{values}），改按责任图层|{rows} rows name an owner that is no unit here ({values}); the duty layer decides
unit_unknown|{rows} 行的处置部门不在本中心（{units} 个：{values}），未填部门|{rows} rows name a unit that is not here ({units}: {values}); they enter without it
archived_without_grid|{rows} 个已结案件不在任何网格内，以空网格归档|{rows} closed cases lie in no unit grid and are archived without one
closed_without_time|{rows} 个已结案件没有结案时间|{rows} closed cases have no closing time
open_with_closing_time|{rows} 个未结案件有结案时间，按未结处理|{rows} open cases have a closing time; taken as open
due_before_opened|{rows} 个案件的时限早于上报时间|{rows} cases were due before they were opened
time_form|{field}：按“{form}”读取 {rows} 行|{field}: {rows} rows read as “{form}”
"""

_FILES = """
the file as a whole
no_such_file|文件 {file} 打不开：{why}|{file} cannot be opened: {why}
not_a_file|{file} 不是文件|{file} is no file
folder|{file} 是文件夹|{file} is a folder
empty_file|文件是空的|the file is empty
only_zeros|文件全是零字节（{bytes} 字节）|the file is nothing but zero bytes ({bytes} bytes)
only_blanks|文件全是空白（{bytes} 字节）|the file is nothing but blanks ({bytes} bytes)
zero_bytes|第 {line} 行有零字节|zero bytes in line {line}
too_large|文件 {bytes} 字节，上限 {limit}|{bytes} bytes, {limit} allowed
too_many_rows|超过 {limit} 行|more than {limit} rows
too_many_columns|{columns} 列，上限 {limit}|{columns} columns, {limit} allowed
too_many_cells|超过 {limit} 个值|more than {limit} values
too_many_members|压缩包有 {members} 个成员，上限 {limit}|{members} members in the zip, {limit} allowed
line_too_long|第 {line} 行过长（上限 {limit} 字节）|line {line} is too long ({limit} bytes allowed)
cell_too_long|第 {line} 行有单元格超过 {limit} 个字符|a cell in line {line} has more than {limit} characters
header_torn|标题行读不出（第 {line} 行）|the header cannot be read (line {line})
no_header|没有标题行（{layer}）|there is no header ({layer})
missing_column|缺少列“{column}”（配置 {place}；文件中最接近的是“{near}”）|column “{column}” is missing (profile, {place}; the nearest name is “{near}”)
not_readable_here|这是 {found}，不能读取|this is {found}, which is not read here
not_what_its_name_says|内容与后缀 {suffix} 不符|the content is not what {suffix} says
other_format|配置写明 {stated}，文件是 {found}|the profile says {stated}, the file is {found}
cut|{format} 文件不完整，像是被截断|the {format} file is incomplete: it looks cut
encoding_unknown|编码无法识别（第 {line} 行；试过 {tried}）|the encoding is none of {tried} (line {line})
wrong_encoding|不是 {encoding} 编码（第 {line} 行）|not {encoding} (line {line})
no_such_encoding|没有编码 {encoding}|there is no encoding {encoding}
layer_not_utf8|图层 {layer} 的文字不是 UTF-8|the texts of layer {layer} are not UTF-8
not_json|不是合法的 JSON（第 {line} 行）：{why}|no JSON (line {line}): {why}
nested_too_deep|嵌套过深|nested too deep
not_a_collection|不是要素集合，而是 {found}|no collection of features: {found}
broken_topology|TopoJSON 有误：{why}|the TopoJSON is broken: {why}
broken_workbook|工作簿有误：{why}|the workbook is broken: {why}
broken_database|数据库有误：{why}|the database is broken: {why}
broken_drawing|图形文件第 {line} 行有误：{found}|the drawing is broken in line {line}: {found}
broken_shapefile|Shapefile 有误：{why}|the shapefile is broken: {why}
broken_table|{format} 属性表有误|the {format} table is broken
parts_differ|图形 {shapes} 个，属性 {records} 条|{shapes} shapes and {records} records
missing_part|{file} 缺少 {part}|{file} has no {part}
part_of_a_shapefile|{part} 是 Shapefile 的一部分，请选 .shp|{part} is a part of a shapefile: hand in the .shp
not_a_geopackage|不是 GeoPackage|no GeoPackage
takes_too_long|读取 {format} 用时过长|reading the {format} takes too long
no_such_layer|没有图层“{layer}”，有 {layers}|there is no layer “{layer}”, but {layers}
no_such_member|压缩包中没有 {member}，有 {members}|the zip has no {member}, but {members}
which_member|压缩包中有多个文件，请在配置中写明：{members}|several files in the zip, the profile must name one: {members}
zip_bomb|{member} 解压后过大（{bytes} 字节，压缩 {packed}）|{member} grows too large ({bytes} bytes from {packed})
zip_in_zip|压缩包中还是压缩包：{members}|a zip within the zip: {members}
locked|{member} 有密码|{member} has a password
xml_entities|{member} 声明了 XML 实体|{member} declares XML entities
no_crs|文件和配置都没有说明坐标系|neither the file nor the profile says which reference system
unknown_crs|坐标系“{crs}”不认识|the reference system “{crs}” is not known
ballpark|{crs} 到 {plane} 只有粗略换算，不予采用|from {crs} to {plane} there is only a ballpark transformation, which is not taken
no_operation|{crs} 到 {plane} 没有换算|there is no operation from {crs} to {plane}
unit_of_another_kind|单位 {unit} 不能用于 {crs}|the unit {unit} is none of {crs}
unknown_edition|没有 {edition} 版分类|there is no edition {edition} of the catalogue
moved_on|检查之后 {what} 有变动，请重新检查|{what} has moved on since the file was checked: check it again
being_served|中心 {folder} 正在服务，请在坐席上导入|a centre is serving {folder}: import at a seat
check_died|检查进程意外中止（{why}），什么也没有录入|the checking process ended unexpectedly ({why}); nothing entered
check_too_long|检查超过 {limit_s} 秒，已中止；什么也没有录入|the check took more than {limit_s} s and was stopped; nothing entered
check_memory|检查所需内存超过 {limit} 字节；请把文件拆开|the check needs more than {limit} bytes of memory: hand the file in in parts
entering_failed|录入失败，什么也没有录入：{why}|entering failed and nothing entered: {why}
profiles
no_such_profile|没有配置 {profile}（最接近的是 {near}）|there is no profile {profile} (the nearest is {near})
profile_not_utf8|配置 {profile} 第 {line} 行不是 UTF-8|profile {profile} is not UTF-8 (line {line})
profile_not_toml|配置 {profile} 不是合法的 TOML：{why}|profile {profile} is no TOML: {why}
profile_unknown_key|配置 {profile}：不认识 {place}（最接近的是 {near}）|profile {profile}: {place} is not known (the nearest is {near})
profile_missing_key|配置 {profile}：缺少 {place}|profile {profile}: {place} is missing
profile_wrong_value|配置 {profile}：{place} 的值不对：{why}|profile {profile}: wrong value of {place}: {why}
profile_of_another_schema|配置 {profile}：schema {schema}，本版本是 {known}|profile {profile}: schema {schema}, known is {known}
profile_of_another_kind|配置 {profile} 用于 {is_of}，不能用于 {asked}|profile {profile} is for {is_of}, not for {asked}
profile_names_no_class|配置 {place}：{edition} 版没有类别 {named}|profile, {place}: edition {edition} has no class {named}
"""

_CONSOLE = """
console_counts|{rows} 行：可录入 {entered}（新增 {new}，变更 {changed}，未变 {unchanged}），拒绝 {refused}|{rows} rows: {entered} enter ({new} new, {changed} changed, {unchanged} unchanged), {refused} refused
console_reason|  {count} 行 {code}：{words}|  {count} {code}: {words}
console_remark|  说明：{words}|  note: {words}
console_report|报告 {json}，页面 {page}|report {json}, page {page}
console_dry_run|试运行：什么也没有录入|dry run: nothing has entered
console_nothing_new|没有新内容：什么也没有录入，账本没有新条目|nothing new: nothing has entered, and the ledger has no new entry
console_entered|已录入：交付 {delivery}，账本 {entries} 条|entered: delivery {delivery}, {entries} entries of the ledger
console_absent|本中心有而文件没有的 {absent} 条，未改动|{absent} are here and not in the file: left alone
console_removed|{removed} 个部件标记为移除|{removed} components are marked as removed
"""


def _table(text: str) -> dict[str, tuple[str, str]]:
    parts = (line.split("|") for line in text.splitlines() if "|" in line)
    return {code: (chinese, english) for code, chinese, english in parts}


WORDS: Mapping[str, tuple[str, str]] = _table(_ROWS) | _table(_REMARKS) | _table(_FILES) | _table(_CONSOLE)


LEFT_OUT = "…"


class _Left(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return LEFT_OUT


def sentence(code: str, values: Mapping[str, str], language: str) -> str:
    """The code in words; `language` is "zh" or "en". A code without words is shown as it is, with its values."""
    found = WORDS.get(code)
    if found is None:
        told = ", ".join(f"{name} {value}" for name, value in values.items())
        return f"{code} ({told})" if told else code
    return found[0 if language == "zh" else 1].format_map(
        _Left({k: v or LEFT_OUT for k, v in values.items()})
    )
