# SPDX-License-Identifier: GPL-3.0-or-later
# Data as Cajal read them. Pieces as in layers.py; lines between "#? WORD" and "#." are
# written only if the export says the word ("#? !WORD": only if it does not).


#: safetensors
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


#: weights safetensors
def load_model(path=WEIGHTS):
    """The network with the weights of a file, ready to answer."""
    model = @CLASS@()
    model.load_state_dict(load_safetensors(path), strict=True)
    return model.eval()


def save_model(model, path):
    """Writes the weights, as @CLASS@ loads them."""
    state = model.state_dict()
    save_safetensors({k: v for k, v in state.items() if v.is_floating_point()}, path)


#: read-npz
def read_data(path=None):
    """Samples, their targets and splits, as Cajal made them from the seed."""
    with np.load(path or SAMPLES) as arrays:
        return arrays["x"], arrays["y"], arrays["split"]


#: read-numpy
def read_data(path):
    """Samples, their targets and splits of a .npz file or a folder of .npy files.

    Arrays are called x and y, or x_train, y_train, x_val and so on; images and labels
    or train_images do as well.
    """
    path = Path(path)
    if path.is_dir():
        arrays = {file.stem.lower(): np.load(file) for file in path.glob("*.npy")}
    else:
        with np.load(path) as file:
            arrays = {name.lower(): file[name] for name in file.files}

    def find(words, part):
        for word in words:
            names = [f"{word}_{part}", f"{part}_{word}"] + [word] * (part == "train")
            for name in names:
                if name in arrays:
                    return arrays[name]
        return None

    samples, targets, splits = [], [], []
    for split, part in enumerate(("train", "val", "test")):
        x = find(("x", "images", "data", "samples", "inputs"), part)
        y = find(("y", "labels", "target", "targets", "outputs"), part)
        if x is not None and y is not None:
            samples.append(to_channels(x))
            targets.append(y)
            splits.append(np.full(len(x), split))
    if not samples:
        raise SystemExit(f"{path}: there are no arrays x and y in it.")
    x, y = np.concatenate(samples), np.concatenate(targets)
    if y.ndim == 2 and y.shape[1] == 1 and y.dtype.kind in "iub":
        y = y[:, 0]
    return x, y, np.concatenate(splits)


def to_channels(x):
    """Pictures with their channels first."""
    if x.ndim == 3:
        return x[:, None]
    if x.ndim == 4 and x.shape[1] not in (1, 3) and x.shape[3] in (1, 3):
        return x.transpose(0, 3, 1, 2)
    return x


#: read-idx
def read_idx(path):
    """An array of the IDX format of MNIST, plain or packed."""
    packed = Path(f"{path}.gz")
    opener, path = (gzip.open, packed) if packed.exists() else (open, path)
    with opener(path, "rb") as file:
        zeros, kind, n_dims = struct.unpack(">HBB", file.read(4))
        if zeros != 0 or kind != 8:
            raise SystemExit(f"{path}: this is no file of bytes in the IDX format.")
        shape = struct.unpack(f">{n_dims}I", file.read(4 * n_dims))
        return np.frombuffer(file.read(), dtype=np.uint8).reshape(shape)


def read_data(path):
    """Pictures, their classes and splits of a folder like that of MNIST."""
    path = Path(path)
    files = sorted(path.glob("*train-images*idx3-ubyte*")) if path.is_dir() else [path]
    if not files:
        raise SystemExit(f"{path}: there is no file train-images-idx3-ubyte in it.")
    images = str(files[0]).removesuffix(".gz")
    pictures, classes, splits = [], [], []
    for split, part in ((0, "train"), (2, "t10k"), (2, "test")):
        name = images.replace("train-images", f"{part}-images")
        if not (Path(name).exists() or Path(f"{name}.gz").exists()) or split in splits:
            continue
        x = read_idx(name)
        y = read_idx(name.replace("images", "labels").replace("idx3", "idx1"))
        pictures.append(x)
        classes.append(y)
        splits.append(split)
    x, y = np.concatenate(pictures)[:, None], np.concatenate(classes).astype(np.int64)
    #? emnist
    # EMNIST stores pictures by columns, and counts its letters from 1.
    x = x.transpose(0, 1, 3, 2)
    y = y - y.min()
    #.
    split = np.repeat(splits, [len(part) for part in classes])
    return x, y, split


