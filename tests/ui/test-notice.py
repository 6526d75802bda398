# SPDX-License-Identifier: GPL-3.0-or-later
"""What Cajal tells the desktop: that a long run has come to its end, and that the machine should not sleep
while one goes on. The desktop is this test: it answers for the notification daemon and for the session
manager on the bus of the session."""
import re
import subprocess
import sys
import time

import gi

gi.require_version('Gio', '2.0')
from gi.repository import Gio, GLib  # noqa: E402
from person import Person, Tap, wait  # noqa: E402

program, cli, feed = sys.argv[1:4]
tap = Tap(11)

XML = '''<node>
<interface name="org.freedesktop.Notifications">
 <method name="Notify"><arg type="s" direction="in"/><arg type="u" direction="in"/>
  <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/>
  <arg type="as" direction="in"/><arg type="a{sv}" direction="in"/><arg type="i" direction="in"/>
  <arg type="u" direction="out"/></method>
 <method name="CloseNotification"><arg type="u" direction="in"/></method>
 <method name="GetCapabilities"><arg type="as" direction="out"/></method>
 <method name="GetServerInformation"><arg type="s" direction="out"/><arg type="s" direction="out"/>
  <arg type="s" direction="out"/><arg type="s" direction="out"/></method>
 <signal name="ActionInvoked"><arg type="u"/><arg type="s"/></signal>
</interface>
<interface name="org.gnome.SessionManager">
 <method name="RegisterClient"><arg type="s" direction="in"/><arg type="s" direction="in"/>
  <arg type="o" direction="out"/></method>
 <method name="Inhibit"><arg type="s" direction="in"/><arg type="u" direction="in"/>
  <arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="u" direction="out"/></method>
 <method name="Uninhibit"><arg type="u" direction="in"/></method>
 <property name="SessionIsActive" type="b" access="read"/>
</interface>
</node>'''
LOGOUT, SUSPEND = 1, 4
told, inhibited, released = [], [], []
answers = {'Notify': lambda a: told.append(a) or GLib.Variant('(u)', (len(told),)),
           'CloseNotification': lambda a: None,
           'GetCapabilities': lambda a: GLib.Variant('(as)', (['body', 'actions'],)),
           'GetServerInformation': lambda a: GLib.Variant('(ssss)', ('test', 'test', '1', '1.2')),
           'RegisterClient': lambda a: GLib.Variant('(o)', ('/org/gnome/SessionManager/Client1',)),
           'Inhibit': lambda a: inhibited.append(a) or GLib.Variant('(u)', (70 + len(inhibited),)),
           'Uninhibit': lambda a: released.append(a[0])}


def on_call(connection, sender, path, interface, method, parameters, invocation):
    invocation.return_value(answers[method](parameters.unpack()))


bus = Gio.bus_get_sync(Gio.BusType.SESSION)
for interface in Gio.DBusNodeInfo.new_for_xml(XML).interfaces:
    bus.register_object('/' + interface.name.replace('.', '/'), interface, on_call,
                        lambda *a: GLib.Variant('b', True), None)
    Gio.bus_own_name_on_connection(bus, interface.name, Gio.BusNameOwnerFlags.NONE, None, None)


def active():
    return subprocess.run(['xdotool', 'getactivewindow'], capture_output=True,
                          text=True).stdout.strip()


# a run that takes no less than 40 s: 400 steps, ten a second
subprocess.run([cli, 'new', 'playground', '-o', 'n.cajal'], check=True, stdout=subprocess.DEVNULL)
subprocess.run([cli, 'set', 'n.cajal', 'batch=30', 'epochs=10'], check=True,
               stdout=subprocess.DEVNULL)
person = Person(program, 'n.cajal')
person.says('^Most likely')
speed = person.find('Speed of training', 'combo box')
person.click(speed)
person.key('Down', 'Down', 'Down', 'Return')
tap.check('nothing-is-held-up-before', not inhibited)
person.key('ctrl+Return')
began = time.monotonic()
tap.check('sleep-is-held-up-while-it-trains', wait(lambda: inhibited))
tap.check('by-this-program-with-a-reason', inhibited and inhibited[0][0] == 'org.cajal.Cajal'
          and inhibited[0][2] == 'A network is training', inhibited)
tap.check('sleep-and-the-end-of-the-session', inhibited and inhibited[0][3] == SUSPEND | LOGOUT,
          inhibited)
other = subprocess.Popen([feed, 'n.cajal'], stderr=subprocess.DEVNULL)
wait(lambda: subprocess.run(['xdotool', 'search', '--onlyvisible', '--name', '^feed$'],
                            capture_output=True).stdout)
wait(lambda: active() not in ('', person.xid))
tap.check('another-window-is-in-front', active() != person.xid)
tap.check('the-end-of-a-long-run-is-told', wait(lambda: told, 120))
tap.check('no-sooner-than-half-a-minute', time.monotonic() - began > 30)
note = told[0] if told else [''] * 8
tap.check('in-words', note[3] == '“Two spirals” has finished training'
          and re.fullmatch(r'\d+\.\d % on validation samples after 10 epochs', note[4]), note)
tap.check('then-the-machine-may-sleep', wait(lambda: released == [71], 20), released)
bus.emit_signal(None, '/org/freedesktop/Notifications', 'org.freedesktop.Notifications',
                'ActionInvoked', GLib.Variant('(us)', (1, 'default')))
tap.check('a-click-on-it-raises-the-window', wait(lambda: active() == person.xid, 20), active())
tap.check('once', len(told) == 1, told)
other.kill()
person.close()
tap.end()
