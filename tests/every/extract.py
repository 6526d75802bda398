#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Writes the blocks of C code of a page to a file: extract.py PAGE OUT.
import re
import sys

page, out = sys.argv[1:]
blocks = re.findall(r'^```c\n(.*?)^```$', open(page, encoding='utf-8').read(), re.S | re.M)
if not blocks:
    sys.exit(f'{page} has no block of C code')
with open(out, 'w', encoding='utf-8') as file:
    file.write(f'#line 1 "{page}"\n' + '\n'.join(blocks))
