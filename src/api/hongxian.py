"""Hongxian (红线): does a parcel press on a red line, by how many square metres, and which clause applies?

The C library libhongxian (hongxian.h) for Python 3.9 and later, with nothing but ctypes. The same engine, the same
figures and the same documents as the command ``hongxian`` and its server.

    import hongxian

    with hongxian.Store("hongxian.sqlite") as store, store.checker() as checker:
        report = checker.check({"type": "Polygon", "coordinates": [[[111.70, 40.80], [111.72, 40.80],
                                                                    [111.72, 40.82], [111.70, 40.80]]]})
        for layer in report.parcels[0].layers:
            print(layer.title_zh, layer.status.zh, layer.area_m2)
        open("report.pdf", "wb").write(checker.document("pdf", project_name="光伏"))
        print(checker.keep("张三").sha256)

Rules that hold everywhere:

* Areas are m2 on the CGCS2000 ellipsoid, widths are m, shares are 0 to 1. Coordinates are degrees in EPSG:4490,
  longitude first. What is not known is None, ``Status.UNMEASURED`` or ``Verdict.UNKNOWN``: never 0 and never "clear".
  A status and a verdict are neither true nor false (``if layer.status`` raises TypeError): compare them. None is
  false as 0 is: ask ``layer.is_clear``, not ``not layer.area_m2``.
* What fails raises ``HongxianError``: ``code`` is a stable slug, ``zh`` and ``en`` are whole sentences.
* What is given back is a copy: it stays as it is when the next parcel is checked, and when the store is closed.
* A store may be used by several threads. A checker belongs to the thread that made it ("wrong-thread"); what was
  closed can be used no more ("closed"). Neither ever crashes the program.
"""
from __future__ import annotations

import contextlib
import ctypes
import enum
import json
import math
import os
import threading
from ctypes import POINTER, c_bool, c_char, c_char_p, c_double, c_int, c_int64, c_size_t, c_void_p
from dataclasses import dataclass, fields
from typing import Any, Callable, Iterable, Optional, Sequence, Union

__all__ = ["ABI", "AuditNote", "AuditOutcome", "AuditProgress", "Chain", "Checker", "Claim", "Difference", "Feature",
           "FeatureArea", "Finding", "Format", "HongxianError", "Kept", "Layer", "Parcel", "ParcelAreas", "Record",
           "Relation", "Remark", "Report", "Result", "Rule", "Sentence", "Status", "Store", "Verdict",
           "Verification", "Zone", "version"]

ABI = 3  # HX_ABI of the header that this module was written against
Ring = Sequence[Sequence[float]]  # [[longitude, latitude], ...]; whether the last repeats the first does not matter


# ---- what things are called ----

class Result(enum.Enum):
    """Why something failed."""
    OK = 0
    INVALID_INPUT = 1  #: the parcel or an argument is wrong; the sentence says how to mend it
    UNSUPPORTED = 2
    TOO_LARGE = 3
    NOT_FOUND = 4
    CONFLICT = 5  #: the store is locked by another program
    CORRUPT = 6
    IO = 7
    NO_MEMORY = 8
    INTERNAL = 9

    @classmethod
    def _missing_(cls, value):
        return cls.INTERNAL


class _Answer(enum.Enum):
    """An answer is compared, never taken for yes or no: its number 0 is "not known", which must not read as "no"."""

    def __bool__(self):
        raise TypeError(f"{self} is neither true nor false; compare it with a member of {type(self).__name__}")

    @classmethod
    def _missing_(cls, value):  # of a newer library: not known here
        return next(iter(cls)) if isinstance(value, int) else None


class Verdict(_Answer):
    """UNKNOWN when something that must be examined could not be."""
    UNKNOWN = 0
    PROHIBITED = 1
    RESTRICTED = 2
    NOTICE = 3
    ALLOWED = 4

    @property
    def zh(self) -> str:
        return _library.hx_verdict_zh(self.value).decode()


class Status(_Answer):
    """How a parcel stands to one layer. Only CLEAR is clear."""
    UNMEASURED = 0  #: invalid or missing features, a layer that changed: cannot be measured
    NOT_COVERED = 1  #: no data under the whole parcel
    OVERLAP = 2  #: 压占
    SLIVER = 3  #: only slivers, listed
    CLEAR = 4  #: covered, measured, nothing

    @property
    def zh(self) -> str:
        return _library.hx_status_zh(self.value).decode()


class Relation(enum.Enum):
    """What matters of a layer: pressing on it, being inside it, the area by class."""
    EXCLUDE = 0
    CONTAIN = 1
    CLASSIFY = 2


class Finding(_Answer):
    """What a verification found."""
    CANNOT_RECOMPUTE = 0
    DIFFERS = 1
    IDENTICAL = 2


class Format(enum.Enum):
    """Forms of a report."""
    JSON = 0
    GEOJSON = 1
    TEXT = 2
    CSV = 3
    XLSX = 4
    HTML = 5
    PDF = 6  #: needs a Chinese font on the machine


