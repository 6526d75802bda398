#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""newer.py PROJECT NEWER: the project as a Cajal that is yet to come would have written it."""

import json
import sys
import zipfile

with zipfile.ZipFile(sys.argv[1]) as old, zipfile.ZipFile(sys.argv[2], "w") as new:
    for item in old.infolist():
        data = old.read(item)
        if item.filename == "project.json":
            data = json.dumps({**json.loads(data), "format": 2}).encode()
        new.writestr(item, data)
