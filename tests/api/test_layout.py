#!/usr/bin/env python3
"""The interface of the C library, as a compiler lays include/hongxian.h out, is the one that tests/api/interface.txt describes
and the one that the Python module declares.

A difference from interface.txt that a compiled program would feel needs a new HX_ABI; what may grow without one
(hongxian.h, "Versions") needs the file to be written anew, so that every change of the interface is seen in review:

  test_layout.py SOURCE_DIR --write      writes it, unless HX_ABI should have been raised
  test_layout.py SOURCE_DIR              the test; the library must be found (LD_LIBRARY_PATH)
"""
import ctypes
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(sys.argv[1])
TABLE = SOURCE / "tests" / "api" / "interface.txt"
HEADER = (SOURCE / "include" / "hongxian.h").read_text(encoding="utf-8")
BARE = re.sub(r"/\*.*?\*/", " ", HEADER, flags=re.S)
# Structs that the library hands out one at a time: they may grow at their end, as those that begin with `size`.
ONE_AT_A_TIME = set(re.findall(r"hx_\w+", re.search(r"hands out one at a time \((.*?)\)", HEADER, re.S).group(1)))


def words(text):
    return re.sub(r"\s*\*\s*", "*", " ".join(text.split())).replace("*", " *").replace("* *", "**")


def split_type(declared):
    """("const char *", "name") of "const char *name"."""
    kind, name = re.fullmatch(r"(.*?)(\w+)", words(declared)).groups()
    return kind.strip(), name


def members_of(body):
    """(type, name) of each member; an array's type ends with its length."""
    for declaration in filter(None, (part.strip() for part in body.split(";"))):
        first, *others = declaration.split(",")
        base = re.match(r"(?:const )?(?:(?:struct|enum) )?\w+(?: const)?", words(first)).group(0)
        for declarator in [words(first)[len(base):], *others]:
            stars, name, length = re.fullmatch(r"((?:\*|const| )*)(\w+)(\[\w+\])?", words(declarator).strip()).groups()
            yield words(f"{base} {stars}").strip() + (length or ""), name


def interface():
    """structs: name -> [(type, member)]; enumerators: [name]; functions: name -> (result, [types])."""
    structs = {name: list(members_of(body)) for name, body in re.findall(r"struct (hx_\w+) \{(.*?)\n?\};", BARE, re.S)}
    enumerators = [name for body in re.findall(r"enum(?: hx_\w+)? \{(.*?)\};", BARE, re.S)
                   for name in re.findall(r"\b(HX_\w+)\b", body)]
    functions = {}
    for result, name, arguments in re.findall(r"HX_API ([^;(]*?)(hx_\w+)\(([^;]*?)\);", BARE, re.S):
        functions[name] = (words(result), [split_type(a)[0] for a in arguments.split(",") if a.strip() != "void"])
    callbacks = {name: (words(result), [split_type(a)[0] for a in arguments.split(",")])
                 for result, name, arguments in re.findall(r"typedef (\w+) (hx_\w+)\(([^;]*?)\);", BARE, re.S)}
    return structs, enumerators, functions, callbacks


def described():
    """The lines of interface.txt as the compiler has them now."""
    structs, enumerators, functions, callbacks = interface()
    c = ['#include "hongxian.h"', "#include <stdio.h>", "int main(void) {", 'printf("HX_ABI %d\\n", HX_ABI);']
    c += [f'printf("enumerator {name} %d\\n", (int){name});' for name in enumerators]
    for name, members in structs.items():
        c.append(f'printf("struct {name} %zu\\n", sizeof(struct {name}));')
        c += [f'printf("member {name}.{member} %zu %zu {kind}\\n", offsetof(struct {name}, {member}), '
              f"sizeof(((struct {name} *)0)->{member}));" for kind, member in members]
    for what, table in (("callback", callbacks), ("function", functions)):
        c += [f'printf("{what} {name} {result}({", ".join(arguments)})\\n");' for name, (result, arguments) in table.items()]
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "layout.c")
        path.write_text("\n".join(c + ["return 0; }"]), encoding="utf-8")
        subprocess.run([os.environ.get("CC", "gcc"), "-w", f"-I{SOURCE}/include", str(path), "-o", f"{folder}/layout"], check=True)
        return subprocess.run([f"{folder}/layout"], capture_output=True, text=True, check=True).stdout.splitlines()


