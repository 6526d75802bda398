# SPDX-License-Identifier: GPL-3.0-or-later
"""A person at the window: hears it as a screen reader does (AT-SPI), and has a mouse and a keyboard
(xdotool). Nothing here sleeps and hopes: `wait` tries until a condition holds or its time is up.
Speaks TAP. Used by the test-*.py of this folder, which run inside harness.sh."""
import os
import re
import subprocess
import sys
import time

import gi

gi.require_version('Atspi', '2.0')
from gi.repository import Atspi, GLib  # noqa: E402

# A busy machine answers late; the library's own patience is less than a second.
Atspi.set_timeout(20000, 30000)

CONTROLS = {'push button', 'toggle button', 'text', 'password text', 'spin button', 'check box',
            'radio button', 'switch', 'slider', 'combo box', 'menu item', 'check menu item',
            'radio menu item', 'page tab', 'link'}
# Widgets inside others that get a name of their type where nobody gave one.
NAMELESS = re.compile(r'^(|Gtk[A-Z]\w*|Adw[A-Z]\w*|Cju[A-Z]\w*|Tab)$')


def tries(function):
    """Objects go away while one looks: that is an answer too."""
    try:
        return function()
    except (GLib.Error, AttributeError, IndexError, StopIteration):
        return None


def wait(function, seconds=15):
    """What the function gives once it gives something, or None."""
    end = time.monotonic() + seconds
    while True:
        context = GLib.MainContext.default()
        while context.pending():
            context.iteration(False)
        result = tries(function)
        if result or time.monotonic() > end:
            return result
        time.sleep(.1)


def children(node):
    for i in range(node.get_child_count()):
        child = node.get_child_at_index(i)
        if child is not None:
            yield child


def walk(node):
    """The object and all below it, without the insides of labels and the rows of closed lists."""
    yield node
    for child in children(node):
        yield from walk(child)


def state(node, name):
    return node.get_state_set().contains(getattr(Atspi.StateType, name))


class Tap:
    def __init__(self, plan):
        self.number = self.failed = 0
        print(f'1..{plan}', flush=True)

    def check(self, name, good, note=''):
        self.number += 1
        self.failed += not good
        if not good and note:
            for line in str(note).splitlines()[:30]:
                print('#', line)
        print('ok' if good else 'not ok', self.number, name, flush=True)
        shots = os.environ.get('CAJAL_UI_SHOTS')
        if not good and shots:
            subprocess.run(['import', '-window', 'root', f'{shots}/{self.number}-{name}.png'])
        return good

    def end(self):
        sys.exit(self.failed > 0)


