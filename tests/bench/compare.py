#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The speed of Cajal beside that of PyTorch, on this machine and in the same minutes.

Both sides take turns, several times, each time in a new process, and the best window of each counts:
whatever else happens on a machine only ever slows a window down. docs/performance.md says more.
"""
import argparse
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import targets

HERE = Path(__file__).resolve().parent
OPENBLAS = ('/usr/lib/x86_64-linux-gnu/openblas-openmp', '/usr/lib/aarch64-linux-gnu/openblas-openmp')
PACKAGES = 'python3-torch libopenblas0-openmp'
STARTS = 10  # processes whose start is measured; the clock of their age ticks in 10 ms

# Runs beside a loop that never rests on one core: CORE COMMAND... Both are in one session, so that the
# scheduler weighs thread against thread. Two sessions it weighs as wholes (sched_autogroup): of the core
# with the loop our thread would get a third, measured, where half is its right.
BESIDE = '''
import os, subprocess, sys
loop = subprocess.Popen([sys.executable, '-c', """
import os
os.sched_setaffinity (0, {%s})
while True:
    pass
""" % sys.argv[1]])
try:
    sys.exit(subprocess.call(sys.argv[2:]))
finally:
    loop.kill()
    loop.wait()
'''


class Failure(Exception):
    """A sentence for who started this."""


def run(command, environment=None, ahead=True):
    """What the process prints as JSON on one line, in a session of its own; with `ahead` before all
    others, where that is allowed: `nice` counts only within a session."""
    try:
        child = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, encoding='utf-8', start_new_session=True,
                                 env={**os.environ, **(environment or {})})
    except OSError as error:
        raise Failure(f'{command[0]} cannot be run: {error.strerror}') from None
    with child:
        if ahead:
            try:
                Path(f'/proc/{child.pid}/autogroup').write_text('-20', encoding='ascii')
            except OSError:
                pass
        try:
            out, err = child.communicate()
        except BaseException:
            os.killpg(child.pid, signal.SIGKILL)  # a terminal's Ctrl+C does not reach other sessions
            raise
    if child.returncode != 0:
        why = err.strip().splitlines()[-1:] or [f'it ended with status {child.returncode}']
        raise Failure(f'{command[0]} failed: {why[0]}')
    try:
        return json.loads(out)
    except ValueError as error:
        raise Failure(f'{command[0]} printed no JSON: {error}') from None


def processor():
    """Name and set of instructions: avx512, avx2 or ''."""
    name, flags = 'unknown processor', set()
    try:
        for line in Path('/proc/cpuinfo').read_text(encoding='utf-8', errors='replace').splitlines():
            key, _, value = line.partition(':')
            if key.strip() == 'model name':
                name = value.strip()
            elif key.strip() == 'flags':
                flags = set(value.split())
                break
    except OSError:
        pass
    wide = 'avx512' if 'avx512f' in flags else 'avx2' if 'avx2' in flags else ''
    return name, wide


def cores():
    """The processors we may use, those that share no core with another one first."""
    def rank(cpu):
        try:
            path = Path(f'/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list')
            first = int(re.match(r'\d+', path.read_text(encoding='ascii'))[0])
        except (OSError, TypeError):
            first = cpu
        return cpu != first, cpu
    return sorted(os.sched_getaffinity(0), key=rank)


def tuned(threads, wide):
    """(environment in which PyTorch and BLAS are fastest, the same in words)."""
    environment = {'OMP_NUM_THREADS': str(threads), 'OPENBLAS_NUM_THREADS': str(threads),
                   'GOMP_CPU_AFFINITY': ' '.join(map(str, cores()[:threads]))}
    words = ['pinned threads', 'multi-tensor optimizer']
    folder = next((f for f in OPENBLAS if os.path.isdir(f)), None)
    if folder:
        path = os.environ.get('LD_LIBRARY_PATH')
        environment['LD_LIBRARY_PATH'] = folder + (':' + path if path else '')
        words.append('OpenBLAS with OpenMP')
    else:
        words.append('OpenBLAS as found (it would be faster with Debian\'s libopenblas0-openmp)')
    if wide:  # OpenBLAS takes processors it does not know for old ones, and ATen stops at AVX2
        environment['OPENBLAS_CORETYPE'] = 'SKYLAKEX' if wide == 'avx512' else 'HASWELL'
        environment['ATEN_CPU_CAPABILITY'] = wide
        words.append(f'core {environment["OPENBLAS_CORETYPE"]}')
    return environment, ', '.join(words)


def has_torch(python):
    """Whether that Python has PyTorch, without the second that loading it takes."""
    ask = 'import importlib.util, sys; sys.exit (importlib.util.find_spec ("torch") is None)'
    try:
        return subprocess.run([python, '-c', ask], stderr=subprocess.DEVNULL,
                              check=False).returncode == 0
    except OSError:
        return False


class Bench:
    """Runs both sides and keeps the best of each."""

    def __init__(self, args):
        self.args = args
        self.figures = {}
        self.steps = 0
        name, wide = processor()
        self.environment, tuning = tuned(args.threads, wide)
        self.peer_there = not args.alone and has_torch(args.python)
        self.machine = {'cpu': name, 'threads': args.threads, 'rounds': args.rounds}
        if self.peer_there:
            self.machine['tuning'] = tuning

    def tell(self, what):
        """What is going on, to the error stream."""
        self.steps += 1
        if not self.args.quiet:
            print(f'[{self.steps}] {what}', file=sys.stderr, flush=True)

    def keep(self, measure, task, who, value, **more):
        """The better value stays: the lower of times and sizes, the higher of everything else."""
        figure = self.figures.setdefault((measure, task), {})
        least = measure in ('latency', 'start', 'memory')
        if who in figure and (figure[who] <= value if least else figure[who] >= value):
            return
        figure[who] = value
        figure.update(more)

    def ours(self, task, *words, threads=None, under=(), ahead=True):
        return run([*under, self.args.cli, 'bench', task, '--json', '-t',
                    threads or self.args.threads, '-w', self.args.window, *words], ahead=ahead)

    def peer(self, task, *words, threads=None):
        threads = threads or self.args.threads
        environment = self.environment
        if threads == 1:
            environment = {**environment, 'OMP_NUM_THREADS': '1', 'OPENBLAS_NUM_THREADS': '1'}
        found = run([self.args.python, self.args.peer, task, '--threads', threads, '--window',
                     self.args.window, *words], environment)
        self.machine['torch'] = found.get('torch')
        return found

    def sgemm(self):
        """The machine's limit; asked for at both ends, for the same reason as everything else."""
        found = run([sys.executable, self.args.sgemm], self.environment)
        if found.get('gflops', 0) > self.machine.get('sgemm_gflops', 0):
            self.machine['sgemm_gflops'] = found['gflops']
            self.machine['sgemm_library'] = found['library']

    def speed(self, task, parts):
        """Training, inference or both, ours and the peer's in turn."""
        only = ('--only', parts[0]) if len(parts) == 1 else ()
        for i in range(self.args.rounds):
            self.tell(f'{task}, {" and ".join(parts)}, round {i + 1} of {self.args.rounds}')
            found = self.ours(task, *only)
            for part in parts:
                self.keep(part, task, 'ours', found[f'{part}_best'],
                          flops=found['flops_per_sample'][part])
            if 'peak_anon_mib' in found:  # the most of all rounds
                figure = self.figures.setdefault(('memory', task), {})
                figure['ours'] = max(figure.get('ours', 0), found['peak_anon_mib'])
            if self.peer_there:
                found = self.peer(task, *only)
                for part in parts:
                    self.keep(part, task, 'peer', found[f'{part}_best'], how=found[f'{part}_how'])

    def latency(self, task):
        """One sample, on one and on all threads."""
        for i in range(self.args.rounds):
            self.tell(f'{task}, one sample, round {i + 1} of {self.args.rounds}')
            for threads in sorted({1, self.args.threads}):
                found = self.ours(task, '--only', 'infer', '-b', 1, threads=threads)
                self.keep('latency', task, 'ours', found['infer_best_us'] * 1e-6)
                if self.peer_there:
                    found = self.peer(task, '--only', 'infer', '--batch', 1, threads=threads)
                    self.keep('latency', task, 'peer', found['infer_best_us'] * 1e-6)

    def start(self, task):
        self.tell(f'{task}, {STARTS} starts')
        for _ in range(STARTS):
            found = self.ours(task, '--only', 'start')
            self.keep('start', task, 'ours', found['cold_start_s'])
        for _ in range(self.args.rounds if self.peer_there else 0):
            self.keep('start', task, 'peer', self.peer(task, '--only', 'start')['cold_start_s'])

    def scaling(self, task):
        best = {1: 0, 2: 0}
        for i in range(self.args.rounds):
            self.tell(f'{task}, one and two threads, round {i + 1} of {self.args.rounds}')
            for threads in best:
                found = self.ours(task, '--only', 'train', threads=threads)
                best[threads] = max(best[threads], found['train_best'])
        self.keep('scaling', task, 'ours', best[2] / best[1])

    def busy(self, task):
        """Two threads beside a loop on one of their cores, over what is theirs by right: one core and
        half of the other. Medians, for a best window is one in which the loop had less than its half."""
        everywhere, pair = os.sched_getaffinity(0), cores()[:2]
        beside = (sys.executable, '-c', BESIDE, pair[0])
        quiet = disturbed = 0
        os.sched_setaffinity(0, pair)  # for what is started: on a third core nobody would disturb it
        try:
            for i in range(self.args.rounds):
                self.tell(f'{task}, one core busy, round {i + 1} of {self.args.rounds}')
                found = self.ours(task, '--only', 'train', threads=2, ahead=False)
                quiet = max(quiet, found['train_samples_per_s'])
                found = self.ours(task, '--only', 'train', threads=2, ahead=False, under=beside)
                disturbed = max(disturbed, found['train_samples_per_s'])
        finally:
            os.sched_setaffinity(0, everywhere)
        self.keep('busy', task, 'ours', disturbed / (0.75 * quiet))

    def everything(self):
        """All rows of the table of targets, a measure at a time."""
        parts = {}
        for row in targets.ROWS:
            if row.measure in ('train', 'infer'):
                parts.setdefault(row.task, []).append(row.measure)
        for task, wanted in parts.items():
            self.speed(task, wanted)
        pairs = len(os.sched_getaffinity(0)) > 1
        for row in targets.ROWS:
            if row.measure in ('latency', 'start') or row.measure in ('busy', 'scaling') and pairs:
                getattr(self, row.measure)(row.task)


