"""The office's morning, played in a real Chromium on a real server, with pictures: what each part of it took.

    python benchmarks/morning.py --pictures FOLDER

A roster, and two quarters of answers in English and Chinese, are made up and taken in by the doors that customers
have: a command and HTTP. Then a manager signs in and sees the own accounts; an analyst reads the overview, follows a
trend to the words behind a point and a cell of *Served* to its reasons, has themes looked for, names and promotes one,
asks who is missing, opens an account and takes a report along. The answer is JSON; the exit code is 1 where anything
did not come out as it should: a page that talks on its console, or runs out of the side of a window, is such a thing.
"""

import csv
import json
import random
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from machine import this_machine
from played import PASSWORD, Play, played, wanted
from playwright.sync_api import Page
from served import Served

PERIOD = "2026Q3"
MONTHS = range(4, 10)
ACCOUNTS = 12
PEOPLE = (("buyer", "decider"), ("head of operations", "decider"), ("engineer", "influencer"), ("clerk", "user"))
SILENT = 1
"""The second who decides never answers at a clinic."""

NAMES = {"clinic": ("Clinic {}", "{} 号诊所"), "plant": ("Plant {}", "{} 号工厂")}
ENGLISH = {
    "bad": ("Spare parts for {} arrive late", "Delivery of {} took three weeks again", "Nobody tells us when {} comes"),
    "good": (
        "The technicians who look after {} are friendly",
        "{} runs without a fault",
        "Training on {} was very good",
    ),
}
CHINESE = {
    "bad": ("{}的备件总是晚到", "{}的交货又拖了三个星期", "没有人告诉我们{}什么时候到"),
    "good": ("负责{}的技术员很友好", "{}一直运行稳定", "{}的培训非常好"),
}
THINGS = (
    ("the pump", "水泵"),
    ("the scanner", "扫描仪"),
    ("the mixer", "搅拌机"),
    ("the dryer", "烘干机"),
    ("the press", "压机"),
)
EMERGING = ("The chatbot answers nonsense about berth {}", "Parking near gate {} costs visitors a fortune")


def main() -> None:
    """Play the morning and print it."""
    asked = wanted(__doc__)
    with played(asked.pictures, asked.database) as (morning, server):
        with morning.part("roster and answers"):
            told = _before(server)
        found = looked(morning, server.folder)
    print(json.dumps({"machine": asdict(this_machine()), **told, **found, "seconds": morning.seconds}, indent=1))


def looked(morning: Play, folder: Path) -> dict[str, object]:
    """What came of the morning. AssertionError and Playwright's errors for what did not come out as it should."""
    with morning.part("a manager's overview"):
        _manager(morning)
    with morning.part("sign in"):
        ann = morning.sign_in("ann")
    with morning.part("trend to words"):
        behind = _trend(ann)
    with morning.part("served"):
        reasons = _served(ann)
    with morning.part("themes"):
        promoted = _theme(ann)
    with morning.part("coverage"):
        missing = _coverage(ann)
    with morning.part("account"):
        flags = _account(ann)
    where = urlsplit(ann.url)
    with morning.part("report"):
        report = _report(ann, folder)
    with morning.part("pictures"):
        _pictures(morning, ann, f"{where.path}?{where.query}")
    assert morning.heard == [], morning.heard
    found = {"behind": behind, "served": reasons, "promoted": promoted, "missing": missing}
    return {**found, "flags": flags, "report": report}


def _manager(morning: Play) -> None:
    page = morning.sign_in("mia")
    for path in ("/overview", "/served", "/accounts", "/coverage", f"/reports?period={PERIOD}"):
        page.goto(path)
        told = page.inner_text("main")
        assert "Plant" not in told, f"{path} tells a manager of another's account"
        assert "Hidden" not in told, f"{path} tells a manager a name that is not to be told"
    page.goto("/overview")
    morning.picture(page, "manager-en")


def _trend(page: Page) -> str:
    page.goto("/trends?look=code:service.delivery&polarity=negative&period=month&split=customer_type")
    mark = page.locator("svg.trend a.mark").last
    said = mark.get_attribute("aria-label") or ""
    mark.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("ol.said li")
    return f"{said} → {page.inner_text('section[aria-labelledby=which] p:last-child')}"


def _served(page: Page) -> str:
    page.goto("/served?by=customer_type")
    page.click("#heat tr:has(th:text-is('clinic')) td a")
    page.wait_for_selector("#cell .words li")
    story = page.inner_text("#cell")
    assert "under-served" in story, story
    return page.inner_text("#cell p:has-text('complaints')").splitlines()[0]


def _theme(page: Page) -> str:
    page.goto("/themes")
    page.select_option("#in", "service.delivery")
    page.click("#look")
    page.wait_for_selector("table.themes")
    page.locator("table.themes tbody th a").first.click()
    page.fill("#new-name", "Spare parts arrive late")
    page.click("form[data-act=name] button")
    page.wait_for_selector("h2#name:has-text('Spare parts arrive late')")
    page.select_option("#category", "service")
    page.fill("#last", "spare_parts")
    page.click("form[data-act=promote] button")
    page.wait_for_selector("#theme .tag:has-text('promoted')")
    page.goto("/codebook#draft")
    page.wait_for_selector("#draft:has-text('service.spare_parts')")
    return "service.spare_parts"


