#!/usr/bin/env python3
"""Turns schema/openapi.yaml (OpenAPI 3.1) into JSON of OpenAPI 3.0, which clients of OGC API read. What 3.0
cannot say is said its way: nullable for a type of null, a list of one for a constant, one example for
several.
  openapi_json.py OPENAPI.YAML OUT.json"""
import json
import sys

import yaml


def older(node):
    if isinstance(node, list):
        return [older(n) for n in node]
    if not isinstance(node, dict):
        return node
    if None in node.values():
        raise SystemExit("openapi_json.py: a value is missing, perhaps for a comma in a text without quotes: "
                         f"{node}")
    named = node.get("required")
    if any(isinstance(n, bool) for n in [*node, *(named if isinstance(named, list) else [])]):
        raise SystemExit(f"openapi_json.py: a name became a truth value, put it in quotes: {node}")
    out = {k: older(v) for k, v in node.items()}
    kinds = out.get("type")
    if isinstance(kinds, list) and "null" in kinds:
        rest = [k for k in kinds if k != "null"]
        if len(rest) != 1:
            raise SystemExit(f"openapi_json.py: OpenAPI 3.0 has no type {kinds}")
        out["type"], out["nullable"] = rest[0], True
    elif isinstance(kinds, list):
        raise SystemExit(f"openapi_json.py: OpenAPI 3.0 has no type {kinds}")
    choices = out.get("oneOf")
    if isinstance(choices, list) and {"type": "null"} in choices:
        out["oneOf"], out["nullable"] = [c for c in choices if c != {"type": "null"}], True
    if "const" in out:
        out["enum"] = [out.pop("const")]
    if isinstance(out.get("examples"), list):
        out["example"] = out.pop("examples")[0]
    for bound, plain in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if bound in out and not isinstance(out[bound], (bool, dict)):
            out[plain], out[bound] = out[bound], True
    return out


def main(source, target):
    with open(source, encoding="utf-8") as f:
        document = older(yaml.safe_load(f))
    document["openapi"] = "3.0.3"
    document["info"].pop("summary", None)
    with open(target, "w", encoding="utf-8") as f:
        json.dump(document, f, ensure_ascii=False, separators=(",", ":"), default=str)


if __name__ == "__main__":
    main(*sys.argv[1:])
