"""What a line said on a day, asked of the server and of the command, by many threads at once. test_as_of.py PROGRAM"""
import http.client
import json
import threading
import urllib.parse

import official
from official import Official, fixture


class AsOf(Official):
    """What did the red line say on that day? The server and the command give the same answer."""
    PARCEL = "POLYGON ((111.15 40.15, 111.16 40.15, 111.16 40.16, 111.15 40.16, 111.15 40.15))"

    def setUp(self):
        super().setUp()
        coverage = self.source("coverage.geojson", fixture.feature((111.0, 40.0, 112.0, 41.0)))
        self.take(self.source("old.geojson", fixture.feature((111.1, 40.1, 111.2, 40.2), BSM="old")), "ecological_red_line",
                  "--effective-from", "2022-01-01", "--coverage", coverage)
        self.take(self.source("new.geojson", fixture.feature((111.5, 40.1, 111.6, 40.2), BSM="new")), "ecological_red_line",
                  "--effective-from", "2024-06-01", "--coverage", coverage)
        (self.folder / "parcel.wkt").write_text(self.PARCEL)
        self.server = fixture.Server(official.PROGRAM, "--store", self.store)

    def tearDown(self):
        self.server.stop()
        super().tearDown()

    def ask(self, method, query, body=None):
        connection = http.client.HTTPConnection(self.server.host, self.server.port)
        connection.request(method, "/check?" + query, body)
        reply = connection.getresponse()
        answer = json.loads(reply.read())
        connection.close()
        return reply.status, answer

    def told(self, report):
        """A report without what names the moment and the program that made it."""
        return {k: v for k, v in report.items() if k not in ("created_at", "engine", "generation", "snapshot")}

    def test_the_server_and_the_command_answer_alike_for_every_day(self):
        for day in ("2021-12-31", "2022-01-01", "2024-05-31", "2024-06-01", "2030-01-01"):
            status, posted = self.ask("POST", f"as_of={day}", self.PARCEL)
            self.assertEqual(status, 200, posted)
            got_status, got = self.ask("GET", f"as_of={day}&parcel={urllib.parse.quote(self.PARCEL)}")
            self.assertEqual(got_status, 200, got)
            done = self.run_program("check", "parcel.wkt", "--store", self.store, "--as-of", day, "--format", "json")
            self.assertEqual(self.told(posted), self.told(json.loads(done.stdout)), day)
            self.assertEqual(self.told(posted), self.told(got), day)
        versions = [self.ask("POST", f"as_of={day}", self.PARCEL)[1] for day in ("2023-01-01", "2025-01-01")]
        self.assertNotEqual(self.told(versions[0]), self.told(versions[1]))

    def test_a_rollback_is_seen_at_once_and_a_day_that_is_none_is_refused(self):
        before = self.told(self.ask("POST", "as_of=2025-01-01", self.PARCEL)[1])
        self.run_program("layers", "rollback", "ecological_red_line", "--store", self.store)
        after = self.told(self.ask("POST", "as_of=2025-01-01", self.PARCEL)[1])
        self.assertNotEqual(before, after, "a withdrawn version is in force on no day")
        for day in ("2024-13-01", "yesterday", "2024-1-1"):
            status, problem = self.ask("POST", f"as_of={day}", self.PARCEL)
            self.assertEqual((status, problem["code"]), (400, "bad-date"))

    def test_many_days_at_once_from_many_threads(self):
        days = [f"202{y}-0{m}-15" for y in range(1, 6) for m in (3, 8)]
        wanted = {day: self.told(self.ask("POST", f"as_of={day}", self.PARCEL)[1]) for day in days}
        wrong = []

        def ask(seed):
            for i in range(40):
                day = days[(seed * 7 + i * 3) % len(days)]
                status, report = self.ask("POST", f"as_of={day}", self.PARCEL)
                if status != 200 or self.told(report) != wanted[day]:
                    wrong.append((day, status))
        threads = [threading.Thread(target=ask, args=(n,)) for n in range(4)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    official.main()
