"""The auditor's bench: the table and the tiles of a finished parcel audit: test_bench.py PROGRAM SOURCE_DIR. The second opinion is
SQLite over the GeoPackage that the job hands out. Every test says what it protects."""
import json
import math
import pathlib
import random
import shutil
import sqlite3
import sys
import tempfile
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "audit"))
import audit_fixture as f  # noqa: E402
import mvt_read  # noqa: E402
from job_client import Client  # noqa: E402

fixture = f.fixture
N = 400
SEVERITY = "CASE verdict WHEN 'prohibited' THEN 0 WHEN 'restricted' THEN 2 WHEN 'notice' THEN 3 WHEN 'allowed' THEN 4 ELSE 1 END"


def parcels():
    """Of each kind some: with a class or none, a name that SQL must not run, one that crosses itself, one without a shape."""
    rng = random.Random(5)
    names = ["地块，“一”", "it's; DROP TABLE rows --", "100%_sure", None]
    for i in range(N):
        yield f.blob([f.parcel(rng)]), f"P{i}", names[i % 4], "150102", rng.choice(("", "GENERAL", "STATE_KEY"))
    x, y = 111.72, 40.82
    yield f.blob([[(x, y), (x + 0.01, y + 0.01), (x + 0.01, y), (x, y + 0.01), (x, y)]]), "CROSSES", None, None, ""
    yield None, "BARE", None, None, ""


