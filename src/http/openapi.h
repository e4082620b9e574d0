/* schema/openapi.yaml as it was at build time (embed.cmake), and as JSON of OpenAPI 3.0 (openapi_json.py). */
#ifndef HX_HTTP_OPENAPI_H
#define HX_HTTP_OPENAPI_H

#include <stddef.h>

extern const unsigned char openapi_yaml[];
extern const size_t openapi_yaml_size;
extern const unsigned char openapi_json[];
extern const size_t openapi_json_size;

#endif
