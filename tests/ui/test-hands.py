# SPDX-License-Identifier: GPL-3.0-or-later
"""The canvas under a mouse and a keyboard: panning, zooming, choosing, putting cards in order, marking
them, copying them from window to window, and going into blocks and out. What was done is seen on the
screen, or read from the file."""
import json
import re
import subprocess
import sys
import time
import zipfile

from person import Person, Tap, state, wait, walk

program, cli, feed = sys.argv[1:4]
tap = Tap(55)
FILE = 'n.cajal'
ALL = ['input1', 'dense1', 'dense2', 'dense3', 'cross1']

subprocess.run([cli, 'new', 'playground', '-o', FILE], check=True, stdout=subprocess.DEVNULL)
person = Person(program, FILE)
canvas = person.find('Network', 'panel')


def card(name, seconds=15):
    return person.find(re.compile(f'^[^,]*, {name}(,|$)'), 'panel', canvas, seconds)


wait(lambda: all(card(name, 0) for name in ALL))
cards = {name: card(name) for name in ALL}
left, top, width, height = person.place(canvas)


def places():
    return {name: person.place(node)[:2] for name, node in cards.items()}


def zoom():
    return int(person.says(r'^Zoom (\d+) %$', 5).group(1))


def moved(before, after):
    """By how much all cards moved, or None where they did not move as one."""
    ways = {(after[n][0] - before[n][0], after[n][1] - before[n][1]) for n in before}
    x, y = next(iter(ways))
    return (x, y) if all(abs(a - x) <= 1 and abs(b - y) <= 1 for a, b in ways) else None


def near(a, b, by=3):
    return a is not None and all(abs(x - y) <= by for x, y in zip(a, b))


def chosen():
    return {name for name, node in cards.items() if re.search(r', selected$', node.get_name() or '')}


def graph():
    """The nodes of the saved file, by id."""
    nodes = json.loads(zipfile.ZipFile(FILE).read('project.json'))['graph']
    return {node['id']: node for node in nodes}


def saves(holds):
    """Whether the file holds something after saving, with patience."""
    def attempt():
        person.key('ctrl+s')
        time.sleep(.4)
        return holds(graph())
    return wait(attempt, 15)


