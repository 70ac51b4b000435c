#!/usr/bin/env python3
"""Holds the sample county together: usage check_sample.py DIR (packs/county/sample).

The measurements of the hand-out rest on these files, so a slip in one of them would be
counted against the program. Every fault is printed, one a line; exit 1 if there was any."""
import calendar
import csv
import datetime
import io
import pathlib
import re
import sys

REPORT_DAY = datetime.date(2026, 1, 21)
LAST_YEAR_ISSUED = datetime.date(2025, 2, 7)
YEAR_END = datetime.date(2026, 12, 31)
ROLES = {"leader", "supervisor", "head", "liaison", "viewer", "sysadmin", "secadmin", "auditor"}
ADMINISTRATORS = ("sysadmin", "secadmin", "auditor")
SCOPES = {"unit", "subtree"}
WORKING_KINDS = {"department", "branch", "park", "enterprise", "town", "township", "mass", "party-body", "office", "supervision"}
ALL_TOWNSHIPS = "各乡镇"
VAGUE_SUPPORT = {ALL_TOWNSHIPS, "各有关部门", "有关乡镇", "各审批单位"}
HEADS = {
    "units.csv": "code,name,short,kind,parent,duties,former names,valid from,valid to",
    "people.csv": "name,unit,post,duties,login,phone",
    "assignment-2025.csv": "序号,任务类别,工作任务,目标要求,责任领导,牵头单位,配合单位,完成时限",
    "answers-2026.csv": "task,lead,support,leader,due",
}
DAYS_WITH_NAMES = {"春节前": (2, 16), "“五一”前": (4, 30), "“八一”前": (7, 31), "国庆节前": (9, 30), "秋季学期开学前": (8, 31),
                   "7月下旬": (7, 31), "上半年、下半年": (12, 31), "上半年": (6, 30), "一季度": (3, 31), "三季度": (9, 30),
                   "年内": (12, 31), "年底前": (12, 31), "全年": (12, 31)}

faults = []


def fault(where, what):
    faults.append(f"{where}: {what}")


def read_text(path):
    data = path.read_bytes()
    if data.startswith(b"\xef\xbb\xbf") or b"\r" in data or not data.endswith(b"\n"):
        fault(path.name, "must be UTF-8 without a mark, with LF at every line's end")
    return data.decode("utf-8")


def read_table(folder, name):
    head = HEADS[name].split(",")
    rows = list(csv.reader(io.StringIO(read_text(folder / name), newline=""), strict=True))
    if rows[0] != head:
        fault(name, f"columns are {rows[0]}")
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(head) or any(cell != cell.strip() or "\n" in cell for cell in row):
            fault(name, f"row {number} is badly formed")
    return [dict(zip(head, row)) for row in rows[1:]]


def day(text, where):
    try:
        return datetime.date.fromisoformat(text) if text else None
    except ValueError:
        fault(where, f"{text} is no day")
        return None


def unique(rows, column, where):
    seen = set()
    for row in rows:
        if row[column] in seen:
            fault(where, f"{column} {row[column]} occurs twice")
        seen.add(row[column])


def lives(unit, on):
    until = day(unit["valid to"], unit["short"])
    return day(unit["valid from"], unit["short"]) <= on and (until is None or on <= until)


def check_units(units):
    for column in ("code", "name", "short"):
        unique(units, column, "units")
    by_code = {unit["code"]: unit for unit in units}
    for unit in units:
        where = f"units {unit['short']}"
        if unit["kind"] != "county" and unit["parent"] not in by_code:
            fault(where, "parent is not a unit")
        day(unit["valid from"], where), day(unit["valid to"], where)
        sentences = unit["duties"].count("。")
        if unit["kind"] in ("department", "branch", "supervision") and not unit["valid to"] and not 2 <= sentences <= 5:
            fault(where, f"duties have {sentences} sentences")
        pattern = {"town": r"159921[1]\d\d000", "township": r"159921[2]\d\d000", "county": r"159921"}.get(unit["kind"], r"159921-\d{3}")
        if not re.fullmatch(pattern, unit["code"]):
            fault(where, f"code {unit['code']}")
        steps, above = 0, unit
        while above and above["kind"] != "county" and steps < 9:
            steps, above = steps + 1, by_code.get(above["parent"])
        if steps == 9:
            fault(where, "has no way up to the county")
    count = [sum(unit["kind"] == kind for unit in units) for kind in ("town", "township")]
    if count != [6, 8]:
        fault("units", f"towns and townships are {count}")
    return {unit["short"]: unit for unit in units}


