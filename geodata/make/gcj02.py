"""GCJ-02, the offset of Chinese web maps: the published approximation and its inverse by iteration.

The forward formula (Krasovsky axis and eccentricity, two trigonometric series) is the one that circulates in many
open-source libraries. It has no closed inverse: start at the shifted point p and repeat  w <- w + (p - forward(w)),
which shrinks the error about a thousandfold each time (the shift's gradient is near 1e-3)."""
import numpy as np

A, EE = 6378245.0, 0.00669342162296594323


def _shift(lon, lat):
    x, y, pi = lon - 105.0, lat - 35.0, np.pi
    wave = (20 * np.sin(6 * x * pi) + 20 * np.sin(2 * x * pi)) * 2 / 3
    dlat = (-100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x)) + wave
            + (20 * np.sin(y * pi) + 40 * np.sin(y / 3 * pi)) * 2 / 3
            + (160 * np.sin(y / 12 * pi) + 320 * np.sin(y * pi / 30)) * 2 / 3)
    dlon = (300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x)) + wave
            + (20 * np.sin(x * pi) + 40 * np.sin(x / 3 * pi)) * 2 / 3
            + (150 * np.sin(x / 12 * pi) + 300 * np.sin(x / 30 * pi)) * 2 / 3)
    rad = np.radians(lat)
    magic = 1 - EE * np.sin(rad) ** 2
    dlat = dlat * 180 / (A * (1 - EE) / (magic * np.sqrt(magic)) * pi)
    dlon = dlon * 180 / (A / np.sqrt(magic) * np.cos(rad) * pi)
    return dlon, dlat


def forward(lon, lat):
    """WGS 84 -> GCJ-02, degrees."""
    dlon, dlat = _shift(lon, lat)
    return lon + dlon, lat + dlat


def inverse(lon, lat):
    """GCJ-02 -> WGS 84, degrees; raises unless forward(inverse(p)) is p to 1e-10 degrees (0.01 mm)."""
    wlon, wlat = np.array(lon, float), np.array(lat, float)
    for _ in range(30):
        glon, glat = forward(wlon, wlat)
        elon, elat = lon - glon, lat - glat
        wlon, wlat = wlon + elon, wlat + elat
        if max(np.abs(elon).max(), np.abs(elat).max()) < 1e-10:
            return wlon, wlat
    raise ArithmeticError('GCJ-02 inverse did not converge')
