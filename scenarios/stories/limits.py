"""Households with a line drawn: budgets of tax and gain, restrictions, turnover, tracking error."""

from __future__ import annotations

from scenarios.builder import BookBuilder


def budget_binds(book: BookBuilder) -> None:
    """Tell of a tax budget that stops a plan short."""
    house = book.household(
        "tax-budget-binds",
        """A widow allows $6,000 of tax on gains this year, of which $1,500 is spent. Her late
        husband's shares, stepped up in 2012, have quadrupled, and the target asks for far fewer
        of them. A good plan goes exactly as far as the budget lets it, and says what the next
        thousand dollars of tax would buy.""",
        target="income-30-70",
    )
    house.files("single", 74_000, state_rate=0.0, lt_realized_ytd=10_000, tax_budget_usd=6_000)
    account = house.account("brokerage", "taxable", cash=4_200)
    account.lot("VTI", 336_000, "2012-06-18", 3.2, origin="inheritance")
    account.lot("VTI", 41_000, "2021-12-14", 0.45)
    account.lot("VEA", 72_000, "2017-01-10", 0.8)
    account.lot("BND", 110_000, "2024-06-04", 0.01)
    ira = house.account("ira", "traditional_ira", cash=600)
    ira.lot("AGG", 54_000)


def budget_fails(book: BookBuilder) -> None:
    """Tell of two wishes that cannot both come true."""
    house = book.household(
        "budget-cannot-hold",
        """An heir asks for $50,000 out of an account full of old gains and allows $2,000 of tax.
        No choice of lots does both. A good answer is not a plan but a proof: the least tax that
        raises $50,000, and the figure that would do.""",
        target="all-equity",
        policy="standard",
    )
    house.files("single", 128_000, state_rate=0.05, tax_budget_usd=2_000)
    account = house.account("brokerage", "taxable", cash=500, net_flow=-50_000)
    account.lot("VTI", 310_000, "2011-10-04", 4.5)
    account.lot("VEA", 92_000, "2012-06-04", 1.9)
    account.lot("VBR", 38_000, "2013-02-19", 2.0)
    plan = house.account("401k", "401k", cash=0, menu="plan-ten-funds")
    plan.lot("K-BOND", 61_000)


def low_basis_stock(book: BookBuilder) -> None:
    """Tell of one stock that is half of everything."""
    house = book.household(
        "concentrated-low-basis",
        """A founder's family holds $2.1 million of one stock at a basis of four cents on the
        dollar. It is half of what they own and most of their risk. The policy lets a tenth of the
        gain go in a run. A good plan sells the dearest lots first, pairs them with losses, and
        shows what the remaining risk costs a year.""",
        target="all-equity",
        policy="patient-gains",
    )
    house.files("mfj", 330_000, state_rate=0.05)
    joint = house.account("joint", "taxable", cash=42_000)
    joint.lot("GRNT", 1_650_000, "2003-04-15", 24.0)
    joint.lot("GRNT", 330_000, "2010-05-06", 6.0)
    joint.lot("GRNT", 120_000, "2021-11-16", 0.22)
    joint.lot("VTI", 690_000, "2016-01-20", 2.0)
    joint.lot("VEA", 410_000, "2021-06-08", 0.25)
    joint.lot("VWO", 160_000, "2021-02-16", -0.08)
    ira = house.account("ira", "traditional_ira", cash=8_000)
    ira.lot("ITOT", 520_000)
    ira.lot("IEFA", 290_000)


def employer_stock(book: BookBuilder) -> None:
    """Tell of an insider who may not trade her own company."""
    house = book.household(
        "restricted-employer-stock",
        """An executive holds $380,000 of her employer's shares. A blackout lasts until 4
        December, her agreement asks her to keep 600 shares after that, and she may never buy on
        her own. A good plan leaves the stock alone and takes its market risk out elsewhere, where
        selling costs nothing.""",
        target="growth-60-40",
    )
    house.files("mfj", 455_000, state_rate=0.0575)
    joint = house.account("joint", "taxable", cash=6_100)
    joint.lot("HLIX", 260_000, "2019-08-15", 2.1)
    joint.lot("HLIX", 120_000, "2026-02-17", -0.06)
    joint.lot("VTI", 140_000, "2018-04-17", 1.5)
    joint.lot("BND", 118_000, "2021-09-14", -0.15)
    joint.restricts("HLIX", "hold_at_least", "ownership agreement", shares=600)
    house.restricts("HLIX", "no_sell", "quarterly blackout", until="2026-12-04")
    house.restricts("HLIX", "no_buy", "insider")
    ira = house.account("ira", "traditional_ira", cash=900)
    ira.lot("VTI", 166_000)
    ira.lot("VEA", 35_000)


