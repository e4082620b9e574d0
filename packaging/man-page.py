"""The manual page, made from what the program says of itself: `hongxian help --format json`.

    man-page.py PROGRAM OUT.1
"""
import json
import os
import subprocess
import sys


def said(program: str) -> dict:
    done = subprocess.run([program, "help", "--format", "json"], check=True, capture_output=True, text=True,
                          env={**os.environ, "LC_ALL": "C.UTF-8"})
    return json.loads(done.stdout)


def escape(text: str) -> str:
    """A line that troff prints as it is: no escapes, no requests, and hyphens that can be copied."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return "\\&" + text if text.startswith(".") else text


def both(about: dict, prefix: str = "") -> list[str]:
    return [escape(about[f"{prefix}zh"]), ".br", escape(about[f"{prefix}en"])]


def usage(command: dict) -> str:
    words = []
    if command["subcommands"]:
        choice = "|".join(command["subcommands"])
        words.append(f"[{choice}]" if command["usual"] else choice)
    if command["operands"]:
        words.append(command["operands"] if command["operands_required"] else f"[{command['operands']}]")
    words += [f"{o['name']} {o['value']}" for o in command["options"] if o["required"]]
    if command["subcommands"] or any(not o["required"] for o in command["options"]):
        words.append("[OPTION ...]")
    return " ".join(words)


def option(o: dict) -> list[str]:
    out = [".TP", ".B " + escape(f"{o['name']} {o['value'] or ''}".strip() + (" ..." if o["several"] else ""))]
    out += both(o)
    remarks = [f"${o['environment']}"] if o["environment"] else []
    if o["default"]:
        remarks.append(f"默认 default: {o['default']}")
    if o["alias"]:
        remarks.append(f"旧名 earlier name: {o['alias']}")
    for remark in remarks:
        out += [".br", escape(remark)]
    for part in o.get("parts", []):
        unit = f" {part['unit']}" if part["unit"] else ""
        out += [".br", escape(f"{part['name']}={part['default']}{unit} ({part['least']} – {part['most']})"),
                ".br", escape(f"{part['zh']} / {part['en']}")]
    return out


def section(command: dict) -> list[str]:
    name = f"{command['group']} {command['name']}" if command["group"] else command["name"]
    out = [f'.SS "{escape(name)}"', ".B " + escape(f"hongxian {name}"), escape(usage(command)) or "\\&", ".br"]
    out += both(command)
    if command["operands"]:
        out += [".TP", ".B " + escape(command["operands"])] + both(command, "operands_")
    for o in command["options"]:
        out += option(o)
    return out


def page(program: dict) -> str:
    out = [f'.TH HONGXIAN 1 "" "hongxian {program["version"]}" "红线 Hongxian"', ".nh", ".ad l", ".SH NAME",
           "hongxian \\- red\\-line checks of land parcels 国土空间管控核查", ".SH SYNOPSIS", ".B hongxian",
           ".I COMMAND", "[\\fIOPTION\\fR ...]", ".SH DESCRIPTION"]
    out += both(program)
    out.append(".SH COMMANDS")
    for command in program["commands"]:
        out += section(command)
    out += [".SH FILES", ".TP", ".B /etc/hongxian.conf", "serve 的设置：每行“名称 = 值”，名称为去掉 \\-\\- 的选项；", ".br",
            "settings of serve, one \"name = value\" a line, named as the options are without their dashes;", ".br",
            escape("--config, $HONGXIAN_CONFIG; hongxian serve --print-config")]
    out.append(".SH EXIT STATUS")
    for code in program["exit_codes"]:
        of = f" ({code['of']})" if code["of"] else ""
        out += [".TP", f".B {code['code']}", escape(f"{code['zh']} / {code['en']}{of}")]
    out += [".SH SEE ALSO", "/usr/share/doc/hongxian/README.Debian,", "/usr/share/doc/hongxian\\-doc/"]
    return "\n".join(out) + "\n"


def main() -> None:
    program, path = sys.argv[1:]
    text = page(said(program))
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


main()