class Bench(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="hongxian-bench-test-"))
        cls.store = f.store(cls.folder)
        body = pathlib.Path(f.write_gpkg(cls.folder / "in.gpkg", parcels())).read_bytes()
        cls.server = fixture.Server(f.PROGRAM, "--store", cls.store)
        cls.client = Client(cls.server)
        cls.job = cls.client.wait(cls.client.add("kind=parcels&name=in.gpkg&class_field=class&formats=gpkg", body))
        assert cls.job["state"] == "done", cls.job
        cls.gpkg = cls.folder / "out.gpkg"
        cls.gpkg.write_bytes(cls.client.result(cls.job, "gpkg")[1])

    @classmethod
    def tearDownClass(cls):
        fixture.stop_well(cls.server, cls.folder)

    def page(self, status=200, **query):
        text = urllib.parse.urlencode({k: v for k, v in query.items() if v is not None})
        return self.client.json("GET", f"/jobs/{self.job['id']}/rows?{text}", status=status)

    def sql(self, where="1", order="fid"):
        return f.rows(self.gpkg, f"SELECT *, {SEVERITY} AS severity FROM parcels WHERE {where} ORDER BY {order}")

    # ---- rows ----

    def test_filters_choose_what_sql_chooses(self):
        """CQL2 over the table against the same condition over the GeoPackage, with what is not given (null) among the values."""
        prefix = next(k[:-3] for k in self.sql()[0] if k.endswith("_m2") and k != "area_m2")
        same = ["verdict = 'prohibited'", "verdict IN ('unknown', 'allowed')", "NOT (verdict = 'allowed')", "area_m2 > 9000",
                "area_m2 BETWEEN 4000 AND 9000", "name IS NULL", "NOT (name = 'it''s; DROP TABLE rows --')", f"{prefix}_m2 > 0",
                f"{prefix}_status <> 'clear' AND (project_class = 'GENERAL' OR area_m2 < 5000)", "fid <= 7", "area_m2 IS NULL",
                "parcel_id > 'P39'"]
        seen = 0
        for condition in same:
            want = [r["fid"] for r in self.sql(condition)]
            got = self.page(filter=condition, sortby="fid", limit=500)
            self.assertEqual(want, [r["fid"] for r in got["rows"]], condition)
            self.assertEqual((len(want), N + 2), (got["numberMatched"], got["n_rows"]), condition)
            seen += 0 < len(want) < N
        self.assertGreater(seen, 8)
        like = {"name LIKE '100\\%\\_s%'": "name LIKE '100\\%\\_s%' ESCAPE '\\'", "parcel_id LIKE 'p%'": "0", "parcel_id LIKE 'P_'": "parcel_id GLOB 'P?'"}
        for cql, where in like.items():
            self.assertEqual([r["fid"] for r in self.sql(where)], [r["fid"] for r in self.page(filter=cql, sortby="fid", limit=500)["rows"]], cql)
        self.assertEqual([N + 1], [r["fid"] for r in self.page(filter="measured = false AND on_map = true")["rows"]])

    def test_rows_are_those_of_the_file(self):
        """Every value of every column, and no row twice or never over all pages, in each order."""
        for sortby, order in ((None, "severity, fid"), ("-name", "name DESC, fid DESC"), ("-area_m2,parcel_id", "area_m2 DESC, parcel_id, fid"), ("verdict,-fid", "severity, fid DESC")):
            got, want = [], self.sql(order=order)
            while len(got) < len(want):
                page = self.page(sortby=sortby, limit=97, offset=len(got))
                self.assertEqual((len(want), len(page["rows"])), (page["numberMatched"], page["numberReturned"]))
                self.assertTrue(page["rows"])
                got += page["rows"]
            self.assertEqual([r["fid"] for r in want], [r["fid"] for r in got], sortby)
        columns = [k for k in want[0] if k in got[0]]
        self.assertGreater(len(columns), 12)
        self.assertEqual([[r[k] for k in columns if k != "measured"] for r in want], [[r[k] for k in columns if k != "measured"] for r in got])
        self.assertEqual([bool(r["measured"]) for r in want], [r["measured"] for r in got])
        self.assertEqual([], self.page(offset=N + 2)["rows"])
        self.assertIn("ecological_red_line", [line["layer"] for line in self.page()["lines"]])
        self.assertTrue(all(f"{line['prefix']}_m2" in columns for line in self.page()["lines"]))

    def test_what_cannot_be_asked_is_refused(self):
        """A wrong name, type, order or form has a sentence, and no text of a filter reaches SQL."""
        for query, code in (({"filter": "nothing = 1"}, "unknown-property"), ({"filter": "area_m2 = 'x'"}, "bad-filter"), ({"filter": "severity = 1"}, "unknown-property"),
                            ({"filter": "1=1; DROP TABLE rows"}, "bad-filter"), ({"filter": "S_INTERSECTS(geom, POINT(1 2))"}, "filter-unsupported"),
                            ({"sortby": "rowid"}, "bad-parameter"), ({"sortby": "fid;--"}, "bad-parameter"), ({"sortby": "fid,fid,fid,fid,fid"}, "bad-parameter"),
                            ({"limit": "501"}, "bad-parameter"), ({"offset": "-1"}, "bad-parameter"), ({"verdict": "allowed"}, "unknown-parameter")):
            answer = self.page(status=400, **query)
            self.assertEqual(code, answer["code"], (query, answer))
            self.assertRegex(answer["detail"], "[\u4e00-\u9fff]{2}")
        self.assertEqual(N + 2, self.page()["numberMatched"])

    def test_a_row_opens_as_a_check_of_that_parcel(self):
        """The same verdict and area as in the batch, from the parcel as the row hands it out; one that crosses itself is refused again."""
        for row in (*self.sql("measured", "area_m2 DESC")[:2], *self.sql("measured", "area_m2")[:2]):
            feature = self.client.json("GET", f"/jobs/{self.job['id']}/rows/{row['fid']}")
            self.assertEqual((row["verdict"], row["project_class"], row["name"]), (feature["verdict"], feature["project_class"], feature["name"]))
            self.assertEqual(row["parcel_id"], feature["properties"].get("BSM", row["parcel_id"]))
            checked = self.client.json("POST", "/check?" + urllib.parse.urlencode({"class": row["project_class"]}), json.dumps(feature))
            (plot,) = checked["parcels"]
            self.assertEqual(row["verdict"], plot["verdict"])
            self.assertAlmostEqual(row["area_m2"], plot["area_m2"], delta=0.005)
        crossing = self.client.json("GET", f"/jobs/{self.job['id']}/rows/{N + 1}")
        self.assertTrue(crossing["reason_zh"])
        self.assertIn("geometry", crossing)
        refused = self.client.request("POST", "/check", json.dumps(crossing))
        self.assertNotEqual("allowed", json.loads(refused[2]).get("verdict"))
        self.assertIsNone(self.client.json("GET", f"/jobs/{self.job['id']}/rows/{N + 2}")["geometry"])
        self.assertEqual("bench-row", self.client.json("GET", f"/jobs/{self.job['id']}/rows/{N + 3}", status=404)["code"])

    # ---- tiles ----

    def tiles(self, z):
        """All that lie under the parcels, read."""
        west, south, east, north = self.page()["bbox"]
        column = lambda lon: int((lon + 180) / 360 * 2 ** z)  # noqa: E731
        row = lambda lat: int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2 ** z)  # noqa: E731
        for y in range(row(north), row(south) + 1):
            for x in range(column(west), column(east) + 1):
                code, headers, body = self.client.request("GET", f"/jobs/{self.job['id']}/tiles/{z}/{y}/{x}")
                self.assertIn(code, (200, 204), body[:300])
                self.assertEqual("private, no-cache", headers["Cache-Control"])
                yield mvt_read.read(body)

    def test_every_parcel_is_in_one_spot_of_each_zoom(self):
        """Numbers of each verdict, summed over all tiles of a zoom, are those of the table: nothing is dropped, none counted twice."""
        want = {r["verdict"]: 0 for r in self.sql("geom IS NOT NULL")}
        for r in self.sql("geom IS NOT NULL"):
            want[r["verdict"]] += 1
        for z in (0, 5, 9, 11, 11):
            got = dict.fromkeys(want, 0)
            for tile in self.tiles(z):
                for spot in tile.get("spots", []):
                    self.assertEqual("point", spot["type"])
                    got[spot["tags"]["zone"]] += spot["tags"]["merged"]
            self.assertEqual(want, got, z)
        self.assertEqual(self.page()["n_shapes"], sum(want.values()))

    def test_from_the_exact_zoom_on_each_parcel_has_its_area(self):
        """By its number, with its verdict, and no spots any more."""
        verdicts = {r["fid"]: r["verdict"] for r in self.sql("geom IS NOT NULL")}
        got = {}
        for tile in self.tiles(13):
            self.assertNotIn("spots", tile)
            got.update({p["id"]: p["tags"]["zone"] for p in tile.get("parcels", [])})
        self.assertEqual(verdicts, got)

    def test_a_tile_that_one_has_is_not_sent_again(self):
        """Its tag stands for the audit."""
        path = f"/jobs/{self.job['id']}/tiles/5/12/25"
        code, headers, _ = self.client.request("GET", path)
        self.assertEqual(200, code)
        self.assertEqual(304, self.client.request("GET", path, headers={"If-None-Match": headers["ETag"]})[0])
        self.assertEqual(400, self.client.request("GET", f"/jobs/{self.job['id']}/tiles/5/32/0")[0])

    # ---- whose, and whether ----

    def test_there_is_none_of_other_jobs(self):
        """An audit of the lines, one without GeoPackage, and a job that there is not are told apart from an empty result."""
        without = self.client.wait(self.client.add("kind=parcels&name=in.gpkg&formats=csv,xlsx", (self.folder / "in.gpkg").read_bytes()))
        self.assertEqual(["csv", "xlsx", "html", "json"], [r["format"] for r in without["results"]])
        figures = self.client.wait(self.client.add("kind=figures"))
        for job, code in ((without["id"], "job-format"), (figures["id"], "job-format"), ("0" * 24, "job-not-found")):
            for path in ("rows", "rows/1", "tiles/0/0/0"):
                self.assertEqual(code, self.client.json("GET", f"/jobs/{job}/{path}", status=404)["code"], (job, path))

    def test_it_is_as_safe_as_its_job(self):
        """What lies in the folder is the bench of the rows, and goes with the job."""
        job = self.client.wait(self.client.add("kind=parcels&name=in.gpkg&formats=gpkg", (self.folder / "in.gpkg").read_bytes()))
        (folder,) = pathlib.Path(self.store + ".jobs").glob(f"server-*/job-{job['id']}")
        self.assertTrue((folder / "bench.rows").is_file() and (folder / "bench.index").is_file())
        self.client.json("GET", f"/jobs/{job['id']}/rows")
        with (folder / "bench.rows").open("r+b") as file:
            file.truncate(1000)
        self.assertEqual("bench-read", self.client.json("GET", f"/jobs/{job['id']}/rows", status=500)["code"])
        (folder / "bench.rows").unlink()
        self.assertEqual("bench-missing", self.client.json("GET", f"/jobs/{job['id']}/rows", status=404)["code"])
        self.client.json("DELETE", f"/jobs/{job['id']}")
        self.assertFalse(folder.exists())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
