#!/usr/bin/env python3
"""Recomputes a published selection from GET /api/v1/exports/campaigns/{id} alone: python3 docs/recompute.py export.json

It finds what `xianfeng verify-campaign` finds and shares no line with it. With whole numbers only, every named step
rounded half up, whatever language it is written in arrives at the same integers. Prints the order and the awards; or
everything that does not agree, and ends with 1.
"""
import hashlib
import json
import math
import sys

FULL = 10000                # the best score of a part and of a whole
FULL_OF_JUDGES = 1000000    # judges' averages are kept in hundredths
SECRET_BELOW = 10           # with fewer ballots only the decision is published
MOST_OWNERS = 2             # an entry is the own one of who leads it and of who wrote it


# --- scores

def half_up(a, b):
    """a / b, halves up; b > 0."""
    return (2 * a + b) // (2 * b)


def score(rule, x, column, full):
    """One raw value by the named rule, 0 to 10000, among all raw values of its column."""
    if rule in ("share_of_ballots", "share_of_full", "share_of_leader"):
        of = max(column) if rule == "share_of_leader" else full
        return min(max(half_up(x * FULL, of), 0), FULL) if of > 0 else 0
    if rule == "min_max":
        low, high = min(column), max(column)
        return half_up((x - low) * FULL, high - low) if high > low else FULL
    # z: 5000 + 1000 (n x - s) / root(spread), where the quotient is rounded and the root is not
    n, s = len(column), sum(column)
    spread, away = n * sum(v * v for v in column) - s * s, 1000 * (n * x - s)
    if spread <= 0:
        return FULL // 2
    root = math.isqrt(4 * away * away // spread)
    up = root if root * root * spread == 4 * away * away else root + 1
    return min(max(FULL // 2 + ((root + 1) // 2 if away >= 0 else -(up // 2)), 0), FULL)


def averages(export, rule):
    """What judges gave every entry together, in hundredths."""
    rows, how, least = {}, rule.get("averaging", "plain"), rule.get("least", 0)
    for cell in export["scores"]:
        if cell["source"] == rule["source"]:
            rows.setdefault(cell["judge"], {})[cell["entry_id"]] = cell["total"]
    if how == "z_score":    # a judge who scored too few has no spread of his own, and is left out
        rows = {judge: {entry: score("z", x, row.values(), 0) for entry, x in row.items()}
                for judge, row in rows.items() if len(row) >= max(least, 2)}
    given = {}
    for row in rows.values():
        for entry, total in row.items():
            given.setdefault(entry, []).append(total)
    trims = lambda totals: how == "trimmed" and len(totals) >= max(least, 3)
    kept = {entry: sorted(totals)[1:-1] if trims(totals) else totals for entry, totals in given.items()}
    return {entry: half_up(sum(totals) * 100, len(totals)) for entry, totals in kept.items()}


# --- results

def contends(terms, entry):
    """Whether an entry was judged and takes part in the result."""
    voted = any(rule["source"] == "vote" for rule in terms["sources"])
    bars = (terms.get("missing") or {}).get("off_ballot") == "ineligible"
    return entry["number"] is not None and not (voted and bars and entry.get("on_ballot") is False)


def compute(export, terms):
    """Every entry that contends with its total, its rank and the parts of it, as results are published."""
    vote = export["vote"] or {"totals": [], "ballots_counted": 0}
    votes = {total["entry_id"]: total["votes"] for total in vote["totals"]}
    raw = {rule["source"]: votes if rule["source"] == "vote" else averages(export, rule) for rule in terms["sources"]}
    given = {(cell["source"], cell["entry_id"]) for cell in export["scores"]} | {("vote", entry) for entry in votes}
    missing = terms.get("missing")

    def is_nought(source, entry):
        """Where an entry counts as 0: off the ballot, or passed over by judges who could have scored it."""
        if not missing or (source, entry["id"]) in given:
            return False
        passed_over = missing.get("unscored", "zero") == "zero" and source not in entry.get("exempt", [])
        return source == "vote" or passed_over and any(source == one for one, _ in given)

    def parts_of(entry, group):
        parts = []
        for rule in terms["sources"]:
            source, column = rule["source"], raw[rule["source"]]
            full = vote["ballots_counted"] if source == "vote" else FULL_OF_JUDGES
            value, among = column.get(entry["id"]), [column[one["id"]] for one in group if one["id"] in column]
            found = score(rule["rule"], value, among, full) if value is not None else None
            found = 0 if found is None and is_nought(source, entry) else found
            parts.append({"source": source, "raw": value, "rule": rule["rule"], "score": found, "weight": rule["weight"]})
        present = sum(part["weight"] for part in parts if part["score"] is not None)
        for part in parts:
            is_there = part["score"] is not None and present > 0
            part["contribution"] = half_up(part["score"] * part["weight"], present) if is_there else 0
        return parts

    results = []
    for category in terms["categories"] if terms["sources"] else []:
        group = [entry for entry in export["entries"]
                 if entry["category"] == category["code"] and contends(terms, entry)]
        found = []
        for entry in group:
            parts = parts_of(entry, group)
            found.append({"entry_id": entry["id"], "category": category["code"], "parts": parts,
                          "total": sum(part["contribution"] for part in parts),
                          "missing": sum(part["score"] is None for part in parts)})
        keys = [key_of(terms, result) for result in found]
        for result, key in zip(found, keys):
            result["rank"] = 1 + sum(other > key for other in keys)
            result["tied"] = keys.count(key) > 1
        results += sorted(found, key=lambda result: (result["rank"], result["entry_id"]))
    return results


def key_of(terms, result):
    """The total, then the scores by which equals are told apart; a missing score is below every other."""
    scores = {part["source"]: part["score"] for part in result["parts"]}
    known = lambda source: -1 if scores.get(source) is None else scores[source]
    return [result["total"]] + [known(source) for source in terms.get("tie_order", [])]


# --- awards

def headings_of(terms):
    """The headings in their order; one for each category where none are written out."""
    return terms.get("awards") or [{**category, "category": category["code"]} for category in terms["categories"]]


def propose(terms, judged):
    """Who is awarded by the order alone: headings of a category first, then those that span categories."""
    awards, edges, taken, units = [], [], set(), set()
    once = terms.get("one_award_per_unit", True)
    headings = headings_of(terms)
    for heading in sorted(headings, key=lambda heading: heading.get("category") is None):
        left = [one for one in judged.values() if one["id"] not in taken
                and heading.get("category") in (None, one["category"])]
        given = 0
        for key in sorted({tuple(one["key"]) for one in left}, reverse=True):
            free = sorted((one for one in left if tuple(one["key"]) == key and not (once and one["unit"] in units)),
                          key=lambda one: one["id"])
            most = len({one["unit"] for one in free}) if once else len(free)
            places = min(most, heading["quota"] - given)
            if places == 0:
                continue
            if places == len(free):
                awards += [{"entry_id": one["id"], "heading": heading["code"], "place": given + 1, "shared": places > 1}
                           for one in free]
            else:           # equals at the edge of a quota: choosing among them is no computation
                edges.append({"heading": heading["code"], "places": places, "entry_ids": [one["id"] for one in free]})
            taken |= {one["id"] for one in free}
            units |= {one["unit"] for one in free}
            given += places
    return {"awards": awards, "edges": edges}


def is_proposed(proposal, line):
    same = [award for award in proposal["awards"] if award["entry_id"] == line["entry_id"]]
    return bool(same) and (same[0]["heading"], same[0]["place"]) == (line["heading"], line["place"])


def is_confirmation(proposal, lines):
    """Where no committee is planned nobody departs from what was computed; only ties at an edge are decided."""
    edges = proposal["edges"]
    chosen = lambda edge: [line for line in lines
                           if line["entry_id"] in edge["entry_ids"] and line["heading"] == edge["heading"]]
    at_an_edge = {entry for edge in edges for entry in edge["entry_ids"]}
    return (all(any(line["entry_id"] == award["entry_id"] for line in lines) for award in proposal["awards"])
            and all(len(chosen(edge)) == edge["places"] for edge in edges)
            and all(is_proposed(proposal, line) or line["entry_id"] in at_an_edge for line in lines))


def in_title_marks(title):
    """A title in 《》; marks that it has itself become 〈〉, and those around all of it are the same ones."""
    inner = title[1:-1] if len(title) > 1 and title[0] + title[-1] == "《》" else "《"
    title = title if set(inner) & set("《》") else inner
    return f"《{title.translate(str.maketrans('《》〈〉', '〈〉《》'))}》"


def decision_faults(terms, judged, proposal, decision):
    """Headings, categories, units, quotas and places; and a reason for every departure from what was computed."""
    lines, left_out = decision["awards"], decision["left_out"]
    headings = {heading["code"]: heading for heading in headings_of(terms)}
    entries, units = set(), set()
    for line in lines:
        heading, entry = headings.get(line["heading"]), judged.get(line["entry_id"])
        if heading is None:
            yield "没有这个奖项：" + line["heading"]
        if entry is None:
            yield "获奖的申报没有参加评选：" + line["entry_id"]
        if heading is None or entry is None:
            continue
        if heading.get("category") not in (None, entry["category"]):
            yield "获奖的申报不属于该奖项的类别：" + line["entry_id"]
        if entry["id"] in entries:
            yield "同一项申报不能获奖两次：" + line["entry_id"]
        if terms.get("one_award_per_unit", True) and entry["unit"] in units:
            yield "按规则每个单位最多获奖一次：" + line["entry_id"]
        entries.add(entry["id"])
        units.add(entry["unit"])
    for heading in headings.values():
        places = [line["place"] for line in lines if line["heading"] == heading["code"]]
        if len(places) > heading["quota"]:
            yield f"{heading['title']}最多 {heading['quota']} 个名额"
        if any(place != 1 + sum(other < place for other in places) for place in places):
            yield f"{heading['title']}的名次须从 1 起连续，并列的占用后面的名次"
    if proposal and any(not line["reason"] and not is_proposed(proposal, line) for line in lines):
        yield "奖项或名次与计算结果不同，须写明理由"
    awarded, named = {line["entry_id"] for line in lines}, {left["entry_id"] for left in left_out}
    computed = [award["entry_id"] for award in proposal["awards"]] if proposal else []
    at_an_edge = [entry for edge in proposal["edges"] for entry in edge["entry_ids"]] if proposal else []
    if named & awarded or named - {*computed, *at_an_edge} or len(named) != len(left_out):
        yield "只列出计算结果中获奖而决定未列入的申报，每项一次"
    for entry in computed:
        if entry not in awarded | named:
            yield f"计算结果中获奖的{judged[entry]['name']}未列入，须写明理由"
            break
    if not all(left["reason"] for left in left_out):
        yield "未列入的申报须写明理由"


# --- what an export claims

def vote_faults(export, rules):
    vote, terms = export["vote"], rules["terms"]
    if vote is None:
        if any(rule["source"] == "vote" for rule in terms["sources"]):
            yield "评选规则有投票，却没有投票结果"
        return
    ballot, ballots = terms.get("ballot") or {}, vote["ballots_counted"]
    if vote["electorate"] != rules["roll"]["members"]:
        yield "选民人数与规则中的选民名册不符"
    if ballots > vote["ballots_cast"]:
        yield "计入的票数多于投出的票数"
    if vote["voters"] > vote["electorate"]:
        yield "投票人数多于选民人数"
    if ballot.get("period", "whole") == "whole" and ballots > vote["electorate"]:
        yield "票数多于选民人数"
    if vote["withheld"] != (ballots < SECRET_BELOW):
        yield "不足十票时不公布得票"
    if vote["withheld"]:
        return
    receipts = export["receipts"]
    lines = "".join(receipt + "\n" for receipt in receipts)
    if receipts != sorted(receipts) or hashlib.sha256(lines.encode()).hexdigest() != vote["receipts_sha256"]:
        yield "回执清单与其 SHA-256 不符"
    if len(receipts) != ballots:
        yield "回执数与票数不符"
    if len(set(receipts)) != len(receipts):
        yield "回执有重复"
    votes = [total["votes"] for total in vote["totals"]]
    most = ballot.get("max")
    most = sum(category["quota"] for category in terms["categories"]) if most is None else most
    # whose own entries were on the ballot had fewer to choose from
    least = min(ballot.get("min", 1), len(votes)) if ballot.get("self_voting") else 1
    if not ballots * least <= sum(votes) <= ballots * most:
        yield "得票总数与票数不符"
    if not all(0 <= given <= ballots for given in votes):
        yield "有作品的得票多于票数"
    listed = {total["entry_id"] for total in vote["totals"]}
    # where the rules say what holds for those that were not on it, an export says which these are
    untold = [None] if terms.get("missing") is None else []
    if not all(entry.get("on_ballot") in [entry["id"] in listed, *untold] for entry in export["entries"]):
        yield "列入选票的申报与得票清单不符"


def exemption_faults(export, terms):
    """An entry is exempt from a source where it is the own one of everybody who judges there."""
    judged = {rule["source"] for rule in terms["sources"]} - {"vote"}
    scored = {(cell["source"], cell["entry_id"]) for cell in export["scores"]}
    exempt = [(source, entry["id"]) for entry in export["entries"] for source in entry.get("exempt", [])]
    if any(source not in judged for source, _ in exempt):
        yield "有申报列为无人可评，规则却没有这项评审"
    if any(one in scored for one in exempt):
        yield "有申报列为无人可评，却有这项评审的评分"
    if len(set(terms.get("expert_ids", []))) > MOST_OWNERS and any(source == "expert" for source, _ in exempt):
        yield "有申报列为无专家可评，专家却多于其负责人和填报人"


def award_faults(export, terms, results):
    decisions, awards = export.get("decisions", []), export.get("awards", [])
    if not decisions:
        if awards:
            yield "没有决定，却有获奖"
        return
    keys = {result["entry_id"]: key_of(terms, result) for result in results}
    judged = {entry["id"]: {"id": entry["id"], "unit": entry["unit_id"], "category": entry["category"],
                            "name": entry["unit"] + in_title_marks(entry["title"]),
                            "key": keys.get(entry["id"], [])}
              for entry in export["entries"] if contends(terms, entry)}
    proposal = propose(terms, judged) if results else None
    if not agrees(proposal, export.get("proposal")):
        yield "公布的计算建议与按规则重算的不符"
    has_committee = any(plan["stage"] == "committee" for plan in terms["timetable"])
    for version, decision in enumerate(decisions, 1):
        for fault in decision_faults(terms, judged, proposal, decision):
            yield f"第 {version} 次决定：{fault}"
        if not has_committee and proposal and not is_confirmation(proposal, decision["awards"]):
            yield f"第 {version} 次决定：没有党委研究阶段，却与计算结果不同"
        if decision["version"] != version or version > 1 and not decision["reason"]:
            yield f"第 {version} 次决定：版本不连续，或没有理由"
    line = lambda award: (award["entry_id"], award["heading"], award["place"])
    if awards and sorted(map(line, awards)) != sorted(map(line, decisions[-1]["awards"])):
        yield "公布的获奖与最后的决定不符"
    if awards and export["objections"]["open"] > 0:
        yield "尚有异议未答复，结果却已公布"


def agrees(computed, published):
    """Whether what is published is what was computed; it may say more besides."""
    if isinstance(computed, dict):
        return isinstance(published, dict) and all(agrees(value, published.get(name)) for name, value in computed.items())
    if isinstance(computed, list):
        same = isinstance(published, list) and len(computed) == len(published)
        return same and all(map(agrees, computed, published))
    return computed == published


def verify(export):
    """The recomputed results, and everything that does not agree with them."""
    rules, faults = json.loads(export["rules_text"]), []
    if export["format"] not in ("xianfeng-campaign-export/1", "xianfeng-campaign-export/2"):
        faults.append("文件格式不对")
    if hashlib.sha256(export["rules_text"].encode()).hexdigest() != export["rules_sha256"]:
        faults.append("评选规则与其 SHA-256 不符")
    terms, vote = rules["terms"], export["vote"]
    faults += vote_faults(export, rules)
    if not all(0 <= cell["total"] <= FULL for cell in export["scores"]):
        faults.append("有评分超出 0 到 10000")
    faults += exemption_faults(export, terms)
    results = [] if vote and vote["withheld"] else compute(export, terms)
    if not agrees(results, export["results"]):
        faults.append("公布的得分和名次与按规则重算的不符")
    return results, faults + list(award_faults(export, terms, results))


def main(path):
    try:
        with open(path, encoding="utf-8") as file:
            export = json.load(file)
        export.setdefault("scores", [])
        results, faults = verify(export)
    except (AttributeError, KeyError, TypeError, ValueError):
        sys.exit("这不是评选结果的导出文件")
    if faults:
        sys.exit("\n".join(faults))
    titles = {entry["id"]: entry["title"] for entry in export["entries"]}
    for result in results:
        print(result["rank"], titles[result["entry_id"]], result["total"])
    for line in export["decisions"][-1]["awards"] if export.get("decisions") else []:
        print(line["heading"], line["place"], titles[line["entry_id"]], line["reason"] or "")


if __name__ == "__main__":
    main(*sys.argv[1:])
