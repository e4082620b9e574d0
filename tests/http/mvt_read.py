"""A reader of vector tiles written for the tests alone, from the specification (Mapbox Vector Tile 2.1) and not from src/tile."""


def varint(data, i):
    value = shift = 0
    while True:
        byte = data[i]
        i += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, i
        shift += 7


def fields(data):
    i = 0
    while i < len(data):
        key, i = varint(data, i)
        if key & 7 == 2:
            n, i = varint(data, i)
            if i + n > len(data):
                raise ValueError("a field beyond the end")
            yield key >> 3, data[i:i + n]
            i += n
        elif key & 7 == 0:
            value, i = varint(data, i)
            yield key >> 3, value
        else:
            raise ValueError(f"wire type {key & 7}")


def rings_of(geometry):
    i = x = y = 0
    rings = []
    while i < len(geometry):
        command, i = varint(geometry, i)
        if command & 7 == 7:
            continue
        for _ in range(command >> 3):
            dx, i = varint(geometry, i)
            dy, i = varint(geometry, i)
            x += (dx >> 1) ^ -(dx & 1)
            y += (dy >> 1) ^ -(dy & 1)
            if command & 7 == 1:
                rings.append([])
            rings[-1].append((x, y))
    return rings


def signed_area(ring):
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:] + ring[:1])) / 2


def polygons_of(geometry):
    """[(outer ring, [holes])]: an outer ring has positive area, and the holes behind it are its own."""
    out = []
    for ring in rings_of(geometry):
        area = signed_area(ring)
        if area > 0:
            out.append((ring, []))
        elif area < 0 and out:
            out[-1][1].append(ring)
        else:
            raise ValueError(f"a ring of area {area} where none belongs")
    return out


def value_of(data):
    for number, value in fields(data):
        return value.decode("utf-8") if number == 1 else value
    raise ValueError("an empty value")


def read(data):
    """The layers: {name: [{"id", "tags", "type", "polygons"}]}; what is no polygon has its points or lines in "parts"."""
    layers = {}
    for number, layer in fields(data):
        assert number == 3
        keys, values, features, name, rest = [], [], [], None, {}
        for part, value in fields(layer):
            if part == 1:
                name = value.decode("utf-8")
            elif part == 2:
                features.append(dict(fields(value)))
            elif part == 3:
                keys.append(value.decode("utf-8"))
            elif part == 4:
                values.append(value_of(value))
            else:
                rest[part] = value
        if rest != {5: 4096, 15: 2}:
            raise ValueError(f"extent and version: {rest}")
        layers[name] = []
        for f in features:
            numbers, i = [], 0
            while i < len(f.get(2, b"")):
                n, i = varint(f[2], i)
                numbers.append(n)
            tags = {keys[k]: values[v] for k, v in zip(numbers[::2], numbers[1::2])}
            kind = {1: "point", 2: "line", 3: "polygon"}[f[3]]
            shape = {"polygons": polygons_of(f[4])} if kind == "polygon" else {"parts": rings_of(f[4])}
            layers[name].append({"id": f.get(1), "tags": tags, "type": kind, **shape})
    return layers
