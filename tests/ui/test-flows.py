# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person came for, with real events from the first page on, and how many clicks, drags and keys
it took; a typed line counts one. What came of it is heard, or read from the saved file, after counting."""
import os
import re
import shutil
import subprocess
import sys

from person import Person, Tap, children, drop, folder_of_pictures, wait

program, cli, feed = sys.argv[1:4]
tap = Tap(14)


def within(person, limit, name, done):
    """The flow is done, and took no more than it may."""
    count = person.count
    tap.check(name, done, f'after {count}')
    print(f'# {name}: {count} of {limit}')
    tap.check(name + f'-within-{limit}', done and count <= limit, f'{count} clicks and keys')


def validation(person, least, seconds=120):
    """Waits until the pill tells an accuracy on samples that were not learned from."""
    return wait(lambda: float(person.says(r'^validation (\d+\.\d) %', 0).group(1)) >= least,
                seconds)


# --- two spirals
person = Person(program)
person.click(person.find(re.compile('^Two spirals'), 'push button'))
person.click(person.find('Train', 'push button'))
within(person, 4, 'two-spirals-solved', validation(person, 97))
person.close()

# --- a convolutional network on pictures: its maps, its confusion, its predictions
person = Person(program)
person.click(person.find(re.compile('^Handwritten signs'), 'push button'))
person.click(person.find('Train', 'push button'))
learned = validation(person, 60)
person.click(person.find('Confusion', 'page tab'))
figure = person.find('Confusion', 'image')
confusion = wait(lambda: re.search(r'accuracy \d', figure.get_description()), 60)
maps = person.colours(person.find(re.compile('^Conv 2D, conv2'))) > 40
said = person.says(r'Most likely [0-9A-Z]$', 30)
print('#', 'learned', learned, 'confusion', confusion, 'maps', maps, 'said', said)
within(person, 3, 'pictures-learned-and-seen', learned and confusion and maps and said)
person.close()

# --- LeNet-5 typed onto an empty canvas
LENET = ('conv 6 5 padding=2 activation=relu, pool, conv 16 5 activation=relu, pool, flatten, '
         'dense 120 relu, dense 84 relu, dense 36, cross')
person = Person(program)
person.click(person.find('Empty Canvas', 'push button'))
person.find('Network', 'panel')
person.key('slash')
person.find('Layers to add')
person.type(LENET)
person.key('Return')
wired = person.find(re.compile('^Dense, dense3, 84 to 36, 3.?060 parameters'))
person.key('ctrl+Return')
within(person, 6, 'lenet-5-typed-and-training', wired and person.says('Epoch', 60))
person.save('lenet.cajal')
rows = subprocess.run([cli, 'show', 'lenet.cajal', '--json'], capture_output=True, text=True).stdout
tap.check('lenet-5-is-lenet-5', wait(lambda: all(
    f'"{layer}"' in subprocess.run([cli, 'show', 'lenet.cajal', '--json'], capture_output=True,
                                   text=True).stdout
    for layer in ('conv2', 'max2', 'flatten1', 'dense3', 'cross1'))), rows)
person.close()

# --- one unit of a convolution, back to the pixels it saw
person = Person(program)
person.click(person.find(re.compile('^Handwritten signs'), 'push button'))
card = person.find(re.compile('^Conv 2D, conv2, 6 by 14'), 'panel')
wait(lambda: person.colours(card) > 40, 30)
x, y, width, height = person.place(card)
person.click((x + width * 35 // 100, y + height * 38 // 100))
within(person, 2, 'unit-followed-to-its-pixels',
       person.says(r'Unit \d+ of conv2 sees rows \d+ to \d+, columns \d+ to \d+'))
person.close()

# --- a folder of one's own pictures
folder_of_pictures('mine')
person = Person(program)
person.find(re.compile('^Handwritten signs'), 'push button')
drop(feed, os.path.abspath('mine'), (500, 300))
offer = person.find(re.compile('disk|2 classes|mine'), seconds=30)
person.keys_go_here()
person.key('Return')  # the first offer has the focus
person.find('Train', 'push button')
person.key('ctrl+Return')
within(person, 3, 'own-folder-trained-after-the-drop', offer and validation(person, 90))
person.close()

# --- a graph of spiking neurons that another program wrote
shutil.copy(os.path.join(os.path.dirname(os.path.abspath(__file__)), '../fuzz/seeds/nir/recurrent'),
            'loops.nir')
person = Person(program)
person.find(re.compile('^Handwritten signs'), 'push button')
drop(feed, os.path.abspath('loops.nir'), (500, 300))
asked = person.find(re.compile('^Open the NIR Graph “loops.nir”'), seconds=30)
person.keys_go_here()
person.key('Return')  # a moment of 0.1 ms, exact, back to rest
card = person.find(re.compile('^Recurrent LIF'), 'panel', seconds=30)
within(person, 2, 'nir-graph-open-after-the-drop', asked and card)
person.close()
with open('app.log', encoding='utf-8', errors='replace') as log:
    bad = [line for line in log if re.search('CRITICAL|Cajal-WARNING|Gtk-WARNING', line)]
tap.check('nothing-on-the-log', not bad, ''.join(bad))
tap.end()
