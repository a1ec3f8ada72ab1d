"""An analyst's day, played in a real Chromium on a real server, with pictures: what each part of it took.

    python benchmarks/day.py --pictures FOLDER

Sign in, import, review 50 by keyboard alone, a second coder blind, adjudicate, retrain, read the report, promote, roll
back. The days before are played over HTTP: a colleague has corrected 700 verbatims, and reads two codes otherwise than
the model does, as companies do. The answer is JSON; the exit code is 1 where anything did not come out as it should.
"""

import csv
import json
import random
from dataclasses import asdict
from pathlib import Path

from load import seed_texts
from machine import this_machine
from played import PASSWORD, Play, played, until, wanted
from playwright.sync_api import Page
from served import Served

OTHERWISE = {"product.features": "product.usability", "service.responsiveness": "service.resolution"}
"""How the company reads two codes."""

EARLIER, TODAY, REVIEWED = 2500, 120, 50
CORRECTED = 700
NEXT = "was => document.querySelector('#desk').hidden || document.querySelector('#text').innerText !== was"


def main() -> None:
    """Play the day and print it."""
    asked = wanted(__doc__)
    with played(asked.pictures, asked.database) as (day, server):
        for login, role in (("ann", "analyst"), ("bob", "analyst"), ("root", "admin")):
            server.command("users", "add", login, "--role", role, typed=PASSWORD)
        with day.part("days before"):
            corrected = _days_before(server)
        found = reviewed(day, server.folder)
    told = {"machine": asdict(this_machine()), "before": corrected, **found, "seconds": day.seconds}
    print(json.dumps(told, indent=1))


def reviewed(day: Play, folder: Path) -> dict[str, object]:
    """What came of the day. AssertionError and Playwright's errors for what did not come out as it should."""
    with day.part("sign in"):
        ann = day.sign_in("ann")
    with day.part("import"):
        _import(day, ann, folder)
    with day.part(f"review {REVIEWED}"):
        _review(day, ann)
    with day.part("second coder"):
        blind = _second(day, ann)
    with day.part("adjudicate"):
        decided = _decide(day)
    day.pictures_of(ann, "/codebook", "#tree li", "codebook")
    day.pictures_of(ann, "/agreement", "table", "agreement")
    with day.part("retrain"):
        verdict = _retrain(day, ann)
    with day.part("promote, roll back"):
        history = _moves(ann)
    day.pictures_of(ann, "/models", ".story", "models")
    return {"reviewed": REVIEWED, "blind": blind, "decided": decided, "verdict": verdict, "history": history}


def _import(day: Play, page: Page, folder: Path) -> None:
    texts = seed_texts()
    file = folder / "today.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["id", "score", "comment"])
        rows.writerows([f"t{number}", number % 11, texts[-1 - number]] for number in range(TODAY))
    page.goto("/import")
    page.set_input_files("#file", file)
    page.wait_for_selector("#run:enabled")
    day.picture(page, "import")
    page.click("#run")
    page.wait_for_selector("#job .tag.good")


def _review(day: Play, page: Page) -> None:
    chance = random.Random(5)
    page.goto("/review")
    page.wait_for_selector("#desk:visible")
    day.picture(page, "review-en")
    for _ in range(REVIEWED):
        was = page.inner_text("#text")
        keys = chance.choice((["a"], ["a"], ["a"], ["+", "s"], ["-", "s"], ["1", "s"]))
        for key in keys:
            page.keyboard.press(key)
        _until_next(page, was)
    page.wait_for_selector("#saving[data-state=saved]")


def _second(day: Play, ann: Page) -> int:
    script = "document.querySelector('script[src*=review]').src.replace('review.js', 'frame.js')"
    ann.evaluate(f"import({script}).then(({{ api }}) => api('POST', '/v1/review/second', {{share: 0.2}}))")
    page = day.sign_in("bob")
    page.goto("/review#blind")
    page.wait_for_selector("#desk:visible")
    assert page.locator("#codes li").count() == 0, "a blind coder sees no codes"
    day.picture(page, "blind-en")
    done = 0
    while done < 10 and page.locator("#desk:visible").count():
        was = page.inner_text("#text")
        page.keyboard.press("/")
        page.keyboard.type("price" if done % 2 else "attitude")
        for key in ("Enter", "-", "s"):
            page.keyboard.press(key)
        _until_next(page, was)
        done += 1
    page.wait_for_selector("#saving[data-state=saved]")
    return done


def _decide(day: Play) -> int:
    page = day.sign_in("root")
    page.goto("/review#decide")
    page.wait_for_selector("#sides .side")
    day.picture(page, "decide-en")
    decided = 0
    while decided < 5 and page.locator("#sides .side").count():
        was = page.inner_text("#text")
        page.keyboard.press("[")
        page.keyboard.press("s")
        _until_next(page, was)
        decided += 1
    page.wait_for_selector("#saving[data-state=saved]")
    return decided


def _retrain(day: Play, page: Page) -> str:
    page.goto("/models")
    page.click("#retrain")
    page.wait_for_selector("#outcome a.button", timeout=300_000)
    day.picture(page, "retrained-en")
    told = page.inner_text("#outcome")
    page.click("#outcome a.button")
    page.wait_for_selector(".story")
    return told


def _moves(page: Page) -> list[str]:
    """The history once the challenger was promoted, unless the policy had, and the champion before it is back."""
    before = page.inner_text(".now .label")
    if not page.locator("#rollback").count():
        challenger = page.locator("button.promote").first.get_attribute("data-model") or ""
        page.click(f"button.promote[data-model='{challenger}']")
        page.fill("#reason", "it reads two codes as we do")
        page.click("#go")
        page.wait_for_selector(f".now .label:text-is('{challenger}')")
        before = challenger
    page.click("#rollback")
    page.fill("#reason", "complaints about it")
    page.click("#go")
    until(page, "label => document.querySelector('.now .label').innerText !== label", before)
    return page.locator(".moves li").all_inner_texts()


def _until_next(page: Page, was: str) -> None:
    until(page, NEXT, was)


def _days_before(server: Served) -> int:
    """How many verbatims a colleague has corrected; as many lie apart as chance drew of them."""
    texts = seed_texts()
    for start in range(0, EARLIER, 500):
        items = [{"external_id": f"e{n}", "text": f"{texts[n]}", "score": n % 11} for n in range(start, start + 500)]
        server.done(server.ask("POST", "/v1/verbatims", {"source": "earlier", "items": items}))
    done = 0
    while done < CORRECTED:
        for item in server.ask("GET", "/v1/review/queue?size=50&gold=0.3")["items"]:
            codes = {OTHERWISE.get(one["id"], one["id"]): one["polarity"] for one in item["codes"]}
            body = {"codes": [{"id": id, "polarity": side} for id, side in codes.items()], "based_on": item["coding"]}
            body["stance"] = item["stance"]["label"]
            server.ask("PUT", f"/v1/verbatims/{item['id']}/codings", body)
            done += 1
    return done


if __name__ == "__main__":
    main()
