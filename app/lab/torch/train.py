# SPDX-License-Identifier: GPL-3.0-or-later
# How Cajal trained. Pieces as in layers.py, conditions as in data.py.


#: constant
def schedule(step, n_steps, steps_per_epoch):
    """The learning rate of a step: always the same."""
    return LEARNING_RATE


#: cosine
def schedule(step, n_steps, steps_per_epoch):
    """The learning rate of a step: half a cosine (Loshchilov and Hutter, 2017)."""
    #? period
    done = step / (@period@ * steps_per_epoch)
    #.
    #? !period
    done = step / n_steps
    #.
    #? restart
    #? grows
    cycle = math.floor(math.log1p(done * (@growth@ - 1)) / math.log(@growth@) + 1e-9)
    before = (@growth@**cycle - 1) / (@growth@ - 1)
    done = max(done - before, 0) / @growth@**cycle
    #.
    #? !grows
    done -= math.floor(done)
    #.
    #.
    #? !restart
    done = min(done, 1)
    #.
    share = (1 + math.cos(math.pi * done)) / 2
    #? last
    share = @last@ + (1 - @last@) * share
    #.
    return LEARNING_RATE * share


#: cyclic
def schedule(step, n_steps, steps_per_epoch):
    """The learning rate of a step: up and down (Smith, 2017)."""
    epochs = step / steps_per_epoch
    cycle = math.floor(epochs / @period@)
    at = epochs / @period@ - cycle
    height = at / @rise@ if at <= @rise@ else (1 - at) / (1 - @rise@)
    #? triangular2
    height *= 0.5**cycle
    #.
    #? exp-range
    height *= @gamma@**epochs
    #.
    return LEARNING_RATE * (@low@ + (1 - @low@) * height)


#: exponential
def schedule(step, n_steps, steps_per_epoch):
    """The learning rate of a step: falls by the same factor in every epoch."""
    return LEARNING_RATE * @gamma@ ** (step / steps_per_epoch)


#: multi-step
def schedule(step, n_steps, steps_per_epoch):
    """The learning rate of a step: falls at chosen epochs."""
    past = sum(step >= epoch * steps_per_epoch for epoch in (@milestones@))
    return LEARNING_RATE * @gamma@**past


#: one-cycle
def cycle(values, step, n_steps):
    """Goes from each of four values to the next in three phases."""
    ends = (0, @rise@ * n_steps - 1, @middle@, n_steps - 1)
    phase = 0
    while phase < 2 and step > ends[phase + 1]:
        phase += 1
    if ends[phase + 1] <= ends[phase]:
        return values[phase + 1]
    share = (step - ends[phase]) / (ends[phase + 1] - ends[phase])
    share = min(max(share, 0), 1)
    a, b = values[phase : phase + 2]
    #? linear
    return a + (b - a) * share
    #.
    #? !linear
    return b + (a - b) * (1 + math.cos(math.pi * share)) / 2
    #.


def schedule(step, n_steps, steps_per_epoch):
    """The learning rate of a step: up, down and out (Smith and Topin, 2017)."""
    first = LEARNING_RATE / @first@
    last = first / @last@
    return cycle((first, LEARNING_RATE, @third@, last), step, n_steps)


#? momentum
def schedule_momentum(step, n_steps):
    """The momentum of a step: low where the learning rate is high."""
    low, high = @low-momentum@, @high-momentum@
    return cycle((high, low, high, high), step, n_steps)


#.
#: plateau
class Schedule:
    """The learning rate of a step: falls when validations stop getting better."""

    def __init__(self):
        self.share, self.best, self.bad = 1.0, None, 0

    def __call__(self, step, n_steps, steps_per_epoch):
        return LEARNING_RATE * max(@last@, self.share)

    def judge(self, loss):
        """Tells the loss of a validation."""
        if self.best is None or loss < self.best * (1 - @threshold@):
            self.best = loss
            self.bad = min(self.bad + (self.bad < 0), 0)
            return
        self.bad += 1
        if self.bad > @patience@:
            self.share *= @factor@
            self.bad = -@cooldown@


