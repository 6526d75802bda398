# SPDX-License-Identifier: GPL-3.0-or-later
"""What Cajal's speed is held against, and the tables that show it. Nothing is measured here.

Figures are a dict: (measure, task) -> {'ours': number, 'peer': number}, where a side that was not
measured is missing. Measures: train, infer (samples/s), latency (s), start (s), memory (MiB), busy,
scaling (ratios of ours)."""
import json
from collections import namedtuple

# `relative`: the value is ours over the peer's, and floor and goal are such ratios. `factor` brings ours
# to the unit shown. `least`: smaller is better.
Row = namedtuple('Row', 'title measure task floor goal unit relative least factor')


def ratio(title, measure, task, floor, goal):
    return Row(title, measure, task, floor, goal, '×', True, False, 1)


def least(title, measure, task, floor, goal, unit, factor=1):
    return Row(title, measure, task, floor, goal, unit, False, True, factor)


def most(title, measure, task, floor, goal, unit, factor=1):
    return Row(title, measure, task, floor, goal, unit, False, False, factor)


NAMES = {'mlp': 'MLP 784-256-128-10', 'lenet': 'LeNet-5', 'fashion': 'FashionCNN', 'vgg': 'VGG-like',
         'resnet20': 'ResNet-20', 'vit': 'tiny ViT', 'gpt': 'char GPT',
         'snn': 'spiking 784-100-10, 25 time steps', 'tiny': 'playground 2-8-8-2'}
BATCHES = {'mlp': 64, 'lenet': 64, 'fashion': 64, 'vgg': 64, 'resnet20': 128, 'vit': 64, 'gpt': 16,
           'snn': 64, 'tiny': 10}
TASKS = list(NAMES)

ROWS = [
    *(ratio(f'{NAMES[task]}, batch {BATCHES[task]}, training', 'train', task, floor, goal)
      for task, floor, goal in (('mlp', 2.3, 3.5), ('lenet', 2.5, 4), ('fashion', 2, 3),
                                ('vgg', 1.6, 2.5), ('resnet20', 1.4, 1.9), ('vit', 2.5, 4),
                                ('gpt', 1.8, 2.5), ('snn', 3, 5))),
    most(f'{NAMES["tiny"]}, batch 10, training', 'train', 'tiny', 1.0, 1.8, 'M steps/s', 1e-7),
    *(least(f'{NAMES[task]}, one sample', 'latency', task, floor, goal, 'µs', 1e6)
      for task, floor, goal in (('lenet', 30, 15), ('fashion', 500, 280), ('resnet20', 1100, 650))),
    ratio(f'{NAMES["mlp"]}, batch 64, inference', 'infer', 'mlp', 1.2, 1.8),
    ratio(f'{NAMES["vgg"]}, batch 64, inference', 'infer', 'vgg', 1.2, 1.6),
    least('from the start of the program to the end of the first step', 'start', 'mlp', 50, 20, 'ms',
          1e3),
    *(least(f'{NAMES[task]}, peak anonymous memory', 'memory', task, floor, goal, 'MiB')
      for task, floor, goal in (('mlp', 12, 8), ('lenet', 16, 10), ('fashion', 70, 50),
                                ('vgg', 130, 95), ('resnet20', 300, 220), ('gpt', 180, 120))),
    *(most(f'{NAMES[task]}, one core busy: of the fair share', 'busy', task, 0.85, 0.95, '')
      for task in ('mlp', 'vgg')),
    most(f'{NAMES["mlp"]}, two threads against one', 'scaling', 'mlp', 1.4, 1.6, '×'),
    most(f'{NAMES["vgg"]}, two threads against one', 'scaling', 'vgg', 1.8, 1.9, '×'),
]


def evaluate(row, figures):
    """The value that is compared with floor and goal, or None."""
    figure = figures.get((row.measure, row.task), {})
    ours, peer = figure.get('ours'), figure.get('peer')
    if ours is None or row.relative and not peer:
        return None
    return ours / peer if row.relative else ours * row.factor


def mark(row, value):
    """'met': the goal is; 'floor': that much is; 'missed'; '': not measured."""
    if value is None:
        return ''
    sign = -1 if row.least else 1
    if sign * value >= sign * row.goal:
        return 'met'
    return 'floor' if sign * value >= sign * row.floor else 'missed'


def number(value):
    """Three digits that matter, thousands apart; '–' for what was not measured."""
    if value is None:
        return '–'
    if abs(value) >= 100:
        return f'{value:,.0f}'
    return f'{value:.3g}'


def with_unit(value, unit):
    return '–' if value is None else number(value) + ('' if unit in ('×', '') else ' ') + unit


