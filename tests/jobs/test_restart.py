"""What becomes of background jobs when their server ends, however it ends: test_restart.py PROGRAM SOURCE_DIR. Every test says
what it protects."""
import json
import os
import pathlib
import re
import shutil
import signal
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "audit"))
import audit_fixture as f  # noqa: E402
from job_client import Client, children_of, is_alive  # noqa: E402

fixture, runs = f.fixture, f.runs
LARGE = 2000 if f.SANITIZED else 8000  # parcels: seconds of work in either build
ALL = "gpkg,csv,geojsonl,xlsx"


class Restart(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.files = pathlib.Path(tempfile.mkdtemp(prefix="hongxian-restart-test-"))
        cls.addClassCleanup(shutil.rmtree, cls.files)
        cls.small = pathlib.Path(f.many(cls.files / "small.gpkg", 50)).read_bytes()
        cls.large = pathlib.Path(f.many(cls.files / "large.gpkg", LARGE, seed=2))
        cls.wanted = {}  # form -> digest

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=self.files))
        self.store = f.store(self.folder)
        self.server = None
        self.addCleanup(self.stop)
        self.start()

    def start(self):
        self.server = fixture.Server(f.PROGRAM, "--store", self.store)
        self.client = Client(self.server)

    def stop(self):
        if self.server:
            code, self.server = self.server.stop(), None
            self.assertEqual(0, code)

    def kill(self):
        """kill -9, and the job's processes are gone, too."""
        children = children_of(self.server.process.pid)
        os.kill(self.server.process.pid, signal.SIGKILL)
        self.server.process.communicate()
        self.server.errors.close()
        self.server = None
        runs.wait_until(lambda: not any(is_alive(p) for p in children))

    def job(self, job):
        return self.client.json("GET", f"/jobs/{job['id']}")

    def add_large(self, formats=ALL):
        return self.client.add(f"name=large.gpkg&formats={formats}", self.large.read_bytes())

    def wait_for_rows(self, job):
        """Until the first of its outputs is whole, and others are not begun."""
        first = self.state_of(job).parent / "out.gpkg"
        runs.wait_until(lambda: first.exists() or self.client.wait(job, ("queued", "running")) and None)
        return first

    def state_of(self, job):
        return next(pathlib.Path(self.store + ".jobs").glob(f"server-*/job-{job['id']}")) / "job.json"

    def assert_is_the_commands(self, job, form="csv", lines_changed=False):
        """Of the same lines the command is asked once for a form."""
        if form not in self.wanted or lines_changed:
            want = self.folder / f"want.{form}"
            f.expected("parcels", self.large, "-o", want, "--store", self.store, "--overwrite")
            wanted = f.digest(want)
            if not lines_changed:
                self.wanted[form] = wanted
        else:
            wanted = self.wanted[form]
        got = self.folder / f"got.{form}"
        got.write_bytes(self.client.result(job, form)[1])
        self.assertEqual(wanted, f.digest(got))

    def test_what_has_ended_is_the_same_after_a_restart(self):
        """Jobs that were done, failed or cancelled are what they were, member by member, in their order, and so are their results,
        after an orderly end and after kill -9. What they were made with stands there."""
        add = self.client.add
        jobs = [add("name=a%20%E2%80%9C%E5%9C%B0%E2%80%9D.gpkg&formats=gpkg,csv&class=GENERAL&id_field=BSM", self.small), add("kind=lines&within_spaces=1"), add("kind=figures"),
                add("name=x.txt", "你好".encode())]
        parcels = fixture.collection(fixture.feature((111.7, 40.8, 111.701, 40.801), BSM="A"))
        inputs = {"inputs": {"parcels": parcels}, "outputs": {"report": {"format": {"mediaType": "application/pdf"}, "transmissionMode": "reference"}}}
        status, _, answer = self.client.request("POST", "/processes/check/execution", json.dumps(inputs), {"Prefer": "respond-async"})
        self.assertEqual(201, status, answer)
        jobs.append(json.loads(answer))
        ended = [self.client.wait(j) for j in jobs]
        self.assertEqual(["done", "done", "done", "failed", "done"], [j["state"] for j in ended])
        self.assertRegex(ended[0]["engine"], r"^hongxian \d+\.\d+\.\d+, GEOS ")
        self.assertIsNone(ended[0]["restarted"])

        def all_of_them():
            listed = self.client.json("GET", "/jobs")["jobs"]
            for j in listed:  # the server's own address is another one each time
                j["links"] = [link["rel"] for link in j["links"]]
            return listed, [[self.client.result(j, r["format"])[1] for r in j["results"]] for j in listed], [
                re.sub(rb':%d|"request_id":"[^"]*"' % self.server.port, b"", self.client.request("GET", f"/jobs/{j['id']}/results")[2]) for j in listed]
        before = all_of_them()
        for end in (self.stop, self.kill):
            end()
            self.start()
            self.assertEqual(before, all_of_them())
        again = self.client.wait(self.client.add(f"since={jobs[0]['id']}"))  # its file is still there, and its result
        self.assertEqual(("done", "GENERAL", 50), (again["state"], again["project_class"], again["outcome"]["n_reused"]))

    def test_killed_in_the_middle(self):
        """kill -9 during a job while others wait: all were accepted, so all are done afterwards, in their order. The one that ran
        goes on behind the rows that it had, says so, and its result is that of the command; the others say nothing."""
        job = self.add_large()
        second, third = self.client.add("name=b.gpkg&formats=csv", self.small), self.client.add("kind=figures")
        gone = self.client.add("kind=figures")
        self.client.json("DELETE", f"/jobs/{gone['id']}")
        first = self.wait_for_rows(job)
        was = first.stat()
        self.kill()
        self.start()
        done = [self.client.wait(j) for j in (job, second, third)]
        self.assertEqual(["done"] * 3, [j["state"] for j in done], done)
        self.assertEqual((1, "job-gone-on"), (done[0]["restarted"]["times"], done[0]["restarted"]["code"]))
        self.assertEqual((was.st_ino, was.st_mtime_ns), (first.stat().st_ino, first.stat().st_mtime_ns))  # not made again
        self.assertRegex(done[0]["restarted"]["zh"], "重启")
        self.assertRegex(done[0]["message"], "重启")
        self.assertEqual([None, None], [j["restarted"] for j in done[1:]])
        self.assertEqual(sorted(j["started_at"] for j in done), [j["started_at"] for j in done])
        self.assertEqual("cancelled", self.job(gone)["state"])
        for form in ("gpkg", "csv"):
            self.assert_is_the_commands(done[0], form)

    @f.whole_under_sanitizers
    def test_an_orderly_stop_interrupts(self):
        """SIGTERM does not cost anybody his job: it waits again, noted on the disk, and goes on at the next start. It is not counted
        against the job."""
        job = self.add_large()
        for times in (1, 2, 3):
            self.client.wait(job, ("running",))
            if times == 1:
                self.wait_for_rows(job)
            self.stop()
            state = json.loads(self.state_of(job).read_text(encoding="utf-8").split("\n", 1)[1])
            self.assertEqual(("queued", times, 0), (state["state"], state["restarts"], state["crashes"]))
            self.start()
        done = self.client.wait(job)
        self.assertEqual(("done", 3, "job-gone-on"), (done["state"], done["restarted"]["times"], done["restarted"]["code"]))
        self.assert_is_the_commands(done)

    @f.whole_under_sanitizers
    def test_begun_again_when_the_lines_have_changed(self):
        """Rows of before a new layer version never stand beside rows of after it: the job begins anew and says so."""
        job = self.add_large()
        self.wait_for_rows(job)
        self.kill()
        lines = fixture.red_line()
        lines["features"].append(fixture.feature((111.75, 40.79, 111.76, 40.82), BSM="ERL-9", MC="新", GKFQ="", MJ=1.0, BZ=None))
        fixture.import_layer(f.PROGRAM, self.folder, self.store, "ecological_red_line", lines)
        self.start()
        done = self.client.wait(job)
        self.assertEqual(("done", "job-begun-again", 0), (done["state"], done["restarted"]["code"], done["outcome"]["resumed_after"]), done["error"])
        self.assert_is_the_commands(done, lines_changed=True)

    @f.whole_under_sanitizers
    def test_three_crashes_are_enough(self):
        """A job that the server does not outlive is failed at the third time, with a sentence; the next job has its turn."""
        job = self.add_large()
        after = self.client.add("kind=figures")
        for _ in range(3):
            self.client.wait(job, ("running",))
            self.kill()
            self.start()
        failed = self.job(job)
        self.assertEqual(("failed", "job-interrupted", []), (failed["state"], failed["error"]["code"], failed["results"]))
        self.assertRegex(failed["error"]["zh"], "[\u4e00-\u9fff]{4}")
        self.assertEqual("done", self.client.wait(after)["state"])
        self.assertEqual(["job.json"], [p.name for p in self.state_of(job).parent.rglob("*")])

    @f.whole_under_sanitizers
    def test_cancelled_before_the_kill(self):
        """What somebody has cancelled does not run again because the server was killed meanwhile."""
        job = self.add_large()
        self.client.wait(job, ("running",))
        self.client.json("DELETE", f"/jobs/{job['id']}")
        self.kill()
        self.start()
        self.assertEqual("cancelled", self.job(job)["state"])

    def test_a_damaged_state_is_told(self):
        """A state that was cut off or changed, and a result that is no longer whole: the job is listed as failed with a sentence,
        never dropped, never handed out. An upload of which nobody was told is swept."""
        jobs = [self.client.wait(self.client.add("kind=figures")) for _ in range(4)]
        states = [self.state_of(j) for j in jobs]
        self.stop()
        states[0].write_bytes(states[0].read_bytes().replace(b'"done"', b'"Done"'))
        states[1].write_bytes(states[1].read_bytes()[:-20])
        result = next(states[2].parent.glob("out.csv"))
        result.write_bytes(result.read_bytes()[:-1])
        unknown = states[0].parent.parent / ("job-" + "0" * 24)
        (unknown / "in").mkdir(parents=True)
        (unknown / "in" / "upload").write_bytes(b"half")
        self.start()
        for job, code in zip(jobs, ("job-state-damaged", "job-state-damaged", "job-results-damaged")):
            now = self.job(job)
            self.assertEqual(("failed", code, []), (now["state"], now["error"]["code"], now["results"]))
            self.assertRegex(now["error"]["zh"], "[\u4e00-\u9fff]{4}")
            self.assertGreaterEqual(self.client.request("GET", f"/jobs/{job['id']}/result?format=csv")[0], 400)
        self.assertEqual("done", self.job(jobs[3])["state"])
        self.assertFalse(unknown.exists())
        self.client.json("DELETE", f"/jobs/{jobs[0]['id']}")
        self.client.json("GET", f"/jobs/{jobs[0]['id']}", status=404)

    @f.whole_under_sanitizers
    def test_jobs_of_another_store(self):
        """Where another store lies at the same path, the jobs of the one before are neither shown nor run, and are there when that
        comes back."""
        done = self.client.wait(self.client.add("kind=figures"))
        waiting = self.add_large("csv")
        self.client.wait(waiting, ("running",))
        self.stop()
        own = pathlib.Path(self.store)
        away = self.folder / "away.sqlite"
        own.rename(away)
        fixture.empty_store(f.PROGRAM, self.store)
        self.start()
        self.assertEqual([], self.client.json("GET", "/jobs")["jobs"])
        self.stop()
        own.unlink()
        away.rename(own)
        self.start()
        self.assertEqual("done", self.job(done)["state"])
        self.assertEqual("done", self.client.wait(waiting)["state"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
