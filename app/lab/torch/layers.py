# SPDX-License-Identifier: GPL-3.0-or-later
# Layers that PyTorch has no module for. A piece begins with "#: NAME [other pieces it
# needs]" and ends before the next one; only those that a network uses are written.


#: at_each_moment
def at_each_moment(layer, x):
    """Applies a layer for pictures [N, C, H, W] to every time step of [N, T, C, H, W]."""
    return layer(x.flatten(0, 1)).unflatten(0, x.shape[:2])


#: over_time
def over_time(layer, x):
    """Applies a layer for channels [N, C, T] to a sequence [N, T, C]."""
    return layer(x.transpose(1, 2)).transpose(1, 2)


#: fixed-norm
def fixed_norm(layer):
    """A batch norm that goes by its running statistics in training as well."""

    def answer(x):
        mean, var = layer.running_mean, layer.running_var
        return F.batch_norm(x, mean, var, layer.weight, layer.bias, eps=layer.eps)

    return answer


#: causal_mask
def causal_mask(x):
    """True where a token of x [N, T, E] must not look: at the later ones."""
    n = x.shape[1]
    return torch.ones(n, n, dtype=torch.bool, device=x.device).triu(1)


#: last_of_both
def last_of_both(y):
    """The last answer of either direction of y [N, T, 2 H], as [N, 2 H]."""
    forward, backward = y.chunk(2, dim=2)
    return torch.cat([forward[:, -1], backward[:, 0]], dim=1)


#: attention
class Attention(nn.Module):
    """Multi-head attention whose heads may be narrower than embed / heads."""

    def __init__(self, embed, heads, width, bias=True, causal=False):
        super().__init__()
        self.heads, self.width, self.causal = heads, width, causal
        inner = heads * width
        self.in_proj_weight = nn.Parameter(torch.empty(3 * inner, embed))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * inner)) if bias else None
        self.out_proj = nn.Linear(inner, embed, bias)
        nn.init.xavier_uniform_(self.in_proj_weight)
        if bias:
            nn.init.zeros_(self.out_proj.bias)

    def forward(self, query, key=None, value=None, padding=None):
        """The answer [N, T, E] and where each token looked [N, heads, T, S]."""
        key = query if key is None else key
        value = key if value is None else value
        weights = self.in_proj_weight.chunk(3)
        biases = 3 * [None] if self.in_proj_bias is None else self.in_proj_bias.chunk(3)
        heads = (self.heads, self.width)
        q, k, v = (
            F.linear(x, weight, bias).unflatten(2, heads).transpose(1, 2)
            for x, weight, bias in zip((query, key, value), weights, biases)
        )
        scores = q @ k.transpose(-1, -2) / math.sqrt(self.width)
        if self.causal:
            scores = scores + torch.full_like(scores, -torch.inf).triu(1)
        if padding is not None:
            scores = scores.masked_fill(padding[:, None, None, :], -torch.inf)
        looks = scores.softmax(-1)
        return self.out_proj((looks @ v).transpose(1, 2).flatten(2)), looks


#: transformer-block attention
class TransformerBlock(nn.Module):
    """Attention, then two dense layers; what came in is added back each time.

    Dropout is on what is added back and between the dense layers, not on where tokens
    look, which is what tells it from nn.TransformerEncoderLayer.
    """

    def __init__(self, embed, heads, hidden, width, activation, **settings):
        super().__init__()
        eps = settings.get("eps", 1e-05)
        self.norm_first = settings.get("norm_first", True)
        causal = settings.get("causal", False)
        self.self_attn = Attention(embed, heads, width, causal=causal)
        self.linear1 = nn.Linear(embed, hidden)
        self.linear2 = nn.Linear(hidden, embed)
        self.norm1 = nn.LayerNorm(embed, eps)
        self.norm2 = nn.LayerNorm(embed, eps)
        self.activation = activation
        self.dropout = nn.Dropout(settings.get("dropout", 0.0))

    def feed(self, x):
        return self.linear2(self.dropout(self.activation(self.linear1(x))))

    def forward(self, x, padding=None):
        """Tokens [N, T, E], and where each of them looked [N, heads, T, T]."""
        if self.norm_first:
            y, looks = self.self_attn(self.norm1(x), padding=padding)
            x = x + self.dropout(y)
            return x + self.dropout(self.feed(self.norm2(x))), looks
        y, looks = self.self_attn(x, padding=padding)
        x = self.norm1(x + self.dropout(y))
        return self.norm2(x + self.dropout(self.feed(x))), looks


