"""A client of a server's background jobs, and a look at the processes that they are."""
import http.client
import json
import pathlib
import time

from fixture import runs


def children_of(pid):
    """The working children of a server, by the kernel's own list."""
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            if int(fields[1]) == pid and fields[0] != "Z":
                found.append(int(entry.name))
        except (OSError, IndexError):
            pass
    return found


def is_alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


class Client:
    def __init__(self, server):
        self.server = server

    def request(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection(self.server.host, self.server.port)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            response = connection.getresponse()
            return response.status, dict(response.getheaders()), response.read()
        finally:
            connection.close()

    def json(self, method, path, body=None, status=200):
        code, _, answer = self.request(method, path, body)
        assert code == status, (code, answer[:600].decode())
        return json.loads(answer)

    def add(self, query, body=None, status=202):
        return self.json("POST", "/jobs?" + query, body, status)

    def wait(self, job, until=("done", "failed", "cancelled")):
        for pause in runs.pauses():
            now = self.json("GET", f"/jobs/{job['id']}")
            if now["state"] in until:
                return now
            assert now["state"] in ("queued", "running"), f"the job has ended, and never was one of {until}: {now}"
            time.sleep(pause)

    def result(self, job, form):
        code, headers, body = self.request("GET", f"/jobs/{job['id']}/result?format={form}")
        assert code == 200, body[:600].decode()
        return headers, body
