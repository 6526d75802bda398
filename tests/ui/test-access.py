# SPDX-License-Identifier: GPL-3.0-or-later
"""What a screen reader hears of the window: every control has a name of its own, cards say what they
are, ports and wires have names, and actions of cards work without eyes or mouse."""
import re
import sys

from person import Person, Tap, act, actions, alike, children, nameless, state, wait, walk

program, cli = sys.argv[1:3]
tap = Tap(22)


def names(title, root):
    """No control in sight without a name, none twice."""
    bad = wait(lambda: [nameless(root) + alike(root)], 30) or [['the objects went away']]
    tap.check(title + '-names', not bad[0], '\n'.join(bad[0]))


# --- the first page
person = Person(program)
names('start-page', person.app)
tap.check('template-tells-what-it-is',
          person.find(re.compile('^Handwritten signs. A convolutional network .* Reaches 99 %'),
                      'push button'))

# --- preferences and help, opened by their keys
person.key('ctrl+comma')
window = person.other()
tap.check('preferences-open', window)
names('preferences', window)
person.key('Escape')
wait(lambda: len(person.frames()) == 1)
person.key('F1')
window = person.other()
tap.check('help-opens', window)
names('help', window)
person.close()

# --- a lab with data, nothing trained
person = Person(program, '--new', 'lenet-5')
card = person.find(re.compile('^Conv 2D, conv2, 6 by 14 by 14 to 16 by 10 by 10, '
                              r'2.?416 parameters$'), 'panel')
tap.check('card-is-heard', card)
names('lab', person.app)

ports = [c.get_name() for c in children(card)]
tap.check('ports-and-wires-are-named',
          ports == ['Input x of conv2, wire from max1, 6 by 14 by 14',
                    'Output y of conv2, wire to max2'], ports)
tap.check('card-has-actions',
          {'card.select', 'card.mute', 'card.freeze', 'card.delete', 'card.wire'} <= set(actions(card)),
          actions(card))
act(card, 'card.select')
tap.check('selected-card-says-so', wait(lambda: card.get_name().endswith(', selected')
                                        and state(card, 'SELECTED')), card.get_name())
act(card, 'card.mute')
tap.check('action-of-a-card-works', person.find(re.compile('^Conv 2D, conv2, .*, muted, selected$')))
person.key('ctrl+z')
tap.check('and-is-undone', wait(lambda: 'muted' not in card.get_name()), card.get_name())

# a wire cut and drawn again through the ports alone
port = next(c for c in children(person.find(re.compile('^Max pool 2D, max2,'))))
act(port, 'port.cut')
tap.check('wire-is-cut-at-its-port', person.find('Input x of max2, no wire'))
act(next(c for c in children(card) if c.get_name().startswith('Output')), 'port.wire')
tap.check('wire-in-hand-is-told', person.find(re.compile('^Wire from conv2 to ')))
act(person.find('Input x of max2, no wire'), 'port.wire')
tap.check('wire-is-put-in',
          person.find('Input x of max2, wire from conv2, 16 by 10 by 10'))


# --- every view of the dock, the sheet to draw on, the browser
book = person.find('Views', 'page tab list')
tabs = [t for t in children(book) if t.get_role_name() == 'page tab']
tap.check('tabs-are-named', {'Curves', 'Confusion', 'Problems', 'History'}
          <= {t.get_name() for t in tabs}, [t.get_name() for t in tabs])


def told():
    """Pictures with words; a figure of the dock is made when its tab is first opened."""
    return [n.get_name() for n in walk(person.app)
            if n.get_role_name() == 'image' and n.get_description()]


silent = []
for name in 'Activations', 'Weights', 'Histogram', 'Confusion', 'Predictions':
    before = len(told())
    person.view(name)
    if not wait(lambda: len(told()) > before, 30):
        silent.append(name)
tap.check('figures-are-told-in-words', 'Curves' in told() and not silent, (told(), silent))
person.key('ctrl+shift+d')
tap.check('sheet-to-draw-on', person.find('Clear', 'push button'))
names('sheet', person.app)
person.key('ctrl+shift+d', 'ctrl+b')
window = person.other()
tap.check('browser-opens', window)
names('browser', window)
person.close()
tap.end()
