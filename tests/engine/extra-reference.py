#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes extra-reference.h: operators of imported models with inputs and the results that NumPy and PyTorch compute for
them, from the definitions and without our own code. Run it in this folder: ./extra-reference.py > extra-reference.h"""

import math

import numpy as np
import torch
import torch.nn.functional as F

rng = np.random.default_rng(7)
NAMES = {
    "float32": "float", "float64": "double", "int8": "int8", "int32": "int32", "int64": "int64",
    "uint8": "uint8", "int16": "int16", "uint16": "uint16", "bool": "bool",
}
cases = []


class Typed:
    """Numbers of a type that NumPy has not."""

    def __init__(self, array, name):
        self.array, self.name = np.asarray(array), name


def word(value):
    if value is None:
        return "-"
    name = value.name if isinstance(value, Typed) else NAMES[str(np.asarray(value).dtype)]
    array = value.array if isinstance(value, Typed) else np.asarray(value)
    numbers = ",".join(("%.7g" % x if array.dtype.kind == "f" else "%d" % x) for x in array.ravel())
    return "%s[%s]=%s" % (name, "x".join(map(str, array.shape)), numbers)


def case(op, attrs, inputs, outputs):
    cases.append((op, attrs, [word(x) for x in inputs], [word(x) for x in outputs]))


def draw(*shape):
    """Few digits, so that what is printed is what is computed with."""
    return np.round(rng.normal(size=shape), 3).astype(np.float32)


def whole(low, high, *shape, dtype=np.uint8):
    return rng.integers(low, high, size=shape).astype(dtype)


def f(x):
    return np.float32(x)


def t(x):
    return torch.from_numpy(np.asarray(x))


# --- grids and windows ---

theta = draw(2, 2, 3)
for corners in (0, 1):
    case("AffineGrid@20", "align_corners:i=%d" % corners, [theta, np.array([2, 1, 2, 3])],
         [F.affine_grid(t(theta), (2, 1, 2, 3), align_corners=bool(corners)).numpy()])
theta = draw(1, 3, 4)
case("AffineGrid@20", "", [theta, np.array([1, 1, 2, 3, 2])],
     [F.affine_grid(t(theta), (1, 1, 2, 3, 2), align_corners=False).numpy()])

x = draw(1, 8, 9)
case("Col2Im@18", "", [x, np.array([4, 4]), np.array([2, 2])],
     [F.fold(t(x), (4, 4), (2, 2)).numpy()])
x = draw(2, 4, 6)
case("Col2Im@18", "strides:I=2,1 pads:I=1,0,1,0 dilations:I=1,2",
     [x, np.array([2, 5]), np.array([2, 2])],
     [F.fold(t(x), (2, 5), (2, 2), dilation=(1, 2), padding=(1, 0), stride=(2, 1)).numpy()])


def deform(x, w, offset, bias, mask, stride, pad, dilation, group, groups):
    n, c, height, width = x.shape
    m, own, kh, kw = w.shape
    oh = (height + 2 * pad - dilation[0] * (kh - 1) - 1) // stride + 1
    ow = (width + 2 * pad - dilation[1] * (kw - 1) - 1) // stride + 1
    y = np.zeros((n, m, oh, ow))
    off = offset.reshape(n, groups, kh, kw, 2, oh, ow)
    wide = np.pad(x, ((0, 0), (0, 0), (9, 9), (9, 9)))
    for b, o, i, j in np.ndindex(n, m, oh, ow):
        total = 0.0 if bias is None else bias[o]
        for k, a, e in np.ndindex(own, kh, kw):
            channel = o // (m // group) * own + k
            g = channel // (c // groups)
            row = i * stride - pad + a * dilation[0] + off[b, g, a, e, 0, i, j] + 9
            col = j * stride - pad + e * dilation[1] + off[b, g, a, e, 1, i, j] + 9
            r, s = math.floor(row), math.floor(col)
            plane = wide[b, channel]
            one = (plane[r, s] * (r + 1 - row) * (s + 1 - col) + plane[r + 1, s] * (row - r) * (s + 1 - col)
                   + plane[r, s + 1] * (r + 1 - row) * (col - s) + plane[r + 1, s + 1] * (row - r) * (col - s))
            total += w[o, k, a, e] * one * (1 if mask is None else
                                            mask.reshape(n, groups, kh, kw, oh, ow)[b, g, a, e, i, j])
        y[b, o, i, j] = total
    return f(y)


x, w, off, bias = draw(1, 1, 3, 3), draw(1, 1, 2, 2), draw(1, 8, 4, 4), draw(1)
case("DeformConv@19", "pads:I=1,1,1,1 kernel_shape:I=2,2", [x, w, off, bias],
     [deform(x, w, off, bias, None, 1, 1, (1, 1), 1, 1)])
x, w, off, mask = draw(1, 4, 4, 3), draw(2, 2, 2, 2), draw(1, 16, 2, 1), draw(1, 8, 2, 1)
case("DeformConv@19", "strides:I=2,2 dilations:I=1,2 group:i=2 offset_group:i=2", [x, w, off, None, mask],
     [deform(x, w, off, None, mask, 2, 0, (1, 2), 2, 2)])

past, update = draw(2, 1, 4, 2), draw(2, 1, 2, 2)
y = past.copy()
y[0, :, 1:3], y[1, :, 2:4] = update[0], update[1]
case("TensorScatter@24", "", [past, update, np.array([1, 2])], [y])
y = past.copy()
y[0, :, [3, 0]] = update[0].swapaxes(0, 1)
y[1, :, 0:2] = update[1]
case("TensorScatter@24", "mode:s=circular axis:i=2", [past, update, np.array([3, 0])], [y])

x, grid = draw(1, 1, 2, 3, 2), np.clip(draw(1, 2, 1, 2, 3), -1, 1)
case("GridSample@20", "", [x, grid],
     [F.grid_sample(t(x), t(grid), mode="bilinear", align_corners=False).numpy()])
x, grid = draw(1, 1, 3, 3), draw(1, 2, 2, 2)
for padding in ("border", "reflection"):
    case("GridSample@20", "mode:s=cubic align_corners:i=1 padding_mode:s=%s" % padding, [x, grid],
         [F.grid_sample(t(x), t(grid), mode="bicubic", padding_mode=padding, align_corners=True).numpy()])

x = draw(1, 1, 7)
case("AveragePool@19", "kernel_shape:I=3 strides:I=2 pads:I=1,1 ceil_mode:i=1 count_include_pad:i=1", [x],
     [F.avg_pool1d(t(x), 3, 2, 1, True, True).numpy()])
x = draw(1, 1, 6)
case("AveragePool@19", "kernel_shape:I=2 dilations:I=3", [x], [f((x[..., :3] + x[..., 3:]) / 2)])
case("LpPool@18", "kernel_shape:I=2 dilations:I=3 p:i=3", [x],
     [f((np.abs(x[..., :3]) ** 3 + np.abs(x[..., 3:]) ** 3) ** (1 / 3))])
x = draw(1, 1, 6, 8)
case("Resize@18", "mode:s=linear antialias:i=1 exclude_outside:i=1", [x, None, None, np.array([1, 1, 3, 4])],
     [F.interpolate(t(x), (3, 4), mode="bilinear", antialias=True, align_corners=False).numpy()])
case("Resize@18", "mode:s=linear axes:I=3", [x, None, None, np.array([4])],
     [F.interpolate(t(x), (6, 4), mode="bilinear", align_corners=False).numpy()])

# numbers of the standard's own cases
square = np.arange(1, 17, dtype=np.float32).reshape(1, 1, 4, 4)
case("Resize@18", "mode:s=cubic antialias:i=1", [square, None, f([1, 1, 0.6, 0.6])],
     [f([[[[2.5180721, 4.2858863], [9.589329, 11.357142]]]])])
case("Resize@18", "mode:s=cubic antialias:i=1 cubic_coeff_a:f=-0.5 exclude_outside:i=1",
     [square, None, None, np.array([1, 1, 2, 2])],
     [F.interpolate(t(square), (2, 2), mode="bicubic", antialias=True, align_corners=False).numpy()])
case("Resize@18", "mode:s=linear antialias:i=1", [square, None, None, np.array([1, 1, 3, 3])],
     [f([[[[2.3636363, 3.590909, 4.818182], [7.2727275, 8.5, 9.727273], [12.181818, 13.409091, 14.636364]]]])])
case("Resize@19", "mode:s=linear coordinate_transformation_mode:s=half_pixel_symmetric",
     [f([[[[1, 2], [3, 4]]]]), None, f([1, 1, 2.3, 2.94])],
     [f([[[[1, 1.15986395, 1.5, 1.84013605, 2], [1.56521738, 1.72508133, 2.06521738, 2.40535343, 2.56521738],
           [2.43478262, 2.59464657, 2.93478262, 3.27491867, 3.43478262], [3, 3.15986395, 3.5, 3.84013605, 4]]]])])
wide = square[:, :, :2]
case("Resize@18", "mode:s=nearest axes:I=2,3 keep_aspect_ratio_policy:s=not_smaller",
     [wide, None, None, np.array([1, 3])], [f([[[[1, 2, 4], [5, 6, 8]]]])])
case("Resize@18", "mode:s=nearest axes:I=2,3 keep_aspect_ratio_policy:s=not_larger",
     [wide, None, None, np.array([1, 3])], [f([[[[1, 3]]]])])
case("Resize@18", "mode:s=linear coordinate_transformation_mode:s=tf_crop_and_resize axes:I=3,2",
     [square, f([0.6, 0.4, 0.8, 0.6]), None, np.array([3, 3])],
     [f([[[[7.6, 7.9, 8.2], [8.8, 9.1, 9.4], [10, 10.3, 10.6]]]])])
x = f([[np.arange(9).reshape(3, 3), 8 - np.arange(9).reshape(3, 3)]])
off = np.zeros((1, 16, 2, 2), np.float32)
off[0, 0, 0, 0], off[0, 13, 0, 1] = 0.5, -0.1
case("DeformConv@19", "offset_group:i=2 pads:I=0,0,0,0", [x, np.ones((1, 2, 2, 2), np.float32), off],
     [f([[[[33.5, 32.1], [32, 32]]]])])

# --- pointwise, reductions, moving ---

x = draw(5)
case("Mish@18", "", [x], [F.mish(t(x)).numpy()])
case("Gelu@20", "", [x], [F.gelu(t(x)).numpy()])
case("Gelu@20", "approximate:s=tanh", [x], [F.gelu(t(x), approximate="tanh").numpy()])
case("Swish@24", "alpha:f=0.5", [x], [f(x / (1 + np.exp(-0.5 * x)))])
a, b = whole(0, 256, 3), whole(0, 256, 3)
case("BitwiseXor@18", "", [a, b], [a ^ b])
case("BitwiseNot@18", "", [np.array([0, 5, -7], np.int32)], [np.array([-1, -6, 6], np.int32)])
case("ReduceMax@20", "keepdims:i=0", [np.array([[0, 1], [0, 0]], bool), np.array([1])], [np.array([1, 0], bool)])
none = np.zeros((2, 0), np.int8)
case("ReduceMin@20", "keepdims:i=0", [none, np.array([1])], [np.array([127, 127], np.int8)])
case("ReduceMin@20", "keepdims:i=0", [none.astype(bool), np.array([1])], [np.array([1, 1], bool)])
case("ReduceMax@20", "keepdims:i=0", [none.astype(bool), np.array([1])], [np.array([0, 0], bool)])
case("ReduceProd@20", "keepdims:i=0", [none.astype(np.float32), np.array([1])], [f([1, 1])])
x = draw(2, 3)
case("ReduceSum@18", "noop_with_empty_axes:i=1", [x], [x])
case("ReduceMean@18", "", [x, np.array([-1])], [x.mean(1, keepdims=True)])
x = draw(2, 3)
case("Pad@19", "mode:s=wrap", [x, np.array([2, 4]), None, np.array([1])], [x[:, np.arange(-2, 7) % 3]])
x = draw(7)
case("Split@18", "num_outputs:i=3", [x], [x[:3], x[3:6], x[6:]])
case("Split@18", "num_outputs:i=3", [x], [x[:3]])
x, updates = draw(3), draw(3)
y = x.copy()
for i, u in zip((2, 0, 2), updates):
    y[i] = max(y[i], u)
case("ScatterElements@18", "reduction:s=max", [x, np.array([2, 0, 2]), updates], [y])
x = draw(2, 4, 2)
g18, b18, g21, b21 = draw(2), draw(2), draw(4), draw(4)
case("GroupNormalization@18", "num_groups:i=2", [x, g18, b18],
     [F.group_norm(t(x), 2, t(np.repeat(g18, 2)), t(np.repeat(b18, 2))).numpy()])
case("GroupNormalization@21", "num_groups:i=2", [x, g21, b21], [F.group_norm(t(x), 2, t(g21), t(b21)).numpy()])
x, w, b = draw(2, 3), draw(3), draw(3)
case("LayerNormalization@14", "axis:i=-1", [x, w, b], [F.layer_norm(t(x), (3,), t(w), t(b)).numpy()])
rms = f(1 / np.sqrt((x ** 2).mean(-1, keepdims=True) + 1e-5))
case("RMSNormalization@23", "", [x, w], [x * rms * w])
case("SimplifiedLayerNormalization@14", "", [x, w], [x * rms * w, rms])
x = draw(1, 6, 1)
y = np.fft.fft(x[..., 0], axis=1)
case("DFT@20", "", [x, None, np.array(1)], [f(np.stack([y.real, y.imag], -1))])
case("HannWindow@17", "periodic:i=0", [np.array(5)], [torch.hann_window(5, periodic=False).numpy()])

# --- few bits ---


def q(x, scale, zero, low=0, high=255):
    return np.clip(np.rint(np.asarray(x, np.float64) / scale) + zero, low, high)


def dq(x, scale, zero):
    return (np.asarray(x, np.float64) - zero) * scale


x, s, z = whole(0, 256, 3, 4), f(draw(2, 4) ** 2 + 0.1), whole(0, 20, 2, 4)
case("DequantizeLinear@21", "axis:i=0 block_size:i=2", [x, s, z],
     [f(dq(x, np.repeat(s, 2, 0)[:3], np.repeat(z, 2, 0)[:3].astype(float)))])
x = 3 * draw(2, 4)
s = f([[0.1, 0.3], [0.2, 0.15]])
case("QuantizeLinear@21", "axis:i=1 block_size:i=2 output_dtype:i=22", [x, s],
     [Typed(q(x, np.repeat(s, 2, 1), 0, -8, 7).astype(int), "int4")])
case("QuantizeLinear@21", "", [x, f(0.25), Typed(np.array(3), "uint4")],
     [Typed(q(x, 0.25, 3, 0, 15).astype(int), "uint4")])
case("DequantizeLinear@21", "axis:i=1", [Typed(np.array([[-8, 7], [3, -1]]), "int4"), f([0.5, 0.25])],
     [f([[-4, 1.75], [1.5, -0.25]])])
case("QuantizeLinear@21", "", [x, f(0.01), np.array(-5, np.int16)],
     [q(x, 0.01, -5, -32768, 32767).astype(np.int16)])
case("Cast@21", "to:i=21", [np.array([3, 17, 15], np.int32)], [Typed(np.array([3, 1, 15]), "uint4")])

MS = "com.microsoft."
a, b = whole(0, 256, 2, 3), whole(0, 256, 3)
sa, za, sb, zb = f(0.03), np.array(120, np.uint8), f(0.021), np.array(99, np.uint8)
ra, rb = dq(a, 0.03, 120), dq(b, 0.021, 99)
case(MS + "QLinearAdd@1", "", [a, sa, za, b, sb, zb, f(0.043), np.array(110, np.uint8)],
     [q(ra + rb, 0.043, 110).astype(np.uint8)])
case(MS + "QLinearMul@1", "", [a, sa, za, b, sb, zb, f(0.077), None], [q(ra * rb, 0.077, 0).astype(np.uint8)])
i = whole(-128, 128, 2, 3, dtype=np.int8)
ri = dq(i, 0.05, -3)
signed = [i, f(0.05), np.array(-3, np.int8)]
case(MS + "QLinearSigmoid@1", "", signed + [f(1 / 256), np.array(-128, np.int8)],
     [q(1 / (1 + np.exp(-ri)), 1 / 256, -128, -128, 127).astype(np.int8)])
case(MS + "QLinearLeakyRelu@1", "alpha:f=0.1", signed + [f(0.061)],
     [q(np.where(ri < 0, 0.1 * ri, ri), 0.061, 0, -128, 127).astype(np.int8)])
case(MS + "QLinearSoftmax@1", "axis:i=-1 opset:i=13", [a, sa, za, f(1 / 256), np.array(0, np.uint8)],
     [q(torch.softmax(t(ra), -1).numpy(), 1 / 256, 0).astype(np.uint8)])
case(MS + "QLinearSoftmax@1", "axis:i=0 opset:i=11", [a, sa, za, f(1 / 256), np.array(0, np.uint8)],
     [q(torch.softmax(t(ra).ravel(), 0).numpy().reshape(2, 3), 1 / 256, 0).astype(np.uint8)])
case(MS + "QLinearReduceMean@1", "axes:I=1 keepdims:i=0", [a, sa, za, f(0.017), za],
     [q(ra.mean(1), 0.017, 120).astype(np.uint8)])
case(MS + "QLinearConcat@1", "axis:i=1", [f(0.04), np.array(7, np.uint8), a, sa, za, a[:, :1], f(0.02), zb],
     [q(np.concatenate([ra, dq(a[:, :1], 0.02, 99)], 1), 0.04, 7).astype(np.uint8)])
case(MS + "QLinearWhere@1", "", [np.array([1, 0, 1], bool), a, sa, za, b, sb, zb, f(0.04), zb],
     [q(np.where([True, False, True], ra, rb), 0.04, 99).astype(np.uint8)])
p = whole(0, 256, 1, 2, 3, 3)
rp = dq(p, 0.03, 120)
case(MS + "QLinearGlobalAveragePool@1", "", [p, sa, za, f(0.017), zb],
     [q(rp.mean((2, 3), keepdims=True), 0.017, 99).astype(np.uint8)])
last = np.ascontiguousarray(p.transpose(0, 2, 3, 1))
case(MS + "QLinearGlobalAveragePool@1", "channels_last:i=1", [last, sa, za, f(0.017), zb],
     [q(rp.mean((2, 3)), 0.017, 99).astype(np.uint8).reshape(1, 1, 1, 2)])
case(MS + "QLinearAveragePool@1", "kernel_shape:I=2,2 channels_last:i=1", [last, sa, za, f(0.029), zb],
     [q(F.avg_pool2d(t(rp), 2, 1).numpy(), 0.029, 99).astype(np.uint8).transpose(0, 2, 3, 1)])
case(MS + "NhwcMaxPool@1", "kernel_shape:I=2,2", [last],
     [F.max_pool2d(t(p.astype(float)), 2, 1).numpy().astype(np.uint8).transpose(0, 2, 3, 1)])
w = whole(-128, 128, 2, 2, 2, 2, dtype=np.int8)
y = F.conv2d(t(rp), t(dq(w, 0.01, 0))).numpy()
case(MS + "QLinearConv@1", "channels_last:i=1",
     [last, sa, za, w, f(0.01), np.array(0, np.int8), f(0.11), zb],
     [q(y, 0.11, 99).astype(np.uint8).transpose(0, 2, 3, 1)])
m, bias = whole(-128, 128, 4, 3, dtype=np.int8), whole(-900, 900, 4, dtype=np.int32)
steps = f([0.01, 0.02, 0.03, 0.015])
y = (a.astype(float) - 120) @ m.T.astype(float) + bias
case(MS + "QGemm@1", "transB:i=1", [a, sa, za, m, steps, np.zeros(4, np.int8), bias, f(0.41), zb],
     [q(y * 0.03 * steps, 0.41, 99).astype(np.uint8)])
case(MS + "QGemm@1", "transB:i=1 alpha:f=0.5", [a, sa, za, m, f(0.01), np.array(2, np.int8)],
     [f(0.5 * 0.03 * 0.01 * ((a.astype(float) - 120) @ (m.T.astype(float) - 2)))])
right = np.ascontiguousarray(m.T)
case(MS + "MatMulIntegerToFloat@1", "", [a, right, sa, steps, za, None, f([1, 2, 3, 4])],
     [f((a.astype(float) - 120) @ right * 0.03 * steps + [1, 2, 3, 4])])
x = draw(2, 3)
low, high = min(x.min(), 0), max(x.max(), 0)
step = f((high - low) / 255)
zero = np.clip(np.rint(-low / step), 0, 255)
case(MS + "DynamicQuantizeMatMul@1", "", [x, right, steps, None, f([1, 2, 3, 4])],
     [f((q(x, step, zero) - zero) * step @ (right * steps.astype(float)) + [1, 2, 3, 4])])
x = draw(2, 10)
levels, scales, zeros = rng.integers(0, 16, (3, 16)), f(draw(3, 2) ** 2 + 0.1), rng.integers(0, 16, (3, 2))
packed = (levels[:, 0::2] | levels[:, 1::2] << 4).astype(np.uint8).reshape(3, 2, 4)
packed_zeros = (zeros[:, 0] | zeros[:, 1] << 4).astype(np.uint8)
bits = "N:i=3 K:i=10 bits:i=4 block_size:i=8"
case(MS + "MatMulNBits@1", bits, [x, packed, scales.ravel(), packed_zeros],
     [f(x @ ((levels - np.repeat(zeros, 8, 1)) * np.repeat(scales, 8, 1))[:, :10].T)])
case(MS + "MatMulNBits@1", bits, [x, packed, scales.ravel(), None, None, f([1, 2, 3])],
     [f(x @ ((levels - 8) * np.repeat(scales, 8, 1))[:, :10].T + [1, 2, 3])])
case(MS + "DequantizeLinear@1", "", [np.array([-300, 900], np.int16), f(0.5), np.array(100, np.int16)],
     [f([-200, 400])])

# --- what was several ---

x, b = draw(2, 3), draw(3)
case(MS + "Gelu@1", "", [x], [F.gelu(t(x)).numpy()])
case(MS + "BiasGelu@1", "", [x, b], [F.gelu(t(x + b)).numpy()])
case(MS + "FastGelu@1", "", [x, b], [F.gelu(t(x + b), approximate="tanh").numpy()])
case(MS + "QuickGelu@1", "", [x], [f(x / (1 + np.exp(-1.702 * x)))])
case(MS + "BiasSoftmax@1", "axis:i=1 is_inner_broadcast:i=1", [x, b], [torch.softmax(t(x + b), 1).numpy()])
x, w, b, z = draw(1, 1, 3, 3), draw(2, 1, 2, 2), draw(2), draw(1, 2, 2, 2)
y = F.conv2d(t(x), t(w), t(b))
case(MS + "FusedConv@1", "activation:s=Relu", [x, w, b, z], [torch.relu(y + t(z)).numpy()])
case(MS + "FusedConv@1", "activation:s=LeakyRelu activation_params:F=0.25", [x, w, b],
     [F.leaky_relu(y, 0.25).numpy()])
case(MS + "FusedConv@1", "activation:s=Clip activation_params:F=-0.5,0.75", [x, w, b],
     [torch.clamp(y, -0.5, 0.75).numpy()])
a, b, c = draw(2, 3), draw(2, 3), draw(2)
case(MS + "FusedGemm@1", "transB:i=1 activation:s=LeakyRelu activation_alpha:f=0.2", [a, b, c],
     [F.leaky_relu(t(a) @ t(b).T + t(c), 0.2).numpy()])
a, b = draw(2, 3, 2), draw(2, 4, 3)
case(MS + "FusedMatMul@1", "transA:i=1 transB:i=1 alpha:f=0.5", [a, b],
     [f(0.5 * a.transpose(0, 2, 1) @ b.transpose(0, 2, 1))])
a, b = draw(3, 2, 2), draw(2, 2, 1)
case(MS + "FusedMatMul@1", "transBatchA:i=1", [a, b], [a.transpose(1, 0, 2) @ b])


def norm(x, w, b, epsilon=1e-12):
    mean, var = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
    return f((x - mean) / np.sqrt(var + epsilon) * w + b)


x, skip, w, b, bias = draw(2, 2, 3), draw(2, 3), draw(3), draw(3), draw(3)
total = x + skip + bias
case(MS + "SkipLayerNormalization@1", "epsilon:f=0.001", [x, skip, w, b, bias],
     [norm(total, w, b, 0.001), f(total.mean(-1, keepdims=True)),
      f(1 / np.sqrt(total.var(-1, keepdims=True) + 0.001)), total])
total = x + skip
case(MS + "SkipSimplifiedLayerNormalization@1", "epsilon:f=0.001", [x, skip, w],
     [f(total / np.sqrt((total ** 2).mean(-1, keepdims=True) + 0.001) * w)])
ids, segments = np.array([[1, 3], [0, 2]], np.int32), np.array([[0, 1], [1, 1]], np.int32)
words, places, kinds = draw(4, 3), draw(5, 3), draw(2, 3)
total = words[ids] + places[:2] + kinds[segments]
case(MS + "EmbedLayerNormalization@1", "epsilon:f=0.001",
     [ids, segments, words, places, kinds, w, b, np.array([[1, 1], [1, 0]], np.int32)],
     [norm(total, w, b, 0.001), np.array([2, 1], np.int32), f(total)])
case(MS + "EmbedLayerNormalization@1", "epsilon:f=0.001",
     [ids, None, words, places, None, w, b, None, np.array([[4, 0]], np.int32)],
     [norm(words[ids] + places[[4, 0]], w, b, 0.001)])

# --- attention ---


def attend(q, k, v, scale=None, bias=0, cap=0, causal=False, past=0):
    k, v = (np.repeat(z, q.shape[1] // z.shape[1], 1) for z in (k, v))
    s = q.astype(float) @ k.swapaxes(2, 3) * (scale or 1 / math.sqrt(q.shape[3]))
    s = cap * np.tanh(s / cap) if cap else s
    s = s + bias
    if causal:
        s = np.where(np.tril(np.ones(s.shape[2:]), past) > 0, s, -np.inf)
    return f(torch.softmax(t(s), -1).numpy() @ v)


def split(x, heads):
    return x.reshape(x.shape[0], x.shape[1], heads, -1).swapaxes(1, 2)


def join(x):
    return np.ascontiguousarray(x.swapaxes(1, 2)).reshape(x.shape[0], x.shape[2], -1)


q4, k4, v4 = draw(1, 2, 3, 2), draw(1, 2, 3, 2), draw(1, 2, 3, 1)
case("Attention@23", "is_causal:i=1", [q4, k4, v4], [attend(q4, k4, v4, causal=True)])
q3, k3, v3, mask = draw(2, 2, 8), draw(2, 3, 4), draw(2, 3, 4), draw(2, 3)
case("Attention@23", "q_num_heads:i=4 kv_num_heads:i=2 scale:f=0.3", [q3, k3, v3, mask],
     [join(attend(split(q3, 4), split(k3, 2), split(v3, 2), 0.3, mask))])
pk, pv, seen = draw(1, 2, 2, 2), draw(1, 2, 2, 1), np.array([[1, 0, 1, 1, 0]] * 3, bool)
ck, cv = np.concatenate([pk, k4], 2), np.concatenate([pv, v4], 2)
case("Attention@23", "softcap:f=0.7", [q4, k4, v4, seen, pk, pv],
     [attend(q4, ck, cv, bias=np.where(seen, 0, -np.inf), cap=0.7), ck, cv])
case("Attention@23", "is_causal:i=1", [q4, k4, v4, None, pk, pv], [attend(q4, ck, cv, causal=True, past=2)])
seen = np.array([[0, 0, 0], [1, 1, 0], [0, 0, 1]], bool)
y = attend(q4, k4, v4, bias=np.where(seen | ~seen.any(1, keepdims=True), 0, -np.inf))
y[:, :, 0] = 0
case("Attention@23", "", [q4, k4, v4, seen], [y])
mask = draw(3, 2)
case("Attention@24", "", [q4, k4, v4, mask, None, None, np.array([2])],
     [attend(q4, k4, v4, bias=np.concatenate([mask, np.full((3, 1), -np.inf)], 1))])
case("Attention@24", "", [q4, k4, v4, None, None, None, np.array([2])],
     [attend(q4, k4, v4, bias=np.array([0, 0, -np.inf]))])

x, w, b = draw(2, 3, 2), draw(2, 12), draw(12)
qkv = [split(z, 2) for z in np.split(x @ w + b, 3, 2)]
heads = "num_heads:i=2"
case(MS + "Attention@1", heads + " unidirectional:i=1", [x, w, b], [join(attend(*qkv, causal=True))])
seen = np.array([[1, 1, 0], [1, 0, 0]], np.int32)
hidden = np.where(seen, 0, -10000.0)[:, None, None]
case(MS + "Attention@1", heads, [x, w, b, seen], [join(attend(*qkv, bias=hidden))])
case(MS + "Attention@1", heads, [x, w, b, np.array([2, 1], np.int32)], [join(attend(*qkv, bias=hidden))])
late = np.where([[0, 1, 1], [0, 0, 1]], 0, -10000.0)[:, None, None]
case(MS + "Attention@1", heads, [x, w, b, np.array([3, 3, 1, 2], np.int32)], [join(attend(*qkv, bias=late))])
state = draw(2, 2, 2, 1, 2)
both = [np.concatenate([state[n], qkv[1 + n]], 2) for n in (0, 1)]
case(MS + "Attention@1", heads + " unidirectional:i=1", [x, w, b, None, state],
     [join(attend(qkv[0], *both, causal=True, past=1)), f(np.stack(both))])
w = draw(2, 10)
qkv = [split(z, 2) for z in np.split(x @ w, (4, 8), 2)]
more = draw(1, 2, 3, 3)
case(MS + "Attention@1", heads + " qkv_hidden_sizes:I=4,4,2", [x, w, None, None, None, more],
     [join(attend(*qkv, bias=more))])
xq, wq = whole(0, 256, 1, 2, 2), whole(-128, 128, 2, 6, dtype=np.int8)
sw = f([0.01, 0.02, 0.03, 0.01, 0.02, 0.03])
qkv = [split(z, 1) for z in np.split(dq(xq, 0.03, 120) @ (wq * sw.astype(float)) + b[:6], 3, 2)]
case(MS + "QAttention@1", "num_heads:i=1", [xq, wq, b[:6], sa, sw, None, za], [join(attend(*qkv))])
xq3, xk3, xv3, b3 = draw(2, 2, 4), draw(2, 3, 4), draw(2, 3, 2), draw(10)
sq, sk, sv = split(xq3 + b3[:4], 2), split(xk3 + b3[4:8], 2), split(xv3 + b3[8:], 2)
case(MS + "MultiHeadAttention@1", heads, [xq3, xk3, xv3, b3], [join(attend(sq, sk, sv))])
case(MS + "MultiHeadAttention@1", heads + " scale:f=0.9", [xq3, xk3, xv3, None, seen],
     [join(attend(split(xq3, 2), split(xk3, 2), split(xv3, 2), 0.9, hidden))])
pk, pv = draw(2, 2, 1, 2), draw(2, 2, 1, 1)
ck, cv = np.concatenate([pk, split(xk3, 2)], 2), np.concatenate([pv, split(xv3, 2)], 2)
case(MS + "MultiHeadAttention@1", heads, [xq3, xk3, xv3, None, None, None, pk, pv],
     [join(attend(split(xq3, 2), ck, cv)), f(ck), f(cv)])
k4, v4 = draw(2, 2, 3, 2), draw(2, 2, 3, 2)
case(MS + "MultiHeadAttention@1", heads, [xq3, k4, v4], [join(attend(split(xq3, 2), k4, v4))])


def rotate(x, cos, sin, interleaved=False):
    """x [B, H, S, D], angles [B, S, D / 2 or less]."""
    n = cos.shape[-1]
    c, s, y = cos[:, None], sin[:, None], x.copy()
    a, b = (x[..., 0:2 * n:2], x[..., 1:2 * n:2]) if interleaved else (x[..., :n], x[..., n:2 * n])
    real, imag = c * a - s * b, s * a + c * b
    if interleaved:
        y[..., 0:2 * n:2], y[..., 1:2 * n:2] = real, imag
    else:
        y[..., :n], y[..., n:2 * n] = real, imag
    return f(y)


x, cos, sin = draw(2, 1, 2, 4), draw(5, 2), draw(5, 2)
at = np.array([[0, 4], [2, 1]])
case("RotaryEmbedding@23", "", [x, cos, sin, at], [rotate(x, cos[at], sin[at])])
case("RotaryEmbedding@23", "interleaved:i=1 rotary_embedding_dim:i=2", [x, cos[at][..., :1], sin[at][..., :1]],
     [rotate(x, cos[at][..., :1], sin[at][..., :1], True)])
x = draw(2, 2, 8)
case("RotaryEmbedding@23", "num_heads:i=2", [x, cos, sin, at], [join(rotate(split(x, 2), cos[at], sin[at]))])
near = np.array([[3, 4], [3, 4]])
case(MS + "RotaryEmbedding@1", "", [x, np.array([3]), cos, sin], [join(rotate(split(x, 2), cos[near], sin[near]))])

p4k, p4v = draw(1, 1, 2, 4), draw(1, 1, 2, 4)
xq3, xk3, xv3 = draw(1, 2, 8), draw(1, 2, 4), draw(1, 2, 4)
now = [split(xq3, 2), split(xk3, 1), split(xv3, 1)]
ck, cv = np.concatenate([p4k, now[1]], 2), np.concatenate([p4v, now[2]], 2)
groups, last, length = "num_heads:i=2 kv_num_heads:i=1", np.array([3], np.int32), np.array(4, np.int32)
case(MS + "GroupQueryAttention@1", groups, [xq3, xk3, xv3, p4k, p4v, last, length],
     [join(attend(now[0], ck, cv, causal=True, past=2)), f(ck), f(cv)])
near = np.array([[2, 3]])
turned = [rotate(z, cos[near], sin[near]) for z in now[:2]]
ck = np.concatenate([p4k, turned[1]], 2)
longer = np.concatenate([p4k, draw(1, 1, 3, 4)], 2), np.concatenate([p4v, draw(1, 1, 3, 4)], 2)
case(MS + "GroupQueryAttention@1", groups + " do_rotary:i=1 scale:f=0.4",
     [np.concatenate([xq3, xk3, xv3], 2), None, None, *longer, last, length, cos, sin],
     [join(attend(turned[0], ck, cv, 0.4, causal=True, past=2))])

# --- of the first sets ---

x = draw(1, 2, 3, 4)
case("ImageScaler@1", "scale:f=0.5 bias:F=1,-2", [x], [f(x * 0.5 + np.array([1, -2]).reshape(2, 1, 1))])
case("Crop@7", "border:I=1,0,2,1", [x], [x[:, :, 0:2, 1:2]])
case("Crop@7", "border:I=1,1,0,0 scale:I=2,3", [x], [x[:, :, 1:3, 1:4]])
case("Affine@1", "alpha:f=2 beta:f=-1", [x[0, 0]], [2 * x[0, 0] - 1])
case("ScaledTanh@1", "alpha:f=2 beta:f=0.5", [x[0, 0]], [f(2 * np.tanh(0.5 * x[0, 0]))])
case("ParametricSoftplus@1", "alpha:f=2 beta:f=0.5", [x[0, 0]], [f(2 * np.log1p(np.exp(0.5 * x[0, 0])))])
case("DynamicSlice@7", "", [x, np.array([1, 0]), np.array([3, 2]), np.array([3, 2])], [x[:, :, 0:2, 1:3]])

print("/* SPDX-License-Identifier: GPL-3.0-or-later */")
print("/* Written by extra-reference.py with NumPy and PyTorch: change that and run it. */")
print("/* clang-format off */")
print("static const Case cases[] = {")
for op, attrs, inputs, outputs in cases:
    print('  { "%s", "%s",' % (op, attrs))
    for words in (inputs, outputs):
        print("    { " + ", ".join('"%s"' % w for w in words) + ", NULL },")
    print("  },")
print("};")
