#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exported models against the answers of the project itself: test-onnx-export.py PATH-OF-CAJAL-CLI
PATH-OF-ONNX-NETWORKS. Every template, and networks that go through every op (onnx-networks.c), is written
with samples and right answers beside it, passes the checker of ONNX, and is run by PyTorch (onnx_torch.py) and, where it can, by OpenCV. Speaks TAP; Debian's Python has the packages."""
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

PYTHON = '/usr/bin/python3'
MOST = 1e-4  # error
# What OpenCV 4.6 cannot run: Gather of numbers that are an input; products and differences of
# sequences; two inputs of which one is stretched. Nor, in any model, weights of whole numbers with a scale a
# channel, as --int8 writes them.
NOT_OPENCV = {'char-gpt', 'lstm', 'tiny-vit', 'evidence', 'digits-without-teacher', 'open-channels'}

try:
    import numpy
    import onnx
    import torch  # noqa: F401
    from onnx import numpy_helper
    import onnx_torch
except ImportError as missing:
    if os.path.realpath(sys.executable) != os.path.realpath(PYTHON) and os.path.exists(PYTHON):
        os.execv(PYTHON, [PYTHON] + sys.argv)
    print(f'1..0 # SKIP {missing} (python3-onnx, python3-torch)')
    sys.exit(0)
try:
    import cv2
except ImportError:
    cv2 = None

CLI = str(Path(sys.argv[1]).resolve())
NETWORKS = str(Path(sys.argv[2]).resolve())
number = 0


def report(name, problem=None, skip=None):
    global number
    number += 1
    print(f"{'not ok' if problem else 'ok'} {number} {name}" + (f' # SKIP {skip}' if skip else ''))
    for line in str(problem or '').splitlines():
        print(f'# {line}')
    sys.stdout.flush()


def run_cli(*args):
    done = subprocess.run([CLI, *map(str, args)], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return done.stdout


def read_tensors(folder, kind):
    tensors = {}
    for file in sorted(folder.glob(f'{kind}_*.pb')):
        tensor = onnx.TensorProto()
        tensor.ParseFromString(file.read_bytes())
        tensors[tensor.name] = numpy_helper.to_array(tensor)
    return tensors


def compare(got, right):
    for name, array in right.items():
        if got[name].shape != array.shape:
            return f'{name}: {got[name].shape} instead of {array.shape}'
        error = numpy.abs(got[name] - array).max()
        if not error <= MOST:
            return f'{name}: off by {error:.3g} of {numpy.abs(array).max():.3g}'
    return None


def run_opencv(model, feeds, wanted):
    """OpenCV 4.6 works out shapes when it reads a model, so it is told how many samples there are."""
    told = onnx.ModelProto()
    told.CopyFrom(model)
    for value in list(told.graph.input) + list(told.graph.output):
        for dim in value.type.tensor_type.shape.dim:
            if dim.dim_param:
                dim.dim_value = len(feeds['input'])
    net = cv2.dnn.readNetFromONNX(numpy.frombuffer(told.SerializeToString(), dtype=numpy.uint8))
    for name, array in feeds.items():
        net.setInput(array.astype(numpy.float32), name)
    return {name: net.forward(name) for name in wanted}


def check_values(path):
    """The model, its samples and their answers, once PyTorch has given the same; or the problem."""
    model = onnx.load(str(path))
    data = path.parent / 'test_data_set_0'
    feeds, right = read_tensors(data, 'input'), read_tensors(data, 'output')
    onnx.checker.check_model(model, full_check=True)
    problem = compare(onnx_torch.run(model, feeds), right)
    if problem is None:  # the batch is free
        problem = compare(onnx_torch.run(model, {k: v[:1] for k, v in feeds.items()}),
                          {k: v[:1] for k, v in right.items()})
    return model, feeds, right, problem


def check_model(name, path, opencv):
    model, feeds, right, problem = check_values(path)
    report(f'{name}-torch', problem)
    if cv2 is None or not opencv:
        report(f'{name}-opencv', skip='no OpenCV' if cv2 is None else 'OpenCV cannot run it')
    else:
        report(f'{name}-opencv', compare(run_opencv(model, feeds, right), right))


def check_bits(folder):
    """Accuracy in 8 bits, weights that are int8, and a file of less than a third."""
    project, path = folder / 'bits.cajal', folder / 'bits' / 'model.onnx'
    path.parent.mkdir()
    run_cli('new', 'lenet-5', '-o', project)
    run_cli('set', project, 'data.samples=3000')
    run_cli('train', project, '--epochs', 3)
    run_cli('export', project, '-o', folder / 'float.onnx')
    note = json.loads(run_cli('export', project, '-o', path, '--int8', '--samples', 4, '--json'))['note']
    model, feeds, right, problem = check_values(path)
    kinds = [t.data_type for t in model.graph.initializer if len(t.dims) > 1]
    before, after = (float(x) for x in re.findall(r'([0-9.]+) %', note))
    report('bits-torch', problem)
    report('bits-accuracy', None if abs(before - after) <= 1 else note)
    report('bits-weights', None if kinds == [onnx.TensorProto.INT8] * 5 else kinds)
    report('bits-size', None if path.stat().st_size * 3 < (folder / 'float.onnx').stat().st_size
           else note)


def check_template(name, folder):
    """Fresh weights; where the answer hangs on what training leaves in the state, after some steps."""
    project, path = folder / f'{name}.cajal', folder / name / 'model.onnx'
    path.parent.mkdir()
    run_cli('new', name, '-o', project)
    if name not in ('char-gpt',):
        run_cli('set', project, 'data.samples=300')
    if name == 'digits-without-teacher':
        run_cli('train', project, '--epochs', 1)
    run_cli('export', project, '-o', path, '--samples', 4)
    check_model(name, path, name not in NOT_OPENCV)


def main():
    templates = [json.loads(line)['id'] for line in run_cli('list', 'templates', '--json').splitlines()]
    with tempfile.TemporaryDirectory() as folder:
        os.environ['CAJAL_STATE_DIR'] = os.path.join(folder, 'state')
        made = subprocess.run([NETWORKS, os.path.join(folder, 'networks')], capture_output=True, text=True)
        names = made.stdout.split()
        print(f'1..{2 * len(templates) + len(names) + 5}')
        report('networks', made.stderr or None)
        for name in templates:
            try:
                check_template(name, Path(folder))
            except Exception as problem:  # the others go on
                report(name, problem)
        for name in names:
            try:
                report(name, check_values(Path(folder) / 'networks' / name / 'model.onnx')[3])
            except Exception as problem:
                report(name, problem)
        check_bits(Path(folder))


main()