#: read-cifar
def read_data(path):
    """Pictures, their classes and splits of a folder of CIFAR's binary files."""
    path = Path(path)
    first = sorted(path.glob("data_batch*.bin")) or [path / "train.bin"]
    last = sorted(path.glob("test_batch*.bin")) or [path / "test.bin"]
    n_labels = 2 if first[0].name == "train.bin" else 1
    records, splits = [], []
    for split, files in ((0, first), (2, last)):
        for file in files:
            if file.exists():
                part = np.fromfile(file, dtype=np.uint8).reshape(-1, n_labels + 3072)
                records.append(part)
                splits.append(np.full(len(part), split))
    if not records:
        raise SystemExit(f"{path}: there is no data_batch_1.bin or train.bin in it.")
    records = np.concatenate(records)
    x = records[:, n_labels:].reshape(-1, 3, 32, 32)
    return x, records[:, n_labels - 1].astype(np.int64), np.concatenate(splits)


#: read-folder pictures
class Pictures:
    """Pictures that are read when they are asked for."""

    def __init__(self, files):
        self.files = files

    def __len__(self):
        return len(self.files)

    def __getitem__(self, index):
        return read_picture(self.files[index])


def read_data(paths):
    """Pictures, their classes and splits of a folder with a folder for every class.

    Where there are folders train, val and test, these hold the folders of classes.
    Of several folders, each is a class.
    """
    if len(paths) > 1:
        paths = sorted({os.path.abspath(path) for path in paths}, key=os.fsencode)
        return collect_pictures([(Path(path), 0) for path in paths])
    path = Path(paths[0])
    parts = [("train", 0), ("val", 1), ("valid", 1), ("validation", 1), ("test", 2)]
    parted = any(list_pictures(folder) for folder in list_folders(path / "train"))
    folders = [
        (folder, split)
        for part, split in (parts if parted else [("", 0)])
        for folder in list_folders(path / part)
    ]
    if not any(list_pictures(folder) for folder, _ in folders):
        folders = [(path, 0)]
    return collect_pictures(folders)


def collect_pictures(folders):
    """The pictures of folders, each a class, with the split that it is of."""
    files, names, splits = [], [], []
    for folder, split in folders:
        pictures = list_pictures(folder)
        files += pictures
        names += [folder.name] * len(pictures)
        splits += [split] * len(pictures)
    if not files:
        raise SystemExit(f"{folders[0][0]}: there are no pictures in it.")
    classes = sorted(set(names), key=os.fsencode)
    return Pictures(files), np.array([classes.index(name) for name in names]), splits


def list_folders(path):
    """The folders in a folder, in the order of their bytes; none if it is none."""
    if not path.is_dir():
        return []
    folders = (entry for entry in path.iterdir() if entry.is_dir())
    return sorted((f for f in folders if f.name[0] != "."), key=os.fsencode)


def list_pictures(path):
    """The pictures in a folder, in the order of their bytes; none if it is none."""
    if not path.is_dir():
        return []
    endings = (".png", ".jpg", ".jpeg")
    files = (f for f in path.iterdir() if f.name.lower().endswith(endings))
    return sorted((f for f in files if f.name[0] != "."), key=os.fsencode)


#: pictures
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
        image = Image.alpha_composite(white, image).convert("L" if channels == 1 else "RGB")
        if image.size != (width, height):
            image = ImageOps.fit(image, (width, height), Image.Resampling.BILINEAR)
        pixels = np.array(image)
    return pixels[None] if channels == 1 else pixels.transpose(2, 0, 1)


#: read-table
MISSING = {"", "?", "NA", "N/A", "NaN", "nan", "null"}


def to_number(cell):
    """The number that a cell holds, or None."""
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def read_rows(path):
    """The heading of a table (None without one), and its rows of text."""
    text = Path(path).read_text(encoding="utf-8-sig")
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    rows = [row for row in csv.reader(io.StringIO(text), delimiter=separator) if row]
    rows = [[cell.strip() for cell in row] for row in rows]
    columns = zip(*rows)
    words = all(to_number(cell) is None for cell in rows[0])
    if words and not any(column[0] in column[1:] for column in columns):
        return rows[0], rows[1:]
    return None, rows


def find_target(heading, n_columns):
    """The place of the column to predict: by name or number, else as it is called."""
    names = heading or [str(i + 1) for i in range(n_columns)]
    names = [name.lower() for name in names]
    if TARGET:
        target = TARGET.lower()
        return names.index(target) if target in names else int(target) - 1
    for name in ("class", "label", "target", "y", "species", "diagnosis"):
        if name in names:
            return names.index(name)
    return n_columns - 1


