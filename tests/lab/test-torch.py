#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules of PyTorch that Cajal wrote: they load strictly and answer as the engine does.

Takes cajal-cli and torch-cases; speaks TAP. Skipped where there is no PyTorch.
"""

import importlib.util
import os
import socket
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

try:
    import numpy as np
    import torch
except ImportError as missing:
    print(f"1..0 # SKIP {missing.name} is not installed")
    sys.exit(0)

warnings.simplefilter("error")
torch.set_num_threads(2)
CLI, CASES = sys.argv[1:3]
number = 0


def skip(name, why):
    """One line of TAP about what cannot be tried here."""
    global number
    number += 1
    print(f"ok {number} {name} # SKIP {why}", flush=True)


def check(name, problem):
    """One line of TAP; `problem` is empty where all is well."""
    global number
    number += 1
    print(f"{'not ' if problem else ''}ok {number} {name}", flush=True)
    for line in str(problem or "").splitlines():
        print(f"# {line}")


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem.replace("-", "_"), path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def compare(path, data=None):
    """What is wrong with a module: what it answers to the first training samples."""
    module = load(path)
    model = module.load_model()
    with np.load(path.with_name(f"{path.stem}-answers.npz")) as arrays:
        expected, loss = arrays["answers"], float(arrays["loss"][0])
    # Of data files the test gives the path; of made samples the module knows it.
    samples = path.with_name(f"{path.stem}-samples.npz")
    if data and not hasattr(module, "Pictures"):  # one file or folder
        data = data[0]
    training = module.load_samples(data or (samples if samples.exists() else None))[0]
    training.augmented = False
    x, y = zip(*(training[i] for i in range(len(expected))))
    x, y = torch.stack(x), torch.stack(y)
    with torch.no_grad():
        output = model(x)
        got = (output[0] if isinstance(output, tuple) else output).numpy()
        got_loss = module.compute_loss(output, x, y).item()
    if got.shape != expected.shape:
        return f"answers are {got.shape}, the engine's {expected.shape}"
    if hasattr(module, "poisson_spikes"):  # drawn by chance: no two answers are the same
        with torch.no_grad():
            again = model(x).numpy()
        if not (np.isfinite(got).all() and np.abs(got - again).max() > 0):
            return "answers are not finite, or are the same twice"
        expected, loss = got, got_loss
    error = np.abs(got - expected).max() / max(np.abs(expected).max(), 1)
    if not error <= 1e-4:
        return f"answers differ by {error:.3g}"
    if not abs(got_loss - loss) <= 1e-4 * max(abs(loss), 1):
        return f"the loss is {got_loss}, the engine's {loss}"
    model.train()
    module.compute_loss(model(x), x, y).backward()
    return ""


def run(*command, **settings):
    return subprocess.run(command, capture_output=True, text=True, **settings)


def check_modules(folder, templates=()):
    """Exports cases or templates and compares each."""
    done = run(CASES, folder, *templates)
    if done.returncode != 0:
        check("torch-cases", done.stdout + done.stderr)
    for line in done.stdout.splitlines():
        if line.startswith("refused"):
            refused = "STDP" in line  # the one template that learns by it
            check(line.split(":")[0], "" if refused else line)
            continue
        path = Path(folder) / f"{line}.py"
        try:
            check(line, compare(path))
        except Exception as error:
            check(line, f"{type(error).__name__}: {error}")


def check_layout(folder):
    """Lines as the formatter black leaves them: short, no tabs, no trailing spaces."""
    bad = [
        f"{path.name}:{i + 1}: {line}"
        for path in sorted(Path(folder).glob("*.py"))
        for i, line in enumerate(path.read_text(encoding="utf-8").splitlines())
        if len(line) > 88 and '"' not in line or line != line.rstrip() or "\t" in line
    ]
    check("layout", "\n".join(bad[:20]))


DATA = {
    "mnist": "input, flatten, dense 10, cross-entropy",
    "cifar10/binary": "input, flatten, dense 10, cross-entropy",
    "cifar10/imagefolder-small": "input, flatten, dense 10, cross-entropy",
    "cifar10/imagefolder-small/train/{cat,dog,frog}": (
        "input, flatten, dense 3, cross-entropy"
    ),
    "tables/iris.data": "input, dense 3, cross-entropy",
    "tables/heart-disease.csv": "input, dense 2, cross-entropy",
    "tinyshakespeare/input.txt": "input, embedding 8, dense 65, cross-entropy",
}


def find_places(home, name):
    """The files or folders that a path is of: “photos/{cat,dog}” is of two."""
    parent, brace, rest = name.partition("{")
    return [home / parent / part for part in rest.rstrip("}").split(",")]


def check_data(folder):
    """Modules read files as Cajal does: the same samples in the same splits."""
    home = Path(os.environ.get("CAJAL_DATA_DIR", "/nowhere"))
    for name, network in DATA.items():
        places = find_places(home, name)
        if not all(place.exists() for place in places):
            print(f"# without {name} of CAJAL_DATA_DIR")
            continue
        stem = "-".join(name.split("/")[-2:]).split(".")[0]
        stem = stem.translate(str.maketrans(",", "-", "{}"))
        done = run(CASES, folder, f"{stem}={home / name}={network}")
        if done.stdout.strip() != stem:
            check(name, done.stdout + done.stderr)
            continue
        try:
            check(name, compare(Path(folder) / f"{stem}.py", places))
        except ModuleNotFoundError as missing:
            skip(name, f"{missing.name} is not installed")
        except Exception as error:
            check(name, f"{type(error).__name__}: {error}")


def check_training(folder):
    """A module trains, alone and in two processes, and its weights load again."""
    path = Path(folder) / "spirals.py"
    project = path.with_suffix(".cajal")
    run(CLI, "new", "playground", "-o", project)
    run(CLI, "set", project, "epochs=3", "schedule=cosine", "warmup=0.5")
    done = run(CLI, "export", project, "-o", path)
    check("export names its files", "" if "spirals.npz" in done.stdout else done.stdout)
    done = run("/usr/bin/python3", "-W", "error", path, "train", cwd=folder)
    check("trains", "" if "epoch 3" in done.stdout else done.stdout + done.stderr)
    weights = Path(folder) / "spirals.trained.safetensors"
    done = run("/usr/bin/python3", path, "evaluate", "--weights", weights, cwd=folder)
    check("evaluates", "" if "accuracy" in done.stdout else done.stdout + done.stderr)
    weights.unlink()
    # What torchrun sets; that of PyTorch 1.13 does not start under Python 3.11.
    meeting = {"WORLD_SIZE": "2", "MASTER_ADDR": "localhost", "MASTER_PORT": find_port()}
    processes = [
        subprocess.Popen(
            ["/usr/bin/python3", path, "train", "--epochs", "1"],
            cwd=folder,
            env={**os.environ, **meeting, "RANK": str(rank), "OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for rank in range(2)
    ]
    said = [listen(process) for process in processes]
    good = weights.exists() and "epoch 1" in said[0] and "epoch" not in said[1]
    good = good and all(process.returncode == 0 for process in processes)
    check("trains in two processes", "" if good else "\n".join(said))


def listen(process):
    """What a process says until its end, which comes after two minutes at the latest."""
    try:
        return process.communicate(timeout=120)[0]
    except subprocess.TimeoutExpired:
        process.kill()
        return "It did not end.\n" + process.communicate()[0]


def find_port():
    with socket.socket() as port:
        port.bind(("localhost", 0))
        return str(port.getsockname()[1])


def check_predictions(folder):
    """What a trained module says of samples is what cajal-cli predict says."""
    path = Path(folder) / "trained.py"
    project, table = path.with_suffix(".cajal"), path.with_suffix(".csv")
    run(CLI, "new", "playground", "-o", project)
    run(CLI, "set", project, "epochs=1")
    run(CLI, "train", project)
    done = run(CLI, "export", project, "-o", path)
    run(CLI, "predict", project, path.with_suffix(".npz"), "-o", table)
    if not table.exists():
        check("predictions", done.stdout + done.stderr)
        return
    rows = table.read_text().splitlines()[1:]
    expected = np.array([[float(cell) for cell in row.split(",")[3:]] for row in rows])
    module = load(path)
    with np.load(path.with_suffix(".npz")) as arrays:
        samples = module.Samples(arrays["x"], arrays["y"], range(len(expected)))
    with torch.no_grad():
        x = torch.stack([samples[i][0] for i in range(len(samples))])
        got = module.load_model()(x).softmax(-1).numpy()
    error = np.abs(got - expected).max()
    check("predictions", "" if error <= 1e-4 else f"they differ by {error:.3g}")


with tempfile.TemporaryDirectory() as cases, tempfile.TemporaryDirectory() as rest:
    names = run(CLI, "list", "templates").stdout.splitlines()
    check_modules(cases)
    check_modules(rest, [name.split()[1] for name in names])
    check_data(rest)
    check_layout(rest)
    check_predictions(rest)
    check_training(rest)
print(f"1..{number}")