class HongxianError(Exception):
    """What the library refused: ``result``, ``code`` (a stable slug), ``zh`` and ``en`` (whole sentences)."""

    def __init__(self, result: Result, code: str, zh: str, en: str):
        super().__init__(f"{zh} {en} ({code})")
        self.result, self.code, self.zh, self.en = result, code, zh, en


# ---- hongxian.h, member by member; tests/api/test_layout.py compares them with the header ----

def _enum(name: str, plain: type) -> type:
    return type(name, (c_int,), {"plain": plain})


hx_result, hx_verdict, hx_status = _enum("hx_result", Result), _enum("hx_verdict", Verdict), _enum("hx_status", Status)
hx_relation, hx_finding = _enum("hx_relation", Relation), _enum("hx_finding", Finding)
hx_format = _enum("hx_format", Format)


def _struct(name: str, *members: tuple) -> type:
    return type(name, (ctypes.Structure,), {"_fields_": list(members)})


def _texts(*names: str) -> tuple:
    return tuple((name, c_char_p) for name in names)


hx_error = _struct("hx_error", ("result", hx_result), ("code", c_char * 48), ("zh", c_char * 512), ("en", c_char * 512))
hx_feature_overlap = _struct("hx_feature_overlap", ("feature_id", c_int64), *_texts("code", "name", "zone"),
                             ("area_m2", c_double), ("width_m", c_double), ("sliver", c_bool))
hx_zone_overlap = _struct("hx_zone_overlap", *_texts("zone"), ("area_m2", c_double))
hx_claim = _struct("hx_claim", *_texts("layer", "project_class"), ("item", c_int), *_texts("document", "date", "by"))
hx_rule = _struct("hx_rule", *_texts("id"), ("verdict", hx_verdict), ("severity", c_int),
                  *_texts("title_zh", "title_en", "needs_zh", "needs_en", "basis", "confidence"),
                  ("area_m2", c_double), ("class_assumed", c_bool), ("verdict_here", hx_verdict),
                  ("paper_missing", c_bool))
hx_layer = _struct("hx_layer", *_texts("layer", "title_zh", "title_en"), ("relation", hx_relation), ("must", c_bool),
                   ("verdict", hx_verdict), ("claimed", c_bool), ("claim", hx_claim), ("version", c_int64),
                   ("synthetic", c_bool), ("status", hx_status), ("area_m2", c_double), ("share", c_double),
                   ("sum_m2", c_double), ("uncovered_m2", c_double), ("inside", c_bool), ("touches", c_bool),
                   ("features", POINTER(hx_feature_overlap)), ("n_features", c_size_t),
                   ("zones", POINTER(hx_zone_overlap)), ("n_zones", c_size_t), ("rules", POINTER(hx_rule)),
                   ("n_rules", c_size_t), *_texts("reason_zh", "reason_en"))
hx_remark = _struct("hx_remark", *_texts("code", "zh", "en"))
hx_parcel = _struct("hx_parcel", *_texts("id", "name"), ("area_m2", c_double), ("geodesic_area_m2", c_double),
                    ("standard_area_m2", c_double), ("verdict", hx_verdict), *_texts("summary_zh", "summary_en"),
                    ("layers", POINTER(hx_layer)), ("n_layers", c_size_t), ("remarks", POINTER(hx_remark)),
                    ("n_remarks", c_size_t))
hx_report = _struct("hx_report", ("parcels", POINTER(hx_parcel)), ("n_parcels", c_size_t), ("verdict", hx_verdict),
                    ("synthetic", c_bool), *_texts("rules_version"), ("not_examined", POINTER(c_char_p)),
                    ("n_not_examined", c_size_t))
hx_ring = _struct("hx_ring", ("lon_deg", POINTER(c_double)), ("lat_deg", POINTER(c_double)), ("n", c_size_t))
hx_bytes = _struct("hx_bytes", ("data", c_void_p), ("size", c_size_t))
hx_check_options = _struct("hx_check_options", ("size", c_size_t), *_texts("project_class", "crs", "slivers"),
                           ("claims", POINTER(hx_claim)), ("n_claims", c_size_t))
hx_polygon = _struct("hx_polygon", ("rings", POINTER(hx_ring)), ("n_rings", c_size_t))
hx_feature_area = _struct("hx_feature_area", ("feature_id", c_int64), *_texts("code", "zone"), ("area_m2", c_double))
hx_parcel_areas = _struct("hx_parcel_areas", ("parcel", c_size_t), ("area_m2", c_double), ("uncovered_m2", c_double),
                          ("features", POINTER(hx_feature_area)), ("n_features", c_size_t))
hx_document_options = _struct("hx_document_options", ("size", c_size_t),
                              *_texts("lang", "project_name", "project_code", "builder", "district", "source_file",
                                      "date"))