def read_data(path):
    """Features, targets and splits of a table of text.

    A column of numbers is a feature (what is missing is its mean), a column of words
    is one feature a word, in the order they come.
    """
    heading, rows = read_rows(path)
    target = find_target(heading, len(rows[0]))
    features = []
    for number, column in enumerate(zip(*rows)):
        there = [cell for cell in column if cell not in MISSING]
        values = [to_number(cell) for cell in there]
        if number == target:
            y = list(column)
        elif there and None not in values:
            mean = sum(values) / len(values)
            filled = [mean if cell in MISSING else float(cell) for cell in column]
            features.append(np.array(filled))
        elif len(words := list(dict.fromkeys(there))) <= 64:
            features += [np.array([cell == word for cell in column]) for word in words]
    x = np.stack(features, axis=1).astype(np.float32)
    #? classes
    y = np.array([CLASSES.index(cell) for cell in y])
    #.
    #? !classes
    y = np.array(y, dtype=np.float32)[:, None]
    #.
    return x, y, np.zeros(len(x), dtype=np.int64)


#: encode
def encode(text):
    """Characters as numbers."""
    numbers = {character: i for i, character in enumerate(CLASSES)}
    try:
        return np.array([numbers[character] for character in text])
    except KeyError as error:
        raise SystemExit(f"The network never saw the character {error}.") from None


#: read-text encode
def read_data(path):
    """Pieces of a text, the same one character on as targets, and splits."""
    codes = encode(Path(path).read_text(encoding="utf-8-sig"))
    n = (len(codes) - 1) // LENGTH
    x = codes[: n * LENGTH].reshape(n, LENGTH)
    y = codes[1 : n * LENGTH + 1].reshape(n, LENGTH)
    test = n - int(n * TEST_SHARE + 0.5)
    val = test - int(test * VAL_SHARE + 0.5)
    return x, y, np.repeat([0, 1, 2], [val, test - val, n - test])


#: choose-split
def choose_split(split, y):
    """The split of the samples: Cajal's own if these are the samples it saw.

    Other data are split by chance, in the same shares, where they say nothing.
    """
    split = np.array(split, dtype=np.int64)
    with np.load(SAMPLES) as arrays:
        if len(arrays["split"]) == len(split):
            #? edits
            y = arrays["y"]  # as corrected in Cajal
            #.
            return arrays["split"], y
    chance = np.random.default_rng(SEED)
    for number, share in ((2, TEST_SHARE), (1, VAL_SHARE)):
        rest = np.flatnonzero(split == 0)
        if not np.any(split == number):
            split[chance.permutation(rest)[: int(len(rest) * share + 0.5)]] = number
    return split, y


#: dataset
class Samples(Dataset):
    """Samples of a split, normalised as they were in training."""

    #? augment
    def __init__(self, x, y, indices, augmented=False):
        self.x, self.y, self.indices = x, y, indices
        self.augmented = augmented
    #.
    #? !augment
    def __init__(self, x, y, indices):
        self.x, self.y, self.indices = x, y, indices
    #.
        #? norm
        # One number a channel, of pixels from 0 to 1.
        shape = (-1,) + (1,) * (len(SHAPE) - 1)
        self.mean = torch.tensor(MEAN).view(shape)
        self.std = torch.tensor(STD).view(shape)
        #.

    def __len__(self):
        return len(self.indices)

    def read(self, index):
        #? words
        """The sample as it is."""
        return torch.as_tensor(self.x[index], dtype=torch.long)
        #.
        #? bytes
        """The sample as it is, pixels from 0 to 1."""
        return torch.as_tensor(np.array(self.x[index]), dtype=torch.float32) / 255
        #.
        #? floats
        """The sample as it is."""
        return torch.as_tensor(self.x[index], dtype=torch.float32)
        #.

    def __getitem__(self, place):
        index = self.indices[place]
        x, y = self.read(index), self.y[index]
        #? augment
        if self.augmented:
            #? mixup
            other = self.indices[torch.randint(len(self), ()).item()]
            x, y = mix(augment(x), y, self.read(other), self.y[other])
            #.
            #? !mixup
            x = augment(x)
            #.
        #.
        #? norm
        x = (x - self.mean) / self.std
        #.
        return x, torch.as_tensor(y, dtype=torch.@TARGET_TYPE@)


