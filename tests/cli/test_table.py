"""The one table of options: what is in it is said, understood and refused as it says. test_table.py PROGRAM"""
import json
import re
import subprocess
import sys
import unittest

PROGRAM = sys.argv.pop(1)


def run(*arguments):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True)


COMMANDS = json.loads(run("help", "--format", "json").stdout)["commands"]
LEAVES = [c for c in COMMANDS if not c["subcommands"]]


def words_of(command):
    return [command["group"], command["name"]] if command["group"] else [command["name"]]


class Table(unittest.TestCase):
    def test_every_command_and_option_is_described_in_both_languages(self):
        self.assertGreater(sum(len(c["options"]) for c in LEAVES), 150)
        for command in COMMANDS:
            rows = [command, *command["options"], *(p for o in command["options"] for p in o.get("parts", []))]
            for row in rows:
                self.assertRegex(row["zh"], "[\u4e00-\u9fff]", f"{words_of(command)} {row['name']}")
                self.assertRegex(row["en"], "^[ -~…²–]+$", f"{words_of(command)} {row['name']}")
            if command["operands"]:
                self.assertTrue(command["operands_zh"] and command["operands_en"], words_of(command))
            names = [o["name"] for o in command["options"]]
            self.assertEqual(len(set(names)), len(names), words_of(command))
            self.assertEqual([], [n for n in names if not re.fullmatch("-[a-z]|--[a-z0-9]+(-[a-z]+)*", n)])

    def test_help_for_people_has_every_option(self):
        for command in LEAVES:
            said = run("help", *words_of(command)).stdout
            for option in command["options"]:
                head = f"  {option['name']}" + (f" {option['value']}" if option["value"] else "")
                self.assertRegex(said, f"(?m)^{re.escape(head)}( \\.\\.\\.)?(   .*)?$", words_of(command))
                self.assertIn(f"\n      {option['zh']}\n      {option['en']}\n", said)

    def test_every_option_is_understood(self):
        """Behind it stands one that there is not: the refusal is of that one, so all before it was taken."""
        for command in LEAVES:
            arguments = []
            for o in command["options"]:
                value = o["value"].split("|")[0] if o["choice"] else "13" if o["number"] else "/dev/null"
                arguments += [o["name"], value] if o["value"] else [o["name"]]
            done = run(*words_of(command), *arguments, "--no-such-option")
            self.assertEqual(1, done.returncode)
            by_program = "--progress" in arguments  # which is told on standard output
            self.assertIn("--no-such-option", done.stdout if by_program else done.stderr, words_of(command))
            self.assertEqual("", done.stderr if by_program else done.stdout)

    def test_a_flag_takes_no_value_and_the_others_need_one(self):
        self.assertIn("A value is missing after the option: --port.", run("serve", "--port").stderr)
        self.assertIn("The option takes no value: --behind-proxy.", run("serve", "--behind-proxy=1").stderr)

    def test_a_choice_is_one_of_its_words(self):
        seen = set()
        for command in LEAVES:
            for o in command["options"]:
                if o["choice"] and o["name"] != "--progress" and (o["name"], o["value"]) not in seen:
                    seen.add((o["name"], o["value"]))
                    done = run(*words_of(command), o["name"], "nonsense")
                    self.assertEqual(1, done.returncode)
                    words = re.escape(o["value"]).replace(r"\|", "(?:, | or )")
                    self.assertRegex(done.stderr, f"error: {o['name']} is {words}: nonsense\\.")
        self.assertGreater(len(seen), 4)

    def test_a_misspelt_option_is_asked_about(self):
        """A letter too few, too many, another, or two in each other's place: what is meant is named."""
        for wrong in ("--fomat", "--formatt", "--farmat", "--fromat", "--form"):
            said = run("check", wrong, "json").stderr
            self.assertIn("是不是 --format？", said, wrong)
            self.assertIn("Did you mean --format?", said, wrong)
        for command in LEAVES:
            long = [o["name"] for o in command["options"] if len(o["name"]) > 7]
            if long:
                wrong = long[-1][:4] + "#" + long[-1][5:]
                self.assertIn(f"Did you mean {long[-1]}?", run(*words_of(command), wrong).stderr, wrong)
        self.assertNotIn("Did you mean", run("serve", "--xyzzy").stderr)
        self.assertIn("Did you mean list?", run("records", "lst").stderr)

    def test_an_option_of_another_subcommand_is_refused_by_name(self):
        self.assertIn("users list has no option --role, which is one of users add.", run("users", "list", "--role", "admin").stderr)
        self.assertIn("records verify has no option --officer, which is one of records override.", run("records", "verify", "--officer", "x").stderr)
        self.assertIn("The option class is not one of this kind of audit (lines)", run("audit", "lines", "--class", "x").stderr)

    def test_a_required_option_that_is_missing_is_named(self):
        for command in LEAVES:
            required = [o for o in command["options"] if o["required"]]
            if required:
                done = run(*words_of(command), *(["1"] if command["operands"] else []))
                self.assertEqual(1, done.returncode)
                self.assertIn(f"The option {required[0]['name']} {required[0]['value']} is missing", done.stderr)

    def test_a_subcommand_may_stand_behind_options(self):
        for before in (["--store", "none.sqlite"], ["--store=none.sqlite"]):
            self.assertEqual(2, run("records", *before, "list").returncode)


if __name__ == "__main__":
    unittest.main()
