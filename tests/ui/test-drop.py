# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of one's own with real events: several folders dropped at once, each a class, onto the first page and onto an
open network of the zoo, whose body stays as it is and whose last layer fits, which one undo takes back; and several
folders chosen in the dialog."""
import json
import os
import re
import shutil
import subprocess
import sys
import time

from person import Person, Tap, drop, folder_of_pictures, wait

program, cli, feed = sys.argv[1:4]
tap = Tap(9)


def show(name):
    out = subprocess.run([cli, 'show', name, '--json'], capture_output=True, text=True).stdout
    rows = [json.loads(line) for line in out.splitlines()]
    return {row['node']: row for row in rows if 'node' in row}, rows[-1]


def learned(person, least):
    return wait(lambda: float(person.says(r'^validation (\d+\.\d) %', 0).group(1)) >= least, 90)


folder_of_pictures('mine')
os.makedirs('mine/empty/inside', exist_ok=True)
two = [os.path.abspath('mine/disk'), os.path.abspath('mine/bar')]

# --- the first page
person = Person(program)
person.find(re.compile('^Handwritten signs'), 'push button')
drop(feed, two, (500, 300))
tap.check('several-folders-are-classes', person.says('in 2 classes: bar, disk', 30))
person.keys_go_here()
person.key('Return')  # the first offer has the focus
person.find('Train', 'push button')
person.key('ctrl+Return')
tap.check('learned', learned(person, 90))
person.save('first.cajal')
tap.check('saved-with-both-folders',
          wait(lambda: show('first.cajal')[1]['data'] == os.path.abspath('mine') + '/{bar,disk}'))
# what cannot be taken is said, and all stays as it is
drop(feed, [two[0], os.path.abspath('first.cajal')], (500, 300))
drop(feed, [two[0], os.path.abspath('mine/empty')], (500, 300))
person.keys_go_here()
person.save('second.cajal')
tap.check('other-drops-change-nothing',
          wait(lambda: show('second.cajal')) and show('second.cajal') == show('first.cajal'))
person.close()

# --- a network of the zoo
subprocess.run([cli, 'new', '--from', 'zoo-letters', '-o', 'zoo.cajal'], check=True)
person = Person(program, 'zoo.cajal')
person.find(re.compile('^Dense, dense1'), 'panel', seconds=30)
drop(feed, two, (500, 300))
fits = person.find(re.compile('^Dense, dense2, .* to 2,'), 'panel', seconds=30)
tap.check('last-layer-fits', fits)
person.keys_go_here()
person.key('ctrl+z')
tap.check('undo-brings-the-letters-back',
          person.find(re.compile('^Dense, dense1, .* to 26,'), 'panel', seconds=30))
person.key('ctrl+shift+z')
person.find(re.compile('^Dense, dense2, .* to 2,'), 'panel', seconds=30)
person.key('ctrl+Return')
done = learned(person, 90)
person.key('ctrl+s')
nodes = wait(lambda: 'dense2' in show('zoo.cajal')[0] and show('zoo.cajal')[0])
tap.check('taught', done and nodes and all(nodes[n]['frozen'] for n in ('conv1', 'conv2', 'conv3'))
          and not nodes['dense2']['frozen'], nodes)

# --- the dialog of folders, which begins where the last one was chosen
def choose_folders(*keys):
    before = len(person.frames())
    person.key('ctrl+k')
    wait(lambda: 'Search commands' in person.focus())
    person.type('learn from a folder')
    person.key('Return')
    wait(lambda: len(person.frames()) > before)
    for key in keys:
        time.sleep(.5)  # the list in it cannot be heard
        person.type(key) if '/' in key else person.key(key)
    return wait(lambda: len(person.frames()) == before)


shutil.rmtree('mine/empty')
choose_folders(two[0], 'Return')
person.says('in 1 class', 30)
choose_folders('ctrl+a', 'Return')
tap.check('several-folders-are-chosen', person.says('in 2 classes: bar, disk', 30))
person.close()
with open('app.log', encoding='utf-8', errors='replace') as log:
    bad = [line for line in log if re.search('CRITICAL|Cajal-WARNING|Gtk-WARNING', line)]
tap.check('nothing-on-the-log', not bad, ''.join(bad))
tap.end()