hx_keep_options = _struct("hx_keep_options", ("size", c_size_t),
                          *_texts("officer", "project_name", "project_code", "input_name"))
hx_kept = _struct("hx_kept", ("size", c_size_t), ("id", c_int64), ("kept_at", c_char * 31), ("sha256", c_char * 65))
hx_record = _struct("hx_record", ("id", c_int64),
                    *_texts("kind", "kept_at", "officer", "verdict", "project_name", "project_class", "area_basis",
                            "engine", "layers", "rules_sha256", "input_name", "input_sha256", "result_sha256"),
                    ("refers_to", c_int64), *_texts("reason", "previous_sha256", "sha256"))
hx_chain = _struct("hx_chain", ("size", c_size_t), ("sound", c_bool), ("n_rows", c_int64), ("head_id", c_int64),
                   ("head", c_char * 65), ("broken_id", c_int64), ("zh", c_char * 512), ("en", c_char * 512))
hx_difference = _struct("hx_difference", *_texts("path", "reported", "found", "against"))
hx_sentence = _struct("hx_sentence", *_texts("zh", "en"))
hx_verification = _struct("hx_verification", ("finding", hx_finding), ("differences", POINTER(hx_difference)),
                          ("n_listed", c_size_t), ("n_differences", c_size_t), ("missing", POINTER(hx_sentence)),
                          ("notes", POINTER(hx_sentence)), ("n_missing", c_size_t), ("n_notes", c_size_t),
                          ("record_id", c_int64), *_texts("verdict"))
hx_audit_progress = _struct("hx_audit_progress", ("done", c_int64), ("total", c_int64), ("seconds", c_double))
hx_audit_progress_fn = ctypes.CFUNCTYPE(c_bool, POINTER(hx_audit_progress), c_void_p)
hx_areas_fn = ctypes.CFUNCTYPE(c_bool, POINTER(hx_parcel_areas), c_void_p)
hx_record_fn = ctypes.CFUNCTYPE(c_bool, POINTER(hx_record), c_void_p)
hx_audit_options = _struct("hx_audit_options", ("size", c_size_t), ("progress", hx_audit_progress_fn),
                           ("user", c_void_p),
                           *_texts("layer", "project_class", "claims", "claim_field", "class_field", "id_field",
                                   "summary_html", "since"),
                           ("epsg", c_int), ("overlaps", c_bool), ("resume", c_bool), ("overwrite", c_bool),
                           ("within_spaces", c_bool), *_texts("compare", "official", "only_layer"),
                           ("threads", c_int), ("reserved", c_int))
hx_audit_note = _struct("hx_audit_note", ("code", c_char * 48), ("zh", c_char * 512), ("en", c_char * 512))
hx_audit_outcome = _struct("hx_audit_outcome", ("size", c_size_t), ("n_parcels", c_int64), ("n_unmeasured", c_int64),
                           ("n_findings", c_int64), ("by_verdict", c_int64 * 5), ("n_reused", c_int64),
                           ("resumed_after", c_int64), ("n_slivers", c_int64), ("n_new", c_int64),
                           ("n_still", c_int64), ("n_fixed", c_int64), ("n_not_examined", c_int64),
                           ("stopped", c_bool), ("finished_before", c_bool), ("seconds", c_double),
                           ("notes", hx_audit_note * 8), ("n_notes", c_size_t), ("n_notes_left_out", c_size_t),
                           ("since_zh", c_char * 128), ("since_en", c_char * 128))

