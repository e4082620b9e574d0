# Turns files into one C source with a byte array each, so that the program carries its schema and rule table.
# cmake -DOUT=x.c -DROOT=schema -DFILES="a;b" -P embed.cmake; a file is called by its path below ROOT.
set(arrays "")
set(rows "")
set(i 0)
string(REPEAT "." 80 line)
foreach(file ${FILES})
  file(RELATIVE_PATH name ${ROOT} ${file})
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  string(REGEX REPLACE "(${line})" "\\1\n" bytes "${bytes}")
  string(APPEND arrays "static const unsigned char file_${i}[] = {${bytes}0x00};\n")
  string(APPEND rows "    {\"${name}\", (const char *)file_${i}, sizeof file_${i} - 1},\n")
  math(EXPR i "${i} + 1")
endforeach()
file(WRITE ${OUT} "/* Made by src/store/embed.cmake from schema/. */
#include \"store/schema_files.h\"

${arrays}
const struct schema_file schema_files[] = {
${rows}};
const size_t schema_n_files = ${i};
")