def duties_of(person, units):
    for text in person["duties"].split(";"):
        parts = text.split(":")
        where = f"people {person['name']}"
        if len(parts) != 5 or parts[0] not in ROLES or parts[2] not in SCOPES:
            fault(where, f"duty {text}")
            continue
        role, unit, scope, first, last = parts
        if unit not in units:
            fault(where, f"duty at {unit}, which is no unit")
        first, last = day(first, where), day(last, where)
        if first is None or (last and last < first):
            fault(where, f"duty {text} has no first day or ends before it")
        yield role, unit, scope, first, last


def check_people(people, units):
    """Gives who holds what today: (role, unit) -> names."""
    for column in ("name", "login", "phone"):
        unique(people, column, "people")
    holders, roles = {}, {}
    for person in people:
        where = f"people {person['name']}"
        if person["unit"] not in units or not lives(units[person["unit"]], REPORT_DAY):
            fault(where, f"works at {person['unit']}, which is no unit of today")
        if not re.fullmatch(r"[a-z]+\d?", person["login"]) or not re.fullmatch(r"0990-555-\d{4}", person["phone"]):
            fault(where, "login or telephone")
        for role, unit, scope, first, last in duties_of(person, units):
            if first and first <= REPORT_DAY and (last is None or REPORT_DAY <= last):
                holders.setdefault((role, unit), []).append(person["name"])
                roles.setdefault(person["name"], set()).add(role)
    for unit in units.values():
        if unit["kind"] in WORKING_KINDS and lives(unit, REPORT_DAY):
            for role in ("head", "liaison"):
                if (role, unit["short"]) not in holders:
                    fault(f"units {unit['short']}", f"has no {role}")
    for role in ADMINISTRATORS:
        names = [name for name, held in roles.items() if role in held]
        if len(names) != 1 or roles[names[0]] != {role}:
            fault("people", f"{role} must be one person with no other duty, not {names}")
    return holders


def check_report(report, units):
    if not 11000 <= len(report) <= 14000:
        fault("report", f"{len(report)} characters")
    plan = report[report.index("三、2026年重点工作"):report.index("各位代表，一粒薯种")]
    sections = re.findall(r"^（([一二三四五六七八九十])）", plan, re.M)
    if "".join(sections) != "一二三四五六七八九十":
        fault("report", f"sections of the plan are {sections}")
    practical = re.findall(r"^(\d+)\.", plan, re.M)
    if practical != [str(n) for n in range(1, 11)]:
        fault("report", f"practical matters are {practical}")
    terms = re.findall(r"^\d+\.(.+?)：", report[report.rindex("名词解释\n"):], re.M)
    if len(terms) < 10:
        fault("report", f"{len(terms)} terms explained")
    body = report[:report.rindex("名词解释\n")]
    for term in terms:
        for part in re.findall(r"“[^”]+”|[^“”、]+", term):
            word = part.strip("“”")
            if word not in body and word not in body.replace("农村集体“三资”", "“三资”"):
                fault("report", f"the term {word} is explained but does not occur")
    for short in units:
        if short in plan and units[short]["kind"] in ("department", "branch", "party-body", "office", "supervision"):
            fault("report", f"names the unit {short}")
    if re.search(r"牵头|配合单位|责任单位", plan):
        fault("report", "names who leads")
    return plan