#: transformer-decoder attention
class TransformerDecoder(nn.Module):
    """Attention to each other, then to another sequence, then two dense layers."""

    def __init__(self, embed, heads, hidden, width, activation, **settings):
        super().__init__()
        eps = settings.get("eps", 1e-05)
        self.norm_first = settings.get("norm_first", True)
        causal = settings.get("causal", True)
        self.self_attn = Attention(embed, heads, width, causal=causal)
        self.multihead_attn = Attention(embed, heads, width)
        self.linear1 = nn.Linear(embed, hidden)
        self.linear2 = nn.Linear(hidden, embed)
        self.norm1 = nn.LayerNorm(embed, eps)
        self.norm2 = nn.LayerNorm(embed, eps)
        self.norm3 = nn.LayerNorm(embed, eps)
        self.activation = activation
        self.dropout = nn.Dropout(settings.get("dropout", 0.0))

    def add(self, x, norm, part):
        """x with what `part` makes of it; the norm comes first or last."""
        if self.norm_first:
            return x + self.dropout(part(norm(x)))
        return norm(x + self.dropout(part(x)))

    def forward(self, x, memory):
        """Tokens [N, T, E], and where each looked in the memory [N, heads, T, S]."""
        looks = None

        def recall(query):
            nonlocal looks
            y, looks = self.multihead_attn(query, memory)
            return y

        def feed(y):
            return self.linear2(self.dropout(self.activation(self.linear1(y))))

        x = self.add(x, self.norm1, lambda y: self.self_attn(y)[0])
        x = self.add(x, self.norm2, recall)
        return self.add(x, self.norm3, feed), looks


#: patch-embedding
class PatchEmbedding(nn.Conv2d):
    """Cuts pictures into squares and makes a token of each, row by row."""

    def __init__(self, channels, features, patch):
        super().__init__(channels, features, patch, stride=patch)

    def forward(self, x):
        return super().forward(x).flatten(2).transpose(1, 2)


#: class-token
class ClassToken(nn.Module):
    """Puts one learned token before all others."""

    def __init__(self, features):
        super().__init__()
        self.weight = nn.Parameter(0.02 * torch.randn(1, features))

    def forward(self, x):
        return torch.cat([self.weight.expand(len(x), 1, -1), x], dim=1)


#: learned-position
class LearnedPosition(nn.Module):
    """Adds to every token a learned vector that says where it stands."""

    def __init__(self, length, features):
        super().__init__()
        self.weight = nn.Parameter(0.02 * torch.randn(length, features))

    def forward(self, x):
        return x + self.weight


#: sinusoidal-position
def add_sinusoidal_position(x):
    """Adds waves of many lengths to tokens x [N, T, E] (Vaswani et al., 2017)."""
    n, features = x.shape[1:]
    place = torch.arange(n, device=x.device)[:, None]
    wave = torch.arange(0, features, 2, device=x.device)
    angle = place * torch.exp(wave * (-math.log(10000.0) / features))
    waves = torch.stack([angle.sin(), angle.cos()], dim=2).flatten(1)[:, :features]
    return x + waves


#: rms-norm
class RMSNorm(nn.Module):
    """Divides the features of every sample or token by their root mean square."""

    def __init__(self, features, eps=1e-05, affine=True):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(features)) if affine else None

    def forward(self, x):
        x = x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.eps)
        return x if self.weight is None else x * self.weight


