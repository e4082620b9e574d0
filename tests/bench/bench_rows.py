"""What the table and the tiles of a batch of N parcels cost, in processor seconds of the server: bench_rows.py PROGRAM SOURCE_DIR [N]

A job of 5,000 parcels is run, and its GeoPackage filled up with N rows: the same ones, each time moved elsewhere. `audit --resume` takes that for
finished and makes the bench of it. Never part of a test: it prints, and judges nothing."""
import pathlib
import random
import resource
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile
import urllib.parse

N = int(sys.argv.pop(3)) if len(sys.argv) > 3 else 1000000
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "audit"))
import audit_fixture as f  # noqa: E402
from job_client import Client  # noqa: E402

FEW = 5000


def moved(blob, dx, dy):
    """A polygon or multipolygon of one ring, with its envelope."""
    b = bytearray(blob)
    west, east, south, north = struct.unpack_from("<4d", b, 8)
    struct.pack_into("<4d", b, 8, west + dx, east + dx, south + dy, north + dy)
    at = 49 + (9 if b[41] == 6 else 0)
    for i in range(struct.unpack_from("<I", b, at)[0]):
        x, y = struct.unpack_from("<dd", b, at + 4 + 16 * i)
        struct.pack_into("<dd", b, at + 4 + 16 * i, x + dx, y + dy)
    return bytes(b)


def fill_up(path):
    rng = random.Random(1)
    db = sqlite3.connect(path)
    db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
                     + "".join(f"DROP TRIGGER {t};" for (t,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")))
    columns = [r[1] for r in db.execute("PRAGMA table_info(parcels)")]
    fid, geom, parcel_id = (columns.index(c) for c in ("fid", "geom", "parcel_id"))
    few = [list(r) for r in db.execute("SELECT * FROM parcels ORDER BY fid")]

    def rows():
        for n in range(FEW + 1, N + 1):
            row = few[n % FEW][:]
            row[fid], row[parcel_id] = n, f"P{n}"
            row[geom] = moved(row[geom], rng.uniform(-12, 13), rng.uniform(-3, 10))
            yield row
    db.executemany(f"INSERT INTO parcels VALUES ({','.join('?' * len(columns))})", rows())
    db.commit()
    db.close()


def questions():
    def rows(name, **query):
        return name, "rows?" + urllib.parse.urlencode({"limit": 100, **query})
    yield rows("first page, counted")
    yield rows("first page again")
    yield rows("at 90 %", offset=N * 9 // 10)
    yield rows("largest first, in the middle", sortby="-area_m2", offset=N // 2)
    yield rows("one verdict, counted", filter="verdict = 'notice'")
    yield rows("one verdict, largest first, at 20 %", filter="verdict = 'notice'", sortby="-area_m2", offset=N // 5)
    yield rows("pressing on a line, most first", filter="red_line_m2 > 0", sortby="-pressed_m2")
    yield rows("a word in the id", filter="parcel_id LIKE '%9999%'")
    yield rows("class and area", filter="project_class = 'GENERAL' AND area_m2 >= 5000")
    for z, y, x in ((0, 0, 0), (4, 5, 12), (6, 23, 51), (8, 93, 207), (10, 383, 829), (12, 1535, 3318)):
        yield f"tile of zoom {z}", f"tiles/{z}/{y}/{x}"
    yield "tile of zoom 0, kept", "tiles/0/0/0"


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="hongxian-bench-rows-"))
    store = f.store(folder)
    source = folder / "in.gpkg"
    f.many(source, FEW)
    server = f.fixture.Server(f.PROGRAM, "--store", store)
    client = Client(server)

    def cpu():
        ticks = pathlib.Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(ticks[11]) + int(ticks[12])) / 100
    try:
        job = client.wait(client.add("kind=parcels&name=in.gpkg&class_field=class&formats=gpkg", source.read_bytes()))
        (at,) = pathlib.Path(store + ".jobs").glob(f"server-*/job-{job['id']}")
        fill_up(at / "out.gpkg")
        began = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([f.PROGRAM, "audit", "parcels", "--store", store, "--class-field", "class", "-o", at / "out.gpkg", "--resume", "--bench", at / "bench",
                        source], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        made = used.ru_utime + used.ru_stime - began.ru_utime - began.ru_stime
        print(f"{'made of ' + str(N) + ' rows':40}{made:8.2f} s   {((at / 'bench.rows').stat().st_size + (at / 'bench.index').stat().st_size) >> 20} MiB")
        for name, path in questions():
            before = cpu()
            status, _, body = client.request("GET", f"/jobs/{job['id']}/{path}")
            print(f"{name:40}{cpu() - before:8.2f} s   {status}, {len(body) >> 10} KiB")
    finally:
        server.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