def _coverage(page: Page) -> int:
    page.goto("/coverage?by=account")
    missing = page.locator("section[aria-labelledby=missing] tbody tr")
    assert missing.count() == ACCOUNTS, f"{missing.count()} missing, {ACCOUNTS} expected"
    assert "Hidden" in missing.first.inner_text(), "an analyst is told whom to ask"
    return missing.count()


def _account(page: Page) -> str:
    page.goto("/accounts?level=red")
    page.click("table.accounts tbody tr:first-child th a")
    page.wait_for_selector("svg.history")
    told = page.inner_text("main")
    assert "A contact who decides is a critic" in told, told
    return page.inner_text("h1")


def _report(page: Page, folder: Path) -> dict[str, int]:
    page.goto(f"/reports?period={PERIOD}")
    page.wait_for_selector(".preview .chart svg")
    sizes = {}
    for link in page.locator(".take a").all():
        with page.expect_download() as loading:
            link.click()
        name = loading.value.suggested_filename
        loading.value.save_as(folder / name)
        sizes[name] = (folder / name).stat().st_size
    assert {Path(name).suffix for name in sizes} == {".html", ".pdf", ".xlsx"}, sizes
    return sizes


def _pictures(morning: Play, page: Page, account: str) -> None:
    trend = "/trends?look=code:service.delivery&look=stance:promoter&look=nps&period=month&split=customer_type"
    for path, ready, name in (
        ("/overview", "ol.ranked li", "overview"),
        (trend, "svg.trend", "trends"),
        ("/served?by=customer_type&and_by=role&cell=1", "#cell", "served"),
        ("/themes?scope=service.delivery&id=1", "#theme", "themes"),
        ("/coverage?by=account", ".people", "coverage"),
        ("/accounts", "table.accounts", "accounts"),
        (account, "svg.history", "account"),
        ("/said?code=service.delivery", "ol.said li", "said"),
        (f"/reports?period={PERIOD}", ".preview", "reports"),
    ):
        morning.pictures_of(page, path, ready, name)


def _before(server: Served) -> dict[str, int]:
    """The roster and the answers are taken in, and two people may sign in: how many rows of each."""
    people = list(_people())
    file = server.folder / "roster.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        rows = csv.DictWriter(out, fieldnames=list(people[0]))
        rows.writeheader()
        rows.writerows(people)
    server.command("roster", str(file))
    own = ",".join(sorted({one["account"] for one in people if one["customer type"] == "clinic"}))
    server.command("users", "add", "ann", "--role", "analyst", typed=PASSWORD)
    server.command("users", "add", "mia", "--role", "manager", "--accounts", own, typed=PASSWORD)
    said = list(_said(people))
    for start in range(0, len(said), 500):
        server.done(server.ask("POST", "/v1/verbatims", {"source": "nps", "items": said[start : start + 500]}))
    return {"roster": len(people), "answers": len(said)}


def _people() -> Iterator[dict[str, Any]]:
    """Yield the rows of the roster: everybody was asked in June."""
    for number in range(2 * ACCOUNTS):
        kind = "clinic" if number < ACCOUNTS else "plant"
        name = NAMES[kind][number % 3 == 2].format(number + 1)
        for place, (role, influence) in enumerate(PEOPLE):
            permission = ("named", "anonymous", "aggregate")[place % 3]
            yield {
                "account": name,
                "customer type": kind,
                "region": ("north", "south")[number % 2],
                "team": {"clinic": "East", "plant": "West"}[kind],
                "revenue": 10_000 * (1 + number % 7) ** 2,
                "cost to serve": 3_000,
                "contact": f"{'Open' if permission == 'named' else 'Hidden'} {number} {place}",
                "role": role,
                "influence": influence,
                "permission": permission,
                "invited": "2026-06-01",
                "survey": "nps",
            }


def _said(people: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield what they answered each month: clinics worse from July on, and from August what has no code yet."""
    chance = random.Random(6)
    for row, one in enumerate(people):
        clinic = one["customer type"] == "clinic"
        if clinic and row % len(PEOPLE) == SILENT:
            continue
        who = {name: one[name] for name in ("account", "contact", "role")}
        for month in MONTHS:
            bad = chance.random() < ((0.75 if month > 6 else 0.45) if clinic else 0.2)
            chinese = "号" in one["account"]
            words = chance.choice((CHINESE if chinese else ENGLISH)["bad" if bad else "good"])
            text = words.format(chance.choice(THINGS)[chinese])
            if month > 7 and not chinese:
                text = f"{chance.choice(EMERGING).format(100 + row)}. {text}" if chance.random() < 0.7 else text
            score = chance.randint(0, 6) if bad else chance.randint(8, 10)
            day = f"2026-{month:02}-{chance.randint(1, 28):02}T09:00:00Z"
            yield {"external_id": f"{row}-{month}", "text": text, "score": score, "date": day, **who}


if __name__ == "__main__":
    main()
