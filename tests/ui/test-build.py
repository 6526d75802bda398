# SPDX-License-Identifier: GPL-3.0-or-later
"""A convolutional network from an empty canvas, trained and saved: with the mouse alone (the name of
the file is typed), then with the keyboard alone. The saved file is looked at with cajal-cli."""
import json
import re
import subprocess
import sys

from person import Person, Tap, children, wait

program, cli = sys.argv[1:3]
tap = Tap(18)


def nodes(path):
    """What the saved network is: id, and where its first input comes from."""
    out = subprocess.run([cli, 'show', path, '--json'], capture_output=True, text=True).stdout
    return {row['node']: row['output'] for row in map(json.loads, out.splitlines())
            if 'node' in row}


def learned(person):
    return wait(lambda: float(person.says(r'^validation (\d+\.\d) %', 0).group(1)) > 50, 120)


# --- the mouse alone
person = Person(program)
person.click(person.find('Empty Canvas', 'push button'))
source = person.find(re.compile('^Input, input1, 1 by 28 by 28'), 'panel')
canvas = person.find('Network', 'panel')
palette = person.find('Layers', 'list')
left, top, width, height = person.place(canvas)
x, y, _, _ = person.place(source)
wait(lambda: person.colours(source) > 20)
person.drag((x + 30, y + 12), (left + 60, top + 110))  # out of the middle
cards = [('Conv 2D', 'conv1', .32, .22), ('Max pool 2D', 'max1', .57, .22),
         ('Flatten', 'flatten1', .82, .22), ('Dense', 'dense1', .32, .62),
         ('Cross-entropy', 'cross1', .62, .62)]
for title, name, across, down in cards:
    row = person.find(title, 'list item', palette)
    person.drag(person.scroll_to(row, palette.get_parent()),
                (left + int(width * across), top + int(height * down)))
    tap.check(f'{name}-is-dragged-onto-the-canvas', person.find(re.compile(f'^{title}, {name}')))


def port(kind, name):
    return next(p for p in children(person.find(re.compile(f'^[^,]*, {name}[,$]?')))
                if p.get_name().startswith(kind))


chain = ['input1', 'conv1', 'max1', 'flatten1', 'dense1', 'cross1']
for before, after in zip(chain, chain[1:]):
    x0, y0, w0, h0 = person.place(port('Output', before))
    x1, y1, w1, h1 = person.place(port('Input', after))
    person.drag((x0 + w0 - 1, y0 + h0 // 2), (x1 + 1, y1 + h1 // 2))
    person.find(re.compile(f'^Input .* of {after}, wire from {before}'))
tap.check('wired-by-dragging', person.find(re.compile('^Input .* of cross1, wire from dense1')))
mend = person.find('Set units=36', 'push button', person.find(re.compile('^Dense, dense1')))
tap.check('what-does-not-fit-offers-a-mend', mend)
person.click(mend)
person.find(re.compile('^Dense, dense1, 2704 to 36, 97.?380 parameters'))
person.says('Most likely [0-9A-Z]$')
person.click(person.find('Train', 'push button'))
tap.check('trains', learned(person))
tap.check('saves', person.save('mouse.cajal'))
rows = wait(lambda: nodes('mouse.cajal'))
tap.check('saved-network-of-the-mouse', rows and set(chain) <= set(rows)
          and rows['dense1'] == '36', rows)
person.close()

# --- the keyboard alone
person = Person(program)
person.find('Empty Canvas', 'push button')
person.key('ctrl+shift+n')
person.find(re.compile('^Input, input1, 1 by 28 by 28'), 'panel')


def add(line, seen):
    person.key('slash')
    person.find('Layers to add')
    person.type(line)
    person.key('Return')
    return person.find(re.compile(seen))


add('conv 8 5 activation=relu, pool', '^Max pool 2D, max1')
person.key('Escape')
wait(lambda: not any('selected' in c for c in person.focus()))
add('flatten, dense 36, cross', '^Cross-entropy, cross1')
person.key('ctrl+shift+l')


def go(name):
    """From card to card with the arrows, each time the way that leads nearer."""
    for _ in range(12):
        card = person.find(re.compile(f'^[^,]*, {name}'))
        at = person.find(re.compile(', selected$'), 'panel')
        if at.get_name() == card.get_name():
            return True
        (x0, y0), (x1, y1) = person.middle(at), person.middle(card)
        before = at.get_name()
        if abs(x1 - x0) > abs(y1 - y0):
            person.key('Right' if x1 > x0 else 'Left')
        else:
            person.key('Down' if y1 > y0 else 'Up')
        wait(lambda: at.get_name() != before, 20)
    return False


def told(name, keys=8):
    """Turns the wire in hand with the arrows until its target is told."""
    for _ in range(keys):
        if person.says(f'^Wire from max1 to {name}', 2):
            return True
        person.key('Right')
    return False


tap.check('arrows-reach-a-card', go('max1'))
person.key('ctrl+l')
tap.check('arrows-choose-where-the-wire-goes', told('flatten1'))
person.key('Return')
tap.check('wired-by-keys', person.find(re.compile('^Input x of flatten1, wire from max1')))

# Tab leaves the canvas at once, F6 goes round the panes
person.key('Tab')
tap.check('tab-leaves-the-canvas', wait(lambda: person.focus() and 'Network' not in person.focus()))
panes = {'palette': {'Layers', 'Search layers'}, 'canvas': {'Network'},
         'dock': {'Views', 'Previous tab', 'Next tab', 'Curves'}, 'inspector': {'Inspector'}}
seen = []
for _ in range(5):
    person.key('F6')
    at = wait(lambda: next(p for p, names in panes.items()
                           if names & set(person.focus()) and p not in seen[-1:]), 5)
    seen.append(at)
tap.check('f6-goes-round-the-panes', set(seen) == set(panes), seen)
person.key('ctrl+Return')
tap.check('trains-by-keys', learned(person))
tap.check('saves-by-keys', person.save('keys.cajal'))
rows = wait(lambda: nodes('keys.cajal'))
tap.check('saved-network-of-the-keyboard',
          rows and rows.get('dense1') == '36' and rows.get('conv1') == '8×24×24', rows)
person.close()
tap.end()
