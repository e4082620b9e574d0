#!/usr/bin/env bash
# The installed library can be used by a program that knows nothing of this tree: through pkg-config and through CMake,
# with the same figures as the program's own JSON, the same documents and the same record; and it shows no symbol but hx_*.
#   test_installed.sh BUILD_DIR SOURCE_DIR HONGXIAN SANITIZE_FLAGS
set -euo pipefail
build=$1 source=$2 program=$3 sanitize=${4-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Moved after it was installed: nothing in it may say where it was.
cmake --install "$build" --prefix "$work/first" >"$work/install.log"
mv "$work/first" "$work/prefix"
libdir=$(dirname "$(find "$work/prefix" -name libhongxian.so)")

foreign=$(nm -D --defined-only "$libdir/libhongxian.so" | awk '$2 ~ /[TDBR]/ {print $3}' | grep -v '^hx_' | grep -v -E '^(_init|_fini|__bss_start|_edata|_end)$' || true)
[ -z "$foreign" ] || { echo "symbols that are not ours to show: $foreign"; exit 1; }

export PKG_CONFIG_PATH=$libdir/pkgconfig LD_LIBRARY_PATH=$libdir
# shellcheck disable=SC2046
${CC:-gcc} -Wall -Wextra -Werror $sanitize "$source/tests/api/consumer/check_one.c" $(pkg-config --cflags --libs hongxian) -o "$work/by-pkg-config"
cmake -S "$source/tests/api/consumer" -B "$work/consumer" -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_C_FLAGS="$sanitize" >"$work/consumer.log"
cmake --build "$work/consumer" >>"$work/consumer.log"

export HX_STORE_MAKER=$program # stores are copies of those that the other tests have
/usr/bin/python3 - "$source" "$program" "$work/t.sqlite" <<'PY'
import sys
source, program, store = sys.argv[1:]
sys.path.insert(0, f"{source}/tests/http")
import fixture
fixture.geodata_store(program, store, f"{source}/geodata")
PY
box="111.70 40.80 111.75 40.85"
# shellcheck disable=SC2086
"$work/by-pkg-config" "$work/t.sqlite" $box >"$work/one.txt"
# shellcheck disable=SC2086
"$work/consumer/check_one" "$work/t.sqlite" $box >"$work/two.txt"
cmp "$work/one.txt" "$work/two.txt"
echo '{"type":"Polygon","coordinates":[[[111.70,40.80],[111.75,40.80],[111.75,40.85],[111.70,40.85],[111.70,40.80]]]}' >"$work/p.geojson"
"$program" check "$work/p.geojson" --store "$work/t.sqlite" --format json >"$work/p.json"
/usr/bin/python3 - "$work/p.json" "$work/one.txt" <<'PY'
import json, sys
p = json.load(open(sys.argv[1]))["parcels"][0]
lines = open(sys.argv[2]).read().split("\n")
assert lines[0].split()[1] == f"{p['area_m2']:.4f}", (lines[0], p["area_m2"])
for layer, line in zip(p["layers"], lines[1:]):
    name, status, area = line.split()
    assert (name, status) == (layer["layer"], layer["status"]), line
    assert area == ("nan" if layer["area_m2"] is None else f"{layer['area_m2']:.4f}"), (line, layer["area_m2"])
assert len(lines) > len(p["layers"]) > 3
print("the installed library gives the program's own figures")
PY
# the Python module of the same tree
PYTHONPATH=$work/prefix/lib/python3/dist-packages PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 - "$work/t.sqlite" "$work/one.txt" <<'PY'
import sys
import hongxian
with hongxian.Store(sys.argv[1]) as store, store.checker() as checker:
    parcel, = checker.check_rings([[(111.70, 40.80), (111.75, 40.80), (111.75, 40.85), (111.70, 40.85)]]).parcels
lines = [line.split() for line in open(sys.argv[2]).read().splitlines()]
assert lines[0][1] == f"{parcel.area_m2:.4f}", (lines[0], parcel.area_m2)
theirs = [tuple(line) for line in lines[1:1 + len(parcel.layers)]]
ours = [(x.layer, x.status.name.lower(), "nan" if x.area_m2 is None else f"{x.area_m2:.4f}") for x in parcel.layers]
assert theirs == ours and len(ours) >= 3, (theirs, ours)
PY
# what stands beside the figures: a parcel in Mongolia
"$work/by-pkg-config" "$work/t.sqlite" 105 47 105.01 47.01 >"$work/far.txt"
grep -q '^remark place-outside The parcel lies outside: in none of the units that are loaded' "$work/far.txt"
if "$work/by-pkg-config" "$work/none.sqlite" 1 2 3 4 2>"$work/error.txt"; then echo "a missing store is no error"; exit 1; fi
grep -q . "$work/error.txt"
/usr/bin/python3 "$source/tests/api/test_doors.py" "$work/consumer/every_door" "$work/prefix/bin/hongxian" "$source"
/usr/bin/python3 "$source/tests/api/test_audits.py" "$work/consumer/audits" "$work/prefix/bin/hongxian" "$source"
/usr/bin/python3 "$source/tests/api/test_areas.py" "$work/consumer/areas" "$work/prefix/bin/hongxian" "$source"