def gain_budget(book: BookBuilder) -> None:
    """Tell of a subsidy lost above a line of income."""
    house = book.household(
        "gain-budget-for-subsidy",
        """Early retirees get health insurance at a discount while their income stays low. They
        allow $15,000 of recognised gain this year; $4,000 is used. A good plan uses losses to
        make room, since the line counts gains after them, and spends the rest where drift is
        worst.""",
        target="growth-60-40",
    )
    house.files("mfj", 29_000, state_rate=0.03, lt_realized_ytd=4_000, gain_budget_usd=15_000)
    joint = house.account("joint", "taxable", cash=7_000)
    joint.lot("VTI", 240_000, "2015-09-01", 2.0)
    joint.lot("VTI", 60_000, "2024-11-06", 0.21)
    joint.lot("VEA", 66_000, "2018-06-19", 0.6)
    joint.lot("BND", 72_000, "2021-02-02", -0.16)
    roth = house.account("roth", "roth_ira", cash=1_000)
    roth.lot("BND", 40_000)


def small_steps(book: BookBuilder) -> None:
    """Tell of a limit on turnover, and a price on tickets."""
    house = book.household(
        "low-turnover",
        """A trust pays for every ticket and lets no more than a twentieth move in a run. Six
        classes are off by a little. A good plan makes few, large trades where they count
        most.""",
        target="growth-80-20",
        policy="low-turnover",
    )
    house.files("single", 88_000, state_rate=0.05)
    account = house.account("trust", "taxable", cash=11_000)
    account.lot("VTI", 300_000, "2017-06-20", 1.6)
    account.lot("VBR", 52_000, "2020-10-13", 0.8)
    account.lot("VEA", 96_000, "2022-03-08", 0.45)
    account.lot("VWO", 68_000, "2021-03-09", -0.05)
    account.lot("BND", 64_000, "2022-05-10", 0.0)
    account.lot("VNQ", 44_000, "2021-12-28", -0.16)


def close_tracking(book: BookBuilder) -> None:
    """Tell of an institution that must stay near its benchmark."""
    house = book.household(
        "close-tracking",
        """A small foundation's board allows one percent of tracking error. It stands at two and a
        half times that. A good plan pays the least tax and cost that brings it inside the
        line.""",
        target="growth-60-40",
        policy="close-tracking",
    )
    house.files("single", 60_000, state_rate=0.0)
    account = house.account("main", "taxable", cash=15_000)
    account.lot("VTI", 430_000, "2016-11-08", 1.9)
    account.lot("VTI", 90_000, "2024-10-15", 0.23)
    account.lot("VEA", 120_000, "2021-05-25", 0.3)
    account.lot("BND", 210_000, "2023-03-14", 0.005)


def hard_bands(book: BookBuilder) -> None:
    """Tell of a mandate that leaves no choice but to sell."""
    house = book.household(
        "hard-bands",
        """The agreement says that no class may end a day more than five points off, whatever it
        costs. Shares stand eleven points over. A good plan brings every class just inside its
        band, with the dearest lots, and goes no further than pays.""",
        target="three-fund-70-30",
        policy="hard-bands",
    )
    house.files("mfj", 195_000, state_rate=0.05)
    joint = house.account("joint", "taxable", cash=2_400)
    joint.lot("VTI", 168_000, "2014-10-15", 2.3)
    joint.lot("VTI", 36_000, "2023-05-23", 0.75)
    joint.lot("VEA", 74_000, "2018-12-18", 0.7)
    joint.lot("BND", 84_000, "2023-02-14", 0.01)


STORIES = (
    budget_binds,
    budget_fails,
    low_basis_stock,
    employer_stock,
    gain_budget,
    small_steps,
    close_tracking,
    hard_bands,
)