class Person:
    """Starts the program and looks at its first window. `count` is what the hands did so far."""

    def __init__(self, program, *arguments, log='app.log', environment=None):
        self.count = 0
        self.window = None
        self.log = open(log, 'ab')
        env = dict(os.environ, **(environment or {}))
        self.process = subprocess.Popen([program, *arguments], stderr=self.log, env=env)
        self.app = wait(self._find_app, 30)
        if self.app is None:
            raise SystemExit('Bail out! the program is not on the accessibility bus')
        # what changes without a word about it is asked for anew
        self.app.set_cache_mask(Atspi.Cache.NONE)
        self.xid = wait(self._find_window, 20)
        self.main = wait(lambda: self.frames()[0])
        self.keys_go_here()

    def _find_app(self):
        desktop = Atspi.get_desktop(0)
        desktop.clear_cache()
        for app in children(desktop):
            if app.get_name() == 'cajal' and app.get_process_id() == self.process.pid:
                return app
        return None

    def _find_window(self):
        return self.windows()[-1]

    def windows(self):
        return subprocess.run(['xdotool', 'search', '--onlyvisible', '--pid', str(self.process.pid)],
                              capture_output=True, text=True).stdout.split()

    @staticmethod
    def geometry(xid):
        lines = subprocess.run(['xdotool', 'getwindowgeometry', '--shell', xid],
                               capture_output=True, text=True).stdout.split()
        return {k: int(v) for k, v in (line.split('=') for line in lines)}

    def close(self):
        self.process.kill()
        self.process.wait()

    # --- hearing

    def other(self):
        """A window above the first one."""
        return wait(lambda: next(f for f in self.frames() if f != self.main))

    def frames(self):
        self.app.clear_cache()
        return list(children(self.app))

    def find(self, name, role=None, below=None, seconds=15):
        """An object by name: a text, or a compiled expression. None after a while."""
        def look():
            for node in walk(below or self.app):
                if role is not None and node.get_role_name() != role:
                    continue
                text = node.get_name() or ''
                if (name.search(text) if hasattr(name, 'search') else text == name):
                    if state(node, 'VISIBLE'):
                        return node
            return None
        return wait(look, seconds)

    def says(self, pattern, seconds=15):
        """Whether a label, name or description matches, with the match."""
        expression = re.compile(pattern)

        def look():
            for node in walk(self.app):
                match = (expression.search(node.get_name() or '')
                         or expression.search(node.get_description() or ''))
                if match:
                    return match
            return None
        return wait(look, seconds)

    def place(self, node):
        """Where the middle of an object is on the screen, and its size."""
        box = Atspi.Component.get_extents(node, Atspi.CoordType.WINDOW)
        frame = Atspi.Component.get_extents(self.main, Atspi.CoordType.WINDOW)
        window = self.geometry(self.xid)
        # extents begin inside the shadow that the program draws itself
        inset_x = window['X'] + (window['WIDTH'] - frame.width) // 2
        inset_y = window['Y'] + (window['HEIGHT'] - frame.height) // 2
        return (inset_x + box.x, inset_y + box.y, box.width, box.height)

    def middle(self, node):
        x, y, width, height = self.place(node)
        return x + width // 2, y + height // 2

    def colours(self, node):
        """How many colours an object has on the screen: a blank one has few."""
        x, y, width, height = self.place(node)
        out = subprocess.run(['import', '-window', 'root', '-crop', f'{width}x{height}+{x}+{y}',
                              '-format', '%k', 'info:'], capture_output=True, text=True).stdout
        return int(out)

    # --- hands

    def xdotool(self, *words):
        subprocess.run(['xdotool', *map(str, words)], check=True, capture_output=True)

    def keys_go_here(self):
        if self.xid:
            subprocess.run(['xdotool', 'windowactivate', '--sync', self.xid], capture_output=True,
                           timeout=20)

    def key(self, *keys):
        for key in keys:
            self.count += 1
            self.xdotool('key', key)
            time.sleep(.05)

    def type(self, line):
        self.count += 1
        self.xdotool('type', '--delay', '15', line)

    def click(self, target, button=1, times=1):
        """An object, or a point of the screen."""
        self.count += times
        x, y = target if isinstance(target, tuple) else self.middle(target)
        self.xdotool('mousemove', x, y)
        time.sleep(.1)
        self.xdotool('click', '--repeat', times, '--delay', 60, button)
        time.sleep(.1)

    def view(self, name):
        """Shows a view of the dock, whose tab may be out of sight, by its command."""
        before = len(self.frames())
        self.key('ctrl+k')
        wait(lambda: 'Search commands' in self.focus())
        self.type(f'show {name.lower()}')
        self.key('Return')
        wait(lambda: len(self.frames()) == before)

    def scroll_to(self, node, pane):
        """Turns the wheel over a pane until an object is in it. Returns the object's middle."""
        for _ in range(80):
            left, top, width, height = self.place(pane)
            _, y, _, size = self.place(node)
            if y >= top + 10 and y + size <= top + height - 10:
                break
            self.xdotool('mousemove', left + width // 2, top + height // 2)
            self.xdotool('click', 5 if y > top + height // 2 else 4)
            time.sleep(.1)
        return self.middle(node)

    def focus(self):
        """What has the keyboard, with all that it is inside of."""
        for node in walk(self.app):
            if state(node, 'FOCUSED'):
                chain = []
                while node is not None and node.get_role_name() != 'application':
                    chain.append(node.get_name() or '')
                    node = node.get_parent()
                return chain
        return []

    def drag(self, start, end):
        self.count += 1
        (x0, y0), (x1, y1) = start, end
        self.xdotool('mousemove', x0, y0, 'mousedown', 1)
        time.sleep(.15)
        for i in range(1, 9):
            self.xdotool('mousemove', x0 + (x1 - x0) * i // 8, y0 + (y1 - y0) * i // 8)
            time.sleep(.04)
        time.sleep(.2)
        self.xdotool('mouseup', 1)
        time.sleep(.2)


    def save(self, name):
        """Saves as, by the dialog of files."""
        before = len(self.frames())
        self.key('ctrl+shift+s')
        wait(lambda: len(self.frames()) > before)
        self.key('ctrl+a')
        self.type(os.path.abspath(name))
        self.key('Return')
        return wait(lambda: os.path.exists(name))


def folder_of_pictures(path, each=30):
    """Two kinds of pictures of 28 by 28: a disk, or a bar, somewhere."""
    for i in range(each):
        for kind, shape in (('disk', f'circle {9 + i % 9},{10 + i % 7} {13 + i % 9},{10 + i % 7}'),
                            ('bar', f'rectangle 3,{4 + i % 18} 24,{6 + i % 18}')):
            os.makedirs(f'{path}/{kind}', exist_ok=True)
            subprocess.run(['convert', '-size', '28x28', 'xc:black', '-fill', 'white', '-draw', shape,
                            f'{path}/{kind}/{i}.png'], check=True)


def drop(feed, path, target):
    """Drags a file or folder, or a list of them, from a window of another program to a place on the screen."""
    other = subprocess.Popen([feed, path] if isinstance(path, str) else [feed, *path])

    def find():
        out = subprocess.run(['xdotool', 'search', '--onlyvisible', '--name', '^feed$'],
                             capture_output=True, text=True).stdout.split()
        return out[-1] if out else None

    def go(*words):
        subprocess.run(['xdotool', *map(str, words)], check=True, capture_output=True)
        time.sleep(.15)

    window = wait(find, 20)
    time.sleep(.5)
    go('windowmove', window, 1200, 700)
    time.sleep(.5)
    go('mousemove', 1280, 750, 'mousedown', 1)
    for i in range(1, 5):
        go('mousemove', 1280 - 50 * i, 750 - 25 * i)
    go('mousemove', *target)
    time.sleep(.4)
    go('mousemove', target[0] + 3, target[1])
    time.sleep(.4)
    go('mouseup', 1)
    time.sleep(.5)
    other.kill()
    other.wait()


def actions(node):
    if node.get_action_iface() is None:
        return []
    return [Atspi.Action.get_action_name(node, i) for i in range(Atspi.Action.get_n_actions(node))]


def act(node, name):
    return Atspi.Action.do_action(node, actions(node).index(name))


def nameless(root):
    """Controls without a name of their own: nothing, the name of a type, or the same word twice."""
    bad = []
    for node in walk(root):
        if node.get_role_name() not in CONTROLS or not state(node, 'VISIBLE'):
            continue
        name = node.get_name() or ''
        half = name[:len(name) // 2]
        if (name, node.get_description()) == ('GtkImage', 'Search'):
            continue  # of libadwaita's own window of preferences
        if NAMELESS.match(name) or '_' in name or (len(name) > 2 and name == f'{half} {half}'):
            above = node.get_parent()
            bad.append(f'{node.get_role_name()} "{name}" ({node.get_description()}) in '
                       f'{above.get_role_name()} "{above.get_name()}"')
    return bad


def alike(root):
    """Controls that stand beside each other and are called the same."""
    bad = []
    for node in walk(root):
        seen = set()
        for child in children(node):
            what = (child.get_role_name(), child.get_name(), child.get_description())
            if what[0] in CONTROLS and what[1] and state(child, 'VISIBLE'):
                if what in seen and not what[1].startswith('Gtk'):
                    bad.append(f'{what[0]} "{what[1]}" stands there twice')
                seen.add(what)
    return bad
