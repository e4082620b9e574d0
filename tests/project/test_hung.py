"""tests/project/hung.py: a test that hangs is named, told and ended, and the others are not touched."""
import contextlib
import io
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import hung  # noqa: E402
import runs  # noqa: E402

# As a test does that uses tests/runs.py, and waits for a process of its own that never ends.
HANGS = """
import faulthandler, signal, subprocess
faulthandler.register(signal.SIGUSR2)
def waits_for_ever():
    subprocess.run(["sleep", "100000"])
waits_for_ever()
"""


class Hung(unittest.TestCase):
    def test_what_ends_is_left_alone(self):
        done = subprocess.run([sys.executable, hung.__file__, "900", "sh", "-c", "echo fine; exit 7"], capture_output=True, text=True)
        self.assertEqual((7, "fine\n"), (done.returncode, done.stdout))

    def test_what_hangs_is_told_and_ended_with_all_that_it_started(self):
        command = subprocess.Popen(["sh", "-c", f"{sys.executable} -c '{HANGS}'; echo ended with $?; exit 8"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        told = io.StringIO()
        runs.wait_until(lambda: any(hung.read(f"/proc/{p}/comm") == "sleep\n" for p in hung.family(command.pid, hung.processes())))
        with contextlib.redirect_stdout(told):
            hung.look(command.pid, 0)
        said, errors = command.communicate()
        self.assertEqual((8, "ended with 137\n"), (command.returncode, said))
        self.assertRegex(told.getvalue(), r"(?m)^  \d+: sleep 100000$")  # its child is told, too
        self.assertRegex(told.getvalue(), r"thread \d+ sleep: state S")
        self.assertIn("waits_for_ever", errors)  # where its Python was


if __name__ == "__main__":
    unittest.main()
