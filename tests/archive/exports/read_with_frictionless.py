"""Read by the Python of the readers: what frictionless finds wrong with the packages named, in JSON by their paths."""

import json
import sys

import frictionless

found = {}
for path in sys.argv[1:]:
    package = frictionless.Package(path)
    found[path] = [len(package.resources), package.validate().flatten(["title", "message"])]
print(json.dumps(found))
