#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Spiking neurons in PyTorch, written for itself from the equations at the top of engine/ops/spikes.c.

  spikes-reference.py >spikes-reference.h

Autograd goes through time; only the slope of a spike is put in by hand.
"""
import math

import torch

N, T, U = 2, 7, 3
KINDS = ('FAST_SIGMOID', 'ARCTAN', 'TRIANGLE', 'SIGMOID', 'STRAIGHT')


def fire(kind, k):
    class Fire(torch.autograd.Function):
        @staticmethod
        def forward(ctx, u):
            ctx.save_for_backward(u)
            return (u > 0).double()

        @staticmethod
        def backward(ctx, grad):
            u, = ctx.saved_tensors
            slope = {'FAST_SIGMOID': lambda: (1 + k * u.abs()) ** -2,
                     'ARCTAN': lambda: k / 2 / (1 + (math.pi / 2 * k * u) ** 2),
                     'TRIANGLE': lambda: (1 - k * u.abs()).clamp(min=0),
                     'SIGMOID': lambda: k * torch.sigmoid(k * u) * torch.sigmoid(-k * u),
                     'STRAIGHT': lambda: torch.ones_like(u)}[kind]()
            return grad * slope
    return Fire.apply


def run(case, x, weight, decay, threshold):
    spike = fire(case['surrogate'], case['slope'])
    r = c = a = s = torch.zeros(N, U, dtype=torch.double)
    rest = torch.zeros(N, U)
    spikes, membranes = [], []
    for t in range(T):
        heard = s.detach() if case['eprop'] else s
        c = case['synapse'] * c + x[:, t] + (heard @ weight.T if case['recurrent'] else 0)
        a = case['adapt_decay'] * a + s
        live = (rest <= 0).double()
        gain = 1 - decay if case['scaled'] else 1
        v = live * (decay * r + gain * c) + (1 - live) * r
        s = live * spike(v - threshold - case['adapt_jump'] * a)
        back = s if case['attached'] else s.detach()
        r = v - threshold * back if case['reset'] == 'SUBTRACT' else v * (1 - back)
        rest = torch.where(s > 0, torch.full_like(rest, case['refractory']), rest - 1)
        spikes.append(s)
        membranes.append(v)
    return torch.stack(spikes, 1), torch.stack(membranes, 1)


def numbers(tensor):
    return '{ ' + ', '.join(f'{float(v):.8g}f'.replace('nan', '0') if '.' in f'{float(v):.8g}'
                            or 'e' in f'{float(v):.8g}' else f'{float(v):.8g}'
                            for v in tensor.flatten()) + ' }'


def main():
    base = dict(surrogate='FAST_SIGMOID', slope=5, reset='SUBTRACT', attached=False, scaled=False,
                synapse=0, adapt_decay=0, adapt_jump=0, refractory=0, recurrent=False, eprop=False)
    cases = [base] + [dict(base, surrogate=kind, slope=2) for kind in KINDS[1:]]
    cases += [dict(base, reset='ZERO'), dict(base, attached=True),
              dict(base, reset='ZERO', attached=True), dict(base, scaled=True, synapse=0.7),
              dict(base, adapt_decay=0.9, adapt_jump=0.3), dict(base, refractory=2),
              dict(base, recurrent=True), dict(base, recurrent=True, eprop=True),
              dict(base, recurrent=True, attached=True, synapse=0.6, adapt_decay=0.8,
                   adapt_jump=0.2, refractory=1, scaled=True)]
    torch.manual_seed(11)
    print('/* SPDX-License-Identifier: GPL-3.0-or-later */')
    print(f'/* Made by spikes-reference.py with PyTorch {torch.__version__}. */')
    print('/* clang-format off */')
    print(f'enum {{ REFERENCE_N = {N}, REFERENCE_T = {T}, REFERENCE_U = {U} }};')
    print('static const struct\n{\n  CjSpikesAttrs attrs;\n  gboolean recurrent;')
    print(f'  float x[{N * T * U}], weight[{U * U}], decay[{U}], threshold[{U}];')
    print(f'  float spikes[{N * T * U}], membrane[{N * T * U}];')
    print(f'  float d_spikes[{N * T * U}], d_membrane[{N * T * U}];')
    print(f'  float d_x[{N * T * U}], d_weight[{U * U}], d_decay[{U}], d_threshold[{U}];')
    print('} references[] = {')
    for case in cases:
        x = (torch.randn(N, T, U, dtype=torch.double) * 0.8 + 0.6).float().double()
        weight = (torch.randn(U, U, dtype=torch.double) * 0.5).float().double()
        decay = (torch.rand(U, dtype=torch.double) * 0.4 + 0.5).float().double()
        threshold = (torch.rand(U, dtype=torch.double) * 0.5 + 0.7).float().double()
        if case['scaled']:
            x = (x * 4).float().double()
        given = [x, weight, decay, threshold]
        for tensor in given:
            tensor.requires_grad_(True)
        spikes, membrane = run(case, *given)
        weights = [torch.randn(N, T, U).double(), torch.randn(N, T, U).double() * 0.3]
        (spikes * weights[0] + membrane * weights[1]).sum().backward()
        grads = [torch.zeros_like(g) if g.grad is None else g.grad for g in given]
        print(f'  {{ {{ .synapse = {case["synapse"]}, .adapt_decay = {case["adapt_decay"]}, '
              f'.adapt_jump = {case["adapt_jump"]}, .scaled = {str(case["scaled"]).upper()}, '
              f'.refractory = {case["refractory"]}, .reset = CJ_RESET_{case["reset"]}, '
              f'.attached = {str(case["attached"]).upper()}, '
              f'.surrogate = CJ_SURROGATE_{case["surrogate"]}, .slope = {case["slope"]}, '
              f'.height = 1, .eprop = {str(case["eprop"]).upper()} }},\n'
              f'    {str(case["recurrent"]).upper()},')
        for tensor in given + [spikes.detach(), membrane.detach()] + weights + grads:
            print(f'    {numbers(tensor.detach())},')
        print('  },')
    print('};\n/* clang-format on */')


main()
