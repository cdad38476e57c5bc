#!/usr/bin/env python3
"""Arrives at the boards of a closed period from their proof alone: python3 recompute_points.py FILE

FILE is what GET /api/v1/exports/points-proof gave. Prints each board as measure, rank, who and points, and ends with 1
where the file says otherwise. It shares no line with the program."""
import json
import sys
from datetime import date, datetime, timedelta
from fractions import Fraction

PERIODS = ["day", "week", "month", "quarter", "year", "all"]
EPOCH = datetime.fromisoformat("2025-01-01T00:00:00+08:00")
MASK = 2**64 - 1

def mix(n):
    n = n + 0x9E3779B97F4A7C15 & MASK
    n = (n ^ n >> 30) * 0xBF58476D1CE4E5B9 & MASK
    n = (n ^ n >> 27) * 0x94D049BB133111EB & MASK
    return n ^ n >> 31

def lot(who):  # what decides between equals
    high, low = divmod(int(who.replace("-", ""), 16), 2**64)
    return mix(mix(mix(start) ^ high) ^ low)

lines = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
opening, members, branches = ([line[kind] for line in lines if kind in line] for kind in ("opening", "member", "branch"))
opening, same = opening[0], lines[-1].get("ending", {}).get("members") == len(members)
start = (date.fromisoformat(opening["from"]) - date(1970, 1, 1)).days << 3 | PERIODS.index(opening["period"])
for measure in opening["measures"]:
    board, sums = [], {branch["id"]: [0, 0] for branch in branches}
    for member in members:
        counted = [e for e in member["entries"] if e["points"] and measure in ("total", e["dimension"])]
        score = sum(e["points"] for e in counted)
        if score > 0 and member["on_boards"]:
            at = max(datetime.fromisoformat(e["at"]) for e in counted)  # tenths of a second tell who was there first
            board.append((-score, max((at - EPOCH) // timedelta(milliseconds=100), 1), lot(member["id"]), member["id"], member))
            if member["branch"]:
                sums[member["branch"]] = [a + b for a, b in zip(sums[member["branch"]], (score, 1))]
    for rank, (less, _, _, _, member) in enumerate(sorted(board, key=lambda line: line[:4]), 1):
        same &= member["boards"].get(measure) == {"rank": rank, "score": -less}
        print(measure, rank, member["employee_no"], -less)
    told = {b["id"]: b["boards"][measure] for b in branches if measure in b["boards"]}
    if opening["part"] == "branches":  # of some only the rank is told
        sums = {who: [place["total"], place["participants"]] for who, place in told.items() if place["total"] is not None}
    mean = {b["id"]: Fraction(sums[b["id"]][0], b["active_members"]) for b in branches if b["id"] in sums and b["id"] in told}
    for rank, who in zip(sorted(told[who]["rank"] for who in mean), sorted(mean, key=lambda w: (-mean[w], -sums[w][0], lot(w), w))):
        same &= told[who] == {"rank": rank, "total": sums[who][0], "participants": sums[who][1]}
        print(measure, rank, who, float(mean[who]))
sys.exit(0 if same else 1)
