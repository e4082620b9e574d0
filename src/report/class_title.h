/* The project class in words, from schema/project_classes.json. Private to report/.
 *
 * A file of its own so that jansson is seen nowhere else. Threads: pure. */
#ifndef HX_REPORT_CLASS_TITLE_H
#define HX_REPORT_CLASS_TITLE_H

/* Its Chinese title, owned by the caller (free); NULL when the table has no such class. */
char *class_title_zh(const char *code);

#endif
