#!/usr/bin/env python3
"""Recomputes a published selection from GET /api/v1/campaigns/{id}/export alone: python3 docs/recompute.py export.json"""
import hashlib, json, math, sys

def half_up(a, b):                       # a / b, halves up; b > 0
    return (2 * a + b) // (2 * b)

def score(rule, x, column, full):        # one raw value by the named rule, 0 to 10000
    if rule in ("share_of_ballots", "share_of_full", "share_of_leader"):
        of = max(column) if rule == "share_of_leader" else full
        return min(max(half_up(x * 10000, of), 0), 10000) if of > 0 else 0
    if rule == "min_max":
        low, high = min(column), max(column)
        return half_up((x - low) * 10000, high - low) if high > low else 10000
    n, s = len(column), sum(column)      # z: 5000 + 1000 (n x - s) / root(spread)
    spread, away = n * sum(v * v for v in column) - s * s, 1000 * (n * x - s)
    root = math.isqrt(4 * away * away // spread) if spread > 0 else 0
    up = root if root * root * spread == 4 * away * away else root + 1
    return min(max(5000 + ((root + 1) // 2 if away >= 0 else -(up // 2)), 0), 10000)

def averages(source):                    # judges' totals of every entry, in hundredths
    rows, how, least = {}, source["averaging"], source["least"]
    for c in (c for c in export["scores"] if c["source"] == source["source"]):
        rows.setdefault(c["judge"], {})[c["entry_id"]] = c["total"]
    if how == "z_score":
        rows = {j: {e: score("z", x, row.values(), 0) for e, x in row.items()} for j, row in rows.items() if len(row) >= max(least, 2)}
    given = {e: sorted(row[e] for row in rows.values() if e in row) for row in rows.values() for e in row}
    kept = {e: v[1:-1] if how == "trimmed" and len(v) >= max(least, 3) else v for e, v in given.items()}
    return {e: half_up(sum(v) * 100, len(v)) for e, v in kept.items()}

export = json.load(open(sys.argv[1], encoding="utf-8"))
assert hashlib.sha256(export["rules_text"].encode()).hexdigest() == export["rules_sha256"], "rules"
terms, vote = json.loads(export["rules_text"])["terms"], export["vote"] or {"totals": [], "ballots_counted": 0, "withheld": False}
if vote["withheld"]: sys.exit("fewer than ten ballots: only the decision is published")
lines = "".join(r + "\n" for r in sorted(set(export["receipts"]))).encode()
assert not export["vote"] or hashlib.sha256(lines).hexdigest() == vote["receipts_sha256"], "receipts"
raw = {s["source"]: {t["entry_id"]: t["votes"] for t in vote["totals"]} if s["source"] == "vote" else averages(s) for s in terms["sources"]}
missing = terms.get("missing")           # rules frozen before there was such a rule leave out whatever is missing
def nought(source, entry):               # where an entry counts as 0: off the ballot, or passed over by judges who could have scored it
    if not missing or entry["id"] in raw[source] or source == "vote": return bool(missing) and entry["id"] not in raw[source]
    given = {c["entry_id"] for c in export["scores"] if c["source"] == source}
    return missing["unscored"] == "zero" and bool(given) and entry["id"] not in given and source not in entry["exempt"]
barred = {e["id"] for e in export["entries"] if missing and missing["off_ballot"] == "ineligible" and "vote" in raw and e["id"] not in raw["vote"]}
full, results, titles = {"vote": vote["ballots_counted"]}, [], {e["id"]: e["title"] for e in export["entries"]}
for category in terms["categories"]:
    judged = {e["id"]: e for e in export["entries"] if e["category"] == category["code"] and e["number"] and terms["sources"]}
    group, order = [e for e in judged if e not in barred], []
    for entry in group:
        scores = {s["source"]: score(s["rule"], raw[s["source"]][entry], [raw[s["source"]][e] for e in group if e in raw[s["source"]]],
                  full.get(s["source"], 10**6)) for s in terms["sources"] if entry in raw[s["source"]]}
        scores.update({s["source"]: 0 for s in terms["sources"] if nought(s["source"], judged[entry])})
        weights = {s["source"]: s["weight"] for s in terms["sources"] if s["source"] in scores}
        total = sum(half_up(scores[s] * w, sum(weights.values())) for s, w in weights.items())
        order.append(([total] + [scores.get(s, -1) for s in terms["tie_order"]], entry))
    results += [(e, k[0], 1 + sum(o > k for o, _ in order)) for k, e in sorted(order, reverse=True)]
assert {(r["entry_id"], r["total"], r["rank"]) for r in export["results"]} == set(results), "results differ"
print("\n".join(f"{rank} {titles[e]} {total}" for e, total, rank in results))
for a in export["decisions"][-1]["awards"] if export.get("decisions") else []: print(a["heading"], a["place"], titles[a["entry_id"]], a["reason"] or "")
