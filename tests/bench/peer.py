#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks of `cajal-cli bench` in PyTorch, as fast as it can be asked to run them.

  peer.py TASK [--only train|infer|start] [--batch N] [--threads N] [--window S] [--windows N]

Prints one JSON object in the keys of `cajal-cli bench --json`. Multi-tensor optimizers, gradients set
to None, and of each figure the better of what can be chosen: pictures as NCHW or channels last, and for
the answer to one sample a traced network. What has to be set before the process starts (threads, cores,
kernels of the BLAS) is set by compare.py.
"""
import argparse
import json
import os
import time

import torch
from torch import nn
from torch.nn import functional as F


class Residual(nn.Module):
    """Two convolutions beside a shortcut without parameters: every other pixel, new channels zero."""

    def __init__(self, given, filters, stride):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(given, filters, 3, stride, 1, bias=False), nn.BatchNorm2d(filters),
            nn.ReLU(inplace=True),
            nn.Conv2d(filters, filters, 3, 1, 1, bias=False), nn.BatchNorm2d(filters))
        self.stride, self.more = stride, (filters - given) // 2

    def forward(self, x):
        y = self.body(x)
        if self.stride > 1:
            x = F.pad(x[:, :, ::self.stride, ::self.stride], (0, 0, 0, 0, self.more, self.more))
        return F.relu(y + x)


class Attention(nn.Module):
    def __init__(self, width, heads, causal, length):
        super().__init__()
        self.heads, self.scale = heads, (width // heads) ** -0.5
        self.causal = causal
        self.inward, self.outward = nn.Linear(width, 3 * width), nn.Linear(width, width)
        later = torch.ones(length, length).triu(1) * -1e9
        self.register_buffer('later', later if causal else None)

    def forward(self, x):
        n, t, c = x.shape
        q, k, v = (part.view(n, t, self.heads, -1).transpose(1, 2)
                   for part in self.inward(x).split(c, dim=2))
        if hasattr(F, 'scaled_dot_product_attention'):  # fused, from PyTorch 2.0 on
            y = F.scaled_dot_product_attention(q, k, v, is_causal=self.causal)
        else:
            scores = torch.matmul(q * self.scale, k.transpose(2, 3))
            if self.causal:
                scores = scores + self.later
            y = torch.matmul(torch.softmax(scores, dim=3), v)
        return self.outward(y.transpose(1, 2).reshape(n, t, c))


class Transformer(nn.Module):
    """A block that normalises before each of its halves."""

    def __init__(self, width, heads, hidden, causal, length):
        super().__init__()
        self.attend = nn.Sequential(nn.LayerNorm(width), Attention(width, heads, causal, length))
        self.think = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, hidden), nn.GELU(),
                                   nn.Linear(hidden, width))

    def forward(self, x):
        x = x + self.attend(x)
        return x + self.think(x)


class Patches(nn.Module):
    """Squares of pixels as tokens, one more that gathers, and where each stands."""

    def __init__(self, width, side, length):
        super().__init__()
        self.cut = nn.Conv2d(3, width, side, side)
        self.gather = nn.Parameter(torch.zeros(1, 1, width))
        self.place = nn.Parameter(torch.randn(1, length, width) * 0.02)

    def forward(self, x):
        tokens = self.cut(x).flatten(2).transpose(1, 2)
        return torch.cat((self.gather.expand(len(x), -1, -1), tokens), 1) + self.place


class Letters(nn.Module):
    def __init__(self, kinds, width, length):
        super().__init__()
        self.letter = nn.Embedding(kinds, width)
        self.place = nn.Parameter(torch.randn(1, length, width) * 0.02)

    def forward(self, x):
        return self.letter(x) + self.place


class Fire(torch.autograd.Function):
    """A step, whose slope on the way back is that of a fast sigmoid."""

    @staticmethod
    def forward(ctx, above):
        ctx.save_for_backward(above)
        return (above > 0).to(above.dtype)

    @staticmethod
    def backward(ctx, gradient):
        above, = ctx.saved_tensors
        return gradient / (1 + 25 * above.abs()) ** 2


class Leaky(nn.Module):
    """Two layers of leaky integrate-and-fire neurons and the number of spikes; x: moments first. The
    first product is of all moments at once."""

    def __init__(self, *sizes):
        super().__init__()
        self.inward, self.onward = nn.Linear(*sizes[:2]), nn.Linear(*sizes[1:])

    def forward(self, x):
        first = second = count = 0
        for current in self.inward(x):
            first = 0.9 * first + current
            spike = Fire.apply(first - 1)
            first = first - spike.detach()
            second = 0.9 * second + self.onward(spike)
            spike = Fire.apply(second - 1)
            second = second - spike.detach()
            count = count + spike
        return count


class First(nn.Module):
    def forward(self, x):
        return x[:, 0]


def dense(*sizes, end=None):
    layers = []
    for given, units in zip(sizes, sizes[1:]):
        layers += [nn.Linear(given, units), end() if end else nn.ReLU(inplace=True)]
    return layers[:-1]


def vgg():
    layers, given = [], 3
    for filters in (32, 32, 64, 64, 128, 128):
        layers += [nn.Conv2d(given, filters, 3, padding=1, bias=False), nn.BatchNorm2d(filters),
                   nn.ReLU(inplace=True)]
        if filters == given:
            layers.append(nn.MaxPool2d(2))
        given = filters
    return layers + [nn.Flatten(), *dense(128 * 4 * 4, 128, 10)]


def resnet20():
    layers, given = [nn.Conv2d(3, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16),
                     nn.ReLU(inplace=True)], 16
    for filters in (16,) * 3 + (32,) * 3 + (64,) * 3:
        layers.append(Residual(given, filters, 1 if filters == given else 2))
        given = filters
    return layers + [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10)]


def lenet():
    return [nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(inplace=True), nn.MaxPool2d(2),
            nn.Conv2d(6, 16, 5), nn.ReLU(inplace=True), nn.MaxPool2d(2),
            nn.Flatten(), *dense(16 * 5 * 5, 120, 84, 10)]


def fashion():
    return [nn.Conv2d(1, 32, 3), nn.ReLU(inplace=True), nn.Conv2d(32, 64, 3),
            nn.ReLU(inplace=True), nn.MaxPool2d(2), nn.Dropout(0.25), nn.Flatten(),
            nn.Linear(64 * 12 * 12, 128), nn.ReLU(inplace=True), nn.Dropout(0.5),
            nn.Linear(128, 10)]


def vit():
    return [Patches(64, 4, 65), *(Transformer(64, 4, 256, False, 65) for _ in range(4)),
            nn.LayerNorm(64), First(), nn.Linear(64, 10)]


def gpt():
    return [Letters(65, 128, 128), *(Transformer(128, 4, 512, True, 128) for _ in range(4)),
            nn.LayerNorm(128), nn.Linear(128, 65, bias=False), nn.Flatten(0, 1)]


def sgd(parameters, momentum):
    return torch.optim.SGD(parameters, 0.01, momentum=momentum, foreach=True)


def adam(parameters):
    return torch.optim.Adam(parameters, 1e-3, foreach=True)


def adamw(parameters):
    return torch.optim.AdamW(parameters, 1e-3, foreach=True)


# name: layers, samples a step, shape of a sample (a number: letters of so many kinds; moments and
# features: spikes), optimizer
TASKS = {
    'mlp': (lambda: dense(784, 256, 128, 10), 64, (784,), lambda p: sgd(p, 0.9)),
    'lenet': (lenet, 64, (1, 28, 28), adam),
    'fashion': (fashion, 64, (1, 28, 28), adam),
    'vgg': (vgg, 64, (3, 32, 32), adam),
    'resnet20': (resnet20, 128, (3, 32, 32), lambda p: sgd(p, 0.9)),
    'vit': (vit, 64, (3, 32, 32), adamw),
    'gpt': (gpt, 16, 65, adamw),
    'snn': (lambda: [Leaky(784, 100, 10)], 64, (25, 784), adam),
    'tiny': (lambda: dense(2, 8, 8, 2, end=nn.Tanh), 10, (2,), lambda p: sgd(p, 0)),
}


def age():
    """Seconds since this process began."""
    with open('/proc/self/stat', encoding='ascii', errors='replace') as file:
        ticks = int(file.read().rpartition(')')[2].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf('SC_CLK_TCK')


def measure(run, window, windows):
    """Seconds of a call, one of each window, after a window of warming up."""
    begin, n = time.perf_counter(), 0
    while n < 3 or time.perf_counter() - begin < window:
        run()
        n += 1
    seconds = []
    for _ in range(windows):
        begin = time.perf_counter()
        for _ in range(n):
            run()
        seconds.append((time.perf_counter() - begin) / n)
    return sorted(seconds)


class Peer:
    def __init__(self, task, batch, layout):
        make, preset, shape, optimizer = TASKS[task]
        self.batch = batch or preset
        self.net = nn.Sequential(*make())
        if isinstance(shape, int):
            self.x = torch.randint(shape, (self.batch, 128))
            self.y = torch.randint(shape, (self.batch * 128,))
        elif len(shape) == 2:
            self.x = (torch.rand(shape[0], self.batch, shape[1]) < 0.2).float()
        else:
            self.x = torch.randn(self.batch, *shape)
        if not isinstance(shape, int):
            self.y = torch.randint(2 if task == 'tiny' else 10, (self.batch,))
        if layout == 'NHWC':
            self.net = self.net.to(memory_format=torch.channels_last)
            self.x = self.x.contiguous(memory_format=torch.channels_last)
        self.optimizer = optimizer(list(self.net.parameters()))

    def step(self):
        self.optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(self.net(self.x), self.y).backward()
        self.optimizer.step()

    def answerer(self, traced):
        net = self.net.eval()
        with torch.no_grad():
            if traced:
                net = torch.jit.freeze(torch.jit.trace(net, self.x))

        def answer():
            with torch.inference_mode():
                net(self.x)
        return answer


def keep(result, part, batch, seconds, how):
    """The better one stays."""
    best, median = seconds[0], seconds[len(seconds) // 2]
    if batch / best <= result.get(part + '_best', 0):
        return
    key = 'train_step' if part == 'train' else part
    result.update({part + '_best': batch / best, part + '_samples_per_s': batch / median,
                   key + '_best_us': best * 1e6, key + '_us': median * 1e6, part + '_how': how})


def main():
    parser = argparse.ArgumentParser(description='The networks of cajal-cli bench in PyTorch')
    parser.add_argument('task', choices=TASKS)
    parser.add_argument('--only', choices=('train', 'infer', 'start'))
    parser.add_argument('--batch', type=int, default=0)
    parser.add_argument('--threads', type=int, default=os.cpu_count())
    parser.add_argument('--window', type=float, default=0.5)
    parser.add_argument('--windows', type=int, default=7)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    result = {'task': args.task, 'threads': args.threads, 'torch': torch.__version__}
    pictures = args.task in ('lenet', 'fashion', 'vgg', 'resnet20')
    for layout in ('NCHW', 'NHWC') if pictures and args.only != 'start' else ('',):
        peer = Peer(args.task, args.batch, layout)
        result['batch'] = peer.batch
        if args.only != 'infer':
            peer.step()
            result.setdefault('cold_start_s', age())
        if args.only in (None, 'train'):
            keep(result, 'train', peer.batch, measure(peer.step, args.window, args.windows), layout)
        if args.only in (None, 'infer'):
            for traced in (False, True) if peer.batch == 1 else (False,):
                how = ' '.join(filter(None, (layout, 'traced' if traced else '')))
                seconds = measure(peer.answerer(traced), args.window, args.windows)
                keep(result, 'infer', peer.batch, seconds, how)
    print(json.dumps(result))


if __name__ == '__main__':
    main()
