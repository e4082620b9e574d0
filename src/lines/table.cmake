# Turns the control lines of schema/layers.json into the rows of lines/line_table.h, and counts them.
# cmake -DJSON=layers.json -DOUT=line_rows.c -DCOUNT=line_count.h -P table.cmake
# A member that must be there and is not stops the build with its name.
cmake_minimum_required(VERSION 3.19)
file(READ "${JSON}" json)

# The text of a member as a C literal; "" when an optional one is absent.
function(text out where)
  string(JSON value ERROR_VARIABLE absent GET "${json}" ${where})
  if(NOT absent STREQUAL "NOTFOUND")
    set(value "")
  endif()
  string(REPLACE "\\" "\\\\" value "${value}")
  string(REPLACE "\"" "\\\"" value "${value}")
  set(${out} "\"${value}\"" PARENT_SCOPE)
endfunction()

function(needed out where)
  string(JSON value ERROR_VARIABLE absent GET "${json}" ${where})
  if(NOT absent STREQUAL "NOTFOUND" OR value STREQUAL "")
    message(FATAL_ERROR "${JSON}: ${where} is missing")
  endif()
  text(literal "${where}")
  set(${out} "${literal}" PARENT_SCOPE)
endfunction()

function(raw out where otherwise)
  string(JSON value ERROR_VARIABLE absent GET "${json}" ${where})
  if(NOT absent STREQUAL "NOTFOUND")
    set(value "${otherwise}")
  endif()
  set(${out} "${value}" PARENT_SCOPE)
endfunction()

function(truth out where)
  raw(value "${where}" OFF)
  if(value)
    set(${out} "true" PARENT_SCOPE)
  else()
    set(${out} "false" PARENT_SCOPE)
  endif()
endfunction()

function(colour out where)
  needed(value "${where}")
  string(REPLACE "\"#" "0x" value "${value}")
  string(REPLACE "\"" "" value "${value}")
  set(${out} "${value}" PARENT_SCOPE)
endfunction()

function(length out where)
  string(JSON n ERROR_VARIABLE absent LENGTH "${json}" ${where})
  if(NOT absent STREQUAL "NOTFOUND")
    set(n 0)
  endif()
  set(${out} ${n} PARENT_SCOPE)
endfunction()

# The literals of a list of texts, each followed by a comma.
function(texts out where)
  length(n "${where}")
  set(list "")
  set(i 0)
  while(i LESS n)
    text(one "${where};${i}")
    string(APPEND list "${one}, ")
    math(EXPR i "${i} + 1")
  endwhile()
  set(${out} "${list}" PARENT_SCOPE)
endfunction()

# ---- which layers are lines ----

string(JSON n_layers LENGTH "${json}" layers)
set(rows "")
set(ids "")
set(at 0)
while(at LESS n_layers)
  string(JSON control ERROR_VARIABLE absent GET "${json}" layers ${at} control)
  if(absent STREQUAL "NOTFOUND")
    string(JSON id GET "${json}" layers ${at} layer)
    list(APPEND rows ${at})
    list(APPEND ids "${id}")
  endif()
  math(EXPR at "${at} + 1")
endwhile()
list(LENGTH rows count)

# ---- the rows ----

