#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The most that sgemm of a library reaches here. Prints one JSON object, gflops and library, or {} where
there is none. compare.py sets cores, threads and the core type of OpenBLAS before this process
starts."""
import ctypes
import json
import time
from array import array

ROW_MAJOR, PLAIN = 101, 111
SECONDS = 0.6  # a library and size


def openblas():
    """(name, call (n, a, b, c)), or None: cblas_sgemm of OpenBLAS."""
    try:
        library = ctypes.CDLL('libopenblas.so.0')
    except OSError:
        return None
    core = library.openblas_get_corename
    core.restype = ctypes.c_char_p
    one, none = ctypes.c_float(1), ctypes.c_float(0)

    def call(n, a, b, c):
        library.cblas_sgemm(ROW_MAJOR, PLAIN, PLAIN, n, n, n, one, a, n, b, n, none, c, n)
    return f'OpenBLAS, core {core().decode()}', call


def onednn():
    """The same of oneDNN, which finds the instructions of the processor by itself."""
    for name in ('libdnnl.so.3', 'libdnnl.so.2'):
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        size, letter = ctypes.c_int64, ctypes.c_char(b'N')
        one, none = ctypes.c_float(1), ctypes.c_float(0)

        def call(n, a, b, c, sgemm=library.dnnl_sgemm):
            sgemm(letter, letter, size(n), size(n), size(n), one, a, size(n), b, size(n), none, c,
                  size(n))
        return 'oneDNN', call
    return None


def measure(call, n):
    """GFLOP/s of the best call."""
    kind = ctypes.c_float * (n * n)
    matrices = [kind.from_buffer(array('f', [0.5]) * (n * n)) for _ in range(3)]
    call(n, *matrices)
    if matrices[2][n] != 0.25 * n:
        raise ArithmeticError('sgemm gave a wrong product')
    end, best = time.perf_counter() + SECONDS, float('inf')
    while time.perf_counter() < end:
        begin = time.perf_counter()
        call(n, *matrices)
        best = min(best, time.perf_counter() - begin)
    return 2 * n ** 3 / best / 1e9


def main():
    found = {}
    for library in filter(None, (openblas(), onednn())):
        for n in (1024, 2048):
            gflops = measure(library[1], n)
            if gflops > found.get('gflops', 0):
                found = {'gflops': gflops, 'library': f'{library[0]}, {n}³'}
    print(json.dumps(found))


if __name__ == '__main__':
    main()