_E, _B = POINTER(hx_error), POINTER(hx_bytes)
_AUDIT = [POINTER(hx_audit_options), POINTER(hx_audit_outcome), _E]
FUNCTIONS = {  # name: what it gives, what it takes; a store and a checker are void * here
    "hx_version": (c_char_p, []),
    "hx_abi": (c_int, []),
    "hx_layer_of": (POINTER(hx_layer), [POINTER(hx_parcel), c_char_p]),
    "hx_bytes_free": (None, [_B]),
    "hx_store_open": (hx_result, [c_char_p, POINTER(c_void_p), _E]),
    "hx_store_open_as_of": (hx_result, [c_char_p, c_char_p, POINTER(c_void_p), _E]),
    "hx_store_close": (None, [c_void_p]),
    "hx_store_refresh": (hx_result, [c_void_p, _E]),
    "hx_checker_new": (hx_result, [c_void_p, POINTER(c_void_p), _E]),
    "hx_checker_free": (None, [c_void_p]),
    "hx_checker_reader": (hx_result, [c_void_p, c_char_p, _E]),
    "hx_check_bytes": (hx_result, [c_void_p, c_void_p, c_size_t, POINTER(hx_check_options),
                                   POINTER(POINTER(hx_report)), _E]),
    "hx_check_rings": (hx_result, [c_void_p, POINTER(hx_ring), c_size_t, POINTER(hx_check_options),
                                   POINTER(POINTER(hx_report)), _E]),
    "hx_areas": (hx_result, [c_void_p, c_char_p, POINTER(hx_polygon), c_size_t, hx_areas_fn, c_void_p, _E]),
    "hx_report_write": (hx_result, [c_void_p, hx_format, POINTER(hx_document_options), _B, _E]),
    "hx_format_name": (c_char_p, [hx_format]),
    "hx_parcels_txt": (hx_result, [c_void_p, c_int, c_bool, _B, _E]),
    "hx_report_keep": (hx_result, [c_void_p, POINTER(hx_keep_options), POINTER(hx_kept), _E]),
    "hx_record_override": (hx_result, [c_void_p, c_int64, c_char_p, c_char_p, c_char_p, POINTER(hx_kept), _E]),
    "hx_records": (hx_result, [c_void_p, c_int64, c_int64, hx_record_fn, c_void_p, _E]),
    "hx_record_json": (hx_result, [c_void_p, c_int64, _B, _E]),
    "hx_record_report": (hx_result, [c_void_p, c_int64, _B, _E]),
    "hx_record_input": (hx_result, [c_void_p, c_int64, _B, _E]),
    "hx_records_verify": (hx_result, [c_void_p, c_char_p, POINTER(hx_chain), _E]),
    "hx_verify_report": (hx_result, [c_void_p, c_void_p, c_size_t, c_void_p, c_size_t,
                                     POINTER(POINTER(hx_verification)), _E]),
    "hx_audit_parcels": (hx_result, [c_void_p, c_char_p, c_char_p, *_AUDIT]),
    "hx_audit_lines": (hx_result, [c_void_p, c_char_p, *_AUDIT]),
    "hx_audit_figures": (hx_result, [c_void_p, c_char_p, *_AUDIT]),
    "hx_verdict_name": (c_char_p, [hx_verdict]),
    "hx_verdict_zh": (c_char_p, [hx_verdict]),
    "hx_status_name": (c_char_p, [hx_status]),
    "hx_status_zh": (c_char_p, [hx_status]),
}


def _load() -> ctypes.CDLL:
    name = f"libhongxian.so.{ABI}"
    try:
        library = ctypes.CDLL(name)
    except OSError as why:
        raise ImportError(f"找不到 {name}：请安装软件包 libhongxian{ABI}。 "
                          f"{name} was not found: install the package libhongxian{ABI}. ({why})") from None
    for function, (gives, takes) in FUNCTIONS.items():
        getattr(library, function).restype, getattr(library, function).argtypes = gives, takes
    if library.hx_abi() != ABI:
        raise ImportError(f"{name} 的接口号是 {library.hx_abi()}，本模块需要 {ABI}。 "
                          f"The interface of {name} has number {library.hx_abi()}; this module needs {ABI}.")
    return library


_library = _load()


def version() -> str:
    """The library's, "0.3.0"."""
    return _library.hx_version().decode()


# ---- what is given back ----

def _plain(kind: type, struct: Any, **counts: int) -> Any:
    """The dataclass `kind`, copied from the struct that has members of the same names."""
    return kind(**{f.name: _plain_member(struct, f.name, counts) for f in fields(kind)})


def _plain_member(struct: Any, name: str, counts: dict) -> Any:
    value = getattr(struct, name)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, c_int):
        return value.plain(value.value)
    if isinstance(value, float):
        return None if math.isnan(value) else value
    if isinstance(value, (ctypes._Pointer, ctypes.Array)):
        return [_plain_item(value[i]) for i in range(counts.get(name, getattr(struct, "n_" + name, 0)))]
    return _plain_item(value)