def as_table(lines):
    return {tuple(line.split(" ", 2)[:2]): (line.split(" ", 2) + [""])[2] for line in lines}


def may_grow(struct, table):
    return struct in ONE_AT_A_TIME or table.get(("member", f"{struct}.size"), "") == "0 8 size_t" and struct != "hx_bytes"


def broken(before, after):
    """What a program that was compiled against `before` would feel with a library of `after`."""
    old, new = as_table(before), as_table(after)
    faults = []
    for (what, name), value in old.items():
        if what == "HX_ABI" or (what, name) in new and new[what, name] == value:
            continue
        if what == "struct" and (what, name) in new and may_grow(name, old) and int(new[what, name]) > int(value):
            continue
        faults.append(f"{what} {name} {value} is now {new.get((what, name), 'gone')}")
    for (what, name), value in new.items():
        struct = name.split(".")[0]
        at_end = what == "member" and int(value.split()[0]) >= int(old.get(("struct", struct), 0))
        if (what, name) not in old and what == "member" and ("struct", struct) in old and not (at_end and may_grow(struct, old)):
            faults.append(f"{what} {name} {value} is new")
    return faults


def abi_of(lines):
    return int(lines[0].split()[1])


def kept():
    return [line for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")] if TABLE.exists() else ["HX_ABI -1"]


@unittest.skipUnless(ctypes.sizeof(ctypes.c_void_p) == 8, "the table is that of machines of 64 bits")
class Interface(unittest.TestCase):
    maxDiff = None

    def test_no_program_breaks_without_a_new_number(self):
        """A changed struct, enumerator or function needs a new HX_ABI, and every change a line of the table."""
        now, before = described(), kept()
        if abi_of(now) == abi_of(before):
            self.assertEqual([], broken(before, now), "compiled programs would break: raise HX_ABI (hongxian.h, Versions)")
        self.assertEqual(before, now, "write the table anew: tests/api/test_layout.py . --write")

    def test_the_header_is_read_whole(self):
        """Nothing of the header is passed over: every struct, member and function that is there by another count."""
        structs, enumerators, functions, callbacks = interface()
        self.assertEqual(len(re.findall(r"\bHX_API (?!_)", BARE)), len(functions))
        self.assertEqual(len(re.findall(r"^struct hx_\w+ \{", BARE, re.M)), len(structs))
        self.assertEqual(len(re.findall(r"^typedef ", BARE, re.M)), len(callbacks))
        self.assertEqual(len(re.findall(r"^ +HX_\w+(?:,| =|$| *$)", BARE, re.M)) + len(re.findall(r"^enum \{ HX_", BARE, re.M)), len(enumerators))
        self.assertTrue({"hx_report", "hx_record"} <= ONE_AT_A_TIME <= set(structs), ONE_AT_A_TIME)

    def test_what_breaks_is_told_from_what_grows(self):
        """The comparison itself: appended to a size-first struct is well, anything else of these is not."""
        now = described()

        def faults(pattern, *lines):
            changed = [line for line in now if not re.match(pattern, line)]
            self.assertLess(len(changed), len(now))
            return broken(now, changed + list(lines))

        self.assertEqual([], broken(now, now + ["function hx_new int()", "enumerator HX_FORMAT_NEW 7"]))
        self.assertEqual([], faults("struct hx_kept ", "struct hx_kept 120", "member hx_kept.more 112 8 int64_t"))
        self.assertEqual([], faults("struct hx_report ", "struct hx_report 64", "member hx_report.more 56 8 int64_t"))
        self.assertTrue(faults("struct hx_layer ", "struct hx_layer 400", "member hx_layer.more 392 8 int64_t"))
        self.assertTrue(faults("struct hx_bytes ", "struct hx_bytes 24", "member hx_bytes.more 16 8 int64_t"))
        self.assertTrue(faults("member hx_kept.id ", "member hx_kept.id 8 8 uint64_t"))
        self.assertTrue(faults("enumerator HX_STATUS_CLEAR ", "enumerator HX_STATUS_CLEAR 5"))
        self.assertTrue(faults("function hx_abi "))
        self.assertTrue(broken(now, now + ["member hx_layer.between 100 1 bool"]))


class Module(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        sys.path.insert(0, str(SOURCE / "src" / "api"))
        sys.dont_write_bytecode = True
        import hongxian
        cls.module = hongxian
        cls.plain = {"size_t": ctypes.c_size_t, "int64_t": ctypes.c_int64, "int": ctypes.c_int, "bool": ctypes.c_bool,
                     "double": ctypes.c_double, "const char *": ctypes.c_char_p, "const char *const *": ctypes.POINTER(ctypes.c_char_p),
                     "char *": ctypes.c_void_p, "const void *": ctypes.c_void_p, "void *": ctypes.c_void_p, "void": None,
                     "struct hx_store *": ctypes.c_void_p, "struct hx_checker *": ctypes.c_void_p,
                     "struct hx_store **": ctypes.POINTER(ctypes.c_void_p), "struct hx_checker **": ctypes.POINTER(ctypes.c_void_p),
                     "const double *": ctypes.POINTER(ctypes.c_double)}

    def ctype(self, kind):
        """What the module must have for a type of the header."""
        array = re.fullmatch(r"(.*)\[(\w+)\]", kind)
        if array:
            length = 8 if array[2] == "HX_AUDIT_NOTES_MAX" else int(array[2])
            return (ctypes.c_char if array[1] == "char" else self.ctype(array[1])) * length
        if kind in self.plain:
            return self.plain[kind]
        name, stars = re.fullmatch(r"(?:const )?(?:struct |enum )?(hx_\w+) ?(\**)", kind).groups()
        found = getattr(self.module, name)
        for _ in stars if not name.endswith("_fn") else "":
            found = ctypes.POINTER(found)
        return found

    def test_structs_are_those_of_the_header(self):
        """Every member with its type, at the compiler's own offset, with its size."""
        structs, _, _, _ = interface()
        layout = as_table(described())
        for name, members in structs.items():
            struct = getattr(self.module, name)
            self.assertEqual([(member, self.ctype(kind)) for kind, member in members], list(struct._fields_), name)
            self.assertEqual(int(layout["struct", name]), ctypes.sizeof(struct), name)
            for kind, member in members:
                field = getattr(struct, member)
                self.assertEqual(layout["member", f"{name}.{member}"], f"{field.offset} {field.size} {kind}", f"{name}.{member}")

    def test_functions_are_those_of_the_header(self):
        _, _, functions, callbacks = interface()
        self.assertEqual(set(functions), set(self.module.FUNCTIONS))
        for name, (result, arguments) in functions.items():
            self.assertEqual((self.ctype(result), [self.ctype(a) for a in arguments]), self.module.FUNCTIONS[name], name)
        for name, (result, arguments) in callbacks.items():
            callback = getattr(self.module, name)
            self.assertEqual((self.ctype(result), tuple(self.ctype(a) for a in arguments)), (callback._restype_, callback._argtypes_), name)

    def test_enumerators_are_those_of_the_header(self):
        m = self.module
        enums = {"HX_VERDICT_": m.Verdict, "HX_STATUS_": m.Status, "HX_RELATION_": m.Relation, "HX_FORMAT_": m.Format}
        found = {}
        for line in described():
            if line.startswith("enumerator ") and "HX_AUDIT_NOTES_MAX" not in line:
                _, name, value = line.split()
                prefix = next((p for p in enums if name.startswith(p)), "HX_")
                member = name[len(prefix):]
                found[name] = True
                kind = enums.get(prefix) or (m.Finding if member in m.Finding.__members__ else m.Result)
                self.assertEqual(int(value), kind[member].value, name)
        self.assertEqual(sum(len(e) for e in (*enums.values(), m.Finding, m.Result)), len(found))
        self.assertEqual(int(re.search(r"define HX_ABI (\d+)", HEADER)[1]), m.ABI)


def write():
    now, before = described(), kept()
    if abi_of(now) == abi_of(before) and broken(before, now):
        sys.exit("\n".join(["HX_ABI must be raised first:", *broken(before, now)]))
    TABLE.write_text("# The interface of libhongxian on machines of 64 bits: written by tests/api/test_layout.py --write, never by hand.\n"
                     "# member: offset, size, type.\n" + "\n".join(now) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[2:] == ["--write"]:
        write()
    else:
        unittest.main(argv=sys.argv[:1])
