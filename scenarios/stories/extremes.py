"""Households at the edges: very small, very large, leveraged, unusual models, and one wrong."""

from __future__ import annotations

from scenarios.builder import BookBuilder


def tiny(book: BookBuilder) -> None:
    """Tell of eight hundred dollars."""
    house = book.household(
        "tiny-800",
        """A student's first $800, in a Roth IRA, most of it still in cash. Whole shares of some
        funds cost more than their target weight. A good plan buys what fits and stops.""",
        target="three-fund-70-30",
        policy="small-account",
    )
    house.files("single", 6_000)
    roth = house.account("roth", "roth_ira", cash=577.44)
    roth.lot("SCHB", 210)


def family_office(book: BookBuilder) -> None:
    """Tell of eighty million dollars in nine accounts."""
    house = book.household(
        "family-office-80m",
        """Three generations' money in nine accounts, about $80 million, some lots older than the
        grandchildren. Tickets under $25,000 are noise, and a basis point is $8,000. A good plan
        harvests where losses are, places high-yield bonds and property in the IRAs, and leaves
        century-low bases for the estate.""",
        target="endowment",
        policy="large-tickets",
    )
    house.files(
        "mfj",
        2_900_000,
        state_rate=0.0685,
        lt_realized_ytd=410_000,
        net_investment_income=1_900_000,
    )
    trust = house.account("family-trust", "taxable", cash=1_900_000, cash_floor=500_000)
    trust.lot("VTI", 17_600_000, "2009-03-16", 8.0)
    trust.lot("VTI", 3_100_000, "2022-06-21", 0.9)
    trust.lot("VEA", 5_600_000, "2013-09-10", 0.9)
    trust.lot("VWO", 2_600_000, "2021-02-17", -0.10)
    trust.lot("VTEB", 4_100_000, "2021-07-27", -0.09)
    trust.lot("GLD", 900_000, "2018-08-21", 2.6)
    children = house.account("childrens-trust", "taxable", cash=240_000)
    children.lot("VOO", 6_800_000, "2014-02-04", 2.6)
    children.lot("IEFA", 3_300_000, "2021-06-22", 0.24)
    children.lot("VBR", 2_100_000, "2021-11-02", 0.25)
    children.lot("BND", 2_700_000, "2020-08-11", -0.19)
    property_account = house.account("property-account", "taxable", cash=310_000)
    property_account.lot("VNQ", 5_200_000, "2021-12-21", -0.15)
    property_account.lot("HYG", 2_900_000, "2021-09-28", -0.08)
    living = house.account("living", "taxable", cash=1_250_000, cash_floor=1_000_000)
    living.lot("BIL", 2_400_000, "2026-03-03", 0.0005)
    living.lot("MUB", 3_200_000, "2024-09-17", -0.01)
    his = house.account("his-ira", "traditional_ira", cash=22_000)
    his.lot("IVV", 3_600_000)
    his.lot("AGG", 1_300_000)
    hers = house.account("her-ira", "traditional_ira", cash=18_000, owner="second")
    hers.lot("VEA", 2_200_000)
    his_roth = house.account("his-roth", "roth_ira", cash=9_000)
    his_roth.lot("AVUV", 2_700_000)
    her_roth = house.account("her-roth", "roth_ira", cash=4_000, owner="second")
    her_roth.lot("VWO", 1_900_000)
    plan = house.account("401k", "401k", cash=0, menu="plan-ten-funds")
    plan.lot("K-2045", 1_450_000)
    plan.lot("K-STABLE", 620_000)


def leveraged(book: BookBuilder) -> None:
    """Tell of a fund that is twice what it seems."""
    house = book.household(
        "leveraged-fund",
        """He keeps 18% in a fund that moves twice with large US shares, and thinks of himself as
        56% in shares. Counted at its exposure he is at 73%. A good plan counts it double, sells
        it where that is free, and reaches the target with less money in shares than the names
        suggest.""",
        target="growth-60-40",
    )
    house.files("single", 117_000, state_rate=0.0307)
    account = house.account("brokerage", "taxable", cash=1_800, menu="growth-60-40-with-leverage")
    account.lot("SSO", 19_000, "2024-08-05", 0.62)
    account.lot("VTI", 52_000, "2020-11-10", 1.1)
    account.lot("VEA", 18_000, "2022-10-18", 0.65)
    account.lot("BND", 50_000, "2022-08-23", 0.0)
    ira = house.account("ira", "traditional_ira", cash=250, menu="growth-60-40-with-leverage")
    ira.lot("SSO", 21_000)
    ira.lot("BND", 46_000)
    ira.lot("VWO", 14_000)


def all_weather(book: BookBuilder) -> None:
    """Tell of a model with gold, long bonds and commodities."""
    house = book.household(
        "all-weather",
        """He follows a model built for any season, with long Treasuries, gold and commodities.
        Long bonds bought in 2020 have lost almost half; gold has tripled. Two gold trusts are one
        thing in two wrappers. A good plan uses the bonds' loss to pay for selling gold and moves
        the bond income into the IRA.""",
        target="all-weather",
    )
    house.files("single", 156_000, state_rate=0.05)
    account = house.account("brokerage", "taxable", cash=2_200)
    account.lot("VTI", 62_000, "2019-03-05", 1.4)
    account.lot("TLT", 31_000, "2020-08-04", -0.44)
    account.lot("GLD", 48_000, "2019-06-11", 2.2)
    account.lot("PDBC", 7_000, "2022-06-07", -0.08)
    ira = house.account("ira", "traditional_ira", cash=700)
    ira.lot("IAU", 22_000)
    ira.lot("BND", 35_000)
    ira.lot("SCHP", 12_000)


def flat_rates(book: BookBuilder) -> None:
    """Tell of an adviser who knows the rates but not the return."""
    house = book.household(
        "rates-given-outright",
        """A new client has not sent his tax return; the adviser states 40.8% and 23.8% and leaves
        the brackets aside. Everything else is ordinary. A good plan uses those rates alone.""",
        target="growth-80-20",
        policy="flat-rates",
    )
    house.files("single", 700_000, state_rate=0.0)
    account = house.account("brokerage", "taxable", cash=33_000)
    account.lot("SCHB", 390_000, "2018-05-01", 1.5)
    account.lot("IEFA", 128_000, "2021-05-18", 0.27)
    account.lot("IEMG", 71_000, "2021-02-23", -0.02)
    account.lot("AGG", 83_000, "2020-12-15", -0.18)
    roth = house.account("roth", "roth_ira", cash=2_000)
    roth.lot("VBR", 61_000)
    roth.lot("SCHH", 24_000)


def spoilt(book: BookBuilder) -> None:
    """Tell of data that cannot be right."""
    house = book.household(
        "faulty-data",
        """Somebody typed this household by hand: a lot with fewer than no shares, one bought next
        January, and a taxable lot whose cost is missing. A good answer trades nothing and names
        all three cells at once; nobody else's plan suffers.""",
        target="three-fund-70-30",
        policy="standard",
    )
    house.files("single", 77_000, state_rate=0.05)
    account = house.account("brokerage", "taxable", cash=2_000)
    account.lot("VTI", 14_000, "2019-05-20", 0.5, shares=-40)
    account.lot("VEA", 12_000, "2027-01-15", 0.1)
    account.lot("BND", 20_000, "2023-08-01")


STORIES = (tiny, family_office, leveraged, all_weather, flat_rates, spoilt)