set(zones "")
set(body "")
set(line 0)
set(column 1) # 0 is the parcel's
foreach(at ${rows})
  set(row layers ${at})
  set(c layers ${at} control)
  needed(id "${row};layer")
  needed(standard "${row};standard")
  needed(title_zh "${row};title_zh")
  needed(title_en "${row};title_en")
  foreach(member name_en short_zh short_en prefix)
    needed(${member} "${c};${member}")
  endforeach()
  foreach(member held_zh column_zh sum_head_zh row_head_zh)
    needed(${member} "${c};texts;${member}")
  endforeach()
  foreach(member held_then_zh held_en held_then_en clear_zh)
    text(${member} "${c};texts;${member}")
  endforeach()
  raw(relation "${c};relation" "")
  length(n_zones "${c};zones")
  if(relation STREQUAL "exclude")
    set(relation_c LINE_EXCLUDES)
    foreach(member held_then_zh held_en held_then_en clear_zh)
      needed(${member} "${c};texts;${member}")
    endforeach()
    set(n_columns 1)
  elseif(relation STREQUAL "contain")
    set(relation_c LINE_CONTAINS)
    needed(outside "${c};outside;zone")
    math(EXPR n_columns "${n_zones} + 2") # inside, its zones, outside
  else()
    message(FATAL_ERROR "${JSON}: ${id}: the relation of a line is exclude or contain")
  endif()
  text(outside "${c};outside;zone")
  text(outside_en "${c};outside;en")
  text(outside_column "${c};outside;column_zh")

  texts(codes "${c};rule_codes")
  string(APPEND zones "static const char *const codes_${line}[] = {${codes}NULL};\n")
  if(n_zones)
    string(APPEND zones "static const struct line_zone zones_${line}[] = {\n")
    set(z 0)
    while(z LESS n_zones)
      needed(zone_zh "${c};zones;${z};name")
      text(zone_en "${c};zones;${z};en")
      text(zone_has "${c};zones;${z};has")
      texts(zone_not "${c};zones;${z};has_not")
      text(zone_column "${c};zones;${z};column_zh")
      truth(absolute "${c};zones;${z};absolute")
      string(APPEND zones "    {${zone_zh}, ${zone_en}, ${zone_has}, {${zone_not}NULL}, ${zone_column}, ${absolute}},\n")
      math(EXPR z "${z} + 1")
    endwhile()
    string(APPEND zones "};\n")
    set(zones_c "zones_${line}")
  else()
    set(zones_c NULL)
  endif()

  raw(within "${c};within;layer" "")
  set(within_c -1)
  if(NOT within STREQUAL "")
    list(FIND ids "${within}" within_c)
    if(within_c LESS 0)
      message(FATAL_ERROR "${JSON}: ${id}: within names ${within}, which is no line")
    endif()
  endif()
  text(within_zone "${c};within;zone")
  text(space "${c};space;layer")
  text(space_standard "${c};space;standard")
  raw(planned "${c};planned_share;value" NAN)
  foreach(member fill edge overlap)
    colour(${member} "${c};symbol;${member}")
  endforeach()
  foreach(member alpha width hatch)
    needed(${member} "${c};symbol;${member}")
    string(REPLACE "\"" "" ${member} "${${member}}")
  endforeach()
  truth(dashed "${c};symbol;dashed")
  needed(chart "${c};symbol;chart")

  string(APPEND body "    {
        .id = ${id}, .standard = ${standard}, .title_zh = ${title_zh}, .title_en = ${title_en},
        .name_en = ${name_en}, .short_zh = ${short_zh}, .short_en = ${short_en}, .prefix = ${prefix},
        .codes = codes_${line}, .relation = ${relation_c}, .zones = ${zones_c}, .n_zones = ${n_zones},
        .outside = ${outside}, .outside_en = ${outside_en}, .within = ${within_c}, .within_zone = ${within_zone},
        .space = ${space}, .space_standard = ${space_standard}, .planned_share = ${planned}, .column = ${column},
        .texts = {.held = ${held_zh}, .held_then = ${held_then_zh}, .held_en = ${held_en},
                  .held_then_en = ${held_then_en}, .clear = ${clear_zh}, .column = ${column_zh},
                  .outside_column = ${outside_column}, .sum_head = ${sum_head_zh}, .row_head = ${row_head_zh}},
        .symbol = {.fill = ${fill}, .edge = ${edge}, .overlap = ${overlap}, .alpha = ${alpha}, .width = ${width},
                   .hatch = ${hatch}, .dashed = ${dashed}, .chart = ${chart}},
    },\n")
  math(EXPR column "${column} + ${n_columns}")
  math(EXPR line "${line} + 1")
endforeach()

file(WRITE "${OUT}" "/* Made by src/lines/table.cmake from schema/layers.json. */
#include \"lines/line_table.h\"

#include <math.h>
#include <stddef.h>

${zones}
const struct control_line control_lines[CONTROL_LINE_COUNT] = {
${body}};
")
file(WRITE "${COUNT}" "/* Made by src/lines/table.cmake from schema/layers.json. */
#ifndef HX_LINES_LINE_COUNT_H
#define HX_LINES_LINE_COUNT_H

enum {
    CONTROL_LINE_COUNT = ${count},
    LINE_COLUMN_COUNT = ${column}, /* of a report's table: the parcel's and those of every line */
};

#endif
")
