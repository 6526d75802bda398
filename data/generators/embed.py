#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a file as a C array: embed.py INPUT OUTPUT NAME."""
import sys

source, target, name = sys.argv[1:]
with open(source, 'rb') as file:
    data = file.read()
rows = [', '.join(str(byte) for byte in data[i:i + 24]) for i in range(0, len(data), 24)]
with open(target, 'w', encoding='ascii') as file:
    file.write('/* Written by embed.py. */\n#include <stddef.h>\n\n')
    file.write(f'const unsigned char {name}[] = {{\n' + ',\n'.join(rows) + '\n};\n')
    file.write(f'const size_t {name}_size = sizeof {name};\n')