def stated_day(text):
    """The last day that the text states, where it states one that a rule can read; None where it states none."""
    for name, (month, date) in DAYS_WITH_NAMES.items():
        if name in text:
            return datetime.date(2026, month, date)
    found = re.search(r"(\d+)月(\d+)日(?:供暖期)?前", text)
    if found:
        return datetime.date(2026, int(found[1]), int(found[2]))
    found = re.search(r"(\d+)月底(?:前|主汛期前)", text)
    if found:
        return datetime.date(2026, int(found[1]), calendar.monthrange(2026, int(found[1]))[1])
    return None


def in_charge(leader, lead, units, holders):
    """Whether the leader answers for the unit, or for one above it."""
    by_code = {unit["code"]: unit for unit in units.values()}
    unit = units[lead]
    while unit:
        if leader in holders.get(("leader", unit["short"]), []):
            return True
        unit = by_code.get(unit["parent"])
    return False


def check_answers(answers, plan, units, holders):
    unique(answers, "task", "answers")
    if len(answers) < 84:
        fault("answers", f"only {len(answers)}")
    today = {short for short, unit in units.items() if lives(unit, REPORT_DAY)}
    for row in answers:
        where = f"answers {row['task'][:16]}"
        if plan.count(row["task"]) != 1:
            fault(where, f"stands {plan.count(row['task'])} times in the plan")
        support = row["support"].split("、") if row["support"] else []
        for unit in [row["lead"]] + support:
            if unit not in today and unit != ALL_TOWNSHIPS:
                fault(where, f"{unit} is no unit of today")
        if row["lead"] in support or len(set(support)) != len(support):
            fault(where, "a unit is named twice")
        if row["lead"] in today and not in_charge(row["leader"], row["lead"], units, holders):
            fault(where, f"{row['leader']} is not in charge of {row['lead']}")
        due = day(row["due"], where)
        if due is None or not REPORT_DAY < due <= YEAR_END:
            fault(where, f"due {row['due']}")
        elif due != (stated_day(row["task"]) or YEAR_END):
            fault(where, f"due {due}, the text says {stated_day(row['task'])}")
    places = [plan.find(row["task"]) for row in answers]
    if places != sorted(places):
        fault("answers", "do not follow the order of the report")


def check_last_year(rows, units):
    former = {name for unit in units.values() for name in unit["former names"].split("、") if name}
    then = {short for short, unit in units.items() if lives(unit, LAST_YEAR_ISSUED)} | former
    silent = set()
    for number, row in enumerate(rows, 1):
        where = f"assignment-2025 row {number}"
        if row["序号"] != str(number) or not row["工作任务"] or not row["完成时限"] or not row["责任领导"]:
            fault(where, "is incomplete or out of order")
        for unit in [row["牵头单位"]] + [name for name in row["配合单位"].split("、") if name]:
            if unit not in then and unit not in VAGUE_SUPPORT:
                silent.add(unit)
        if row["牵头单位"] in row["配合单位"].split("、"):
            fault(where, "the lead supports itself")
    unique(rows, "工作任务", "assignment-2025")
    if silent != {"县投促局", "县市政局"}:
        fault("assignment-2025", f"units that units.csv cannot explain are {sorted(silent)}")


def main():
    folder = pathlib.Path(sys.argv[1])
    units = check_units(read_table(folder, "units.csv"))
    people = read_table(folder, "people.csv")
    holders = check_people(people, units)
    plan = check_report(read_text(folder / "report.txt"), units)
    answers = read_table(folder, "answers-2026.csv")
    check_answers(answers, plan, units, holders)
    last_year = read_table(folder, "assignment-2025.csv")
    check_last_year(last_year, units)
    read_text(folder / "report-2025.txt")
    for line in faults:
        print(line)
    print(f"{len(units)} units, {len(people)} people, {len(answers)} answers, {len(last_year)} rows of last year, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
