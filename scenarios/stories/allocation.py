"""Households whose question is the mix: drift, new money, bands, and when to leave well alone."""

from __future__ import annotations

from scenarios.builder import BookBuilder


def drifted(book: BookBuilder) -> None:
    """Tell of a 60/40 that nobody touched for years."""
    house = book.household(
        "drifted-60-40",
        """Two teachers set a 60/40 mix in 2016 and left it; shares have grown to almost three
        quarters. The gains sit in the joint account, the room to sell without tax in his IRA. A
        good plan sells shares in the IRA first, buys bonds there, and takes from the joint
        account only lots that cost little.""",
        target="growth-60-40",
    )
    house.files("mfj", 148_000, state_rate=0.045)
    joint = house.account("joint", "taxable", cash=3_200)
    joint.lot("VTI", 96_000, "2016-03-14", 1.90)
    joint.lot("VTI", 38_000, "2019-09-09", 1.25)
    joint.lot("VTI", 21_000, "2025-02-18", 0.17)
    joint.lot("VEA", 31_000, "2016-03-14", 0.85)
    joint.lot("VWO", 15_000, "2018-01-23", 0.32)
    joint.lot("BND", 42_000, "2020-08-05", -0.13)
    ira = house.account("his-ira", "traditional_ira", cash=1_100)
    ira.lot("VTI", 120_000, "2017-05-02", 1.4)
    ira.lot("BND", 58_000)
    roth = house.account("her-roth", "roth_ira", cash=350, owner="second")
    roth.lot("VTI", 44_000)
    roth.lot("SCHP", 12_000)


def new_cash_first(book: BookBuilder) -> None:
    """Tell of a bonus that can do all the rebalancing by itself."""
    house = book.household(
        "new-cash-first",
        """A nurse's yearly bonus of $18,000 has reached the brokerage account, which is short of
        foreign shares. Her policy buys and never sells. A good plan closes the largest gap with
        the new money and leaves every gain alone.""",
        target="three-fund-70-30",
        policy="new-cash-only",
    )
    house.files("single", 71_000, state_rate=0.05)
    account = house.account("brokerage", "taxable", cash=900, net_flow=18_000)
    account.lot("VTI", 74_000, "2018-06-11", 1.20)
    account.lot("VEA", 21_500, "2021-06-15", 0.28)
    account.lot("BND", 33_000, "2022-10-25", 0.05)
    roth = house.account("roth", "roth_ira", cash=120)
    roth.lot("VTI", 26_000)
    roth.lot("BND", 22_000)


def inside_bands(book: BookBuilder) -> None:
    """Tell of a portfolio for which doing nothing is right."""
    house = book.household(
        "inside-bands",
        """A librarian's three funds stand within five points of target each, which her policy
        calls close enough. The right answer is to do nothing and to say so.""",
        target="three-fund-70-30",
        policy="banded",
    )
    house.files("single", 58_000, state_rate=0.04)
    account = house.account("brokerage", "taxable", cash=60)
    account.lot("VTI", 69_500, "2017-04-04", 1.5)
    account.lot("VEA", 36_000, "2019-11-12", 0.6)
    account.lot("BND", 44_000, "2021-03-02", -0.14)


def nothing_worth_doing(book: BookBuilder) -> None:
    """Tell of a drift that costs less than its cure."""
    house = book.household(
        "not-worth-a-ticket",
        """A retired engineer is a few hundred dollars off target, all of it in low-cost lots. No
        band says stop, but every trade would cost more in tax and tickets than it earns. A good
        answer names that figure and trades nothing.""",
        target="named-funds",
        policy="dear-tickets",
    )
    house.files("mfj", 112_000, state_rate=0.0)
    account = house.account("joint", "taxable", cash=15)
    account.lot("VTI", 150_600, "2012-02-07", 3.1)
    account.lot("VEA", 59_800, "2012-02-07", 0.9)
    account.lot("BND", 89_700, "2015-01-13", 0.005)


def single_account(book: BookBuilder) -> None:
    """Tell of the simplest case there is."""
    house = book.household(
        "single-account",
        """One person, one taxable account, four lots: the case to read first. She is heavy in US
        shares, owns a bond fund at a loss, and owes the state 6%. A good plan sells the dearest
        share lots and swaps the bond fund for its substitute.""",
        target="three-fund-70-30",
    )
    house.files("single", 96_000, state_rate=0.06)
    account = house.account("brokerage", "taxable", cash=1_500)
    account.lot("VTI", 42_000, "2019-02-11", 1.3)
    account.lot("VTI", 12_000, "2025-01-22", 0.18)
    account.lot("VEA", 14_000, "2024-05-06", 0.36)
    account.lot("BND", 16_500, "2020-12-07", -0.17)


def spending_reserve(book: BookBuilder) -> None:
    """Tell of retirees who want a fifth of everything in cash."""
    house = book.household(
        "spending-reserve",
        """A retired couple keep two years of spending in cash: the target itself says 20% cash.
        The account holds a third of that. A good plan raises cash from bonds in the taxable
        account, which carry losses, and buys the bonds back inside the IRA in another fund.""",
        target="spending-reserve",
    )
    house.files("mfj", 61_000, state_rate=0.03, qualified_dividends=4_200)
    joint = house.account("joint", "taxable", cash=21_000, cash_floor=10_000, cash_yield=0.0391)
    joint.lot("ITOT", 88_000, "2015-07-08", 1.8)
    joint.lot("AGG", 71_000, "2020-07-22", -0.16)
    ira = house.account("ira", "traditional_ira", cash=9_000, cash_yield=0.0391)
    ira.lot("VTI", 60_000)
    ira.lot("BND", 51_000)


def two_goals(book: BookBuilder) -> None:
    """Tell of a college fund that must not follow the household's target."""
    house = book.household(
        "college-and-retirement",
        """Parents keep a separate account for a daughter who starts college in 2029. It follows
        its own, cautious model while retirement money stays in an aggressive one. A good plan
        judges each by its own target, but nets the tax of both, and never lets one account's loss
        be undone by the other's purchase.""",
        target="all-equity",
    )
    house.files("mfj", 232_000, state_rate=0.05, lt_realized_ytd=3_100)
    college = house.account("college", "taxable", cash=2_500, target_id="education-2029")
    college.lot("VTI", 34_000, "2018-08-20", 1.4)
    college.lot("BND", 14_000, "2021-01-19", -0.15)
    college.lot("BIL", 9_000, "2025-09-15", 0.001)
    retirement = house.account("retirement", "taxable", cash=4_000)
    retirement.lot("VTI", 118_000, "2017-08-14", 1.6)
    retirement.lot("IEFA", 22_000, "2021-09-08", 0.25)
    retirement.lot("VBR", 9_000, "2025-11-24", 0.06)
    roth = house.account("roth", "roth_ira", cash=6_500, owner="second")
    roth.lot("VTI", 51_000)
    roth.lot("BND", 8_000)


STORIES = (
    drifted,
    new_cash_first,
    inside_bands,
    nothing_worth_doing,
    single_account,
    spending_reserve,
    two_goals,
)
