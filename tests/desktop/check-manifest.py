#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the Flatpak manifest: check-manifest.py MANIFEST SOURCE-FOLDER. Prints each offence; exits 1
if there is one, 77 if it cannot look."""
import pathlib
import re
import sys

try:
    import yaml
except ImportError:
    print('python3-yaml is not installed')
    sys.exit(77)

KEYS = ['id', 'runtime', 'runtime-version', 'sdk', 'command', 'finish-args', 'cleanup', 'modules']
PERMISSIONS = {'--socket=wayland', '--socket=fallback-x11', '--share=ipc', '--device=dri'}
OLDEST_RUNTIME = 47
# What org.gnome.Platform brings, by name of its pkg-config file.
RUNTIME = {'glib-2.0', 'gio-2.0', 'gio-unix-2.0', 'gmodule-2.0', 'gmodule-no-export-2.0', 'gtk4',
           'libadwaita-1', 'cairo', 'cairo-svg', 'cairo-pdf', 'cairo-png', 'pangocairo', 'pango',
           'json-glib-1.0', 'libarchive',
           'sqlite3', 'libpng', 'libjpeg', 'threads'}
# Modules whose pkg-config file has another name.
PKG_CONFIG = {'protobuf-c': 'libprotobuf-c'}

manifest = pathlib.Path(sys.argv[1])
root = pathlib.Path(sys.argv[2])
offences = []
data = yaml.safe_load(manifest.read_text(encoding='utf-8'))


def offence(text):
    offences.append(f'{manifest.name}: {text}')


if list(data) != KEYS:
    offence(f'the keys are {list(data)}, not {KEYS}')
if data['id'] != manifest.stem:
    offence(f'the id {data["id"]} is not the name of the file')
if data['runtime'] != 'org.gnome.Platform' or data['sdk'] != 'org.gnome.Sdk':
    offence('it is not built on the GNOME runtime')
if not isinstance(data['runtime-version'], str) or int(data['runtime-version']) < OLDEST_RUNTIME:
    offence(f'the runtime must be {OLDEST_RUNTIME} or newer, as a text in quotes')
if set(data['finish-args']) != PERMISSIONS:
    offence(f'it asks for {sorted(set(data["finish-args"]) ^ PERMISSIONS)}')
program = root / 'app/desktop/meson.build'
if f"executable ('{data['command']}'" not in program.read_text(encoding='utf-8'):
    offence(f'no program {data["command"]} is built')

built = set()
for module in data['modules']:
    built.add(PKG_CONFIG.get(module['name'], module['name']))
    for source in module['sources']:
        if source['type'] == 'archive':
            if not re.fullmatch(r'[0-9a-f]{64}', source.get('sha256', '')):
                offence(f'the archive of {module["name"]} has no sha256')
            if not source['url'].startswith('https://'):
                offence(f'the archive of {module["name"]} does not come by https')
        elif source['type'] == 'git' and not re.fullmatch(r'[0-9a-f]{40}', source.get('commit', '')):
            offence(f'{module["name"]} comes from git without a commit')
        elif source['type'] == 'dir' and not (manifest.parent / source['path'] / 'meson.build').exists():
            offence(f'{source["path"]} is no folder to build')

# Every library that meson asks for comes with the runtime or is a module.
for build in sorted(root.glob('**/meson.build')):
    if build.relative_to(root).parts[0] in ('tests',) or 'build' in build.relative_to(root).parts[0]:
        continue
    for name in re.findall(r"dependency \('([^']+)'", build.read_text(encoding='utf-8')):
        if name not in RUNTIME and name not in built:
            offence(f'{build.relative_to(root)} needs {name}, which is neither in the runtime nor a '
                    'module')

print('\n'.join(offences))
sys.exit(1 if offences else 0)
