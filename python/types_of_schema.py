"""Writes `python/tlswalk/_report.pyi`, the report's shape as typed dictionaries, from `schema/report-1.json`.

python types_of_schema.py           prints it
python types_of_schema.py --check   fails if the file is another
"""

import json
import keyword
import sys
from pathlib import Path

HERE = Path(__file__).parent
STUB = HERE / "python/tlswalk/_report.pyi"
HEAD = '''# Written by types_of_schema.py from schema/report-1.json.
"""The JSON report's shape (`tlswalk.report/1`). New keys may come."""

from typing import Any, Literal, NotRequired, TypedDict
'''


def type_of(schema):
    if "$ref" in schema:
        return schema["$ref"].rsplit("/", 1)[1]
    if "const" in schema:
        return f"Literal[{schema['const']!r}]"
    if "enum" in schema:
        return f"Literal[{', '.join(map(repr, schema['enum']))}]"
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return " | ".join(dict.fromkeys(map(type_of, schema[several])))
    kind = schema.get("type")
    if isinstance(kind, list):
        return " | ".join(dict.fromkeys(type_of({**schema, "type": one}) for one in kind))
    if kind == "array":
        return f"list[{type_of(schema.get('items', {}))}]"
    if kind == "object":
        values = schema.get("additionalProperties")
        return f"dict[str, {type_of(values) if isinstance(values, dict) else 'Any'}]"
    return {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}.get(kind, "Any")


def typed_dict(name, schema):
    required = schema.get("required", [])
    types = {key: type_of(value) for key, value in schema["properties"].items()}
    types = {key: kind if key in required else f"NotRequired[{kind}]" for key, kind in types.items()}
    described = json.dumps(schema.get("description", ""), ensure_ascii=False)
    if all(key.isidentifier() and not keyword.iskeyword(key) for key in types):
        fields = "".join(f"    {key}: {kind}\n" for key, kind in types.items())
        return f"class {name}(TypedDict):\n    {described}\n{fields}"
    fields = "".join(f"        {key!r}: {kind},\n" for key, kind in types.items())
    return f"# {described}\n{name} = TypedDict(\n    {name!r},\n    {{\n{fields}    }},\n)\n"


def stub():
    schema = json.loads((HERE.parent / "schema/report-1.json").read_text())
    parts = [typed_dict("Report", schema)]
    for name, part in schema["$defs"].items():
        parts.append(typed_dict(name, part) if "properties" in part else f"{name} = {type_of(part)}\n")
    return "\n".join([HEAD, *parts])


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        sys.exit(STUB.read_text() != stub() and f"{STUB} is not what types_of_schema.py writes")
    print(stub(), end="")