def stroke(button, start, way, key=None):
    """A drag with any button, while a key is held."""
    x, y = start
    if key:
        person.xdotool('mousemove', x, y, 'keydown', key)
        time.sleep(.2)
    person.xdotool('mousemove', x, y, 'mousedown', button)
    time.sleep(.1)
    for i in range(1, 6):
        person.xdotool('mousemove', x + way[0] * i // 5, y + way[1] * i // 5)
        time.sleep(.04)
    person.xdotool('mouseup', button)
    if key:
        person.xdotool('keyup', key)
    time.sleep(.3)


def command(words):
    """Chooses in the command palette what these words find first."""
    person.key('ctrl+k')
    person.find('Search commands')
    person.type(words)
    time.sleep(.4)
    person.key('Return')
    wait(lambda: len(person.frames()) == 1, 20)
    time.sleep(.2)


def focused(below):
    """The entry of the open menu that has the keyboard."""
    return next((n.get_name() for n in walk(below)
                 if n.get_role_name() == 'menu item' and state(n, 'FOCUSED')), None)


def reach(entry, below):
    """Goes to an entry of the open menu and chooses it."""
    person.find(entry, 'menu item', below, 8)
    wait(lambda: focused(below), 20)
    for _ in range(30):
        at = focused(below)
        if at == entry:
            break
        person.key('Up')
        time.sleep(.4)
    person.key('Return')
    time.sleep(.8)


def menu(at, below, *entries):
    """Chooses an entry of the context menu of what is at a place, through other menus."""
    person.xdotool('mousemove', at[0], at[1] + 5)  # GTK looks for what is under it when it moves
    person.click(at, 3)
    for entry in entries:
        reach(entry, below)


def home():
    person.xdotool('mousemove', *ground)
    person.key('Escape', 'Home')
    time.sleep(.3)


ground = (left + width // 2, top + height * 5 // 6)
person.click(ground)
home()
at_home, zoom_home = places(), zoom()

# --- the view
stroke(2, ground, (-70, 45))
tap.check('middle-drag-pans', near(moved(at_home, places()), (-70, 45)) and zoom() == zoom_home,
          moved(at_home, places()))
home()
tap.check('home-shows-all', near(moved(at_home, places()), (0, 0)))
x, y = at_home['dense2']
stroke(1, (x + 40, y + 30), (60, -40), 'space')
tap.check('space-drag-pans-even-on-a-card', near(moved(at_home, places()), (60, -40)),
          moved(at_home, places()))
tap.check('space-drag-chooses-nothing', chosen() == set())
home()
# the corner of a card stays under the pointer
person.xdotool('mousemove', x, y)
time.sleep(.2)
person.xdotool('click', '--repeat', 3, '--delay', 40, 4)
tap.check('wheel-zooms', wait(lambda: abs(zoom() - zoom_home * 1.15 ** 3) <= 1.5, 20), zoom())
tap.check('wheel-zooms-at-the-pointer', near(places()['dense2'], (x, y)), places()['dense2'])
person.key('ctrl+plus')
tap.check('ctrl-plus-zooms-in', wait(lambda: abs(zoom() - zoom_home * 1.15 ** 3 * 1.25) <= 2, 20))
tap.check('ctrl-plus-zooms-at-the-pointer', near(places()['dense2'], (x, y)), places()['dense2'])
person.key('ctrl+minus', 'ctrl+minus')
tap.check('ctrl-minus-zooms-out', wait(lambda: abs(zoom() - zoom_home * 1.15 ** 3 * .8) <= 2, 20))
person.key('ctrl+0')
tap.check('ctrl-0-is-100-percent', wait(lambda: zoom() == 100, 20), zoom())
tap.check('ctrl-0-zooms-at-the-pointer', near(places()['dense2'], (x, y)), places()['dense2'])
home()
person.click((x + 30, y + 14))
person.key('period')
time.sleep(.4)
a, b, w, h = person.place(cards['dense2'])
w = w * zoom() // 100  # what is told is the size at 100 %
tap.check('period-shows-the-selection', wait(lambda: zoom() > zoom_home * 1.2, 20)
          and abs(a + w // 2 - left - width // 2) < 12, (a, w, left, width))
home()

# --- choosing
x0, y0 = at_home['dense1']
x1, y1 = at_home['dense2']
stroke(1, (x0 - 12, y0 - 20), (x1 - x0 + 60, 80))
tap.check('band-chooses-what-it-touches', wait(lambda: chosen() == {'dense1', 'dense2'}, 20), chosen())
x2, y2 = at_home['cross1']
person.xdotool('keydown', 'shift')
person.click((x2 + 30, y2 + 14))
person.xdotool('keyup', 'shift')
tap.check('shift-click-adds', wait(lambda: chosen() == {'dense1', 'dense2', 'cross1'}, 20), chosen())
person.xdotool('keydown', 'shift')
person.click((x1 + 30, y1 + 14))
person.xdotool('keyup', 'shift')
tap.check('shift-click-takes-away', wait(lambda: chosen() == {'dense1', 'cross1'}, 20), chosen())
stroke(1, (at_home['dense3'][0] + 20, y0 - 20), (30, 60), 'shift')
tap.check('band-with-shift-adds', wait(lambda: chosen() == {'dense1', 'dense3', 'cross1'}, 20), chosen())
person.key('ctrl+a')
tap.check('ctrl-a-chooses-all', wait(lambda: chosen() == set(ALL), 20), chosen())
person.click(ground)
tap.check('free-ground-chooses-nothing', wait(lambda: chosen() == set(), 20), chosen())

# --- in order
person.drag((x0 + 40, y0 + 14), (x0 + 20, y0 + 74))
person.drag((x1 + 40, y1 + 14), (x1 + 50, y1 + 134))
person.xdotool('keydown', 'shift')
for name in ('dense1', 'dense3'):
    a, b = places()[name]
    person.click((a + 30, b + 14))
person.xdotool('keyup', 'shift')
three = ['dense1', 'dense2', 'dense3']
tap.check('three-in-disorder', wait(lambda: chosen() == set(three), 20)
          and saves(lambda g: len({g[n]['y'] for n in three}) == 3), chosen())
before = graph()


def spread(nodes, axis):
    values = sorted(nodes[n][axis] for n in three)
    return abs((values[2] - values[1]) - (values[1] - values[0]))


def is_back(nodes):
    return all(nodes[n]['x'] == before[n]['x'] and nodes[n]['y'] == before[n]['y'] for n in three)


orders = [('Align to the Left', 'align to the left', lambda g: len({g[n]['x'] for n in three}) == 1),
          ('Align at the Top', 'align at the top', lambda g: len({g[n]['y'] for n in three}) == 1),
          ('Distribute Across', 'distribute across', lambda g: spread(g, 'x') <= 1
           and any(g[n]['x'] != before[n]['x'] for n in three)),
          ('Distribute Down', 'distribute down', lambda g: spread(g, 'y') <= 1
           and any(g[n]['y'] != before[n]['y'] for n in three))]
for entry, words, holds in orders:
    a, b = places()['dense1']
    menu((a + 30, b + 14), canvas, 'Arrange', entry)
    name = words.replace(' ', '-')
    tap.check(f'{name}-by-menu', saves(holds))
    person.key('ctrl+z')
    tap.check(f'{name}-undone', saves(is_back))
    command(words)
    tap.check(f'{name}-by-command', saves(holds))
    person.key('ctrl+z')
    saves(is_back)
person.key('ctrl+shift+l')
tap.check('laid-out-by-key', saves(lambda g: len({g[n]['y'] for n in three}) == 1))
person.key('ctrl+z')
tap.check('layout-undone', saves(is_back))
person.key('ctrl+z', 'ctrl+z')

# --- marks
home()
x, y = places()['dense2']
person.click((x + 30, y + 14))
person.key('m')
tap.check('m-mutes', card('dense2') and saves(lambda g: g['dense2']['muted']))
person.key('ctrl+z')
tap.check('mute-undone', saves(lambda g: not g['dense2']['muted']))
person.key('f')
tap.check('f-freezes', saves(lambda g: g['dense2']['frozen']))
person.key('ctrl+z')
tap.check('freeze-undone', saves(lambda g: not g['dense2']['frozen']))
steady = graph()
person.key('l')
tap.check('l-lesions', card('dense2') and saves(lambda g: g['dense2'].get('lesioned')))
tap.check('a-lesion-is-told', person.find(re.compile('^Dense, dense2, .*, lesioned')) is not None)
person.key('l')
tap.check('l-restores', saves(lambda g: not g['dense2'].get('lesioned')))
person.key('ctrl+z', 'ctrl+z')
tap.check('lesions-undone', saves(lambda g: g == steady))
person.key('ctrl+k')
person.find('Search commands')
person.type('lesion')
offered = person.find(re.compile('(?i)lesion'), 'list item')
person.key('Escape')
tap.check('lesions-are-offered', offered is not None)

# --- a network that cannot be trained as it is drawn, and is mended
def done():
    return person.find(re.compile('^Undo$'), 'push button', None, 2).get_description()


person.key('ctrl+period')
wait(lambda: done().startswith('Undo Training'))
x, y = places()['dense3']
person.click((x + 30, y + 14))
person.key('Delete')
cards.pop('dense3')
mend = person.find('Set units=2', 'push button', card('dense2'))
person.key('ctrl+period')
tap.check('train-says-why-it-cannot', person.says('classes', 8) and done() == 'Undo Delete dense3', done())
train = person.middle(person.find('Train', 'push button'))
person.xdotool('mousemove', *person.middle(mend))
time.sleep(.2)
person.xdotool('click', 1, 'mousemove', *train, 'click', 1)
tap.check('train-right-after-a-mend', wait(lambda: done().startswith('Undo Training'), 60)
          and card('dense2'))
for _ in range(4):
    person.key('ctrl+z')
    time.sleep(.3)
cards['dense3'] = card('dense3')

# --- copies
person.click(ground)
x, y = places()['dense1']
person.click((x + 30, y + 14))
x, y = places()['dense2']
person.xdotool('keydown', 'shift')
person.click((x + 30, y + 14))
person.xdotool('keyup', 'shift')
person.key('ctrl+d')
tap.check('duplicates-with-their-wire', saves(
    lambda g: len(g) == 7 and g['dense5']['from'] == {'0': 'dense4:0'} and g['dense4']['from'] == {}))
person.key('ctrl+z')
saves(lambda g: len(g) == 5)
person.click(ground)
person.key('ctrl+a', 'ctrl+c')
text = subprocess.run([feed, '--clipboard'], capture_output=True, text=True, timeout=30).stdout
try:
    copied = json.loads(text)
except ValueError:
    copied = {}
tap.check('the-clipboard-holds-json', copied.get('format') == 'cajal-network'
          and {n['id'] for n in copied.get('nodes', [])} == set(ALL), text[:400])
first = (person.main, person.xid)
person.key('ctrl+n')
person.main = person.other()
person.xid = wait(lambda: next(w for w in person.windows() if w != first[1]))
person.keys_go_here()
person.key('ctrl+shift+n')
other = wait(lambda: person.find('Network', 'panel', person.main, 1))
wait(lambda: person.find(re.compile('^Input, input1'), 'panel', other, 1))
person.key('ctrl+v')
tap.check('pasted-into-another-window', person.find(re.compile('^Cross-entropy, cross1'), 'panel', other)
          and person.find(re.compile('^Dense, dense3'), 'panel', other))
person.key('ctrl+z')
tap.check('and-undone-there-alone', wait(
    lambda: not any('dense' in (n.get_name() or '') for n in walk(other))) and card('dense3'))
person.key('ctrl+w')
wait(lambda: len(person.frames()) == 1)
person.main, person.xid = first
person.keys_go_here()

# --- blocks
home()
x, y = places()['dense1']
person.click((x + 30, y + 14))
x, y = places()['dense2']
person.xdotool('keydown', 'shift')
person.click((x + 30, y + 14))
person.xdotool('keyup', 'shift')
person.key('ctrl+g')
block = person.find(re.compile('^Block'), 'panel', canvas)
x, y, w, h = person.place(block)
person.click((x + 40, y + 14), 1, 2)
tap.check('a-double-click-goes-inside', person.find('Go out to Network', 'push button')
          and card('dense1') and not card('cross1', 1))
person.key('BackSpace')
tap.check('backspace-goes-out', card('cross1') and not card('dense1', 1))
person.key('Return')
tap.check('enter-goes-inside', card('dense1') and not card('cross1', 1))
person.click(person.find('Go out to Network', 'push button'))
tap.check('the-trail-goes-out', card('cross1') and not card('dense1', 1))
person.click((x + 40, y + 14))
command('save block')
palette = person.find('Layers', 'list')
own = re.compile('^Block')
row = person.find(own, 'list item', palette)
menu(person.scroll_to(row, palette.get_parent()), person.main, 'Remove from Palette')
tap.check('a-block-leaves-the-palette', wait(
    lambda: person.find(own, 'list item', palette, 0) is None))
toast = person.find(re.compile('no longer in the palette'))
while not any(n.get_role_name() == 'push button' for n in walk(toast)):
    toast = toast.get_parent()
person.click(person.find(re.compile('Undo'), 'push button', toast))
tap.check('and-is-put-back', person.find(own, 'list item', palette))
person.close()
with open('app.log') as log:
    bad = re.findall('.*(?:CRITICAL|WARNING).*', log.read())
tap.check('nothing-on-the-log', not bad, '\n'.join(bad))
tap.end()
