"""What the packages are made of, from the lists that the build itself goes by.

    materials.py copyright WEB          debian/copyright: ours, and the libraries that are inside the page
    materials.py sbom WEB FILE.deb...   a bill of materials in CycloneDX 1.5: the page's libraries, and the Debian packages
                                        that each package needs, in the versions of this machine
"""
import json
import os
import re
import subprocess
import sys
import uuid

HEAD = """Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: hongxian
Comment: The libraries of the map page are bundled into one script; their terms follow ours.
 Where the sample data comes from, and its terms, is in geodata/SOURCES.md.

Files: *
Copyright: Hongxian developers
License: Apache-2.0

Files: geodata/admin/*
Copyright: 2017-2020 The Apache Software Foundation (prefectures)
 GeoNames (seats of the counties)
License: Apache-2.0 and CC-BY-4.0
Comment: Prefectures: Apache ECharts, Apache-2.0. Seats: GeoNames, https://www.geonames.org, CC-BY-4.0.
 Outline of the region: Natural Earth, public domain. Each was changed; SOURCES.md says how.

"""

TAIL = """License: Apache-2.0
 On Debian systems the text is in /usr/share/common-licenses/Apache-2.0.

License: Apache-2.0 and CC-BY-4.0
 Apache-2.0: on Debian systems the text is in /usr/share/common-licenses/Apache-2.0.
 .
 CC-BY-4.0: https://creativecommons.org/licenses/by/4.0/legalcode
"""

LICENCE_FILES = ("LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE", "LICENCE.md", "license", "LICENSE-MIT", "README.md")


def page_libraries(web: str) -> list[dict]:
    """The libraries that the page is built from, those for building alone left out."""
    with open(os.path.join(web, "package-lock.json"), encoding="utf-8") as f:
        packages = json.load(f)["packages"]
    found = []
    for path, entry in sorted(packages.items()):
        if path and not entry.get("dev"):
            name = path.rpartition("node_modules/")[2]
            found.append({"name": name, "version": entry["version"], "licence": entry.get("license", ""),
                          "integrity": entry.get("integrity", ""), "folder": os.path.join(web, path)})
    return found


def licence_text(library: dict) -> str:
    for name in LICENCE_FILES:
        path = os.path.join(library["folder"], name)
        if os.path.exists(path):
            with open(path, encoding="utf-8", errors="replace") as f:
                text = f.read().strip()
            if name != "README.md":
                return text
            found = re.search(r"#+ *licen[sc]e.*", text, re.I | re.S)
            if found:
                return found.group(0)
    return f"{library['licence'] or 'No licence text'} (the package has no file of its own for it)"


def shortened(text: str) -> str:
    """The Apache licence is on every Debian system; a package does not carry it again."""
    begins = re.search(r"^\s*Apache License\s+Version 2\.0", text, re.M)
    return text if not begins else (text[:begins.start()].rstrip() + "\n\nApache License, Version 2.0: on Debian systems "
                                    "the text is in /usr/share/common-licenses/Apache-2.0.").strip()


def indented(text: str) -> str:
    return "\n".join(" " + (line.rstrip() or ".") for line in text.replace("\t", "    ").split("\n"))


def copyright_lines(text: str) -> str:
    lines = re.findall(r"^[^a-z]*(?:copyright|\(c\)).*$", text, re.I | re.M)
    names = [re.sub(r"^[\s*#]*(?:copyright)?[\s:]*(?:\(c\)|©)?\s*", "", line, flags=re.I).strip() for line in lines]
    return "\n ".join(name for name in names if name) or "its authors"


def write_copyright(web: str) -> None:
    texts = []
    sys.stdout.write(HEAD)
    for library in page_libraries(web):
        text = licence_text(library)
        short = "page-" + re.sub(r"[^A-Za-z0-9.-]+", "-", library["name"]).strip("-")
        sys.stdout.write(f"Files: web/dist/assets/*{library['name'].rpartition('/')[2]}*\n"
                         f"Copyright: {copyright_lines(text)}\nLicense: {short}\n"
                         f"Comment: {library['name']} {library['version']}, inside the page's script\n\n")
        texts.append(f"License: {short}\n{indented(shortened(text))}\n\n")
    sys.stdout.write("".join(texts) + TAIL)


def dpkg(*arguments: str) -> str:
    return subprocess.run(arguments, check=True, capture_output=True, text=True).stdout


def needed(debs: list[str]) -> set[str]:
    names = set()
    for deb in debs:
        for one in re.split(r"[,|]", dpkg("dpkg-deb", "--field", deb, "Depends")):
            name = one.split("(")[0].strip().split(":")[0]
            if name and "hongxian" not in name:
                names.add(name)
    return names


def installed_version(name: str) -> str:
    done = subprocess.run(["dpkg-query", "-W", "-f=${Version}", name], capture_output=True, text=True)
    return done.stdout if done.returncode == 0 else ""


def write_sbom(web: str, debs: list[str]) -> None:
    components = []
    for library in page_libraries(web):
        name = library["name"].replace("@", "%40")
        components.append({"type": "library", "name": library["name"], "version": library["version"],
                           "purl": f"pkg:npm/{name}@{library['version']}",
                           "licenses": [{"expression": library["licence"]}] if library["licence"] else []})
    for name in sorted(needed(debs)):
        version = installed_version(name)
        components.append({"type": "library", "name": name, "version": version,
                           "purl": f"pkg:deb/debian/{name}" + (f"@{version}" if version else "")})
    version = dpkg("dpkg-deb", "--field", debs[0], "Version").strip()
    sbom = {"bomFormat": "CycloneDX", "specVersion": "1.5",
            "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, 'hongxian ' + version + json.dumps(components))}",
            "version": 1, "metadata": {"component": {"type": "application", "name": "hongxian", "version": version,
                                                     "licenses": [{"license": {"id": "Apache-2.0"}}]}},
            "components": components}
    json.dump(sbom, sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")


if sys.argv[1] == "copyright":
    write_copyright(sys.argv[2])
else:
    write_sbom(sys.argv[2], sys.argv[3:])