def parse(words=None):
    parser = argparse.ArgumentParser(
        prog='./dev bench', description='Speed of Cajal beside PyTorch; see docs/performance.md.')
    parser.add_argument('task', nargs='*', metavar='TASK',
                        help=f'{", ".join(targets.TASKS)}, or "targets": all that is aimed at; none: '
                        'training and inference of every task')
    parser.add_argument('-t', '--threads', type=int,
                        help='2 for "targets", else as many as there are processors')
    parser.add_argument('-r', '--rounds', type=int, default=3, help='turns of each side (3)')
    parser.add_argument('-w', '--window', type=float, default=0.3,
                        help='seconds of a window; a turn has seven (0.3)')
    form = parser.add_mutually_exclusive_group()
    form.add_argument('--json', dest='form', action='store_const', const='json', default='text')
    form.add_argument('--markdown', dest='form', action='store_const', const='markdown')
    parser.add_argument('--alone', action='store_true', help='without PyTorch')
    parser.add_argument('-q', '--quiet', action='store_true', help='no word on what is going on')
    parser.add_argument('--python', default='/usr/bin/python3', help='the Python that has PyTorch')
    parser.add_argument('--cli', default='build/app/cli/cajal-cli', help=argparse.SUPPRESS)
    parser.add_argument('--peer', default=HERE / 'peer.py', help=argparse.SUPPRESS)
    parser.add_argument('--sgemm', default=HERE / 'sgemm.py', help=argparse.SUPPRESS)
    args = parser.parse_args(words)
    for task in args.task:
        if task not in targets.TASKS and args.task != ['targets']:
            parser.error(f'there is no task "{task}"; there are {", ".join(targets.TASKS)}, and '
                         '"targets" by itself')
    if args.threads is None:
        args.threads = min(len(os.sched_getaffinity(0)), 2 if args.task == ['targets'] else 64)
    for name, value, least, most in (('threads', args.threads, 1, 64), ('rounds', args.rounds, 1, 99),
                                     ('window', args.window, 0.001, 60)):
        if not least <= value <= most:
            parser.error(f'--{name} takes a number from {least} to {most}')
    return args


def main():
    args = parse()
    bench = Bench(args)
    all_targets = args.task == ['targets']
    if not args.alone and not bench.peer_there:
        print(f'PyTorch is not installed for {args.python}, so there is nothing to compare with '
              f'(Debian: apt-get install {PACKAGES}).', file=sys.stderr)
    try:
        bench.sgemm()
        if all_targets:
            bench.everything()
        else:
            for task in args.task or targets.TASKS:
                bench.speed(task, ['train', 'infer'])
        bench.sgemm()
    except Failure as failure:
        print(f'dev bench: {failure}', file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print('dev bench: stopped; what was measured so far:', file=sys.stderr)
    show = targets.print_targets if all_targets else targets.print_speed
    print(show(bench.figures, args.form, bench.machine))
    return 0


if __name__ == '__main__':
    sys.exit(main())
