/* The project classes that rules may distinguish: schema/project_classes.json as built in. Threads: pure. */
#ifndef HX_STORE_PROJECT_CLASSES_H
#define HX_STORE_PROJECT_CLASSES_H

#include <stdbool.h>

/* "*" is no class. */
bool project_class_known(const char *code);

#endif