schedule = Schedule()


#: polynomial
def schedule(step, n_steps, steps_per_epoch):
    """The learning rate of a step: falls along a power of what is left."""
    #? period
    done = min(step / (@period@ * steps_per_epoch), 1)
    #.
    #? !period
    done = min(step / n_steps, 1)
    #.
    share = (1 - done) ** @power@
    #? last
    share = @last@ + (1 - @last@) * share
    #.
    return LEARNING_RATE * share


#: step
def schedule(step, n_steps, steps_per_epoch):
    """The learning rate of a step: falls every few epochs."""
    return LEARNING_RATE * @gamma@ ** math.floor(step / (@period@ * steps_per_epoch))


#: lion
class Lion(torch.optim.Optimizer):
    """Steps by the sign of a mixture of momentum and gradient (Chen et al., 2023)."""

    def __init__(self, params, lr, betas=(0.9, 0.99), weight_decay=0.0):
        settings = {"lr": lr, "betas": betas, "weight_decay": weight_decay}
        super().__init__(params, settings)

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            lr, (beta1, beta2) = group["lr"], group["betas"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                m = self.state[p].setdefault("momentum", torch.zeros_like(p))
                sign = (beta1 * m + (1 - beta1) * p.grad).sign()
                p.mul_(1 - lr * group["weight_decay"]).sub_(lr * sign)
                m.mul_(beta2).add_(p.grad, alpha=1 - beta2)


#: rate
def set_rate(optimizer, step, n_steps, steps_per_epoch):
    """Gives the optimizer the learning rate of a step."""
    #? warmup
    warmup = min(round(WARMUP * steps_per_epoch), n_steps)
    rate = schedule(max(step - warmup, 0), n_steps - warmup, steps_per_epoch)
    if step < warmup:
        rate *= WARMUP_START + (1 - WARMUP_START) * step / warmup
    #.
    #? !warmup
    rate = schedule(step, n_steps, steps_per_epoch)
    #.
    for group in optimizer.param_groups:
        group["lr"] = rate * group.get("scale", 1.0)
        #? momentum
        momentum = schedule_momentum(step, n_steps)
        @MOMENTUM@
        #.


#: average
class Average:
    """A moving average of the weights, which validations and the result are made with.

    A young average forgets faster, so that the first weights do not linger in it.
    """

    def __init__(self, model):
        self.model, self.steps = model, 0
        self.weights = [p.detach().clone() for p in model.parameters()]

    @torch.no_grad()
    def follow(self):
        keep = min(AVERAGE, (1 + self.steps) / (10 + self.steps)) if self.steps else 0.0
        self.steps += 1
        for weight, p in zip(self.weights, self.model.parameters()):
            weight.lerp_(p, 1 - keep)

    @torch.no_grad()
    def swap(self):
        """Puts the average into the network and the weights here, and back again."""
        for weight, p in zip(self.weights, self.model.parameters()):
            weight.data, p.data = p.data, weight.data


#: evaluate
@torch.no_grad()
def measure(model, samples, batch=256):
    """The loss@AND_ACCURACY@ of samples; under torchrun every process takes a part."""
    rank, world, device = get_place()
    part = Subset(samples, range(rank, len(samples), world))
    model.eval()
    sums = torch.zeros(3, dtype=torch.float64, device=device)
    for x, y in DataLoader(part, batch_size=batch):
        x, y = x.to(device), y.to(device)
        output = model(x)
        sums[0] += compute_loss(output, x, y).item() * len(x)
        #? accuracy
        sums[1] += @RIGHT@.sum()
        sums[2] += y.numel()
        #.
        #? !accuracy
        sums[2] += len(x)
        #.
    #? accuracy
    count = torch.tensor(len(part), dtype=torch.float64, device=device)
    if world > 1:
        dist.all_reduce(sums)
        dist.all_reduce(count)
    loss = sums[0] / count.clamp(min=1)
    return loss.item(), (sums[1] / sums[2].clamp(min=1)).item()
    #.
    #? !accuracy
    if world > 1:
        dist.all_reduce(sums)
    return (sums[0] / sums[2].clamp(min=1)).item()
    #.


#: place
def get_place():
    """The number of this process, how many there are, and its device."""
    rank, world = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
    if not torch.cuda.is_available():
        return rank, world, torch.device("cpu")
    return rank, world, torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))


