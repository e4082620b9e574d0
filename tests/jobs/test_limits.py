"""What a background job may take, and who pays for it: test_limits.py PROGRAM SOURCE_DIR. Every test says what it protects."""
import os
import pathlib
import shutil
import signal
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "audit"))
import audit_fixture as f  # noqa: E402
from job_client import Client, children_of, is_alive  # noqa: E402

fixture, runs = f.fixture, f.runs
LARGE = 6000 if f.SANITIZED else 40000  # parcels: far more than a second of work in either build, of which little is done


def offspring_of(pid):
    """Its processes, and theirs."""
    return [p for child in children_of(pid) for p in [child, *offspring_of(child)]]


class Limits(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="hongxian-limits-test-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.store = f.store(cls.folder)
        cls.small = pathlib.Path(f.many(cls.folder / "small.gpkg", 500)).read_bytes()
        cls.large = pathlib.Path(f.many(cls.folder / "large.gpkg", LARGE)).read_bytes()

    def serve(self, *limits):
        self.server = fixture.Server(f.PROGRAM, "--store", self.store, *(f"--limit={limit}" for limit in limits))
        self.client = Client(self.server)
        self.addCleanup(self.stop)

    def stop(self):
        code = self.server.stop()
        shutil.rmtree(self.store + ".jobs", ignore_errors=True)
        self.assertEqual(0, code, self.server.log)

    def add_large(self):
        return self.client.add("name=large.gpkg&formats=gpkg,csv,geojsonl,xlsx", self.large)

    def assert_sentence(self, told):
        self.assertRegex(told["zh"], "[\u4e00-\u9fff]{4}")
        self.assertRegex(told["en"], "[a-z]{3}.* [a-z]{2}")

    def test_each_limit_ends_a_job_and_says_which(self):
        """Beyond processor time, time, memory or files a job is ended, with a sentence that names the limit and how it is raised;
        nothing of it is left, and the next job has its turn."""
        limits = (("job-cpu-seconds", 1, "job-cpu-limit"), ("job-seconds", 1, "job-time-limit"), ("job-memory-mb", 16, "job-memory-limit"),
                  ("job-output-mb", 1, "job-output-limit"))
        for name, value, code in runs.some_under_sanitizers(limits[:1], limits):
            with self.subTest(name):
                self.serve(f"{name}={value}")
                job = self.client.wait(self.add_large())
                self.assertEqual(("failed", code, []), (job["state"], (job["error"] or {}).get("code"), job["results"]))
                self.assertIn(f"serve --limit {name}", job["error"]["zh"])
                self.assertIn(f"serve --limit {name}", job["error"]["en"])
                self.assert_sentence(job["error"])
                self.assertEqual(["job.json"], [p.name for p in pathlib.Path(self.store + ".jobs").glob("server-*/job-*/*")])
                if name != "job-memory-mb":
                    state = self.client.wait(self.client.add("kind=figures"))["state"]
                    self.assertIn(state, ("done",) if name == "job-output-mb" else ("done", "failed"))  # a second may be too little here, too
                self.doCleanups()

    def test_disk_of_one_person(self):
        """Who sends more than his share is refused with the reason; his older results make room for his newer ones, the newest always
        stays."""
        self.serve("job-user-mb=1")
        answer = self.client.add("name=large.gpkg", self.large, status=413)
        self.assertEqual("job-user-limit", answer["code"])
        self.assertIn("job-user-mb", answer["detail"])
        self.assertEqual([], list(pathlib.Path(self.store + ".jobs").glob("server-*/job-*")))
        jobs = [self.client.wait(self.client.add("name=small.gpkg&formats=gpkg", self.small)) for _ in range(4)]
        self.assertEqual(["done"] * 4, [j["state"] for j in jobs])
        listed = self.client.json("GET", "/jobs")["jobs"]
        kept = sum(p.stat().st_size for p in pathlib.Path(self.store + ".jobs").glob("server-*/job-*/**/*") if p.is_file() and p.suffix in (".gpkg", ".html", ".json"))
        self.assertLess(len(listed), 4)
        self.assertEqual(jobs[-1]["id"], listed[0]["id"])
        self.assertLess(kept, 1 << 21)

    @f.whole_under_sanitizers
    def test_the_kernel_takes_the_job_first(self):
        """Where memory is out it is the job, and whatever it has started, that the kernel kills, not the server; a job that was killed
        is failed and says so, and the server lives."""
        self.serve()
        own = int(pathlib.Path(f"/proc/{self.server.process.pid}/oom_score_adj").read_text())
        job = self.add_large()
        self.client.wait(job, ("running",))

        def marked():
            self.client.wait(job, ("running",))  # what it waits for would not come any more
            found = offspring_of(self.server.process.pid)
            try:
                return found if found and all(int(pathlib.Path(f"/proc/{p}/oom_score_adj").read_text()) >= own + 500 for p in found) else None
            except OSError:
                return None
        for p in runs.wait_until(marked):
            if is_alive(p):
                os.kill(p, signal.SIGKILL)
        job = self.client.wait(job)
        self.assertEqual("failed", job["state"])
        self.assertIn(job["error"]["code"], ("job-killed", "job-out-of-memory"))  # the latter where another test's process was, just then
        self.assertIn("killed", job["error"]["zh"])
        self.assert_sentence(job["error"])
        self.assertEqual("done", self.client.wait(self.client.add("kind=figures"))["state"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
