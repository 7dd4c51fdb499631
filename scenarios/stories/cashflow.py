"""Households with money going out: withdrawals, required distributions, overdrafts."""

from __future__ import annotations

from scenarios.builder import BookBuilder


def best_account(book: BookBuilder) -> None:
    """Tell of a withdrawal that any account could pay."""
    house = book.household(
        "withdrawal-best-account",
        """Retired at 66, they need $40,000 for a roof and do not mind where it comes from. The
        joint account has a bond lot at a loss, the IRA is taxed as income, the Roth is free today
        but worth keeping. A good plan takes from the IRA what still fits their bracket, since
        that tax is owed some day anyway, the rest from the joint account, and leaves the Roth
        alone.""",
        target="growth-60-40",
        net_flow=-40_000,
    )
    house.files("mfj", 68_000, state_rate=0.05)
    joint = house.account("joint", "taxable", cash=6_000, cash_floor=2_000)
    joint.lot("VTI", 148_000, "2014-08-12", 2.2)
    joint.lot("BND", 62_000, "2021-03-23", -0.13)
    ira = house.account("ira", "traditional_ira", cash=2_000)
    ira.lot("VTI", 160_000)
    ira.lot("BND", 150_000)
    roth = house.account("roth", "roth_ira", cash=300, owner="second")
    roth.lot("VEA", 71_000)
    roth.lot("VWO", 30_000)


def required(book: BookBuilder) -> None:
    """Tell of a required minimum distribution in its last weeks."""
    house = book.household(
        "rmd-due",
        """At 77 he must take $29,600 from the IRA before the year ends; $6,000 went out in June
        and the rest is due. It is taxed as income whatever happens. A good plan sells in the IRA
        what is overweight there and rebuilds the mix with the cash in the joint account.""",
        target="income-30-70",
    )
    house.files("mfj", 64_000, state_rate=0.0307, magi=92_000)
    ira = house.account("ira", "traditional_ira", cash=3_000, rmd_due_usd=23_600)
    ira.lot("VTI", 210_000)
    ira.lot("BND", 380_000)
    ira.lot("SCHP", 60_000)
    joint = house.account("joint", "taxable", cash=5_500)
    joint.lot("VTI", 90_000, "2009-09-21", 5.0)
    joint.lot("VEA", 52_000, "2016-07-06", 0.9)
    joint.lot("VTEB", 40_000, "2022-02-08", -0.04)


def overdrawn(book: BookBuilder) -> None:
    """Tell of a fee that took the cash below zero."""
    house = book.household(
        "overdrawn",
        """A fee and a tax payment left the brokerage account $7,850 short. Something must be sold
        today. A good plan sells what costs least, to the dollar and not much beyond.""",
        target="growth-60-40",
    )
    house.files("single", 102_000, state_rate=0.06)
    account = house.account("brokerage", "taxable", cash=-7_850)
    account.lot("VTI", 71_000, "2019-07-23", 1.2)
    account.lot("VTI", 9_500, "2026-01-27", 0.06)
    account.lot("VEA", 26_000, "2021-10-12", 0.25)
    account.lot("BND", 33_000, "2020-09-29", -0.18)
    account.lot("SCHP", 14_000, "2021-08-17", -0.12)


def too_young(book: BookBuilder) -> None:
    """Tell of an early withdrawal that costs a tenth."""
    house = book.household(
        "early-withdrawal",
        """At 44 he needs $15,000 after losing work. The IRA would cost income tax and a tenth on
        top; the 401(k) of the last employer cannot be drawn. A good plan takes it from the
        brokerage account, gains and all, and from the IRA only if there is no other way.""",
        target="growth-80-20",
        policy="standard",
        net_flow=-15_000,
    )
    house.files("single", 24_000, state_rate=0.04)
    account = house.account("brokerage", "taxable", cash=1_100)
    account.lot("VTI", 37_000, "2020-03-19", 2.6)
    account.lot("VEA", 9_000, "2021-04-27", 0.28)
    ira = house.account("ira", "traditional_ira", cash=200, early_penalty_rate=0.10)
    ira.lot("VTI", 48_000)
    ira.lot("BND", 11_000)
    plan = house.account("401k", "401k", cash=0, menu="plan-ten-funds", withdrawable=False)
    plan.lot("K-LARGE", 29_000)
    plan.lot("K-BOND", 18_000)


STORIES = (best_account, required, overdrawn, too_young)
