/* schema/openapi.yaml as it was at build time (embed.cmake). */
#ifndef HX_HTTP_OPENAPI_H
#define HX_HTTP_OPENAPI_H

#include <stddef.h>

extern const unsigned char openapi_yaml[];
extern const size_t openapi_yaml_size;

#endif
