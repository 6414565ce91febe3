"""Read by the Python of the readers: a table of a package with the types that its schema names, as JSON."""

import json
import sys
from pathlib import Path

import pandas as pd

folder, name = Path(sys.argv[1]), sys.argv[2]
[resource] = [
    one for one in json.loads((folder / "datapackage.json").read_text("utf-8"))["resources"] if one["name"] == name
]
fields = {field["name"]: field for field in resource["schema"]["fields"]}
TYPES = {"string": "string", "object": "string", "array": "string", "integer": "Int64", "boolean": "boolean"}
table = pd.read_csv(
    folder / resource["path"],
    dtype={one: TYPES[field["type"]] for one, field in fields.items() if field["type"] in TYPES},
    parse_dates=[one for one, field in fields.items() if field["type"] in ("date", "datetime")],
    na_values=resource["schema"]["missingValues"],
    keep_default_na=False,
    true_values=["1"],
    false_values=["0"],
)
said = {
    "types": {one: str(kind) for one, kind in table.dtypes.items()},
    "rows": json.loads(table.to_json(orient="records")),
}
print(json.dumps(said))
