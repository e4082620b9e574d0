#!/bin/bash
# Import of the bench layers against ogr2ogr of the same files to GeoPackage with a spatial index, in one run.
#
#   bench_import.sh PROGRAM DIR [ROUNDS]    DIR holds redline.gpkg, farmland.gpkg and urban.gpkg
#
# The two take turns, file by file; of each the median of the rounds counts. JSON on standard output: seconds, ratio,
# peak memory. Exit code 1 when the ratio is above 2 or the peak above 500 MB.
set -euo pipefail
export LC_ALL=C
program=$(realpath "$1")
data=$(realpath "$2")
rounds=${3:-3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# seconds and peak in KB of a command, appended to a file
measure() {
    local to=$1
    shift
    /usr/bin/time -f '%e %M' -o "$work/time" "$@" >"$work/out" 2>&1 || { cat "$work/out" >&2; exit 3; }
    tail -n 1 "$work/time" >>"$work/$to"
}

for round in $(seq "$rounds"); do
    rm -rf "$work"/store.sqlite*
    "$program" init "$work/store.sqlite" >/dev/null
    for layer in redline farmland urban; do
        cat "$data/$layer.gpkg" >/dev/null # both read from the page cache
        rm -f "$work/ogr.gpkg"
        measure "ogr.$layer" ogr2ogr -f GPKG -lco SPATIAL_INDEX=YES "$work/ogr.gpkg" "$data/$layer.gpkg"
        measure "own.$layer" "$program" import --store "$work/store.sqlite" "$data/$layer.gpkg" --layer "bench_$layer"
    done
done

python3 - "$work" "$rounds" <<'PY'
import json
import statistics
import sys

work, rounds = sys.argv[1], int(sys.argv[2])


def read(kind, layer):
    with open(f"{work}/{kind}.{layer}") as f:
        rows = [line.split() for line in f]
    return statistics.median(float(r[0]) for r in rows), max(int(r[1]) for r in rows) / 1024


layers, own, ogr, peak = [], 0.0, 0.0, 0.0
for name in ("redline", "farmland", "urban"):
    (a, memory), (b, _) = read("own", name), read("ogr", name)
    layers.append({"layer": name, "import_s": round(a, 3), "ogr2ogr_s": round(b, 3), "peak_mb": round(memory, 1)})
    own, ogr, peak = own + a, ogr + b, max(peak, memory)
ok = own <= 2 * ogr and peak <= 500
print(json.dumps({"bench": "import", "rounds": rounds, "layers": layers, "import_s": round(own, 3), "ogr2ogr_s": round(ogr, 3),
                  "ratio": round(own / ogr, 3), "ratio_limit": 2, "peak_mb": round(peak, 1), "peak_limit_mb": 500,
                  "ok": ok}, indent=1))
sys.exit(0 if ok else 1)
PY
