# Turns schema/openapi.yaml, and the JSON made of it, into C arrays, so that the program carries its own
# description.
# cmake -DOUT=x.c -DYAML=openapi.yaml -DJSON=openapi.json -P embed.cmake
file(WRITE ${OUT}
     "/* Made by src/http/embed.cmake from schema/openapi.yaml. */\n#include \"http/openapi.h\"\n")
foreach(kind YAML JSON)
  string(TOLOWER ${kind} name)
  file(READ ${${kind}} hex HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  file(APPEND ${OUT} "
const unsigned char openapi_${name}[] = {${bytes}0x00};
const size_t openapi_${name}_size = sizeof openapi_${name} - 1;
")
endforeach()