def _plain_item(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return _plain(_PLAIN[type(value)], value) if isinstance(value, ctypes.Structure) else value


@dataclass(frozen=True)
class Claim:
    """What a project claims of one layer (id, official table or title): to be of `project_class`, an `item` of it
    (from 1; 0: not named), shown by a document with its number, its date "2026-03-01", and who issued it."""
    layer: str
    project_class: str
    item: int = 0
    document: Optional[str] = None
    date: Optional[str] = None
    by: Optional[str] = None


@dataclass(frozen=True)
class Feature:
    """A feature that the parcel presses on. `width_m` is 2 area / perimeter, None where it was not needed."""
    feature_id: int
    code: str
    name: str
    zone: str
    area_m2: float
    width_m: Optional[float]
    sliver: bool


@dataclass(frozen=True)
class Zone:
    zone: str
    area_m2: float


@dataclass(frozen=True)
class Rule:
    """A clause that applies. `verdict` is the rule's own, `verdict_here` that for this parcel."""
    id: str
    verdict: Verdict
    severity: int
    title_zh: str
    title_en: str
    needs_zh: str
    needs_en: str
    basis: str
    confidence: str
    area_m2: Optional[float]
    class_assumed: bool
    verdict_here: Verdict
    paper_missing: bool


@dataclass(frozen=True)
class Layer:
    """How the parcel stands to one control layer. Figures are None where `status` says that they are not known."""
    layer: str
    title_zh: str
    title_en: str
    relation: Relation
    must: bool
    verdict: Verdict
    claimed: bool
    claim: Claim
    version: int
    synthetic: bool
    status: Status
    area_m2: Optional[float]
    share: Optional[float]
    sum_m2: Optional[float]
    uncovered_m2: Optional[float]
    inside: bool
    touches: bool
    features: list[Feature]
    zones: list[Zone]
    rules: list[Rule]
    reason_zh: str
    reason_en: str

    @property
    def is_clear(self) -> bool:
        """Covered, measured, and nothing pressed on."""
        return self.status is Status.CLEAR


@dataclass(frozen=True)
class Remark:
    code: str
    zh: str
    en: str


@dataclass(frozen=True)
class Parcel:
    id: str
    name: str
    area_m2: float
    geodesic_area_m2: Optional[float]
    standard_area_m2: Optional[float]
    verdict: Verdict
    summary_zh: str
    summary_en: str
    layers: list[Layer]
    remarks: list[Remark]

    def layer(self, layer: str) -> Optional[Layer]:
        """The layer with this id; None: it was not examined, which is not clear."""
        return next((found for found in self.layers if found.layer == layer), None)


@dataclass(frozen=True)
class Report:
    """`synthetic`: some layer is sample data (示例数据), not for decisions. `not_examined`: layers without data."""
    parcels: list[Parcel]
    verdict: Verdict
    synthetic: bool
    rules_version: str
    not_examined: list[str]


@dataclass(frozen=True)
class FeatureArea:
    feature_id: int
    code: str
    zone: str
    area_m2: float


@dataclass(frozen=True)
class ParcelAreas:
    """What one layer takes of one parcel. Only where `uncovered_m2` is 0 does "no features" mean clear."""
    parcel: int
    area_m2: float
    uncovered_m2: Optional[float]
    features: list[FeatureArea]


@dataclass(frozen=True)
class Kept:
    """A row of the record: its time (UTC) and its seal, the later anchor of ``Store.verify_chain``."""
    id: int
    kept_at: str
    sha256: str


@dataclass(frozen=True)
class Record:
    """`kind` is "check" or "override"; texts of the other kind are ""; `engine` and `layers` are JSON."""
    id: int
    kind: str
    kept_at: str
    officer: str
    verdict: str
    project_name: str
    project_class: str
    area_basis: str
    engine: str
    layers: str
    rules_sha256: str
    input_name: str
    input_sha256: str
    result_sha256: str
    refers_to: int
    reason: str
    previous_sha256: str
    sha256: str


@dataclass(frozen=True)
class Chain:
    """The record as one chain of seals. Broken: `sound` is False, `zh` and `en` say what is wrong."""
    sound: bool
    n_rows: int
    head_id: int
    head: str
    broken_id: int
    zh: str
    en: str


@dataclass(frozen=True)
class Difference:
    path: str
    reported: str
    found: str
    against: str


@dataclass(frozen=True)
class Sentence:
    zh: str
    en: str


@dataclass(frozen=True)
class Verification:
    """A report recomputed. At most 1000 `differences` are listed, all are counted in `n_differences`."""
    finding: Finding
    differences: list[Difference]
    n_differences: int
    missing: list[Sentence]
    notes: list[Sentence]
    record_id: int
    verdict: str


@dataclass(frozen=True)
class AuditProgress:
    """`total` is -1 while it is not known."""
    done: int
    total: int
    seconds: float


@dataclass(frozen=True)
class AuditNote:
    code: str
    zh: str
    en: str


@dataclass(frozen=True)
class AuditOutcome:
    """As hx_audit_outcome; `by_verdict` is indexed by ``Verdict.X.value``."""
    n_parcels: int
    n_unmeasured: int
    n_findings: int
    by_verdict: list[int]
    n_reused: int
    resumed_after: int
    n_slivers: int
    n_new: int
    n_still: int
    n_fixed: int
    n_not_examined: int
    stopped: bool
    finished_before: bool
    seconds: float
    notes: list[AuditNote]
    n_notes_left_out: int
    since_zh: str
    since_en: str


_PLAIN = {hx_claim: Claim, hx_feature_overlap: Feature, hx_zone_overlap: Zone, hx_rule: Rule, hx_layer: Layer,
          hx_remark: Remark, hx_parcel: Parcel, hx_feature_area: FeatureArea, hx_difference: Difference,
          hx_sentence: Sentence, hx_audit_note: AuditNote}


# ---- what is given ----

def _text(value: Optional[str]) -> Optional[bytes]:
    """UTF-8. A NUL would end the text unseen."""
    if value is None:
        return None
    if not isinstance(value, str) or "\0" in value:
        raise _refusal("bad-text", f"应是不含空字符的文本：{value!r}。",
                       f"A text without NUL is wanted, not {value!r}.")
    return value.encode("utf-8")


def _path(value: Union[str, os.PathLike]) -> bytes:
    path = os.fsencode(value)
    if b"\0" in path:
        raise _refusal("bad-text", "文件路径含有空字符。", "The path of the file has a NUL in it.")
    return path


def _refusal(code: str, zh: str, en: str) -> HongxianError:
    return HongxianError(Result.INVALID_INPUT, code, zh, en)


def _sized(kind: type, **members: Any) -> Any:
    return kind(size=ctypes.sizeof(kind), **members)


def _rings(rings: Iterable[Ring]) -> tuple:
    """The array of hx_ring, and its length."""
    made = []
    for ring in rings:
        points = [(float(point[0]), float(point[1])) for point in ring]
        lon, lat = (c_double * len(points))(*(p[0] for p in points)), (c_double * len(points))(*(p[1] for p in points))
        made.append(hx_ring(ctypes.cast(lon, POINTER(c_double)), ctypes.cast(lat, POINTER(c_double)), len(points)))
    return (hx_ring * len(made))(*made), len(made)


def _check_options(project_class, crs, slivers, claims) -> hx_check_options:
    claims = [hx_claim(_text(c.layer), _text(c.project_class), c.item, _text(c.document), _text(c.date), _text(c.by))
              for c in claims]
    if slivers is not None and not isinstance(slivers, str):
        slivers = ",".join(repr(float(value)) for value in slivers)
    return _sized(hx_check_options, project_class=_text(project_class), crs=_text(crs), slivers=_text(slivers),
                  claims=(hx_claim * len(claims))(*claims), n_claims=len(claims))


def _callback(kind: type, plain: type, function: Callable, raised: list) -> Any:
    """`function` for the library: it goes on unless that says False, or raises, which ends the call and is raised
    again behind it."""
    def call(struct, _user):
        try:
            return function(_plain(plain, struct.contents)) is not False
        except BaseException as why:  # pylint: disable=broad-except
            raised.append(why)
            return False
    return kind(call)


def _call(function: str, *arguments: Any, raised: Sequence[BaseException] = ()) -> None:
    e = hx_error()
    result = Result(getattr(_library, function)(*arguments, ctypes.byref(e)).value)
    if raised:
        raise raised[0]
    if result is not Result.OK:
        raise HongxianError(result, *(getattr(e, name).decode("utf-8", "replace") for name in ("code", "zh", "en")))


def _bytes_of(function: str, *arguments: Any) -> bytes:
    out = hx_bytes()
    _call(function, *arguments, ctypes.byref(out))
    try:
        return ctypes.string_at(out.data, out.size)
    finally:
        _library.hx_bytes_free(ctypes.byref(out))


# ---- stores ----

class Store:
    """A store opened for reading, with its current layer versions, or those in force `as_of` a day ("2026-01-31").

    Threads may share it. Used with ``with``, or closed by ``close``."""

    def __init__(self, path: Union[str, os.PathLike], as_of: Optional[str] = None):
        self._lock, self._running, self._handle, self._checkers = threading.RLock(), 0, None, {}
        handle = c_void_p()
        _call("hx_store_open_as_of", _path(path), _text(as_of), ctypes.byref(handle))
        self._handle = handle

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_why) -> None:
        self.close()

    def __del__(self):
        if getattr(self, "_handle", None):
            self.close()

    @contextlib.contextmanager
    def _use(self):
        """The handle, which nobody closes meanwhile."""
        with self._lock:
            if not self._handle:
                raise _refusal("closed", "数据库已关闭。", "The store is closed.")
            self._running += 1
        try:
            yield self._handle
        finally:
            with self._lock:
                self._running -= 1

    def _need_rest(self) -> None:
        if self._running:
            raise HongxianError(Result.CONFLICT, "busy", "数据库正在使用中：请等其他线程的调用结束。",
                                "The store is in use: wait for the calls of other threads to end.")

    def close(self) -> None:
        """Closes it and its checkers. Raises "busy" while another thread uses it; a second time does nothing."""
        with self._lock:
            self._need_rest()
            handle, self._handle = self._handle, None
            checkers, self._checkers = self._checkers, {}
        for checker in checkers.values():
            _library.hx_checker_free(checker)
        if handle:
            _library.hx_store_close(handle)

    def refresh(self) -> None:
        """Picks up layer versions that were imported since. Reports that were read stay as they are."""
        with self._use() as handle, self._lock:
            self._running -= 1
            try:
                self._need_rest()
                _call("hx_store_refresh", handle)
            finally:
                self._running += 1

    def checker(self, reader: Union[str, os.PathLike, None] = None) -> Checker:
        """A checker for the calling thread. `reader`: the program hongxian that reads Shapefiles and the like in a
        sandbox; without it that of the library's installation, then the first of PATH."""
        return Checker(self, reader)

    def override(self, id: int, verdict: str, reason: str, officer: str) -> Kept:
        """Keeps an officer's verdict ("restricted", ...) beside that of the kept check `id`, which stays."""
        kept = _sized(hx_kept)
        with self._use() as handle:
            _call("hx_record_override", handle, id, _text(verdict), _text(reason), _text(officer), ctypes.byref(kept))
        return _plain(Kept, kept)

    def records(self, after: int = 0, limit: int = 0) -> list[Record]:
        """Rows in the order of their ids, from behind `after`, at most `limit` (0: all)."""
        rows: list[Record] = []
        raised: list[BaseException] = []
        with self._use() as handle:
            each = _callback(hx_record_fn, Record, rows.append, raised)
            _call("hx_records", handle, after, limit, each, None, raised=raised)
        return rows

    def record(self, id: int) -> dict:
        """Row `id`, its overrides and its report, as GET /records/{id} answers."""
        with self._use() as handle:
            return json.loads(_bytes_of("hx_record_json", handle, id))

    def record_report(self, id: int) -> bytes:
        """The kept report, to the byte."""
        with self._use() as handle:
            return _bytes_of("hx_record_report", handle, id)

    def record_input(self, id: int) -> bytes:
        """The kept parcel file, to the byte."""
        with self._use() as handle:
            return _bytes_of("hx_record_input", handle, id)

    def verify_chain(self, anchor: Optional[str] = None) -> Chain:
        """Walks the whole record. `anchor`: a seal of an earlier day that must be found in it."""
        chain = _sized(hx_chain)
        with self._use() as handle:
            _call("hx_records_verify", handle, _text(anchor), ctypes.byref(chain))
        return _plain(Chain, chain)

    def audit_parcels(self, input: Union[str, os.PathLike], output: Union[str, os.PathLike],
                      progress: Optional[Callable[[AuditProgress], Any]] = None, **options: Any) -> AuditOutcome:
        """Every parcel of a file against the lines, into .gpkg, .csv, .geojsonl, .fgb or .xlsx. `options` are those
        of hx_audit_options by their names (threads, class_field, since, resume, overwrite, ...). `progress` is told
        some times a second; when it says False the audit stops, cleanly, and can be resumed."""
        return self._audit("hx_audit_parcels", [_path(input), _path(output)], progress, options)

    def audit_lines(self, output: Union[str, os.PathLike],
                    progress: Optional[Callable[[AuditProgress], Any]] = None, **options: Any) -> AuditOutcome:
        """Where layers do not lie to each other as their definitions say."""
        return self._audit("hx_audit_lines", [_path(output)], progress, options)

    def audit_figures(self, output: Union[str, os.PathLike],
                      progress: Optional[Callable[[AuditProgress], Any]] = None, **options: Any) -> AuditOutcome:
        """Areas of lines and spaces by region and prefecture, into .json, .csv or .html."""
        return self._audit("hx_audit_figures", [_path(output)], progress, options)

    def _audit(self, function: str, files: list, progress: Optional[Callable], options: dict) -> AuditOutcome:
        given, outcome, raised = _sized(hx_audit_options), _sized(hx_audit_outcome), []
        known = dict(hx_audit_options._fields_)
        for name, value in options.items():
            if name not in known or name in ("size", "progress", "user", "reserved"):
                raise TypeError(f"an audit has no option {name}")
            if known[name] is c_char_p and value is not None:
                value = _path(value) if isinstance(value, os.PathLike) else _text(value)
            setattr(given, name, value)
        if progress:
            given.progress = _callback(hx_audit_progress_fn, AuditProgress, progress, raised)
        with self._use() as handle:
            _call(function, handle, *files, ctypes.byref(given), ctypes.byref(outcome), raised=raised)
        return _plain(AuditOutcome, outcome, by_verdict=5)


