#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing is ever lost: programs are killed, disks are full, the power goes.

torture.py ACT CAJAL-CLI [FAULTS] [--kills N] [--stride N] [--cuts N] [--seed N] [--only PHASE]

Prints TAP. ACT does what the window does (act.c), FAULTS is a bad file system (faults.c). A phase kills
so many times, or goes through so many faults, and looks after each at what is left: the project file is the
one before or the new one, every edit that was done comes back, training goes on to the same bits. What
went wrong is printed with the number that brings it about again.
"""
import argparse
import hashlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

PATIENCE = 120  # s, for a program that is not killed


class Wrong(Exception):
    """What does not hold."""


def demand(truth, text):
    if not truth:
        raise Wrong(text)


def read(path):
    try:
        with open(path, 'rb') as file:
            return file.read()
    except FileNotFoundError:
        return None


def digest(path):
    data = read(path)
    return hashlib.sha256(data).hexdigest() if data is not None else None


class Room:
    """A folder of its own with projects and the state of the programs."""

    def __init__(self, options):
        self.options = options
        self.folder = tempfile.mkdtemp(prefix='cajal-torture-')
        self.random = random.Random(options.seed)
        self.env = dict(os.environ, CAJAL_STATE_DIR=self.at('state'), LC_ALL='C.UTF-8', LANGUAGE='',
                        XDG_DATA_HOME=self.at('data'), XDG_CONFIG_HOME=self.at('config'),
                        XDG_CACHE_HOME=self.at('cache'), CAJAL_PLUGIN_PATH='')

    def at(self, *names):
        return os.path.join(self.folder, *names)

    def start(self, *words, fault=None, count=None, log=None, env=None):
        """A program; `fault` for the bad file system."""
        env = dict(self.env, **(env or {}))
        if fault or count or log:
            env['LD_PRELOAD'] = self.options.faults
            env['CAJAL_FAULT_ROOT'] = self.folder + '/'
        for name, value in (('CAJAL_FAULT', fault), ('CAJAL_FAULT_COUNT', count), ('CAJAL_FAULT_LOG', log)):
            if value:
                env[name] = value
        return subprocess.Popen([str(w) for w in words], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, env=env, cwd=self.folder)

    def run(self, *words, **more):
        """To its end: exit status and lines."""
        program = self.start(*words, **more)
        try:
            out, _ = program.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            program.kill()
            program.communicate()
            raise Wrong('%s took more than %d s' % (' '.join(map(str, words[1:])), PATIENCE)) from None
        return program.returncode, out.decode('utf-8', 'replace').splitlines()

    def act(self, *words, **more):
        status, lines = self.run(self.options.act, *words, **more)
        demand(status == 0 and lines and lines[-1] == 'end',
               'status %d of %s: %s' % (status, ' '.join(map(str, words)), ' | '.join(lines[-4:])))
        return lines

    def cli(self, *words, **more):
        return self.run(self.options.cli, *words, **more)

    def kill(self, program, seconds):
        """After so long, unless it ends before; what it said."""
        try:
            out, _ = program.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            program.send_signal(signal.SIGKILL)
            out, _ = program.communicate()
        return out.decode('utf-8', 'replace').splitlines()

    def moment(self, words, seconds, calls):
        """Starts a program that dies at a random time or at a random call of the file system."""
        if self.options.faults and self.random.random() < 0.6:
            kind = self.random.choice(['kill', 'kill', 'half'])
            program = self.start(*words, fault='%s:%d' % (kind, self.random.randint(1, calls)))
            return self.kill(program, seconds)
        return self.kill(self.start(*words), self.random.uniform(0.005, seconds))

    def count_files(self):
        return sum(len(files) for _, _, files in os.walk(self.folder))


def last(lines, word):
    found = [line.split() for line in lines if line.split() and line.split()[0] == word]
    return found[-1] if found else None


def healthy(lines):
    bad = [line for line in lines if line.startswith(('error', 'trouble')) or ' torn ' in line + ' ']
    demand(not bad, ' | '.join(bad))


class Expectation:
    """What may be there, after the lines that a program got to say."""

    def __init__(self, number, saved):
        self.number = number      # of the last edit that was done
        self.begun = None         # the one under way, or 'any'
        self.saved = {saved}      # numbers that the file may have

    def follow(self, lines):
        for line in lines:
            words = line.split()
            if not words:
                continue
            if words[0] == 'begin':
                self.begun = words[1]
            elif words[0] in ('done', 'open'):
                self.number, self.begun = int(words[1]), None
            elif words[0] == 'saving':
                self.saved.add(int(words[1]))
            elif words[0] == 'saved':
                self.saved = {int(words[1])}

    def check(self, lines):
        healthy(lines)
        file, opened = last(lines, 'file'), last(lines, 'open')
        demand(file is not None and opened is not None, 'not opened: ' + ' | '.join(lines))
        demand(int(file[1]) in self.saved, 'the file has edit %s, not one of %s' % (file[1], self.saved))
        number = int(opened[1])
        demand(number == self.number or self.begun == 'any' or str(number) == self.begun,
               'edit %d came back; %d was done, %s begun' % (number, self.number, self.begun))
        demand(opened[3] == 'named', 'the project has lost its file')
        self.number, self.begun, self.saved = number, None, {int(file[1])}


# --- kills -------------------------------------------------------------------------------------------

def kill_stir(room, n):
    """Editing, undo, training, saving and exporting all at once, in one project that goes on."""
    for i in range(n):
        if i % 25 == 0:
            room.act('new', 'p.cajal')
            expected = Expectation(0, 0)
        words = (room.options.act, 'interval', 0.1, 'open', 'p.cajal', 'stir', room.random.randint(1, 1 << 30),
                 'x.npz')
        expected.follow(room.moment(words, 1.0, 500))
        expected.check(room.act('open', 'p.cajal', 'state'))
    return ''


def kill_edit(room, n):
    """Nothing but edits, as fast as they go; all can be undone in the end."""
    for begun in range(0, n, 10):
        room.act('new', 'e.cajal')
        expected = Expectation(0, 0)
        for _ in range(min(10, n - begun)):
            expected.follow(room.moment((room.options.act, 'open', 'e.cajal', 'edit', 1000), 0.4, 300))
            expected.check(room.act('open', 'e.cajal', 'state'))
        lines = room.act('open', 'e.cajal', 'undo', expected.number + 1, 'state')
        healthy(lines)
        demand(last(lines, 'state')[1] == '0', 'undo did not lead to the beginning')
    return ''


def kill_save(room, n):
    """Edit and save, again and again; the file is the one before or the new one."""
    turns = ['edit', 2, 'save'] * 30
    for i in range(n):
        if i % 25 == 0:
            room.act('new', 's.cajal')
            expected = Expectation(0, 0)
        expected.follow(room.moment((room.options.act, 'open', 's.cajal', *turns), 0.8, 400))
        expected.check(room.act('open', 's.cajal', 'state'))
    return ''


TRAIN_TO = 24000


def kill_train(room, n):
    """A run that is killed again and again ends with the same bits as one that is not."""
    room.act('new', 'base.cajal')
    shutil.copy(room.at('base.cajal'), room.at('whole.cajal'))
    wanted = last(room.act('open', 'whole.cajal', 'train', TRAIN_TO, 'digest'), 'digest')[1]
    oldest = 0.0
    done = 0
    while done < n:
        shutil.rmtree(room.at('state'), ignore_errors=True)
        shutil.copy(room.at('base.cajal'), room.at('t.cajal'))
        for _ in range(min(n - done, 4)):
            began = time.monotonic()
            words = (room.options.act, 'interval', 0.15, 'open', 't.cajal', 'train', TRAIN_TO)
            program = room.start(*words)
            lines = room.kill(program, room.random.uniform(0.1, 1.5))
            done += 1
            back = room.act('open', 't.cajal', 'state')
            healthy(back)
            step = int(last(back, 'state')[4])
            kept = [int(line.split()[1]) for line in lines if line.startswith('kept')]
            # the checkpoint before the last was whole when the last began
            demand(step >= (kept[-2] if len(kept) > 1 else 0), 'step %d came back, %s were kept' % (step, kept))
            if not kept:
                continue
            told = [int(line.split()[1]) for line in lines if line.startswith('step')]
            share = 1 - step / max(told[-1] if told else 1, 1)
            oldest = max(oldest, share * (time.monotonic() - began))
        lines = room.act('open', 't.cajal', 'train', TRAIN_TO, 'digest')
        healthy(lines)
        demand(last(lines, 'digest')[1] == wanted, 'the run ends with other weights')
    return 'oldest checkpoint %.1f s' % oldest


def kill_export(room, n):
    """What was exported before, or what is exported now; never less."""
    room.act('new', 'a.cajal')
    shutil.copy(room.at('a.cajal'), room.at('b.cajal'))
    room.act('open', 'a.cajal', 'train', 50, 'save')
    room.act('open', 'b.cajal', 'train', 90, 'save')
    jobs = []
    for name in ('x.npz', 'x.safetensors'):
        sums = set()
        for project in ('a.cajal', 'b.cajal'):
            status, lines = room.cli('export', project, '-o', name)
            demand(status == 0, ' '.join(lines))
            sums.add(digest(room.at(name)))
        jobs.append((name, sums, lambda project, name: (room.options.cli, 'export', project, '-o', name)))
        jobs.append((name, sums, lambda project, name: (room.options.act, 'open', project, *['export', name] * 40)))
    sums = set()
    for project in ('a.cajal', 'b.cajal'):
        status, lines = room.cli('figure', project, 'curves', '-o', 'x.svg')
        demand(status == 0, ' '.join(lines))
        sums.add(digest(room.at('x.svg')))
    jobs.append(('x.svg', sums, lambda project, name: (room.options.cli, 'figure', project, 'curves', '-o', name)))
    for i in range(n):
        name, sums, words = room.random.choice(jobs)
        project = room.random.choice(('a.cajal', 'b.cajal'))
        room.moment(words(project, name), 0.25, 12)
        demand(digest(room.at(name)) in sums, '%s is neither the old nor the new one' % name)
    return ''


def kill_cli(room, n):
    """cajal-cli set and train: the file before or after, and recover brings the run back."""
    room.act('new', 'c.cajal')
    room.cli('set', 'c.cajal', 'epochs=40')
    shutil.copy(room.at('c.cajal'), room.at('whole.cajal'))
    status, lines = room.cli('train', 'whole.cajal', '-t', 1)
    demand(status == 0, ' '.join(lines))
    room.cli('export', 'whole.cajal', '-o', 'whole.npz')
    began = time.monotonic()
    room.cli('train', 'whole.cajal', '-t', 1)
    seconds = time.monotonic() - began
    batch = None
    for i in range(n):
        if i % 2 == 0:
            values = [room.random.randint(1, 60) for _ in range(2)]
            room.moment((room.options.cli, 'set', 'c.cajal', 'batch=%d' % values[0],
                         'dense1.units=%d' % values[1]), 0.08, 60)
            status, lines = room.cli('recover', 'c.cajal')
            if status != 0:  # nothing was left
                demand('nothing unsaved' in ' '.join(lines), ' '.join(lines))
            status, lines = room.cli('check', 'c.cajal')
            demand(status == 0, ' '.join(lines))
            room.cli('set', 'c.cajal', 'batch=10', 'dense1.units=8')
            continue
        shutil.copy(room.at('whole.cajal'), room.at('k.cajal'))
        room.moment((room.options.cli, 'train', 'k.cajal', '-t', 1), seconds, 90)
        status, lines = room.cli('recover', 'k.cajal')
        demand(status == 0 or 'nothing unsaved' in ' '.join(lines), ' '.join(lines))
        status, lines = room.cli('train', 'k.cajal', '-t', 1)
        demand(status == 0, ' '.join(lines))
        room.cli('export', 'k.cajal', '-o', 'k.npz')
        demand(digest(room.at('k.npz')) == digest(room.at('whole.npz')), 'other weights after it was trained anew')
    return ''


KILLS = [('edit', kill_edit, 0.2), ('stir', kill_stir, 0.3), ('save', kill_save, 0.2), ('train', kill_train, 0.12),
         ('export', kill_export, 0.1), ('cli', kill_cli, 0.08)]


# --- bad file systems --------------------------------------------------------------------------------

SCRIPT = ('interval', 0, 'open', 'f.cajal', 'edit', 2, 'train', 60, 'watch', 0.05, 'save', 'edit', 1, 'export',
          'f.npz', 'undo', 1, 'save')
SENTENCE = re.compile(r'^(error|trouble) \S.{15,}\.$')


def fault_sweep(room, kind, stride):
    """One fault after the other at every call: a sentence, and the file before or after."""
    shutil.rmtree(room.at('state'), ignore_errors=True)
    room.act('new', 'f.cajal')
    first = read(room.at('f.cajal'))
    room.act('open', 'f.cajal', 'train', 60, 'export', 'f.npz')
    old_export = digest(room.at('f.npz'))
    shutil.rmtree(room.at('state'))
    room.act(*SCRIPT, count=room.at('count'))
    new_export = digest(room.at('f.npz'))
    n = int(read(room.at('count')))
    tried = 0
    for k in range(1 + room.random.randrange(stride), n + 1, stride):
        shutil.rmtree(room.at('state'), ignore_errors=True)
        with open(room.at('f.cajal'), 'wb') as file:
            file.write(first)
        status, lines = room.run(room.options.act, *SCRIPT, fault='%s:%d' % (kind, k))
        where = '%s:%d: ' % (kind, k)
        demand(status == 0 and lines[-1] == 'end', where + 'status %d: %s' % (status, ' | '.join(lines[-3:])))
        for line in lines:
            if line.startswith(('error', 'trouble')):
                demand(SENTENCE.match(line), where + 'no sentence: ' + line)
        expected = Expectation(0, 0)
        expected.follow(lines)
        after = room.act('open', 'f.cajal', 'state')
        file = last(after, 'file')
        demand(file and file[2] == 'whole' and int(file[1]) in expected.saved,
               where + 'the file: %s, not %s' % (file, expected.saved))
        if not any(line.startswith(('error', 'trouble')) for line in lines):
            expected.check(after)
        demand(digest(room.at('f.npz')) in (old_export, new_export), where + 'a torn export')
        tried += 1
    return '%d of %d calls' % (tried, n)


# --- the power goes ----------------------------------------------------------------------------------

class Disk:
    """What of a recorded run is on the disk after the power went: what was synced, and of the rest what a
    disk may have written: a part of it, in any order, the last of it torn."""

    def __init__(self, folder):
        self.folder = folder
        self.files = {}     # instance: bytes, as they are for sure
        self.pending = {}   # instance: [(offset, bytes) or ('cut', size)] not synced
        self.names = {}     # name: instance, for sure
        self.moves = []     # ('put', name, instance) or ('drop', name) not synced
        self.inodes = {}    # number: instance, as the process sees it
        self.seen = {}      # name: instance, as the process sees it
        for base, _, files in os.walk(folder):
            for name in files:
                path = os.path.join(base, name)
                instance = self.add(os.stat(path).st_ino, read(path))
                self.names[path] = self.seen[path] = instance

    def add(self, inode, data):
        instance = len(self.files)
        self.files[instance] = data
        self.pending[instance] = []
        self.inodes[inode] = instance
        return instance

    def step(self, words, data):
        kind = words[0]
        if kind == 'O':
            inode, fresh, cut, path = int(words[1]), words[2] == '1', words[3] == '1', words[4]
            if fresh:
                instance = self.add(inode, b'')
                self.seen[path] = instance
                self.moves.append(('put', path, instance))
            elif cut and inode in self.inodes:
                self.pending[self.inodes[inode]].append(('cut', 0))
        elif kind == 'W':
            self.pending[self.inodes[int(words[1])]].append((int(words[2]), data))
        elif kind == 'T':
            self.pending[self.inodes[int(words[1])]].append(('cut', int(words[2])))
        elif kind == 'S':
            instance = self.inodes.get(int(words[1]))
            if instance is None:  # a folder: its names are on the disk
                for move in self.moves:
                    self.move(self.names, move)
                self.moves = []
            else:
                for change in self.pending[instance]:
                    self.files[instance] = self.change(self.files[instance], change)
                self.pending[instance] = []
        elif kind in 'RL':
            source, target = words[1].split('\t')
            instance = self.seen.get(source)
            if instance is None:
                return
            self.seen[target] = instance
            self.moves.append(('put', target, instance))
            if kind == 'R':
                del self.seen[source]
                self.moves.append(('drop', source))
        elif kind == 'U':
            self.seen.pop(words[1], None)
            self.moves.append(('drop', words[1]))

    @staticmethod
    def move(names, move):
        if move[0] == 'put':
            names[move[1]] = move[2]
        else:
            names.pop(move[1], None)

    @staticmethod
    def change(data, change):
        if change[0] == 'cut':
            return data[:change[1]].ljust(change[1], b'\0')
        offset, new = change
        return data[:offset].ljust(offset, b'\0') + new + data[offset + len(new):]

    def cut_power(self, chance, target):
        """One of the states that may be left, as a folder."""
        how = chance.choice(['nothing', 'everything', 'some', 'some', 'torn'])
        names = dict(self.names)
        # names reach the disk in their order, but nobody says how many
        keep = {'nothing': 0, 'everything': len(self.moves)}.get(how, chance.randint(0, len(self.moves)))
        for move in self.moves[:keep]:
            self.move(names, move)
        for path, instance in names.items():
            data = self.files[instance]
            for change in self.pending[instance]:
                if how == 'nothing' or (how in ('some', 'torn') and chance.random() < 0.5):
                    continue
                if how == 'torn' and change[0] != 'cut' and len(change[1]) > 512:
                    sectors = len(change[1]) // 512
                    change = (change[0], change[1][:512 * chance.randint(0, sectors)])
                data = self.change(data, change)
            where = os.path.join(target, os.path.relpath(path, self.folder))
            os.makedirs(os.path.dirname(where), exist_ok=True)
            with open(where, 'wb') as file:
                file.write(data)


def read_log(path):
    """The calls, each with its bytes."""
    data = read(path)
    at = 0
    while at < len(data):
        end = data.index(b'\n', at)
        line = data[at:end].decode('utf-8', 'surrogateescape')
        at = end + 1
        kind = line[0]
        if kind == 'W':
            words = line.split(' ')
            size = int(words[3])
            yield words, data[at:at + size]
            at += size
        elif kind == 'O':
            yield line.split(' ', 4), None
        elif kind in 'RLUM':
            yield [kind, line[2:]], None
        else:
            yield line.split(' '), None


def power_cuts(room, n):
    """States of the disk at random moments; the project opens from each, as it was before or after."""
    inside = room.at('disk')
    os.mkdir(inside)
    room.env['CAJAL_STATE_DIR'] = os.path.join(inside, 'state')
    project = os.path.join(inside, 'f.cajal')
    room.act('new', project)
    room.act('open', project, 'edit', 1, 'save')
    before = room.at('before')
    shutil.copytree(inside, before, copy_function=shutil.copy2)
    script = [project if word == 'f.cajal' else os.path.join(inside, word) if word == 'f.npz' else word
              for word in SCRIPT]
    disk = Disk(inside)
    lines = room.act(*script, log=room.at('log'))
    healthy(lines)
    numbers = {1} | {int(line.split()[1]) for line in lines if line.startswith('saving')}
    calls = list(read_log(room.at('log')))
    whole_export = digest(os.path.join(inside, 'f.npz'))
    cuts = sorted(room.random.randint(0, len(calls)) for _ in range(n))
    done = 0
    silent = 0
    for k, (words, data) in enumerate(calls + [(None, None)]):
        while done < n and cuts[done] == k:
            done += 1
            shutil.rmtree(inside)
            os.mkdir(inside)
            disk.cut_power(room.random, inside)
            where = 'before call %d: ' % k
            after = room.act('open', project, 'state')
            file = last(after, 'file')
            demand(file and file[2] == 'whole' and int(file[1]) in numbers, where + ' | '.join(after))
            for line in after:
                if line.startswith(('error', 'trouble')):
                    demand(SENTENCE.match(line), where + 'no sentence: ' + line)
            opened = last(after, 'open')
            demand(opened and opened[2] == 'whole', where + ' | '.join(after))
            demand(digest(os.path.join(inside, 'f.npz')) in (None, whole_export), where + 'a torn export')
            silent += not any(line.startswith(('error', 'trouble')) for line in after)
        if words is not None:
            disk.step(words, data)
    return '%d states at %d calls, %d of them without a word' % (n, len(calls), silent)


# --- files that others touch -------------------------------------------------------------------------

def said(lines, text):
    demand(any(text in line for line in lines), '“%s” is not said: %s' % (text, ' | '.join(lines)))


def meet_others(room, _):
    """Deleted, replaced, open twice."""
    act = room.options.act

    def meanwhile(first, change, then):
        """`change` happens while a program waits in the middle of its work."""
        program = room.start(act, *first, 'wait', *then)
        lines = []
        while not lines or lines[-1] != 'waiting':
            line = program.stdout.readline().decode()
            demand(line, 'it ended: ' + ' | '.join(lines))
            lines.append(line.strip())
        change()
        out, _ = program.communicate(b'\n', timeout=PATIENCE)
        return lines + out.decode().splitlines()

    room.act('new', 'd.cajal')
    lines = meanwhile(['open', 'd.cajal', 'edit', 1], lambda: os.remove(room.at('d.cajal')), ['save'])
    healthy(lines)
    demand(last(room.act('open', 'd.cajal'), 'file')[1] == '1', 'a deleted file is not written again')

    room.act('new', 'd.cajal')
    room.act('new', 'other.cajal')
    room.act('open', 'other.cajal', 'edit', 7, 'save')
    lines = meanwhile(['open', 'd.cajal', 'edit', 1],
                      lambda: os.replace(room.at('other.cajal'), room.at('d.cajal')), ['save', 'state'])
    said(lines, 'Another program changed the file')
    back = room.act('open', 'd.cajal')
    demand(last(back, 'file')[1] == '7', 'what another program wrote is gone')

    room.act('new', 'd.cajal')
    second = []
    lines = meanwhile(['open', 'd.cajal', 'edit', 1],
                      lambda: second.extend(room.act('open', 'd.cajal', 'edit', 3, 'save')), ['save'])
    said(second, 'is open in another window or program')
    said(lines, 'Another program changed the file')

    room.act('new', 'd.cajal')
    told = []
    meanwhile(['open', 'd.cajal', 'edit', 1], lambda: told.extend(room.cli('set', 'd.cajal', 'batch=3')[1]), [])
    said(told, 'is open in another window or program')

    room.act('open', 'd.cajal', 'edit', 2)  # ends without saving
    status, lines = room.cli('set', 'd.cajal', 'batch=4')
    demand(status == 1, 'what is unsaved was changed over')
    said(lines, 'recover')
    return ''


def prepare(words):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('act')
    parser.add_argument('cli')
    parser.add_argument('faults', nargs='?')
    parser.add_argument('--kills', type=int, default=500)
    parser.add_argument('--stride', type=int, default=1, help='every so many calls a fault')
    parser.add_argument('--cuts', type=int, default=400, help='states after the power went')
    parser.add_argument('--seed', type=int, default=None)
    parser.add_argument('--only', default=None)
    options = parser.parse_args(words)
    for name in ('act', 'cli', 'faults'):
        if getattr(options, name):
            setattr(options, name, os.path.realpath(getattr(options, name)))
    if options.seed is None:
        options.seed = random.SystemRandom().randrange(1 << 31)
    return options


def plan(options):
    """Name, what is done, how often."""
    phases = []
    left = options.kills
    for i, (name, work, share) in enumerate(KILLS):
        n = left if i == len(KILLS) - 1 else max(1, round(options.kills * share))
        left -= n
        phases.append(('kill-' + name, work, n))
    if options.faults:
        for kind in ('once', 'full', 'read-only', 'denied', 'short'):
            phases.append(('fault-' + kind, lambda room, n, kind=kind: fault_sweep(room, kind, n), options.stride))
        phases.append(('power-cut', power_cuts, options.cuts))
    phases.append(('others', meet_others, 1))
    return [p for p in phases if options.only is None or re.search(options.only, p[0])]


def main(words):
    options = prepare(words)
    phases = plan(options)
    killed = survived = 0
    failed = False
    print('1..%d' % len(phases))
    print('# seed %d' % options.seed, flush=True)
    for i, (name, work, n) in enumerate(phases):
        room = Room(options)
        began = time.monotonic()
        try:
            note = work(room, n)
            left = room.count_files()
            demand(left < 200, '%d files are left' % left)
            verdict = 'ok'
        except Wrong as wrong:
            note, verdict = '', 'not ok'
            print('# %s: %s (%s)' % (name, wrong, room.folder))
            failed = True
        if name.startswith('kill'):
            killed += n
            survived += n if verdict == 'ok' else 0
            note = '%d of %d survived%s' % (n if verdict == 'ok' else 0, n, '; ' + note if note else '')
        print('%s %d %s' % (verdict, i + 1, name))
        print('# %s%.0f s' % (note + '; ' if note else '', time.monotonic() - began), flush=True)
        if verdict == 'ok':
            shutil.rmtree(room.folder, ignore_errors=True)
    if killed:
        print('# %d of %d survived' % (survived, killed), flush=True)
    return failed


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