#: train
def train(data=None, output=TRAINED, epochs=EPOCHS, resume=False):
    """Trains as Cajal did, and writes the weights to `output`.

    Under torchrun each process takes its part of every batch, and gradients are their
    mean; the first process validates with the others, prints and writes.
    """
    rank, world, device = get_place()
    if world > 1:
        dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    torch.manual_seed(SEED)
    model = (load_model() if resume else @CLASS@()).to(device)
    parallel = DistributedDataParallel(model) if world > 1 else model
    training, validation, _ = load_samples(data)
    sampler = DistributedSampler(training, world, rank, seed=SEED, drop_last=True)
    share = max(BATCH // world, 1)
    loader = DataLoader(training, batch_size=share, sampler=sampler, drop_last=True)
    if len(loader) == 0:
        raise SystemExit(f"There are fewer training samples than a batch of {BATCH}.")
    optimizer = make_optimizer(model)
    #? average
    average = Average(model)
    #.
    #? best
    best = None
    #.
    #? patience
    worse = 0
    #.
    torch.manual_seed(SEED + rank)  # noise and augmentation differ between processes
    for epoch in range(epochs):
        sampler.set_epoch(epoch)
        model.train()
        losses = []
        for position, (x, y) in enumerate(loader):
            step = epoch * len(loader) + position
            set_rate(optimizer, step, epochs * len(loader), len(loader))
            x, y = x.to(device), y.to(device)
            optimizer.zero_grad()
            loss = compute_loss(parallel(x), x, y)
            loss.backward()
            #? clip-norm
            nn.utils.clip_grad_norm_(model.parameters(), CLIP_NORM)
            #.
            #? clip-value
            nn.utils.clip_grad_value_(model.parameters(), CLIP_VALUE)
            #.
            #? decoupled
            shrink_weights(optimizer)
            #.
            optimizer.step()
            #? average
            average.follow()
            #.
            losses.append(loss.item())
        #? average
        average.swap()
        #.
        #? accuracy
        val_loss, accuracy = measure(model, validation)
        #.
        #? !accuracy
        val_loss = measure(model, validation)
        #.
        #? best
        if @JUDGE@:
            best = @JUDGED@
            #? patience
            worse = 0
            #.
            #? keep-best
            best_weights = {k: v.clone() for k, v in model.state_dict().items()}
            #.
        #? patience
        else:
            worse += 1
        #.
        #.
        #? average
        average.swap()
        #.
        #? plateau
        schedule.judge(val_loss)
        #.
        if rank == 0:
            mean = sum(losses) / len(losses)
            scores = f"loss {mean:.4f}, validation {val_loss:.4f}@REPORT_MORE@"
            print(f"epoch {epoch + 1}: {scores}", flush=True)
        #? patience
        if worse >= PATIENCE:
            break
        #.
    #? average
    average.swap()
    #.
    #? keep-best
    if best is not None:
        model.load_state_dict(best_weights)
    #.
    if rank == 0:
        save_model(model, output)
        print(f"The weights are in {output}.")
    if world > 1:
        # What speaks through the group ends before it: both would wait for each other.
        del parallel, loss
        dist.destroy_process_group()


#: shrink
@torch.no_grad()
def shrink_weights(optimizer):
    """Weight decay apart from the gradient (Loshchilov and Hutter, 2019)."""
    for group in optimizer.param_groups:
        for p in (p for p in group["params"] if p.grad is not None):
            p.mul_(1 - group["lr"] * WEIGHT_DECAY)


#: main
def main():
    parser = argparse.ArgumentParser(description="@TITLE@, written by Cajal.")
    commands = parser.add_subparsers(dest="command", required=True)
    #? train
    command = commands.add_parser("train", help="trains as Cajal did, from scratch")
    command.add_argument("data", @DATA_ARGUMENT@)
    command.add_argument("--epochs", type=int, default=EPOCHS)
    command.add_argument("--output", default=TRAINED, help="the file for the weights")
    command.add_argument("--resume", action="store_true", help="begins with the weights")
    command = commands.add_parser("evaluate", help="measures the weights on test data")
    command.add_argument("data", @DATA_ARGUMENT@)
    command.add_argument("--weights", default=WEIGHTS)
    #.
    command = commands.add_parser("predict", help="says what it answers to files")
    command.add_argument("files", nargs="+", help="@WHAT@")
    command.add_argument("--weights", default=WEIGHTS)
    args = parser.parse_args()
    #? !train
    predict(load_model(args.weights), args.files)
    #.
    #? train
    if args.command == "train":
        train(args.data, args.output, args.epochs, args.resume)
    elif args.command == "predict":
        predict(load_model(args.weights), args.files)
    else:
        test = load_samples(args.data)[2]
        #? accuracy
        loss, accuracy = measure(load_model(args.weights), test)
        print(f"{len(test)} test samples: loss {loss:.4f}, accuracy {accuracy:.2%}")
        #.
        #? !accuracy
        loss = measure(load_model(args.weights), test)
        print(f"{len(test)} test samples: loss {loss:.4f}")
        #.
    #.


if __name__ == "__main__":
    main()


#: predict-classes
@torch.no_grad()
def predict(model, files):
    """Prints what files show: @WHAT@."""
    for file in files:
        for name, x in read_inputs(file):
            x = Samples([x], [0], [0])[0][0][None]
            chances = @SCORES@.softmax(-1)[0]
            k = int(chances.argmax())
            print(f"{name}: {CLASSES[k]} ({chances[k]:.1%})")


#: predict-values
@torch.no_grad()
def predict(model, files):
    """Prints what the network answers to files: @WHAT@."""
    for file in files:
        for name, x in read_inputs(file):
            x = Samples([x], [0], [0])[0][0][None]
            answer = @SCORES@[0].flatten().tolist()
            print(f"{name}:", *(f"{value:.6g}" for value in answer))


#: predict-text
@torch.no_grad()
def predict(model, files, length=200):
    """Goes on writing where texts end, a letter at a time by the chances it sees."""
    for file in files:
        text = Path(file).read_text(encoding="utf-8-sig")
        for _ in range(length):
            x = torch.as_tensor(encode(text[-LENGTH:]))
            x = F.pad(x, (0, LENGTH - len(x)))[None]
            last = min(len(text), LENGTH) - 1
            chances = @SCORES@[0, last].softmax(-1)
            text += CLASSES[int(chances.multinomial(1))]
        print(text)


#: inputs-npy
def read_inputs(path):
    """The samples of a .npy file with their names."""
    x = np.load(path)
    x = x.reshape(-1, *SHAPE)
    return [(f"{path}:{i + 1}", sample) for i, sample in enumerate(x)]


#: inputs-pictures pictures
def read_inputs(path):
    """A picture, or the samples of a .npy file, with their names."""
    if Path(path).suffix != ".npy":
        #? floats
        return [(path, read_picture(path) / 255)]
        #.
        #? !floats
        return [(path, read_picture(path))]
        #.
    x = np.load(path).reshape(-1, *SHAPE)
    return [(f"{path}:{i + 1}", sample) for i, sample in enumerate(x)]


#: inputs-table
def read_inputs(path):
    """The lines of a table with their numbers."""
    x, _, _ = read_data(path)
    return [(f"{path}:{i + 1}", sample) for i, sample in enumerate(x)]