# ---- checkers ----

class Checker:
    """Checks parcels, one after the other, in the thread that made it (``Store.checker``)."""

    def __init__(self, store: Store, reader: Union[str, os.PathLike, None] = None):
        self._store, self._thread, self._inside = store, threading.get_ident(), False
        handle = c_void_p()
        with store._use() as opened:
            _call("hx_checker_new", opened, ctypes.byref(handle))
            store._checkers[id(self)] = handle
        if reader is not None:
            with self._use() as own:
                _call("hx_checker_reader", own, _path(reader))

    def __enter__(self) -> Checker:
        return self

    def __exit__(self, *_why) -> None:
        self.close()

    def __del__(self):
        self._free()

    def _free(self) -> None:
        with self._store._lock:
            handle = self._store._checkers.pop(id(self), None)
        if handle:
            _library.hx_checker_free(handle)

    def close(self) -> None:
        """Frees it; reports that it gave stay. A second time does nothing."""
        self._need_own_thread()
        self._free()

    def _need_own_thread(self) -> None:
        if threading.get_ident() != self._thread:
            raise _refusal("wrong-thread", "检查器只能在创建它的线程中使用：请每个线程各建一个。",
                           "A checker is used in the thread that made it: make one in each thread.")
        if self._inside:
            raise _refusal("busy", "检查器正在调用此函数：回调中不能再用它。",
                           "The checker is calling this function, which must not use it.")

    @contextlib.contextmanager
    def _use(self):
        self._need_own_thread()
        with self._store._use():
            handle = self._store._checkers.get(id(self))
            if not handle:
                raise _refusal("closed", "检查器已关闭。", "The checker is closed.")
            self._inside = True
            try:
                yield handle
            finally:
                self._inside = False

    def check(self, parcel: Union[bytes, str, dict], *, project_class: Optional[str] = None,
              crs: Optional[str] = None, slivers: Union[str, Sequence[float], None] = None,
              claims: Iterable[Claim] = ()) -> Report:
        """Checks the bytes of a parcel file (at most 32 MB, the format is recognised), a text (WKT, coordinates), or
        a GeoJSON geometry, Feature or FeatureCollection as a dict.

        `project_class`: of the rule table, without it the strictest general rule. `crs`: "EPSG:4525", of a file that
        states none. `slivers`: (m2, m), at first (1.0, 0.10). `claims`: at most one of each layer."""
        if isinstance(parcel, dict):
            parcel = json.dumps(parcel, ensure_ascii=False)
        content = parcel.encode("utf-8") if isinstance(parcel, str) else bytes(parcel)
        options, report = _check_options(project_class, crs, slivers, claims), POINTER(hx_report)()
        with self._use() as handle:
            _call("hx_check_bytes", handle, content, len(content), ctypes.byref(options), ctypes.byref(report))
            return _plain(Report, report.contents)

    def check_rings(self, rings: Iterable[Ring], *, project_class: Optional[str] = None, crs: Optional[str] = None,
                    slivers: Union[str, Sequence[float], None] = None, claims: Iterable[Claim] = ()) -> Report:
        """One parcel of rings of (longitude, latitude), the outer one first, then holes. Options as of ``check``."""
        made, n = _rings(rings)
        options, report = _check_options(project_class, crs, slivers, claims), POINTER(hx_report)()
        with self._use() as handle:
            _call("hx_check_rings", handle, made, n, ctypes.byref(options), ctypes.byref(report))
            return _plain(Report, report.contents)

    def areas(self, layer: str, parcels: Iterable[Iterable[Ring]],
              each: Callable[[ParcelAreas], Any]) -> None:
        """What one layer takes of many parcels (each a list of rings), told to `each` in their order until it says
        False. Nothing is judged, overlapping features are not united. Gives the last report up."""
        rings = [_rings(parcel) for parcel in parcels]
        made = (hx_polygon * len(rings))(*(hx_polygon(r, n) for r, n in rings))
        raised: list[BaseException] = []
        with self._use() as handle:
            call = _callback(hx_areas_fn, ParcelAreas, each, raised)
            _call("hx_areas", handle, _text(layer), made, len(rings), call, None, raised=raised)

    def document(self, format: Union[str, Format] = "json", **options: Optional[str]) -> bytes:
        """The last check in a form ("json", "geojson", "text", "csv", "xlsx", "html", "pdf"). `options`: lang ("zh",
        "en"), project_name, project_code, builder, district, source_file, date ("2026-01-31"; today in China)."""
        form = format if isinstance(format, Format) else Format.__members__.get(str(format).upper())
        if form is None:
            raise _refusal("unknown-format", f"没有这种格式：{format}。", f"There is no such format: {format}.")
        given = _sized(hx_document_options, **{name: _text(value) for name, value in options.items()})
        with self._use() as handle:
            return _bytes_of("hx_report_write", handle, form.value, ctypes.byref(given))

    def parcels_txt(self, zone: int = 0, utf8: bool = False) -> bytes:
        """The parcels of the last check as 国土TXT, in GB18030 unless `utf8`. `zone`: 25-45 (3 degrees), 13-23
        (6 degrees), 0 that of the first parcel."""
        with self._use() as handle:
            return _bytes_of("hx_parcels_txt", handle, zone, utf8)

    def keep(self, officer: str, project_name: Optional[str] = None, project_code: Optional[str] = None,
             input_name: Optional[str] = None) -> Kept:
        """Keeps the last check in the record, input and report byte for byte; once ("kept-already")."""
        given = _sized(hx_keep_options, officer=_text(officer), project_name=_text(project_name),
                       project_code=_text(project_code), input_name=_text(input_name))
        kept = _sized(hx_kept)
        with self._use() as handle:
            _call("hx_report_keep", handle, ctypes.byref(given), ctypes.byref(kept))
        return _plain(Kept, kept)

    def verify_report(self, report: bytes, input: Optional[bytes] = None) -> Verification:
        """Recomputes a report (JSON) from the versions, rules and input that it names; without `input` the store must
        have kept it. Ends the last check."""
        out = POINTER(hx_verification)()
        with self._use() as handle:
            _call("hx_verify_report", handle, report, len(report), input, len(input or b""), ctypes.byref(out))
            return _plain(Verification, out.contents, differences=out.contents.n_listed)
