"""Does a report in JSON keep to schema/report.schema.json? Knows the keywords that the schema uses, and refuses others, so
that nothing goes unlooked at; every test that gets a report asks."""
import json
import pathlib
import re

SCHEMA = json.loads((pathlib.Path(__file__).resolve().parents[2] / "schema" / "report.schema.json").read_text(encoding="utf-8"))
KINDS = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "integer": int,
         "number": (int, float)}
KEYWORDS = {"$schema", "$id", "$defs", "$ref", "title", "description", "type", "enum", "const", "pattern", "minimum", "maximum",
            "properties", "required", "additionalProperties", "items", "minItems", "if", "then", "else"}


def is_kind(value, kind):
    return isinstance(value, KINDS[kind]) and (kind == "boolean" or not isinstance(value, bool))


def faults(value, schema=SCHEMA, where="report"):
    """What is wrong, in words; [] when nothing is."""
    unknown = set(schema) - KEYWORDS
    if unknown:
        raise NotImplementedError(f"{where}: the schema uses {unknown}")
    if "$ref" in schema:
        return faults(value, SCHEMA["$defs"][schema["$ref"].rsplit("/", 1)[1]], where)
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(is_kind(value, k) for k in kinds):
        return [f"{where}: {value!r} is no {kinds}"]
    found = []
    if "if" in schema:
        branch = "else" if faults(value, schema["if"], where) else "then"
        found += faults(value, schema.get(branch, {}), where)
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{where}: {value!r} is none of {schema['enum']}")
    if "const" in schema and value != schema["const"]:
        found.append(f"{where}: {value!r} is not {schema['const']!r}")
    if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
        found.append(f"{where}: {value!r} does not match {schema['pattern']}")
    if is_kind(value, "number") and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        found.append(f"{where}: {value} is out of range")
    if isinstance(value, dict):
        known = schema.get("properties", {})
        found += [f"{where}: {key} is missing" for key in schema.get("required", []) if key not in value]
        if schema.get("additionalProperties", True) is False:
            found += [f"{where}: {key} is unknown" for key in value if key not in known]
        for key in value:
            found += faults(value[key], known[key], f"{where}.{key}") if key in known else []
    if isinstance(value, list):
        if len(value) < schema.get("minItems", 0):
            found.append(f"{where}: only {len(value)}")
        for i, item in enumerate(value):
            found += faults(item, schema.get("items", {}), f"{where}[{i}]")
    return found


def demand(report):
    """The report, which must keep to the schema."""
    found = faults(report)
    assert not found, found
    return report
