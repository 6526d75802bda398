# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a model of ONNX with PyTorch, for tests: the operators that an export writes, as the standard's
text has them (opset 13), one function each."""
import numpy
import torch
import torch.nn.functional as F
from onnx import numpy_helper

UNARY = {
    "Abs": torch.abs, "Cos": torch.cos, "Erf": torch.erf, "Exp": torch.exp, "Identity": lambda x: x,
    "Log": torch.log, "Neg": torch.neg, "Relu": torch.relu, "Round": torch.round,
    "Sigmoid": torch.sigmoid, "Sign": torch.sign, "Sin": torch.sin, "Softplus": F.softplus,
    "Softsign": F.softsign, "Sqrt": torch.sqrt, "Tanh": torch.tanh, "Selu": F.selu,
}
BINARY = {
    "Add": torch.add, "Sub": torch.sub, "Mul": torch.mul, "Div": torch.div, "Pow": torch.pow,
    "Max": torch.maximum, "Min": torch.minimum, "MatMul": torch.matmul,
}
TYPES = {1: torch.float32, 7: torch.int64, 6: torch.int32}


def window(x, a, n=2):
    """Pads [before..., after...] of the last dimensions, as F.pad wants them."""
    pads = a.get("pads", [0] * 2 * n)
    return [p for i in reversed(range(n)) for p in (pads[i], pads[n + i])]


def conv(a, x, w, b=None):
    n = w.dim() - 2
    x = F.pad(x, window(x, a, n))
    return (F.conv3d if n == 3 else F.conv2d)(x, w, b, a.get("strides", [1] * n), 0,
                                              a.get("dilations", [1] * n), a.get("group", 1))


def conv_transpose(a, x, w, b=None):
    pads = a["pads"]
    assert pads[:2] == pads[2:]
    return F.conv_transpose2d(x, w, b, a["strides"], pads[:2], a["output_padding"], a["group"],
                              a["dilations"])


def pool(a, x, largest):
    k, s = a["kernel_shape"], a.get("strides", [1, 1])
    pads = window(x, a)
    if largest:
        x = F.pad(x, pads, value=-float("inf"))
        return F.max_pool2d(x, k, s, 0, a.get("dilations", [1, 1]))
    ones = F.pad(torch.ones_like(x), pads, value=float(a.get("count_include_pad", 0)))
    x = F.pad(x, pads)
    return F.avg_pool2d(x, k, s) / F.avg_pool2d(ones, k, s)


def gemm(a, x, w, b=None):
    x = x.T if a.get("transA", 0) else x
    y = a.get("alpha", 1.0) * (x @ (w.T if a.get("transB", 0) else w))
    return y if b is None else y + a.get("beta", 1.0) * b


def batch_norm(a, x, w, b, mean, var):
    return F.batch_norm(x, mean, var, w, b, False, 0, a.get("epsilon", 1e-5))


def pad(a, x, pads, value=None):
    pads, n = pads.tolist(), x.dim()
    mode = a.get("mode", b"constant").decode()
    if mode == "constant":
        return F.pad(x, [p for i in reversed(range(n)) for p in (pads[i], pads[n + i])])
    assert not any(pads[i] or pads[n + i] for i in range(n - 2))
    turned = [pads[n - 1], pads[2 * n - 1], pads[n - 2], pads[2 * n - 2]]
    return F.pad(x, turned, mode="reflect" if mode == "reflect" else "replicate")


def slice_(a, x, begin, end, axes, steps=None):
    for k, axis in enumerate(axes.tolist()):
        n, step = x.shape[axis], 1 if steps is None else int(steps[k])
        index = range(n)[slice(int(begin[k]), None if step < 0 and int(end[k]) < -n else int(end[k]),
                               step)]
        x = x.index_select(axis, torch.tensor(list(index), dtype=torch.int64))
    return x


def gather(a, x, index):
    axis = a.get("axis", 0)
    y = x.index_select(axis, index.reshape(-1).long())
    return y.reshape(list(x.shape[:axis]) + list(index.shape) + list(x.shape[axis + 1:]))


def reduce_(op, a, x, axes=None):
    axes = a.get("axes") if axes is None else axes.tolist()
    keep = bool(a.get("keepdims", 1))
    f = {"ReduceMean": torch.mean, "ReduceSum": torch.sum, "ReduceMax": torch.amax,
         "ReduceMin": torch.amin}[op]
    return f(x, dim=axes, keepdim=keep)


def resize(a, x, roi, scales):
    factor = scales.tolist()[2:]
    if a["mode"] == b"nearest":
        return F.interpolate(x, scale_factor=factor, mode="nearest")
    return F.interpolate(x, scale_factor=factor, mode="bilinear", align_corners=False)


def recurrent(op, a, x, w, r, b, lens=None, h=None, c=None):
    """x [T, N, I]; by the equations of the standard, with the gates of iofc, zrh."""
    size, back = a["hidden_size"], a.get("direction", b"forward") == b"reverse"
    n = x.shape[1]
    w, r, b = w[0], r[0], b[0]
    wb, rb = b[:len(b) // 2], b[len(b) // 2:]
    h = torch.zeros(n, size) if h is None else h[0]
    c = torch.zeros(n, size) if c is None else c[0]
    act = {b"Relu": torch.relu, b"Tanh": torch.tanh}[a.get("activations", [b"Tanh"])[0]]
    out = [None] * x.shape[0]
    for t in (reversed(range(x.shape[0])) if back else range(x.shape[0])):
        gx, gh = x[t] @ w.T + wb, h @ r.T + rb
        if op == "LSTM":
            i, o, f, g = (gx + gh).chunk(4, 1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
        elif op == "GRU":
            assert a.get("linear_before_reset", 0) == 1
            (zx, rx, nx), (zh, rh, nh) = gx.chunk(3, 1), gh.chunk(3, 1)
            z = torch.sigmoid(zx + zh)
            h = (1 - z) * torch.tanh(nx + torch.sigmoid(rx + rh) * nh) + z * h
        else:
            h = act(gx + gh)
        out[t] = h
    return torch.stack(out)[:, None], h[None], c[None]


def split(a, x, sizes=None, n=1):
    axis = a.get("axis", 0)
    sizes = [x.shape[axis] // n] * n if sizes is None else sizes.tolist()
    return torch.split(x, sizes, axis)


def quantise(a, x, scale, zero):
    low, high = (0, 255) if zero.dtype == torch.uint8 else (-128, 127)
    return torch.clamp(torch.round(x / scale) + zero, low, high).to(zero.dtype)


def dequantise(a, x, scale, zero):
    if scale.dim() == 1 and scale.numel() > 1:
        shape = [-1 if i == a.get("axis", 1) else 1 for i in range(x.dim())]
        scale, zero = scale.reshape(shape), zero.reshape(shape)
    return (x.float() - zero.float()) * scale


def call(node, a, x):
    op, n = node.op_type, len(node.output)
    if op in UNARY:
        return UNARY[op](x[0])
    if op in BINARY:
        return BINARY[op](x[0], x[1])
    if op.startswith("Reduce"):
        return reduce_(op, a, *x)
    if op in ("LSTM", "GRU", "RNN"):
        return recurrent(op, a, *x)
    return {
        "Conv": lambda: conv(a, *x),
        "ConvTranspose": lambda: conv_transpose(a, *x),
        "MaxPool": lambda: pool(a, x[0], True),
        "AveragePool": lambda: pool(a, x[0], False),
        "GlobalAveragePool": lambda: x[0].mean((2, 3), keepdim=True),
        "GlobalMaxPool": lambda: x[0].amax((2, 3), keepdim=True),
        "Gemm": lambda: gemm(a, *x),
        "BatchNormalization": lambda: batch_norm(a, *x),
        "LRN": lambda: F.local_response_norm(x[0], a["size"], a["alpha"], a["beta"], a["bias"]),
        "PRelu": lambda: torch.where(x[0] < 0, x[0] * x[1], x[0]),
        "LeakyRelu": lambda: F.leaky_relu(x[0], a["alpha"]),
        "Elu": lambda: F.elu(x[0], a["alpha"]),
        "Celu": lambda: F.celu(x[0], a["alpha"]),
        "HardSigmoid": lambda: torch.clamp(a["alpha"] * x[0] + a["beta"], 0, 1),
        "Clip": lambda: torch.clamp(x[0], float(x[1]), float(x[2])),
        "Softmax": lambda: torch.softmax(x[0], a.get("axis", -1)),
        "LogSoftmax": lambda: torch.log_softmax(x[0], a.get("axis", -1)),
        "Reshape": lambda: x[0].reshape([x[0].shape[i] if d == 0 else d
                                         for i, d in enumerate(x[1].tolist())]),
        "Expand": lambda: x[0] * torch.ones(x[1].tolist(), dtype=x[0].dtype),
        "Transpose": lambda: x[0].permute(a["perm"]),
        "Concat": lambda: torch.cat(x, a["axis"]),
        "Split": lambda: split(a, *x, n=n),
        "Slice": lambda: slice_(a, *x),
        "Pad": lambda: pad(a, *x),
        "Gather": lambda: gather(a, *x),
        "Cast": lambda: x[0].to(TYPES[a["to"]]),
        "ArgMax": lambda: torch.argmax(x[0], a["axis"], bool(a["keepdims"])),
        "TopK": lambda: torch.topk(x[0], int(x[1]), a["axis"]),
        "ScatterElements": lambda: x[0].scatter(a["axis"], x[1], x[2]),
        "Resize": lambda: resize(a, *x),
        "QuantizeLinear": lambda: quantise(a, *x),
        "DequantizeLinear": lambda: dequantise(a, *x),
    }[op]()


def attributes(node):
    from onnx import helper
    return {p.name: helper.get_attribute_value(p) for p in node.attribute}


def run(model, feeds):
    """feeds and the result: arrays by name."""
    values = {t.name: torch.from_numpy(numpy.array(numpy_helper.to_array(t)))
              for t in model.graph.initializer}
    values.update((k, torch.from_numpy(numpy.array(v))) for k, v in feeds.items())
    for node in model.graph.node:
        x = [values[i] if i else None for i in node.input]
        y = call(node, attributes(node), x)
        y = y if isinstance(y, (tuple, list)) else [y]
        values.update(zip(node.output, y))
    return {o.name: values[o.name].numpy() for o in model.graph.output}
