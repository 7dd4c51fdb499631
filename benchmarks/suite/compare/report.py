"""The report of a comparison: machine, versions and limitations first, losses as plain as wins."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Final

from benchmarks.heuristics import HEURISTICS, NAIVE, SEQUENTIAL
from benchmarks.suite.compare import plots, summary
from benchmarks.suite.compare.document import Document
from benchmarks.suite.compare.dominance import MEASURES, MULTIPLIERS
from benchmarks.suite.compare.methods import OURS
from benchmarks.suite.compare.run import Comparison
from benchmarks.suite.compare.table import write_table
from benchmarks.suite.measure import setting

LIMITATIONS: Final = (
    "One night. What methods earn over years is the back-test's question, not this one's.",
    f"The objective is the one {OURS} minimises and heuristics do not know; so the dominance "
    "tables below use tracking error, taxes and costs alone, over a whole sweep of weights.",
    "Heuristics are our reading of practice. All share one legal ground (wash sales, lockouts, "
    "substitutes, menus, floors, steps, minimum trades, budgets by trading less), which is more "
    "careful than practice; without it most of their plans would not be legal at all.",
    "The objective counts the yearly tax on income and not the income, so it leans towards "
    "holdings that pay less, cash among them. The headline shows income and cash; the dominance "
    "measures 'today' and 'taxes' leave location out altogether.",
    "Heuristics think in the rows of a target (classes, named securities), as practice does; of a "
    "factor model and of single stocks' own risk they know nothing.",
    "Households inside their trigger bands are left alone by every method.",
    "Synthetic books: margins depend on how far their households have drifted and what gains they "
    "carry. The sample book is a set of stories, not a population.",
    "A sweep has finitely many points and nothing is interpolated: a household can be 'unmatched' "
    "because no point of the sweep lies close enough.",
    "Times are of one process on a machine that may do other work; compare them with each other.",
)


def write_report(found: Comparison, folder: Path, name: str, command: str) -> None:
    """Write NAME.md, NAME.html, NAME.csv and the pictures into a folder."""
    write_table(found, folder / f"{name}.csv")
    report = Document(f"Rebalancers side by side: {found.book}")
    _setting(report, found, command)
    by_hand = tuple(name for name in HEURISTICS if name != SEQUENTIAL)
    rows = summary.with_best(found.rows, by_hand)
    shown = (*found.methods[:1], summary.BEST, *found.methods[1:])
    report.heading("Headline")
    report.say(
        f"Means over the households where the method keeps every rule. 'Above ours' is the paired "
        f"difference of the objective in bps of value, on households where both keep every rule "
        f"(positive: {OURS} is better); 'ahead of ours' counts households where the method's "
        f"objective is lower by more than {summary.AHEAD_BPS} bps. 'Washed' counts households with "
        f"a wash-sale breach or a disallowed loss."
    )
    report.table(summary.headline(rows, shown))
    drawn = plots.can_draw()
    heuristics = [n for n in found.methods if n in HEURISTICS or n == "naive cvxpy, made legal"]
    if drawn:
        excess = plots.excess_figure(found.rows, heuristics)
        plots.save(excess, folder, f"{name}-excess")
        report.picture(f"{name}-excess", f"Objective above {OURS}, household by household")
        terms = plots.terms_figure(found.rows, [OURS, *heuristics])
        plots.save(terms, folder, f"{name}-terms")
        report.picture(f"{name}-terms", "Where the objective comes from, by term")
    report.heading(f"Where {OURS} is behind")
    report.say("Households in which another legal answer has the lower objective, largest first.")
    report.table(summary.where_ahead(found.rows, found.methods))
    _dominance(report, found, folder, name, drawn)
    report.heading("Rules broken")
    report.table(summary.broken_rules(found.rows, found.methods))
    report.heading("Speed")
    report.table(summary.speed(found.rows, found.methods))
    if drawn:
        speed = plots.speed_figure(found.rows, found.methods)
        plots.save(speed, folder, f"{name}-speed")
        report.picture(f"{name}-speed", "Households a second, one process")
    report.write(folder, name)


def _setting(report: Document, found: Comparison, command: str) -> None:
    kernel = ".".join(platform.release().split(".")[:2])
    report.command(command)
    report.list(
        (
            *setting(),
            f"memory: {_memory_gib():.0f} GiB; {platform.system()} {kernel}",
            f"book: {found.book}, {len(found.households)} households compared, "
            f"{len(found.left_out)} left out for faulty data",
            "judge: `optimizer.judge.verify`, the same for every method",
        )
    )
    report.heading("Limitations")
    report.list(LIMITATIONS)


def _dominance(report: Document, found: Comparison, folder: Path, name: str, drawn: bool) -> None:
    asked = {each.household_id for each in found.against}
    values = {row.household_id: row.value_usd for row in found.rows if row.value_usd}
    report.heading("Dominance: the whole trade-off, not one point")
    report.say(
        f"On {len(asked)} households, {OURS} is run with the price of tracking error multiplied by "
        f"{MULTIPLIERS[0]:.3g} to {MULTIPLIERS[-1]:.3g} in {len(MULTIPLIERS)} steps (which is the "
        f"same as sweeping the weight of tax and costs the other way), and every plan is judged "
        f"under the household's own policy. A method is 'dominated' on a household if one of these "
        f"plans tracks no worse and costs no more, and is better in one; 'unmatched' if none is as "
        f"good in both. 'Saved at equal TE' is what the cheapest plan of no worse tracking costs "
        f"less; 'at equal cost', what the best tracking plan of no higher cost tracks better (bps "
        f"a year)."
    )
    others = [n for n in found.methods if n in HEURISTICS or n in NAIVE]
    for measure in MEASURES:
        report.say(f"Cost measured as {measure.title} ('{measure.name}').")
        mine = [each for each in found.against if each.measure == measure.name]
        report.table(summary.dominance(mine, values, others))
    if drawn:
        legal = [n for n in found.methods if n == OURS or n in HEURISTICS]
        points = [r for r in found.rows if r.household_id in asked and r.method in legal]
        figure = plots.frontier_figure(MEASURES, found.swept, points)
        plots.save(figure, folder, f"{name}-frontier")
        report.picture(f"{name}-frontier", f"{OURS}'s frontier and every heuristic")


def _memory_gib() -> float:
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return float(pages * size) / 2**30