#: drop-connect
class DropConnect(nn.Linear):
    """A dense layer that cuts random connections in every step (Wan et al., 2013)."""

    def __init__(self, inputs, units, rate, bias=True):
        super().__init__(inputs, units, bias)
        self.rate = rate

    def forward(self, x):
        weight = F.dropout(self.weight, self.rate, self.training)
        return F.linear(x, weight, self.bias)


#: gaussian-noise
class GaussianNoise(nn.Module):
    """Adds normal noise in training."""

    def __init__(self, deviation):
        super().__init__()
        self.deviation = deviation

    def forward(self, x):
        return x + self.deviation * torch.randn_like(x) if self.training else x


#: divisive-norm
def divisive_norm(x, dims, power=2.0, half=0.5, gain=1.0):
    """Divides the drive of every unit by that of its pool (Carandini, Heeger, 2012)."""
    drive = x.relu() ** power
    return gain * drive / (half**power + drive.mean(dims, keepdim=True))


#: local-contrast-norm
def local_contrast_norm(x, window, floor):
    """Takes the mean of its surround from every pixel and divides by the contrast.

    Means are over a square window, of what lies inside the picture; the contrast is
    that of all channels (Jarrett et al., 2009).
    """

    def surround(y):
        padding = window // 2
        return F.avg_pool2d(y, window, 1, padding, count_include_pad=False)

    x = x - surround(x)
    contrast = surround(x.square().mean(1, keepdim=True))
    return x / (floor**2 + contrast).sqrt()


#: k-winners
def k_winners(x, k, dims):
    """The k largest numbers along `dims` stay, the others become 0."""
    rows = x.flatten(1) if dims is None else x.movedim(dims, -1)
    winners = rows.topk(min(k, rows.shape[-1])).indices
    mask = torch.zeros_like(rows).scatter(-1, winners, 1.0)
    mask = mask.view_as(x) if dims is None else mask.movedim(-1, dims)
    return x * mask


#: gain
def modulate(x, m, function, strength):
    """One input sets how strongly the other counts (Salinas and Thier, 2000)."""
    if function == "sigmoid":
        factor = 2 * torch.sigmoid(strength * m)
    elif function == "linear":
        factor = F.relu(1 + strength * m)
    else:
        factor = torch.exp(strength * m)
    if factor.ndim == 2 and x.ndim == 4:
        factor = factor[:, :, None, None]
    elif factor.ndim == 2 and x.ndim == 3:
        factor = factor[:, None, :]
    return x * factor