def load_samples(path=None):
    """The training, validation and test samples."""
    x, y, split = read_data(path)
    #? files
    split, y = choose_split(split, y)
    #.
    split = np.asarray(split)
    #? augment
    training = Samples(x, y, np.flatnonzero(split == 0), augmented=True)
    #.
    #? !augment
    training = Samples(x, y, np.flatnonzero(split == 0))
    #.
    return training, *(Samples(x, y, np.flatnonzero(split == k)) for k in (1, 2))


#: warp
def warp(x, matrix):
    """Moves the pixels of x [C, H, W]: at p stands what stood at matrix p.

    Places are pixels from the middle, down and right; beyond the edge the edge goes on.
    """
    _, h, w = x.shape
    (a, b, down), (c, d, right) = matrix
    theta = [
        [d, c * (h - 1) / max(w - 1, 1), 2 * right / max(w - 1, 1)],
        [b * (w - 1) / max(h - 1, 1), a, 2 * down / max(h - 1, 1)],
    ]
    grid = F.affine_grid(torch.tensor([theta]), [1, *x.shape], align_corners=True)
    moved = F.grid_sample(x[None], grid, padding_mode="border", align_corners=True)
    return moved[0]


#: chance
def chance(low, high):
    """A number from low to high, by chance."""
    return low + (high - low) * torch.rand(()).item()


#: brightness chance
def change_brightness(x, brightness, contrast):
    """Makes a picture lighter or darker, and stronger or fainter."""
    mean = x.mean()
    factor = 1 + contrast * chance(-1, 1)
    return ((x - mean) * factor + mean + brightness * chance(-1, 1)).clamp(0, 1)


#: crop warp chance
def crop(x, amount):
    """Enlarges a part of a picture."""
    scale = 1 - amount * torch.rand(()).item()
    down = (1 - scale) * (x.shape[1] - 1) / 2 * chance(-1, 1)
    right = (1 - scale) * (x.shape[2] - 1) / 2 * chance(-1, 1)
    return warp(x, ((scale, 0, down), (0, scale, right)))


#: cutout
def cut_out(x, size):
    """Covers a square with the mean of each channel (DeVries and Taylor, 2017)."""
    top = torch.randint(x.shape[1], ()).item() - size // 2
    left = torch.randint(x.shape[2], ()).item() - size // 2
    rows = slice(max(top, 0), max(top + size, 0))
    columns = slice(max(left, 0), max(left + size, 0))
    x = x.clone()
    x[:, rows, columns] = x.mean((1, 2))[:, None, None]
    return x


#: flip
def flip(x, horizontal=True, vertical=False):
    """Turns a picture round, every other time."""
    if horizontal and torch.rand(()) < 0.5:
        x = x.flip(2)
    if vertical and torch.rand(()) < 0.5:
        x = x.flip(1)
    return x


#: noise
def add_noise(x, amount):
    """Adds normal noise, in units of the deviation of each channel."""
    std = torch.tensor(STD).view((-1,) + (1,) * (x.ndim - 1))
    return x + amount * std * torch.randn_like(x)


#: rotate warp chance
def rotate(x, angle):
    """Turns a picture by up to so many degrees."""
    turn = math.radians(angle * chance(-1, 1))
    cosine, sine = math.cos(turn), math.sin(turn)
    return warp(x, ((cosine, -sine, 0), (sine, cosine, 0)))


#: scale warp chance
def scale(x, amount):
    """Makes a picture larger or smaller."""
    back = 1 / (1 + amount * chance(-1, 1))
    return warp(x, ((back, 0, 0), (0, back, 0)))


#: shift
def shift(x, amount):
    """Moves a picture by up to so many pixels; beyond the edge the edge goes on."""
    down, right = torch.randint(-amount, amount + 1, (2,)).tolist()
    rows = (torch.arange(x.shape[1]) - down).clamp(0, x.shape[1] - 1)
    columns = (torch.arange(x.shape[2]) - right).clamp(0, x.shape[2] - 1)
    return x[:, rows][:, :, columns]


#: mixup
def mix(x, y, other_x, other_y):
    """Lays another sample over this one (Zhang et al., 2018).

    The target is that of one of them, as often as its share; values are mixed.
    """
    share = np.random.default_rng(torch.randint(2**31, ()).item()).beta(ALPHA, ALPHA)
    x = share * x + (1 - share) * other_x
    #? classes
    return x.float(), y if torch.rand(()) < share else other_y
    #.
    #? !classes
    return x.float(), share * y + (1 - share) * other_y
    #.
