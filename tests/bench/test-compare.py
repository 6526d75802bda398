#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `./dev bench` makes of the figures it is given: test-compare.py PATH-OF-CAJAL-CLI. Speaks TAP.
Programs that answer at once stand in for what is measured, so no test depends on how long anything
takes."""
import contextlib
import io
import json
import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import compare
import targets

CLI = Path(sys.argv[1]).resolve()
HERE = Path(__file__).resolve().parent
TORCH_PYTHON = '/usr/bin/python3'
TESTS = []

# Answers as `cajal-cli bench` and as peer.py do: rate, then every size and time.
FAKE = '''#!/bin/sh
case "$*" in *import*) exit {torch} ;; esac
cat <<END
{{"task": "$2", "flops_per_sample": {{"train": 2e6, "infer": 1e6}}, "cold_start_s": 0.03,
 "peak_anon_mib": 9, "train_best": {rate}, "train_samples_per_s": {rate}, "infer_best": {rate},
 "infer_best_us": {us}, "train_how": "NHWC", "infer_how": "NCHW", "torch": "9.9"}}
END
'''


def test(function):
    TESTS.append(function)
    return function


def script(folder, name, text):
    path = Path(folder, name)
    path.write_text(text, encoding='utf-8')
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def drive(*words, cli=None, torch=True):
    """Status, output and errors of the driver; ours are three times as fast as the peer."""
    with tempfile.TemporaryDirectory() as folder:
        ours = script(folder, 'ours', FAKE.format(torch=0, rate=300000, us=20))
        python = script(folder, 'python', FAKE.format(torch=0 if torch else 1, rate=100000, us=90))
        sgemm = Path(folder, 'sgemm.py')
        sgemm.write_text('print (\'{"gflops": 2000, "library": "none"}\')', encoding='utf-8')
        done = subprocess.run([sys.executable, HERE / 'compare.py', '--cli', cli or ours, '--python',
                               python, '--sgemm', sgemm, '-r', '1', '-q', *words],
                              capture_output=True, encoding='utf-8', check=False)
    return done.returncode, done.stdout, done.stderr


def row(measure, task):
    return next(r for r in targets.ROWS if (r.measure, r.task) == (measure, task))


@test
def marks():
    more, less = row('train', 'mlp'), row('memory', 'mlp')
    assert [targets.mark(more, v) for v in (3.5, 3.49, 2.3, 2.29, None)] \
        == ['met', 'floor', 'floor', 'missed', '']
    assert [targets.mark(less, v) for v in (8, 8.1, 12, 12.1)] == ['met', 'floor', 'floor', 'missed']


@test
def goals_lie_beyond_floors():
    for r in targets.ROWS:
        assert (r.goal < r.floor) == r.least, r.title


@test
def values():
    figures = {('train', 'mlp'): {'ours': 200, 'peer': 100}, ('train', 'gpt'): {'ours': 7},
               ('train', 'tiny'): {'ours': 2e7}, ('latency', 'lenet'): {'ours': 2e-5, 'peer': 1}}
    assert targets.evaluate(row('train', 'mlp'), figures) == 2
    assert targets.evaluate(row('train', 'gpt'), figures) is None
    assert targets.evaluate(row('train', 'vgg'), figures) is None
    assert targets.evaluate(row('train', 'tiny'), figures) == 2
    assert abs(targets.evaluate(row('latency', 'lenet'), figures) - 20) < 1e-9


@test
def numbers():
    assert [targets.number(v) for v in (None, 0.1234, 3.456, 99.94, 123456.7)] \
        == ['–', '0.123', '3.46', '99.9', '123,457']


@test
def the_best_stays():
    bench = compare.Bench(compare.parse(['--alone']))
    for value in (2, 3, 1):
        bench.keep('train', 'mlp', 'ours', value, flops=value)
        bench.keep('latency', 'mlp', 'ours', value)
    assert bench.figures[('train', 'mlp')] == {'ours': 3, 'flops': 3}
    assert bench.figures[('latency', 'mlp')] == {'ours': 1}


@test
def all_targets():
    status, out, err = drive('targets', '--json')
    assert (status, err) == (0, ''), err
    machine, *rows = map(json.loads, out.splitlines())
    assert machine['machine']['torch'] == '9.9' and machine['machine']['rounds'] == 1
    assert len(rows) == len(targets.ROWS)
    by_key = {(r['measure'], r['task']): r for r in rows}
    assert by_key['train', 'vgg']['value'] == 3 and by_key['train', 'vgg']['mark'] == 'met'
    assert by_key['train', 'lenet']['mark'] == 'floor'
    assert by_key['latency', 'lenet']['mark'] == 'floor'
    assert by_key['start', 'mlp']['value'] == 30 and by_key['memory', 'gpt']['value'] == 9
    if len(os.sched_getaffinity(0)) > 1:
        assert by_key['scaling', 'mlp']['mark'] == 'missed'
        assert abs(by_key['busy', 'vgg']['value'] - 4 / 3) < 1e-9
    else:
        assert by_key['busy', 'vgg']['value'] is None


@test
def without_torch():
    status, out, err = drive('targets', '--json', torch=False)
    assert status == 0 and len(err.splitlines()) == 1 and 'python3-torch' in err, err
    machine, *rows = map(json.loads, out.splitlines())
    assert 'torch' not in machine['machine']
    for r in rows:
        assert r['peer'] is None
        if r['unit'] == '×' and r['measure'] != 'scaling':
            assert r['ours'] == 300000 and r['value'] is None and r['mark'] is None
    status, out, err = drive('mlp', torch=False)
    assert status == 0 and '300,000' in out and '×' not in out, out


@test
def speeds():
    status, out, err = drive('vgg')
    assert (status, err) == (0, ''), err
    head, train, infer, *_ = out.splitlines()
    assert head.startswith('task') and 'of sgemm' in head
    assert train.split() == ['vgg', '64', 'train', '300,000', '100,000', '3×', '600', '30', '%', 'NHWC']
    assert infer.split()[-4:] == ['300', '15', '%', 'NCHW']
    assert '2000 GFLOP/s' in out
    line = json.loads(drive('vgg', '--json')[1].splitlines()[1])
    assert line['ratio'] == 3 and line['gflops'] == 600 and line['of_sgemm'] == 0.3


@test
def markdown():
    out = targets.print_targets({('train', 'mlp'): {'ours': 300000, 'peer': 100000}}, 'markdown',
                                {'cpu': 'a processor', 'threads': 2, 'rounds': 3})
    table = [line for line in out.splitlines() if line.startswith('|')]
    assert len(table) == len(targets.ROWS) + 2 and 'libopenblas0-openmp' in out
    assert len({line.count('|') for line in table}) == 1
    assert table[2].endswith('| 300,000 /s | 100,000 /s | 3× | 2.3× | 3.5× | floor |'), table[2]


@test
def documented():
    """The page on performance has a row for each target, with the same floor and goal."""
    page = (HERE / '../../docs/performance.md').read_text(encoding='utf-8')
    lines = {line.split(' | ')[0][2:]: line for line in page.splitlines() if line.startswith('| ')}
    for r in targets.ROWS:
        bounds = targets.cells(r, {})[4:6]
        assert r.title in lines, f'no row for {r.title}'
        assert lines[r.title].split(' | ')[4:6] == bounds, f'{r.title}: not {bounds}'


@test
def failures():
    status, out, err = drive('mlp', cli='/nowhere/cajal-cli')
    assert status == 1 and 'cannot be run' in err and out == '', err
    with tempfile.TemporaryDirectory() as folder:
        broken = script(folder, 'broken', '#!/bin/sh\necho no such luck >&2\nexit 3\n')
        status, out, err = drive('mlp', cli=broken)
        assert status == 1 and 'no such luck' in err, err
        mute = script(folder, 'mute', '#!/bin/sh\n')
        status, out, err = drive('mlp', cli=mute)
        assert status == 1 and 'printed no JSON' in err, err
    status, out, err = drive('nothing')
    assert status == 2 and 'resnet20' in err, err
    assert drive('targets', 'mlp')[0] == 2 and drive('mlp', '-r', '0')[0] == 2


@test
def tuning():
    environment, words = compare.tuned(1, 'avx512')
    assert environment['OPENBLAS_CORETYPE'] == 'SKYLAKEX' and 'SKYLAKEX' in words
    assert environment['OMP_NUM_THREADS'] == '1' and environment['ATEN_CPU_CAPABILITY'] == 'avx512'
    assert len(environment['GOMP_CPU_AFFINITY'].split()) == 1
    assert compare.tuned(1, 'avx2')[0]['OPENBLAS_CORETYPE'] == 'HASWELL'
    assert 'OPENBLAS_CORETYPE' not in compare.tuned(1, '')[0]


def params(task):
    done = subprocess.run([CLI, 'bench', task, '--only=start', '--json', '-t', '1', '-b', '1'],
                          capture_output=True, encoding='utf-8', check=True)
    return json.loads(done.stdout)['params']


@test
def same_networks():
    """Every task is there on both sides, with as many parameters."""
    said = subprocess.run([CLI, 'bench', 'nothing'], capture_output=True, encoding='utf-8',
                          env={**os.environ, 'LC_ALL': 'C.UTF-8', 'LANGUAGE': ''}, check=False).stderr
    assert said.split(':')[-1].split() == targets.TASKS, said
    if not compare.has_torch(TORCH_PYTHON):
        return 'PyTorch is not installed'
    count = 'import peer, json; print (json.dumps ({t: sum (p.numel () for p in peer.Peer (t, 1, "")' \
        '.net.parameters ()) for t in peer.TASKS}))'
    done = subprocess.run([TORCH_PYTHON, '-c', count], capture_output=True, encoding='utf-8',
                          cwd=HERE, check=True, env={**os.environ, 'PYTHONDONTWRITEBYTECODE': '1'})
    theirs = json.loads(done.stdout)
    assert list(theirs) == targets.TASKS, theirs
    for task, n in theirs.items():
        assert params(task) == n, f'{task}: {params (task)} and {n} parameters'
    return None


def main():
    print(f'1..{len(TESTS)}')
    failed = False
    for i, function in enumerate(TESTS, 1):
        name, said = function.__name__.replace('_', '-'), io.StringIO()
        try:
            with contextlib.redirect_stdout(said):
                why = function()
            print(f'ok {i} {name}' + (f' # SKIP {why}' if why else ''))
        except Exception as error:  # pylint: disable=broad-except
            failed = True
            print(f'not ok {i} {name}')
            print(f'# {type (error).__name__}: {error}'.replace('\n', '\n# '))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
