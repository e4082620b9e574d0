/* Compares a JSON document with a JSON Schema by keys: no required key is missing, no unknown key is present,
 * and enums and types hold. Just what schema/report.schema.json uses; a full validator is not needed. */
#ifndef HX_TESTS_SCHEMA_WALK_H
#define HX_TESTS_SCHEMA_WALK_H

/* NULL when the document agrees, otherwise a static text that names the first fault. */
const char *schema_walk(const char *schema_path, const char *document);

#endif
