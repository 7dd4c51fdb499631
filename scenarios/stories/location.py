"""Households whose question is where: the same funds, better placed."""

from __future__ import annotations

from scenarios.builder import BookBuilder


def swap(book: BookBuilder) -> None:
    """Tell of bonds in the wrong account."""
    house = book.household(
        "location-swap",
        """The mix is right, the places are wrong: taxable bonds stand in the brokerage account
        and pay ordinary tax every year, while the IRA holds US shares. The bond fund there
        carries no gain to speak of. A good plan sells it in the brokerage account, buys it in the
        IRA, and does the reverse with shares: the same mix, less tax each year.""",
        target="developed-70-30",
        policy="pre-approved",
    )
    house.files("mfj", 288_000, state_rate=0.066)
    joint = house.account("joint", "taxable", cash=1_200)
    joint.lot("BND", 146_000, "2023-11-07", 0.012)
    joint.lot("VTI", 64_000, "2017-02-28", 1.7)
    joint.lot("VEA", 40_000, "2020-06-30", 0.55)
    ira = house.account("ira", "traditional_ira", cash=300)
    ira.lot("VTI", 158_000)
    ira.lot("VEA", 81_000)


def muni_sheltered(book: BookBuilder) -> None:
    """Tell of tax-exempt income, which an IRA would waste."""
    house = book.household(
        "muni-never-in-ira",
        """A surgeon's target holds a quarter in municipal bonds. Their income is exempt only
        outside an IRA; inside, it would come out taxed. Someone once bought them in the IRA. A
        good plan sells them there, buys them in the brokerage account and uses the IRA for
        taxable bonds.""",
        target="muni-60-40",
        policy="pre-approved",
    )
    house.files("mfj", 540_000, state_rate=0.093, net_investment_income=6_000)
    joint = house.account("joint", "taxable", cash=96_000)
    joint.lot("VTI", 402_000, "2014-05-13", 2.3)
    joint.lot("VEA", 133_000, "2019-02-05", 0.7)
    joint.lot("VTEB", 61_000, "2022-09-20", 0.02)
    ira = house.account("ira", "traditional_ira", cash=4_000)
    ira.lot("MUB", 88_000)
    ira.lot("BND", 92_000)
    ira.lot("VWO", 70_000)


def ten_funds(book: BookBuilder) -> None:
    """Tell of a plan menu that limits what may stand where."""
    house = book.household(
        "ten-fund-401k",
        """Most of this couple's money is in a 401(k) with ten pools, two of which they use. The
        menu has a good bond pool and a poor choice elsewhere. A good plan lets the 401(k) carry
        the bonds of the whole house and keeps shares in the Roth and the joint account.""",
        target="growth-60-40",
        policy="pre-approved",
    )
    house.files("mfj", 218_000, state_rate=0.05)
    plan = house.account("401k", "401k", cash=0, menu="plan-ten-funds")
    plan.lot("K-2045", 168_000)
    plan.lot("K-LARGE", 141_000)
    roth = house.account("roth", "roth_ira", cash=700, owner="second")
    roth.lot("BND", 39_000)
    roth.lot("VTI", 33_000)
    joint = house.account("joint", "taxable", cash=5_000)
    joint.lot("VTI", 58_000, "2020-03-24", 2.4)
    joint.lot("VXUS", 44_000, "2021-07-13", 0.32)


def two_units(book: BookBuilder) -> None:
    """Tell of one household that files two returns."""
    house = book.household(
        "two-filing-units",
        """Two partners, not married, keep house and target together but file alone. She earns
        $310,000 and has gains this year; he earns $41,000 and pays 0% on long-term gains. Losses
        of one never offset gains of the other. A good plan takes gains on his return and losses
        on hers, and still watches wash sales across both.""",
        target="growth-80-20",
    )
    house.files("single", 310_000, state_rate=0.05, name="her-unit", st_realized_ytd=14_000)
    house.files("single", 41_000, state_rate=0.05, name="his-unit")
    hers = house.account("her-brokerage", "taxable", cash=2_600, unit="her-unit")
    hers.lot("VTI", 173_000, "2018-11-20", 1.5)
    hers.lot("VWO", 29_000, "2021-02-18", -0.10)
    hers.lot("BND", 37_000, "2020-09-15", -0.18)
    his = house.account("his-brokerage", "taxable", cash=900, owner="second", unit="his-unit")
    his.lot("VTI", 46_000, "2019-12-03", 1.1)
    his.lot("VEA", 13_000, "2023-11-14", 0.5)
    ira = house.account("her-ira", "traditional_ira", cash=500, unit="her-unit")
    ira.lot("VEA", 58_000)
    ira.lot("VNQ", 9_000)
    roth = house.account("his-roth", "roth_ira", cash=100, owner="second", unit="his-unit")
    roth.lot("VTI", 24_000)


def everything_sheltered(book: BookBuilder) -> None:
    """Tell of a household without any taxable account."""
    house = book.household(
        "all-sheltered",
        """A young doctor owns a 403(b)-like plan with three funds, a Roth IRA and a health
        savings account. Nothing she sells is taxed, so only the mix, the costs and foreign tax
        lost inside shelters count. A good plan reaches the target almost exactly.""",
        target="three-fund-70-30",
        policy="pre-approved",
    )
    house.files("single", 205_000, state_rate=0.055)
    plan = house.account("plan", "401k", cash=0, menu="plan-three-funds")
    plan.lot("K-LARGE", 88_000)
    roth = house.account("roth", "roth_ira", cash=7_500)
    roth.lot("VTI", 27_000)
    health = house.account("health", "hsa", cash=1_000, cash_floor=1_000)
    health.lot("VTI", 11_000)


STORIES = (swap, muni_sheltered, ten_funds, two_units, everything_sheltered)
