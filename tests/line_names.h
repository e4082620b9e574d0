/* The lines of schema/layers.json by name, for tests: src names none. `test_line_table` holds them against
 * the table. */
#ifndef HX_TESTS_LINE_NAMES_H
#define HX_TESTS_LINE_NAMES_H

enum { LINE_ECOLOGICAL_RED_LINE, LINE_PERMANENT_BASIC_FARMLAND, LINE_URBAN_DEVELOPMENT_BOUNDARY };

#endif