def side(row, figures, name):
    """Ours or the peer's as it was measured: samples/s where the row is a ratio."""
    value = figures.get((row.measure, row.task), {}).get(name)
    return None if value is None else value * (1 if row.relative else row.factor)


def cells(row, figures):
    value = evaluate(row, figures)
    unit = '/s' if row.relative else row.unit
    ours, peer = side(row, figures, 'ours'), side(row, figures, 'peer')
    return [row.title, with_unit(ours, unit), with_unit(peer, unit),
            with_unit(value, row.unit) if row.relative else '', with_unit(row.floor, row.unit),
            with_unit(row.goal, row.unit), mark(row, value) or '–']


HEAD = ['', 'Cajal', 'PyTorch', 'ratio', 'floor', 'goal', '']
SPEED_HEAD = ['task', 'batch', '', 'Cajal /s', 'PyTorch /s', 'ratio', 'GFLOP/s', 'of sgemm',
              'PyTorch as']


def speed_cells(task, part, figures, peak):
    """One line of the table of speeds. `peak`: GFLOP/s of the best sgemm, or None."""
    figure = figures[(part, task)]
    ours, peer, flops = figure.get('ours'), figure.get('peer'), figure.get('flops')
    gflops = ours * flops / 1e9 if ours and flops else None
    return [task, str(BATCHES[task]), part, number(ours), number(peer),
            with_unit(ours / peer if ours and peer else None, '×'), number(gflops),
            f'{100 * gflops / peak:.0f} %' if gflops and peak else '–', figure.get('how') or '']


def text(head, lines):
    """A table for people: the first column to the left, numbers to the right."""
    widths = [max(len(line[i]) for line in [head, *lines]) for i in range(len(head))]
    return '\n'.join('  '.join(cell.ljust(width) if i == 0 else cell.rjust(width)
                               for i, (cell, width) in enumerate(zip(line, widths))).rstrip()
                     for line in [head, *lines])


def markdown(head, lines):
    rule = ['---'] + ['--:'] * (len(head) - 1)
    return '\n'.join('| ' + ' | '.join(line) + ' |' for line in [head, rule, *lines])


def print_targets(figures, form, machine):
    """The table of targets as 'text', 'markdown' or 'json' (one object a line, the machine first)."""
    if form == 'json':
        objects = [{'machine': machine}]
        for row in ROWS:
            value = evaluate(row, figures)
            objects.append({'row': row.title, 'measure': row.measure, 'task': row.task,
                            'ours': side(row, figures, 'ours'), 'peer': side(row, figures, 'peer'),
                            'value': value, 'unit': row.unit, 'floor': row.floor, 'goal': row.goal,
                            'mark': mark(row, value) or None})
        return '\n'.join(json.dumps(o, ensure_ascii=False) for o in objects)
    lines = [cells(row, figures) for row in ROWS]
    return '\n'.join([text(HEAD, lines) if form == 'text' else markdown(HEAD, lines), '',
                      describe(machine)])


def print_speed(figures, form, machine):
    """Speeds of training and inference of every task that was measured."""
    keys = [(part, task) for task in TASKS for part in ('train', 'infer') if (part, task) in figures]
    peak = machine.get('sgemm_gflops')
    if form == 'json':
        objects = [{'machine': machine}]
        for part, task in keys:
            f = figures[(part, task)]
            ours, peer, flops = f.get('ours'), f.get('peer'), f.get('flops')
            gflops = ours * flops / 1e9 if ours and flops else None
            objects.append({'task': task, 'part': part, 'batch': BATCHES[task], 'ours': ours,
                            'peer': peer, 'ratio': ours / peer if ours and peer else None,
                            'gflops': gflops,
                            'of_sgemm': gflops / peak if gflops and peak else None})
        return '\n'.join(json.dumps(o, ensure_ascii=False) for o in objects)
    lines = [speed_cells(task, part, figures, peak) for part, task in keys]
    return '\n'.join([text(SPEED_HEAD, lines) if form == 'text' else markdown(SPEED_HEAD, lines), '',
                      describe(machine)])


def describe(machine):
    """A sentence or two on what the figures were measured on."""
    said = [f"{machine['cpu']}, {machine['threads']} threads, best of {machine['rounds']} rounds."]
    if machine.get('sgemm_gflops'):
        said.append(f"sgemm here: {machine['sgemm_gflops']:.0f} GFLOP/s ({machine['sgemm_library']}).")
    else:
        said.append('No library with sgemm was found (Debian: libopenblas0-openmp, libdnnl2).')
    if machine.get('torch'):
        said.append(f"PyTorch {machine['torch']}, {machine['tuning']}.")
    return ' '.join(said)
