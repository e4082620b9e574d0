#!/usr/bin/env bash
# The workload in PostGIS: a database cluster of its own, on a Unix socket only. Loading takes minutes and is done once.
#   tests/bench/postgis.sh up DATA WORK                    starts, loads and cuts what is not yet; prints the connection string
#   tests/bench/postgis.sh query WORK VARIANT LAYER WORKERS   prints: seconds pairs_over_0.01_m2 area_m2
#   tests/bench/postgis.sh tiles DATA WORK                 the same with LAYER_3857 in place of pieces
#   tests/bench/postgis.sh versions WORK
#   tests/bench/postgis.sh down WORK
# VARIANT: raw (polygons as they are), s128, s256 (ST_Subdivide)
set -euo pipefail

fail() {
    printf 'bench: %s\n' "$*" >&2
    exit 2
}

bin=$(find /usr/lib/postgresql -path '*/bin/pg_ctl' 2>/dev/null | sort -V | tail -n 1 | xargs -r dirname) || true
[ -n "$bin" ] || fail "no PostgreSQL server (script/install bench)"

# The server refuses to run as root.
as_server=()
[ "$(id -u)" -ne 0 ] || as_server=(runuser -u postgres --)

# The cluster lies in WORK, or, where its user cannot go there, in a folder of the system's for temporary files.
find_place() {
    local work
    mkdir -p "$1"
    work=$(cd "$1" && pwd)
    place=$work/postgres
    if [ ${#place} -gt 80 ] || { [ ${#as_server[@]} -gt 0 ] && ! "${as_server[@]}" test -x "$work"; }; then
        place=/var/tmp/hongxian-bench-$(printf %s "$work" | sha256sum | cut -c1-12)
    fi
    connection="host=$place/socket user=postgres"
}

db() { psql -X -q -A -t -v ON_ERROR_STOP=1 -d "$connection dbname=${database:-bench}" "$@"; }

memory_mb() { awk '/^MemTotal/ { print int($2 / 1024) }' /proc/meminfo; }

settings() {
    local mb
    mb=$(memory_mb)
    cat <<END
listen_addresses = ''
unix_socket_directories = '$place/socket'
shared_buffers = $((mb / 5 < 4096 ? mb / 5 : 4096))MB
effective_cache_size = $((mb / 2))MB
work_mem = 256MB
maintenance_work_mem = 1GB
max_wal_size = 8GB
checkpoint_timeout = 30min
fsync = off
full_page_writes = off
synchronous_commit = off
wal_level = minimal
max_wal_senders = 0
autovacuum = off
jit = off
random_page_cost = 1.1
max_worker_processes = 8
max_parallel_workers = 4
max_parallel_workers_per_gather = 0
END
}

running() { "${as_server[@]}" "$bin/pg_ctl" -D "$place/data" status >/dev/null 2>&1; }

start() {
    if [ ! -e "$place/ready" ]; then
        rm -rf "$place"
        mkdir -p "$place/data" "$place/socket"
        [ ${#as_server[@]} -eq 0 ] || chown -R postgres: "$place"
        "${as_server[@]}" "$bin/initdb" -D "$place/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 >/dev/null
        settings | "${as_server[@]}" tee -a "$place/data/postgresql.conf" >/dev/null
        touch "$place/ready"
    fi
    running || "${as_server[@]}" "$bin/pg_ctl" -D "$place/data" -l "$place/data/server.log" -w start >/dev/null
}

load_layers() {
    local data=$1 layer
    [ ! -e "$place/layers" ] || return 0
    database=postgres db -c 'DROP DATABASE IF EXISTS bench' -c 'CREATE DATABASE bench' 2>/dev/null
    # PostGIS does not come with EPSG:4490's text; the number alone is enough to compute with.
    db -c 'CREATE EXTENSION postgis' -c "INSERT INTO spatial_ref_sys SELECT 4490, 'EPSG', 4490, NULL, NULL
        WHERE NOT EXISTS (SELECT FROM spatial_ref_sys WHERE srid = 4490)"
    for layer in redline farmland urban parcels; do
        ogr2ogr -f PostgreSQL "PG:$connection dbname=bench" "$data/$layer.gpkg" "$layer" -nln "$layer" -gt 65536 \
            -lco GEOMETRY_NAME=geom -lco FID=fid -lco SPATIAL_INDEX=NONE --config PG_USE_COPY YES
        db -c "CREATE INDEX ON $layer USING gist (geom)" -c "VACUUM ANALYZE $layer"
    done
    touch "$place/layers"
}

cut_layers() {
    local layer n
    [ ! -e "$place/loaded" ] || return 0
    for n in 128 256; do
        for layer in redline farmland urban; do
            db -c "SET client_min_messages = error" -c "DROP TABLE IF EXISTS ${layer}_s$n"
            db -c "CREATE TABLE ${layer}_s$n AS SELECT id, ST_Subdivide(geom, $n) AS geom FROM $layer"
            db -c "CREATE INDEX ON ${layer}_s$n USING gist (geom)" -c "VACUUM ANALYZE ${layer}_s$n"
        done
    done
    touch "$place/loaded"
}

# What a tile is made of: EPSG:4490's longitude and latitude are taken for WGS 84's, as the server takes them.
mercator() { # LAYER
    [ "$(db -c "SELECT to_regclass('$1_3857') IS NOT NULL")" = t ] && return 0
    db -c "BEGIN" -c "CREATE TABLE $1_3857 AS SELECT * FROM $1" -c "ALTER TABLE $1_3857 ALTER COLUMN geom TYPE geometry
        USING ST_Transform(ST_SetSRID(geom, 4326), 3857)" -c "CREATE INDEX ON $1_3857 USING gist (geom)" -c COMMIT
    db -c "VACUUM ANALYZE $1_3857"
}

table_of() { # VARIANT LAYER
    case $1 in
    raw) printf '%s' "$2" ;;
    *) printf '%s' "$2_$1" ;;
    esac
}

query() { # VARIANT LAYER WORKERS
    db <<END | tail -n 1
SET client_min_messages = error;
DROP TABLE IF EXISTS result;
SET max_parallel_workers_per_gather = $(($3 - 1));
SET min_parallel_table_scan_size = 0;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
CREATE TEMP TABLE started AS SELECT clock_timestamp() AS t;
CREATE UNLOGGED TABLE result AS
    SELECT p.id AS parcel, s.id AS feature, sum(ST_Area(ST_Intersection(p.geom, s.geom)::geography)) AS area
    FROM parcels p JOIN $(table_of "$1" "$2") s ON ST_Intersects(p.geom, s.geom) GROUP BY 1, 2;
SELECT extract(epoch FROM clock_timestamp() - (SELECT t FROM started)) || ' ' ||
    (SELECT count(*) FROM result WHERE area > 0.01) || ' ' || (SELECT coalesce(sum(area), 0) FROM result);
END
}

case ${1-} in
up)
    find_place "$3"
    start
    load_layers "$2" >&2
    cut_layers >&2
    printf '%s dbname=bench\n' "$connection"
    ;;
tiles)
    find_place "$3"
    start
    load_layers "$2" >&2
    for layer in redline farmland urban; do
        mercator "$layer" >&2
    done
    printf '%s dbname=bench\n' "$connection"
    ;;
query)
    find_place "$2"
    query "$3" "$4" "$5"
    ;;
versions)
    find_place "$2"
    db -c "SELECT 'PostgreSQL ' || current_setting('server_version') || ', PostGIS ' || postgis_lib_version()
        || ', GEOS ' || postgis_geos_version()"
    ;;
down)
    find_place "$2"
    ! running || "${as_server[@]}" "$bin/pg_ctl" -D "$place/data" -m fast stop >/dev/null
    ;;
*)
    sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
    exit 1
    ;;
esac
