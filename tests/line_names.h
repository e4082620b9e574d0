/* The lines that must be examined, by name and number, for tests: src names none. `test_line_table` holds
 * them against the shipped definitions. */
#ifndef HX_TESTS_LINE_NAMES_H
#define HX_TESTS_LINE_NAMES_H

enum {
    LINE_ECOLOGICAL_RED_LINE,
    LINE_PERMANENT_BASIC_FARMLAND,
    LINE_URBAN_DEVELOPMENT_BOUNDARY,
    LINE_COUNT /* of a store that holds no other control layer */
};

#endif
