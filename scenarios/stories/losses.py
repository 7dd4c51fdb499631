"""Households with losses to use: harvests, carryforwards, and the calendar of one year."""

from __future__ import annotations

from scenarios.builder import BookBuilder


def year_end_harvest(book: BookBuilder) -> None:
    """Tell of gains already taken this year and losses still on paper."""
    house = book.household(
        "year-end-harvest",
        """A consultant sold a rental company's shares in May with $46,000 of short-term gain.
        Bonds and emerging markets bought at the top are under water. Her November errand realizes
        losses against that gain and moves to the sister funds, keeping the mix as it is. A good
        plan harvests every lot worth its spread and names the days it must not buy back.""",
        target="growth-60-40",
        policy="year-end-harvest",
    )
    house.files("single", 188_000, state_rate=0.08, st_realized_ytd=46_000, lt_realized_ytd=2_500)
    account = house.account("brokerage", "taxable", cash=5_200)
    account.lot("VTI", 180_000, "2016-10-11", 1.9)
    account.lot("VTI", 24_000, "2026-07-20", -0.035)
    account.lot("VEA", 82_000, "2019-05-14", 0.7)
    account.lot("VWO", 41_000, "2021-02-16", -0.09)
    account.lot("BND", 96_000, "2020-08-04", -0.19)
    account.lot("BND", 34_000, "2025-12-09", -0.02)
    account.lot("SCHP", 52_000, "2021-11-09", -0.14)
    ira = house.account("rollover", "traditional_ira", cash=800)
    ira.lot("AGG", 60_000)
    ira.lot("ITOT", 74_000)


def carryforward(book: BookBuilder) -> None:
    """Tell of old losses that make selling free."""
    house = book.household(
        "carryforward-to-use-up",
        """A shop owner still carries $120,000 of long-term loss from 2022 and $9,000 of short-
        term loss. They pay for leaving a heavy US position that would otherwise be taxed. A good
        plan sells gains up to what the losses cover and stops near that line, harvesting
        nothing.""",
        target="growth-60-40",
    )
    house.files("mfj", 164_000, state_rate=0.05, st_carryforward=9_000, lt_carryforward=120_000)
    joint = house.account("joint", "taxable", cash=2_700)
    joint.lot("VTI", 310_000, "2013-05-21", 2.6)
    joint.lot("VTI", 45_000, "2023-10-17", 0.7)
    joint.lot("VEA", 28_000, "2022-06-13", 0.5)
    joint.lot("BND", 61_000, "2023-10-17", 0.06)
    roth = house.account("roth", "roth_ira", cash=200)
    roth.lot("VTI", 83_000)


def almost_long(book: BookBuilder) -> None:
    """Tell of a gain that turns long-term within weeks."""
    house = book.household(
        "days-from-long-term",
        """A lawyer bought heavily on 25 November and 15 December 2025; both lots are well up and
        turn long-term within days. Selling today costs 40.8% of the gain, on Friday next week
        23.8%. A good plan sells older lots or waits, and sells young lots only at a loss.""",
        target="three-fund-70-30",
        policy="patient-gains",
    )
    house.files("single", 402_000, state_rate=0.0)
    account = house.account("brokerage", "taxable", cash=7_500)
    account.lot("VTI", 210_000, "2025-11-25", 0.19)
    account.lot("VTI", 96_000, "2025-12-15", 0.16)
    account.lot("VTI", 60_000, "2019-04-15", 1.2)
    account.lot("VEA", 58_000, "2025-11-21", 0.27)
    account.lot("BND", 66_000, "2026-08-18", -0.012)


def short_and_long(book: BookBuilder) -> None:
    """Tell of netting: which loss meets which gain."""
    house = book.household(
        "short-gain-long-loss",
        """A developer has $28,000 of short-term gain from stock sold in spring and only long-term
        losses on paper. Netting lets the first long-term losses save the short rate; the offset
        of $3,000 comes last. A good plan harvests beyond the gain, and sees that selling a long-
        term gain beside it would waste the better rate.""",
        target="muni-60-40",
    )
    house.files("hoh", 151_000, state_rate=0.093, st_realized_ytd=28_000)
    account = house.account("brokerage", "taxable", cash=3_900)
    account.lot("VTI", 104_000, "2018-02-06", 1.35)
    account.lot("VEA", 47_000, "2018-01-26", 0.45)
    account.lot("VWO", 26_000, "2021-02-12", -0.11)
    account.lot("VTEB", 71_000, "2021-08-03", -0.09)
    account.lot("BND", 43_000, "2020-07-31", -0.18)
    ira = house.account("ira", "traditional_ira", cash=150)
    ira.lot("BND", 22_000)
    ira.lot("VEA", 19_000)


def zero_bracket(book: BookBuilder) -> None:
    """Tell of gains that cost nothing this year."""
    house = book.household(
        "zero-percent-year",
        """A couple between jobs have $38,000 of taxable income: gains are taxed at 0% until
        $98,900. Selling and buying back at once lifts their basis for free, and nothing forbids
        it for gains. A good plan recognizes gain up to the bracket's top, no further.""",
        target="all-equity",
        policy="gain-harvest",
    )
    house.files("mfj", 38_000, state_rate=0.0)
    joint = house.account("joint", "taxable", cash=2_000)
    joint.lot("VTI", 128_000, "2016-06-27", 1.7)
    joint.lot("VTI", 31_000, "2024-08-05", 0.36)
    joint.lot("VBR", 24_000, "2020-04-02", 1.4)
    joint.lot("VEA", 52_000, "2020-04-02", 0.9)
    roth = house.account("roth", "roth_ira", cash=400, owner="second")
    roth.lot("IEMG", 24_000)
    roth.lot("ITOT", 13_000)


STORIES = (year_end_harvest, carryforward, almost_long, short_and_long, zero_bracket)
