#!/usr/bin/env python3
"""Untitled: a network of Cajal 0.1.0 for PyTorch.

Samples are 1x28x28; the network has 63916 learned numbers. Its submodules are called as
the cards of the drawing, and its weights are in Handwritten signs.safetensors.

    python3 Handwritten signs.py train             trains it as Cajal did
    python3 Handwritten signs.py evaluate          measures it on test data
    python3 Handwritten signs.py predict FILE...   says what it answers to files
    torchrun --nproc_per_node 2 Handwritten signs.py train

It needs PyTorch 1.12 and NumPy, for pictures also Pillow.
"""

import argparse
import json
import math
import os
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, Dataset, Subset
from torch.utils.data.distributed import DistributedSampler

HERE = Path(__file__).resolve().parent
WEIGHTS = HERE / "Handwritten signs.safetensors"
SAMPLES = HERE / "Handwritten signs.npz"
TRAINED = "Handwritten signs.trained.safetensors"

# What it was trained on
SHAPE = (1, 28, 28)  # of a sample, without the batch
CLASSES = list("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
MEAN = [0.119166754]
STD = [0.2573212]

# How it was trained
EPOCHS = 8
BATCH = 64  # of all processes together
LEARNING_RATE = 0.002
SEED = 1


class Untitled(nn.Module):
    """Untitled."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.max1 = nn.MaxPool2d(2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.max2 = nn.MaxPool2d(2)
        self.dense1 = nn.Linear(400, 120)
        self.dense2 = nn.Linear(120, 84)
        self.dense3 = nn.Linear(84, 36)

    def forward(self, x):
        x = F.relu(self.conv1(x))  # 6x28x28
        x = self.max1(x)  # 6x14x14
        x = F.relu(self.conv2(x))  # 16x10x10
        x = self.max2(x)  # 16x5x5
        x = x.flatten(1)  # 400
        x = F.relu(self.dense1(x))  # 120
        x = F.relu(self.dense2(x))  # 84
        x = self.dense3(x)  # 36
        return x


def compute_loss(output, x, y):
    """What training lowers, of answers to samples x with targets y."""
    return F.cross_entropy(output, y)


def load_safetensors(path):
    """The tensors of a .safetensors file of 32-bit floats by name."""
    data = bytearray(Path(path).read_bytes())
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        count, offset = (end - begin) // 4, start + begin
        flat = torch.frombuffer(data, dtype=torch.float32, count=count, offset=offset)
        tensors[name] = flat.reshape(entry["shape"]).clone()
    return tensors


def save_safetensors(tensors, path):
    """Writes tensors by name, all of them as 32-bit floats."""
    header, body, offset = {}, [], 0
    for name, tensor in tensors.items():
        data = tensor.detach().cpu().float().contiguous().numpy().tobytes()
        header[name] = {
            "dtype": "F32",
            "shape": list(tensor.shape),
            "data_offsets": [offset, offset + len(data)],
        }
        body.append(data)
        offset += len(data)
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)
    with open(path, "wb") as file:
        file.write(len(head).to_bytes(8, "little") + head)
        file.writelines(body)


def load_model(path=WEIGHTS):
    """The network with the weights of a file, ready to answer."""
    model = Untitled()
    model.load_state_dict(load_safetensors(path), strict=True)
    return model.eval()


def save_model(model, path):
    """Writes the weights, as Untitled loads them."""
    state = model.state_dict()
    save_safetensors({k: v for k, v in state.items() if v.is_floating_point()}, path)


def read_data(path=None):
    """Samples, their targets and splits, as Cajal made them from the seed."""
    with np.load(path or SAMPLES) as arrays:
        return arrays["x"], arrays["y"], arrays["split"]


class Samples(Dataset):
    """Samples of a split, normalised as they were in training."""

    def __init__(self, x, y, indices):
        self.x, self.y, self.indices = x, y, indices
        # One number a channel, of pixels from 0 to 1.
        shape = (-1,) + (1,) * (len(SHAPE) - 1)
        self.mean = torch.tensor(MEAN).view(shape)
        self.std = torch.tensor(STD).view(shape)

    def __len__(self):
        return len(self.indices)

    def read(self, index):
        """The sample as it is, pixels from 0 to 1."""
        return torch.as_tensor(np.array(self.x[index]), dtype=torch.float32) / 255

    def __getitem__(self, place):
        index = self.indices[place]
        x, y = self.read(index), self.y[index]
        x = (x - self.mean) / self.std
        return x, torch.as_tensor(y, dtype=torch.long)


def load_samples(path=None):
    """The training, validation and test samples."""
    x, y, split = read_data(path)
    split = np.asarray(split)
    training = Samples(x, y, np.flatnonzero(split == 0))
    return training, *(Samples(x, y, np.flatnonzero(split == k)) for k in (1, 2))


def make_optimizer(model):
    """The optimizer, set as in Cajal."""
    return torch.optim.Adam(
        model.parameters(), lr=LEARNING_RATE, betas=(0.9, 0.999), eps=1e-08
    )


def schedule(step, n_steps, steps_per_epoch):
    """The learning rate of a step: half a cosine (Loshchilov and Hutter, 2017)."""
    done = step / n_steps
    done = min(done, 1)
    share = (1 + math.cos(math.pi * done)) / 2
    return LEARNING_RATE * share


def set_rate(optimizer, step, n_steps, steps_per_epoch):
    """Gives the optimizer the learning rate of a step."""
    rate = schedule(step, n_steps, steps_per_epoch)
    for group in optimizer.param_groups:
        group["lr"] = rate * group.get("scale", 1.0)


@torch.no_grad()
def measure(model, samples, batch=256):
    """The loss and accuracy of samples; under torchrun every process takes a part."""
    rank, world, device = get_place()
    part = Subset(samples, range(rank, len(samples), world))
    model.eval()
    sums = torch.zeros(3, dtype=torch.float64, device=device)
    for x, y in DataLoader(part, batch_size=batch):
        x, y = x.to(device), y.to(device)
        output = model(x)
        sums[0] += compute_loss(output, x, y).item() * len(x)
        sums[1] += (output.argmax(-1) == y).sum()
        sums[2] += y.numel()
    count = torch.tensor(len(part), dtype=torch.float64, device=device)
    if world > 1:
        dist.all_reduce(sums)
        dist.all_reduce(count)
    loss = sums[0] / count.clamp(min=1)
    return loss.item(), (sums[1] / sums[2].clamp(min=1)).item()


def get_place():
    """The number of this process, how many there are, and its device."""
    rank, world = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
    if not torch.cuda.is_available():
        return rank, world, torch.device("cpu")
    return rank, world, torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))


def train(data=None, output=TRAINED, epochs=EPOCHS, resume=False):
    """Trains as Cajal did, and writes the weights to `output`.

    Under torchrun each process takes its part of every batch, and gradients are their
    mean; the first process validates with the others, prints and writes.
    """
    rank, world, device = get_place()
    if world > 1:
        dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    torch.manual_seed(SEED)
    model = (load_model() if resume else Untitled()).to(device)
    parallel = DistributedDataParallel(model) if world > 1 else model
    training, validation, _ = load_samples(data)
    sampler = DistributedSampler(training, world, rank, seed=SEED, drop_last=True)
    share = max(BATCH // world, 1)
    loader = DataLoader(training, batch_size=share, sampler=sampler, drop_last=True)
    if len(loader) == 0:
        raise SystemExit(f"There are fewer training samples than a batch of {BATCH}.")
    optimizer = make_optimizer(model)
    best = None
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
            optimizer.step()
            losses.append(loss.item())
        val_loss, accuracy = measure(model, validation)
        if best is None or val_loss < best:
            best = val_loss
            best_weights = {k: v.clone() for k, v in model.state_dict().items()}
        if rank == 0:
            mean = sum(losses) / len(losses)
            scores = f"loss {mean:.4f}, validation {val_loss:.4f}, accuracy {accuracy:.2%}"
            print(f"epoch {epoch + 1}: {scores}", flush=True)
    if best is not None:
        model.load_state_dict(best_weights)
    if rank == 0:
        save_model(model, output)
        print(f"The weights are in {output}.")
    if world > 1:
        dist.destroy_process_group()


def read_picture(path):
    """A picture as bytes of the network's input shape [C, H, W].

    It is laid on white, cut to the shape from its middle, and scaled; pictures of
    another size come out almost, not exactly, as Cajal scales them.
    """
    from PIL import Image, ImageOps

    channels, height, width = SHAPE
    with Image.open(path) as image:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image).convert(
            "L" if channels == 1 else "RGB"
        )
        if image.size != (width, height):
            image = ImageOps.fit(image, (width, height), Image.Resampling.BILINEAR)
        pixels = np.array(image)
    return pixels[None] if channels == 1 else pixels.transpose(2, 0, 1)


@torch.no_grad()
def predict(model, files):
    """Prints what files show: pictures, or samples in .npy files."""
    for file in files:
        for name, x in read_inputs(file):
            x = Samples([x], [0], [0])[0][0][None]
            chances = model(x).softmax(-1)[0]
            k = int(chances.argmax())
            print(f"{name}: {CLASSES[k]} ({chances[k]:.1%})")


def read_inputs(path):
    """A picture, or the samples of a .npy file, with their names."""
    if Path(path).suffix != ".npy":
        return [(path, read_picture(path))]
    x = np.load(path).reshape(-1, *SHAPE)
    return [(f"{path}:{i + 1}", sample) for i, sample in enumerate(x)]


def main():
    parser = argparse.ArgumentParser(description="Untitled, written by Cajal.")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("train", help="trains as Cajal did, from scratch")
    command.add_argument(
        "data", nargs="?", help="a .npz file like that beside this module"
    )
    command.add_argument("--epochs", type=int, default=EPOCHS)
    command.add_argument("--output", default=TRAINED, help="the file for the weights")
    command.add_argument(
        "--resume", action="store_true", help="begins with the weights"
    )
    command = commands.add_parser("evaluate", help="measures the weights on test data")
    command.add_argument(
        "data", nargs="?", help="a .npz file like that beside this module"
    )
    command.add_argument("--weights", default=WEIGHTS)
    command = commands.add_parser("predict", help="says what it answers to files")
    command.add_argument("files", nargs="+", help="pictures, or samples in .npy files")
    command.add_argument("--weights", default=WEIGHTS)
    args = parser.parse_args()
    if args.command == "train":
        train(args.data, args.output, args.epochs, args.resume)
    elif args.command == "predict":
        predict(load_model(args.weights), args.files)
    else:
        test = load_samples(args.data)[2]
        loss, accuracy = measure(load_model(args.weights), test)
        print(f"{len(test)} test samples: loss {loss:.4f}, accuracy {accuracy:.2%}")


if __name__ == "__main__":
    main()
