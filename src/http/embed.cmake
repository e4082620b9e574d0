# Turns schema/openapi.yaml into a C array, so that the program carries its own description.
# cmake -DOUT=x.c -DFILE=openapi.yaml -P embed.cmake
file(READ ${FILE} hex HEX)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
file(WRITE ${OUT} "/* Made by src/http/embed.cmake from schema/openapi.yaml. */
#include \"http/openapi.h\"

const unsigned char openapi_yaml[] = {${bytes}0x00};
const size_t openapi_yaml_size = sizeof openapi_yaml - 1;
")
