"""Households with losses to use: harvests, carryforwards, and the calendar of one year."""

from __future__ import annotations

from scenarios.builder import BookBuilder, day


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
        turn long-term within weeks. Selling today costs 38.8% of the gain, next Friday 18.8%. A
        good plan sells older lots or waits, and sells young lots only at a loss.""",
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
        policy="standard",
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


def given_and_inherited(book: BookBuilder) -> None:
    """Tell of shares that came without being bought."""
    house = book.household(
        "gifted-and-inherited",
        """His mother gave him shares in June that she had bought in 1998, and his aunt left him
        others in August. The gift keeps her basis and her holding period; the inheritance starts
        anew at the value of that day and is long-term at once. A good plan sells the inherited
        lots first, since almost none of their value is gain.""",
        target="growth-60-40",
    )
    house.files("single", 88_000, state_rate=0.0495)
    account = house.account("brokerage", "taxable", cash=1_700)
    account.lot("VTI", 66_000, "2026-06-16", 5.2, holding_start=day("1998-10-08"), origin="gift")
    account.lot(
        "VTI", 71_000, "2026-08-13", 0.02, holding_start=day("1999-08-13"), origin="inheritance"
    )
    account.lot("VEA", 18_000, "2020-02-25", 0.5)
    account.lot("BND", 30_000, "2024-01-09", 0.0)


def apart(book: BookBuilder) -> None:
    """Tell of a couple that files two returns."""
    house = book.household(
        "married-filing-separately",
        """Married, but each files alone because of her student loan. Each return deducts at most
        $1,500 of losses a year, and each starts the surtax at $125,000. Their purchases still
        wash each other's losses. A good plan harvests on the return where a loss is worth most
        and no further than it pays.""",
        target="growth-80-20",
    )
    house.files("mfs", 176_000, state_rate=0.05, name="her-unit", st_realized_ytd=5_000)
    house.files("mfs", 52_000, state_rate=0.05, name="his-unit")
    hers = house.account("hers", "taxable", cash=2_100, unit="her-unit")
    hers.lot("VTI", 98_000, "2019-10-01", 1.2)
    hers.lot("VWO", 24_000, "2021-02-17", -0.10)
    hers.lot("AGG", 21_000, "2020-08-06", -0.19)
    his = house.account("his", "taxable", cash=1_300, owner="second", unit="his-unit")
    his.lot("VTI", 47_000, "2022-10-12", 0.9)
    his.lot("BND", 19_000, "2020-07-31", -0.18)
    his.bought("VWO", 2_400, "2026-11-10", 0.01)
    ira = house.account("his-ira", "traditional_ira", cash=400, owner="second", unit="his-unit")
    ira.lot("VEA", 33_000)
    ira.lot("VNQ", 8_000)


STORIES = (
    year_end_harvest,
    carryforward,
    almost_long,
    short_and_long,
    zero_bracket,
    given_and_inherited,
    apart,
)