#: lateral-inhibition
class LateralInhibition(nn.Module):
    """Every unit loses a share of its neighbours' mean (Hartline, Ratliff, 1957)."""

    def __init__(self, channels, window, strength, steps=1, learned=False):
        super().__init__()
        self.channels, self.window, self.steps = channels, window, steps
        n = window[0] * window[1] - 1
        surround = torch.full((channels, 1, *window), strength / n)
        if learned:
            self.weight = nn.Parameter(surround)
        else:
            surround[:, :, window[0] // 2, window[1] // 2] = 0.0
            self.register_buffer("weight", surround, persistent=False)

    def forward(self, x):
        rows = x if x.ndim == 4 else x.reshape(len(x), 1, -1, x.shape[-1])
        padding = (self.window[0] // 2, self.window[1] // 2)
        weight = self.weight.abs()
        y = rows
        for _ in range(self.steps):
            taken = F.conv2d(y, weight, padding=padding, groups=self.channels)
            y = F.relu(rows - taken)
        return y.view_as(x)


#: homeostasis
class Homeostasis(nn.Module):
    """Scales every unit until its mean activity is the target (Turrigiano, 1998)."""

    def __init__(self, units, target, rate=0.01, share=0.1, limit=100.0):
        super().__init__()
        self.target, self.rate, self.share, self.limit = target, rate, share, limit
        self.register_buffer("activity", torch.full((units,), target))
        self.register_buffer("gain", torch.ones(units))

    def forward(self, x):
        axis = 1 if x.ndim > 3 else x.ndim - 1
        shape = [-1 if i == axis else 1 for i in range(x.ndim)]
        y = x * self.gain.clone().view(shape)
        if self.training:
            with torch.no_grad():
                self.follow(y.mean([i for i in range(x.ndim) if i != axis]))
        return y

    def follow(self, mean):
        self.activity += self.share * (mean - self.activity)
        size = self.activity.abs().clamp(min=self.target)
        self.gain *= 1 + self.rate * (self.target - self.activity) / size
        self.gain.clamp_(1 / self.limit, self.limit)


#: dale-dense
class DaleDense(nn.Module):
    """A dense layer under Dale's law: every sender excites, or inhibits, all units.

    With inhibition by "senders" the last inputs inhibit (Song, Yang, Wang, 2016); by
    "interneurons" all excite, also linear interneurons that inhibit (Cornford, 2021).
    """

    def __init__(self, inputs, units, ratio=0.8, inhibition="senders", bias=True):
        super().__init__()
        bound = inputs**-0.5
        self.weight = nn.Parameter(torch.empty(units, inputs).uniform_(-bound, bound))
        start = torch.empty(units).uniform_(-bound, bound)
        self.bias = nn.Parameter(start) if bias else None
        self.interneurons = inhibition == "interneurons" and ratio < 1
        sign = torch.full((inputs,), 2.0)
        if inhibition == "senders":
            # Half away from 0, where round() of Python goes to even numbers.
            excite = min(max(int(ratio * inputs + 0.5), 1), inputs)
            each = math.sqrt((inputs - excite) / excite) if excite < inputs else 1.0
            sign[:excite] = each
            sign[excite:] = -1 / each
        elif self.interneurons:
            n = max(1, int(units * (1 - ratio) / ratio + 0.5))
            heard = torch.empty(n, inputs).uniform_(-bound, bound)
            self.to_interneurons = nn.Parameter(heard)
            self.from_interneurons = nn.Parameter(torch.full((units, n), 1 / n))
        self.register_buffer("sign", sign, persistent=False)

    def forward(self, x):
        y = F.linear(x, self.weight.abs() * self.sign, self.bias)
        if self.interneurons:
            heard = F.linear(x, 2 * self.to_interneurons.abs())
            y = y - F.linear(heard, self.from_interneurons.abs())
        return y


#: top-down
class TopDown(nn.Module):
    """Two populations that speak up and down for some steps before they answer."""

    def __init__(self, inputs, lower, upper, steps, activation):
        super().__init__()
        self.steps, self.activation = steps, activation

        def start(*shape):
            bound = shape[-1] ** -0.5
            return nn.Parameter(torch.empty(shape).uniform_(-bound, bound))

        self.weight = start(lower, inputs)
        self.bias = nn.Parameter(torch.zeros(lower))
        self.up = start(upper, lower)
        self.up_bias = nn.Parameter(torch.zeros(upper))
        if steps > 0:
            self.down = start(lower, upper)

    def forward(self, x):
        """What the upper and the lower population answer."""
        heard = F.linear(x, self.weight, self.bias)
        low = self.activation(heard)
        high = self.activation(F.linear(low, self.up, self.up_bias))
        for _ in range(self.steps):
            low = self.activation(heard + F.linear(high, self.down))
            high = self.activation(F.linear(low, self.up, self.up_bias))
        return high, low


#: quantise
def quantise(x, scale, low, high):
    """Rounds to a few levels; the gradient passes as if nothing were rounded."""
    x = x.clamp(low, high)
    return x + (scale * (x / scale).round() - x).detach()


#: poisson-encoder encoder-range
def poisson_spikes(x, steps, rate=1.0, low=None, high=None):
    """Spikes by chance: the larger a number, the more often. Drawn anew every time."""
    chance = rate * to_share(x, low, high)
    return torch.bernoulli(torch.stack([chance] * steps, dim=1))


#: latency-encoder encoder-range
def latency_spikes(x, steps, low=None, high=None):
    """One spike of every number, the sooner the larger it is, and none of the least."""
    share = to_share(x, low, high)
    moment = ((steps - 1) * (1 - share)).round().long()
    spikes = F.one_hot(moment, steps).movedim(-1, 1).float()
    return spikes * (share > 0).float().unsqueeze(1)


#: encoder-range
def to_share(x, low, high):
    """Brings x to 0..1 from low..high, or from the least to the largest of a sample."""
    if low is None:
        low = x.flatten(1).amin(1).view(-1, *[1] * (x.ndim - 1))
        high = x.flatten(1).amax(1).view(-1, *[1] * (x.ndim - 1))
        return (x - low) / (high - low).clamp(min=1e-30)
    return ((x - low) / (high - low)).clamp(0, 1)


#: delta-encoder
def delta_spikes(x, threshold, both=True):
    """1 or -1 where a number rose or fell by the threshold since the time step before."""
    change = F.pad(x.flatten(2).diff(dim=1), (0, 0, 1, 0)).view_as(x)
    rise, fall = change >= threshold, change <= -threshold
    return rise.float() - fall.float() if both else rise.float()


#: first-spike
def first_spike(x):
    """How early the first spike of every neuron in x [N, T, ...] comes: 1 at once."""
    n = x.shape[1]
    early = torch.arange(n, 0, -1, device=x.device) / n
    return (x * early.view(-1, *[1] * (x.ndim - 2))).amax(1)


#: synaptic-delay
class SynapticDelay(nn.Module):
    """The spikes of every neuron arrive after a delay of its own, which is learned."""

    def __init__(self, units, most):
        super().__init__()
        self.most = most
        self.delay = nn.Parameter(most * torch.rand(units))

    def forward(self, x):
        spikes = x.flatten(2)
        delay = self.delay.abs().clamp(max=self.most)
        whole = delay.detach().floor().long()
        part = delay - whole
        moment = torch.arange(spikes.shape[1], device=x.device)[:, None] - whole

        def look(at):
            there = spikes.gather(1, at.clamp(min=0).expand_as(spikes))
            return there * (at >= 0)

        return ((1 - part) * look(moment) + part * look(moment - 1)).view_as(x)


#: short-term-plasticity
def short_term_plasticity(x, use, recover, facilitate):
    """Synapses that tire or warm up with use (Tsodyks, Pawelzik, Markram, 1998)."""
    u, at_hand, passed = torch.zeros_like(x[:, 0]), torch.ones_like(x[:, 0]), []
    for spike in x.unbind(1):
        u = facilitate * u
        at_hand = 1 - (1 - at_hand) * recover
        u = u + use * (1 - u) * spike
        passed.append(u * at_hand * spike / use)
        at_hand = at_hand - u * at_hand * spike
    return torch.stack(passed, dim=1)


#: spike
class Spike(torch.autograd.Function):
    """1 above 0, else 0; backward a smooth slope stands for that of the step."""

    @staticmethod
    def forward(ctx, u, surrogate):
        ctx.save_for_backward(u)
        ctx.surrogate = surrogate
        return (u > 0).float()

    @staticmethod
    def backward(ctx, gradient):
        (u,) = ctx.saved_tensors
        return gradient * ctx.surrogate(u), None


#: fast-sigmoid
def fast_sigmoid(u, slope, height=1.0):
    """The slope that stands for that of a spike (Zenke and Ganguli, 2018)."""
    return height / (1 + slope * u.abs()) ** 2


#: arctan
def arctan(u, slope, height=1.0):
    """The slope that stands for that of a spike (Fang et al., 2021)."""
    return height * slope / 2 / (1 + (math.pi / 2 * slope * u) ** 2)


#: triangle
def triangle(u, slope, height=1.0):
    """The slope that stands for that of a spike (Esser et al., 2016)."""
    return height * (1 - slope * u.abs()).clamp(min=0)


#: sigmoid
def sigmoid(u, slope, height=1.0):
    """The slope of a sigmoid stands for that of a spike."""
    p = torch.sigmoid(slope * u)
    return height * slope * p * (1 - p)


#: straight-through
def straight_through(u, slope, height=1.0):
    """The gradient passes a spike as if it were none (Bengio et al., 2013)."""
    return torch.full_like(u, height)


#: lif spike
class LIF(nn.Module):
    """Leaky integrate-and-fire neurons over the moments of a current x [N, T, ...].

        v[t] = decay r[t-1] + x[t]        membrane
        s[t] = v[t] > threshold           spike
        r[t] = v[t] - threshold s[t]      what the reset leaves

    No gradient passes the reset.
    """

    def __init__(self, decay, threshold, surrogate):
        super().__init__()
        self.decay, self.threshold, self.surrogate = decay, threshold, surrogate

    def forward(self, x):
        """Spikes, and the membrane before its reset, both shaped as x."""
        left, spikes, membranes = torch.zeros_like(x[:, 0]), [], []
        for current in x.unbind(1):
            membrane = self.decay * left + current
            spike = Spike.apply(membrane - self.threshold, self.surrogate)
            left = membrane - self.threshold * spike.detach()
            spikes.append(spike)
            membranes.append(membrane)
        return torch.stack(spikes, dim=1), torch.stack(membranes, dim=1)


#: leaky-integrator
class LeakyIntegrator(nn.Module):
    """Adds up a current x [N, T, ...] and forgets it: v[t] = decay v[t-1] + x[t]."""

    def __init__(self, decay, scaled=False):
        super().__init__()
        self.decay, self.gain = decay, 1 - decay if scaled else 1.0

    def forward(self, x):
        membrane, membranes = torch.zeros_like(x[:, 0]), []
        for current in x.unbind(1):
            membrane = self.decay * membrane + self.gain * current
            membranes.append(membrane)
        return torch.stack(membranes, dim=1)


#: spiking spike
class SpikingNeurons(nn.Module):
    """Integrate-and-fire neurons, one for each number of a moment of x [N, T, ...].

        c[t] = synapse c[t-1] + x[t] + W s[t-1]     current
        a[t] = adapt_decay a[t-1] + s[t-1]          adaptation
        v[t] = decay r[t-1] + c[t]                  membrane
        s[t] = v[t] > threshold + adapt_jump a[t]   spike
        r[t] = v[t] - threshold s[t]                what the reset leaves

    No gradient passes the reset unless `attached`, nor the weights W with `eprop`
    (Bellec et al., 2020). `scaled`: the current counts 1 - decay.
    """

    def __init__(self, units, decay, threshold, surrogate, **settings):
        super().__init__()
        self.decay, self.threshold, self.surrogate = decay, threshold, surrogate
        self.reset = settings.get("reset", "subtract")
        self.attached = settings.get("attached", False)
        self.scaled = settings.get("scaled", False)
        self.refractory = settings.get("refractory", 0)
        self.synapse = settings.get("synapse", 0.0)
        self.adapt_decay = settings.get("adapt_decay", 0.0)
        self.adapt_jump = settings.get("adapt_jump", 0.0)
        self.eprop = settings.get("eprop", False)
        self.silent = settings.get("silent", False)
        self.window = settings.get("window", 0)
        if settings.get("learn_decay", False):
            self.decay = nn.Parameter(torch.full((units,), decay))
        if settings.get("learn_threshold", False):
            self.threshold = nn.Parameter(torch.full((units,), threshold))
        self.weight = None
        if settings.get("recurrent", False):
            start = torch.empty(units, units).uniform_(-(units**-0.5), units**-0.5)
            self.weight = nn.Parameter(start)

    def leave(self, v, s):
        """What is left of the membrane v behind spikes s."""
        s = s if self.attached else s.detach()
        return v - self.threshold * s if self.reset == "subtract" else v * (1 - s)

    def forward(self, x):
        """Spikes, and the membrane before its reset, both shaped as x."""
        decay = torch.as_tensor(self.decay, device=x.device).clamp(0, 1)
        gain = 1 - decay if self.scaled else 1.0
        c = a = r = s = rest = torch.zeros_like(x[:, 0].flatten(1))
        spikes, membranes = [], []
        for t, current in enumerate(x.flatten(2).unbind(1)):
            if self.window > 0 and t % self.window == 0:
                c, a, r, s = (state.detach() for state in (c, a, r, s))
            c = self.synapse * c + current
            if self.weight is not None:
                c = c + F.linear(s.detach() if self.eprop else s, self.weight)
            a = self.adapt_decay * a + s
            live = rest <= 0
            v = torch.where(live, decay * r + gain * c, r)
            if self.silent:
                r = v
            else:
                u = v - self.threshold - self.adapt_jump * a
                s = Spike.apply(u, self.surrogate) * live
                r = self.leave(v, s)
                rest = torch.where(s > 0, self.refractory, rest - 1)
            spikes.append(s)
            membranes.append(v)
        spikes, membranes = torch.stack(spikes, dim=1), torch.stack(membranes, dim=1)
        return spikes.view_as(x), membranes.view_as(x)


#: conductance-lif spike
class ConductanceLIF(nn.Module):
    """Spiking neurons behind synapses that open conductances (Dayan and Abbott, 2001).

        ge[t] = decay_e ge[t-1] + excitation[t]    through weights above 0
        gi[t] = decay_i gi[t-1] + inhibition[t]    through weights below 0
        end = (ge reversal_e + gi reversal_i + bias) / (1 + ge + gi)
        v[t] = end + (r[t-1] - end) exp(-step (1 + ge + gi))
        s[t] = v[t] > threshold

    Behind a spike the membrane r starts at `reset`, and rests for `refractory` moments.
    """

    def __init__(self, inputs, units, threshold, surrogate, step, **settings):
        super().__init__()
        self.threshold, self.surrogate, self.step = threshold, surrogate, step
        self.decay_e, self.decay_i = settings["decays"]
        self.reversal_e, self.reversal_i = settings["reversals"]
        self.reset = settings.get("reset", 0.0)
        self.refractory = settings.get("refractory", 0)
        self.attached = settings.get("attached", False)
        self.window = settings.get("window", 0)
        start = torch.empty(units, inputs).uniform_(-(inputs**-0.5), inputs**-0.5)
        self.weight = nn.Parameter(start)
        has_bias = settings.get("bias", True)
        self.bias = nn.Parameter(torch.zeros(units)) if has_bias else None

    def forward(self, x):
        """Spikes, membrane and both conductances of x [N, T, I], each [N, T, U]."""
        excites = F.linear(x, self.weight.clamp(min=0)).clamp(min=0)
        inhibits = F.linear(x, (-self.weight).clamp(min=0)).clamp(min=0)
        r = ge = gi = rest = torch.zeros_like(excites[:, 0])
        moments = []
        for t, (e, i) in enumerate(zip(excites.unbind(1), inhibits.unbind(1))):
            if self.window > 0 and t % self.window == 0:
                r, ge, gi = r.detach(), ge.detach(), gi.detach()
            ge, gi = self.decay_e * ge + e, self.decay_i * gi + i
            g = 1 + ge + gi
            end = ge * self.reversal_e + gi * self.reversal_i
            end = (end if self.bias is None else end + self.bias) / g
            live = rest <= 0
            v = torch.where(live, end + (r - end) * torch.exp(-self.step * g), r)
            s = Spike.apply(v - self.threshold, self.surrogate) * live
            fired = s if self.attached else s.detach()
            r = v * (1 - fired) + self.reset * fired
            rest = torch.where(s > 0, self.refractory, rest - 1)
            moments.append((s, v, ge, gi))
        return tuple(torch.stack(part, dim=1) for part in zip(*moments))
