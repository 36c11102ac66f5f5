"""Whether a statement runs on the GPU, found out before it is timed: by `gpu.py` and `gpu_ssb.py`."""

from __future__ import annotations

import re
import time
import typing

import versus

WARM_SECONDS = 1


class Placement(typing.NamedTuple):
    why_not: str = ""  # the engine's reason not to run the pipeline over the large table on the GPU; "" if it runs there
    elsewhere: str = ""  # pipelines that the CPU runs in spite of that, as build sides of joins, with the engine's reason


def settings(device: str, software: bool) -> list[str]:
    lines = ["set statistics_answers=false", f"set backend='{device}'", "set gpu_fallback='error'", "set cache_size_mb=65536"]
    return lines + (["set gpu_adapter='software'"] if software and device == "gpu" else [])


def reason(error: str) -> str:
    """What comes after "declined", if that is what the error is about."""
    plain = error.split(" (while it ran")[0].split("; see trueno doctor")[0].replace("|", "/")
    return plain.split("declined: ")[-1]


def measured(device: str) -> list[str]:
    """What lets the engine choose by itself: every device measured, nothing learned from the runs that are timed."""
    return ["set dispatch_learning=false", "select count(*) from trueno_calibrate()"] if device == "gpu" else []


def find(engine: versus.Engine, sql: str, table: str, backend: str = "gpu") -> Placement:
    """From EXPLAIN, which refuses nothing: over the same tables, as the order of joins depends on how large they are."""
    engine.ask("set gpu_fallback='silent'")
    engine.ask(f"set backend='{backend}'")
    explained = engine.ask_again(f"explain {sql}")
    if "error" in explained:
        return Placement(reason(explained["error"]))
    text = {key: [row["explain_value"] for row in explained["rows"] if row["explain_key"] == key] for key in ("kernel program", "placement")}
    sources = re.findall(r"^pipeline: (.*) -> ", "\n".join(text["kernel program"]), re.M)
    places = re.findall(r"^pipeline (\d+) on (.*?): (.*)", "\n".join(text["placement"]), re.M)
    large, elsewhere = [], []
    for number, device, why in places:
        source = sources[int(number) - 1]
        found = "" if device.startswith("webgpu") else f"{source}: {reason(why).split(', predicted')[0]}"
        if source.split(",")[0] == f"table {table}":
            large.append(found)
        elif found:
            elsewhere.append(found)
    if not large or any(large):
        return Placement("; ".join(filter(None, large)) or f"EXPLAIN shows no pipeline over {table}")
    return Placement("", "; ".join(elsewhere))


def prepare(engine: versus.Engine, sql: str, table: str) -> Placement:
    """Moves the columns and compiles; from then on the engine chooses, pipeline by pipeline. Where each runs then."""
    engine.ask("set backend='gpu'")
    for _ in range(2):
        engine.ask_again(sql)
    place = find(engine, sql, table, "cost")
    return place._replace(why_not="") if place.why_not else place


def warm_up(engine: versus.Engine, sql: str):
    """A card that was idle runs at a fraction of its clock (a Vulkan queue on an H100: 435 of 1,980 MHz), and takes a while of work to leave that."""
    began = time.perf_counter()
    while time.perf_counter() - began < WARM_SECONDS:
        engine.ask(sql)


def failure(answer: dict) -> str:
    """Why a statement that was found to run on the GPU did not."""
    if "error" in answer:
        return reason(answer["error"])
    return "" if "webgpu" in answer["devices"] else f"chose {answer['devices']}"


def notes(places: dict[str, Placement]) -> list[str]:
    """What the asterisks of the table stand for, a line a reason."""
    queries = {}
    for name, place in places.items():
        if place.elsewhere and not place.why_not:
            queries.setdefault(place.elsewhere, []).append(name)
    return [""] + [f"\\* {', '.join(names)}: not on the GPU but on the CPU: {text}." for text, names in queries.items()] if queries else []
