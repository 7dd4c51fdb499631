"""Households inside a wash-sale window: what was bought or sold within thirty days, by whom."""

from __future__ import annotations

from scenarios.builder import BookBuilder


def spouse_bought(book: BookBuilder) -> None:
    """Tell of a spouse's IRA that bought what the joint account wants to sell."""
    house = book.household(
        "spouse-bought-replacement",
        """On 2 November her IRA bought the very bond fund that the joint account holds at a loss.
        A harvest now would lose that part of the loss for good, since an IRA's shares take no
        basis, and selling them does not cure it. A good plan leaves the bond loss until 3
        December, or says what part is still free, and rebalances around it.""",
        target="growth-60-40",
    )
    house.files("mfj", 176_000, state_rate=0.05, st_realized_ytd=6_400)
    joint = house.account("joint", "taxable", cash=1_900)
    joint.lot("VTI", 92_000, "2018-03-06", 1.5)
    joint.lot("BND", 57_000, "2020-09-01", -0.18)
    joint.lot("VEA", 31_000, "2021-04-20", 0.3)
    hers = house.account("her-ira", "traditional_ira", cash=900, owner="second")
    hers.bought("BND", 16_000, "2026-11-02", 0.004)
    hers.lot("VTI", 28_000)


def reinvested(book: BookBuilder) -> None:
    """Tell of a reinvested distribution within the window."""
    house = book.household(
        "drip-in-window",
        """The account reinvests distributions: the bond fund bought four shares on 5 November and
        will again on 4 December. Those few shares stand between the owner and a large loss. Under
        his policy a plan may sell the young lot along with the old, but must first ask him to
        pause the instruction.""",
        target="income-30-70",
    )
    house.files("single", 83_000, state_rate=0.044, lt_realized_ytd=11_000)
    account = house.account("brokerage", "taxable", cash=650, reinvests=True)
    account.lot("BND", 74_000, "2020-08-06", -0.20)
    account.bought("BND", 293.44, "2026-10-05", -0.006)
    account.bought("BND", 293.44, "2026-11-05", -0.003)
    account.lot("VTI", 51_000, "2017-12-12", 1.55)
    account.lot("SCHP", 22_000, "2024-03-12", 0.03)
    account.will_buy("BND", "2026-12-04")
    account.will_buy("SCHP", "2026-12-07")


def sold_recently(book: BookBuilder) -> None:
    """Tell of a loss taken about twelve days ago."""
    house = book.household(
        "loss-sold-12-days-ago",
        """The twelfth day back is a Sunday; on the Monday after it, 9 November, 400 shares of the
        emerging-markets fund were sold at a loss of $4,300. Until 9 December nobody in the house
        may buy that fund, in no account. The house is short of emerging markets: a good plan buys
        the sister fund, or waits.""",
        target="growth-80-20",
    )
    house.files("mfj", 259_000, state_rate=0.0685, st_realized_ytd=-1_200, lt_realized_ytd=-4_300)
    joint = house.account("joint", "taxable", cash=24_800)
    joint.lot("VTI", 161_000, "2019-01-08", 1.5)
    joint.lot("VEA", 49_000, "2022-09-27", 0.6)
    joint.lot("BND", 52_000, "2023-04-11", -0.01)
    joint.sold("VWO", 400, "2026-11-09", 23_480, -4_300)
    roth = house.account("her-roth", "roth_ira", cash=6_000, owner="second")
    roth.lot("VBR", 26_000)
    roth.lot("VNQ", 15_000)


def already_matched(book: BookBuilder) -> None:
    """Tell of a loss sale whose replacement was already bought."""
    house = book.household(
        "half-washed-already",
        """In October 300 shares of the developed-markets fund were sold at a loss and 120 bought
        again nine days later. The law has matched 120 of them; 180 shares of loss are still open,
        so buying is still forbidden, but the 120 have done their harm. His policy weighs a lost
        loss against the benefit of acting.""",
        target="growth-60-40",
        policy="wash-priced",
    )
    house.files("single", 121_000, state_rate=0.05, lt_realized_ytd=-1_080)
    account = house.account("brokerage", "taxable", cash=13_500)
    account.lot("VTI", 88_000, "2018-10-29", 1.5)
    account.sold("VEA", 300, "2026-10-26", 20_400, -1_800)
    account.bought("VEA", 8_246.40, "2026-11-04", -0.09, disallowed=720)
    account.lot("VEA", 13_000, "2020-05-18", 0.8)
    account.lot("AGG", 39_000, "2021-05-04", -0.14)
    account.lot("VWO", 12_500, "2026-06-09", -0.04)


def payroll(book: BookBuilder) -> None:
    """Tell of a paycheck that buys the same fund next week."""
    house = book.household(
        "paycheck-buys-next-week",
        """Every second Friday his IRA's standing order buys the bond fund that the joint account
        holds at a loss. The purchase of 27 November would undo a harvest made today. A good plan
        names that instruction, or harvests nothing in that fund.""",
        target="growth-60-40",
    )
    house.files("mfj", 133_000, state_rate=0.0495)
    joint = house.account("joint", "taxable", cash=2_300)
    joint.lot("VTI", 77_000, "2018-09-18", 1.4)
    joint.lot("BND", 49_000, "2021-01-05", -0.17)
    joint.lot("VWO", 11_000, "2021-01-26", -0.07)
    ira = house.account("his-ira", "traditional_ira", cash=450)
    ira.bought("BND", 660.24, "2026-10-30", 0.003)
    ira.bought("BND", 660.24, "2026-11-13", 0.001)
    ira.lot("VEA", 31_000)
    ira.will_buy("BND", "2026-11-27")
    ira.will_buy("BND", "2026-12-11")


def same_fund_two_wrappers(book: BookBuilder) -> None:
    """Tell of share classes: one fund under two names."""
    house = book.household(
        "share-class-twins",
        """The joint account holds the bond ETF at a loss; her Roth IRA, at the fund company,
        holds and may buy only the mutual-fund class of the same fund. Selling one and buying the
        other is a wash sale, and in the Roth the loss would be gone for good. A good plan buys
        another company's fund in the joint account, or no bonds in the Roth.""",
        target="muni-60-40",
        policy="standard",
    )
    house.files("mfj", 205_000, state_rate=0.0425, st_realized_ytd=9_000)
    joint = house.account("joint", "taxable", cash=3_000)
    joint.lot("BND", 83_000, "2020-11-10", -0.18)
    joint.lot("VTI", 69_000, "2019-06-04", 1.35)
    joint.lot("VTEB", 38_000, "2021-06-01", -0.08)
    roth = house.account("her-roth", "roth_ira", cash=11_500, owner="second", menu="fund-company")
    roth.lot("VTSAX", 54_000)
    roth.lot("VBTLX", 12_000)
    roth.lot("VXUS", 17_000)


def under_way(book: BookBuilder) -> None:
    """Tell of orders that left this morning."""
    house = book.household(
        "orders-under-way",
        """An adviser placed two orders this morning: 60 shares of the total-market fund to sell
        from the oldest lot, and 150 shares of the developed-markets fund to buy. Neither is
        filled. A good plan counts the shares and the cash as spoken for, does not order them
        again, and treats the purchase as one that could wash a loss.""",
        target="growth-60-40",
    )
    house.files("mfj", 142_000, state_rate=0.05)
    joint = house.account("joint", "taxable", cash=14_500)
    oldest = joint.lot("VTI", 112_000, "2015-11-03", 2.0)
    joint.lot("VTI", 36_000, "2022-01-04", 0.5)
    joint.lot("VEA", 24_000, "2026-05-12", -0.03)
    joint.lot("BND", 47_000, "2020-10-06", -0.18)
    joint.orders("VTI", "sell", 60, oldest)
    joint.orders("VEA", "buy", 150)
    ira = house.account("ira", "traditional_ira", cash=2_000)
    ira.lot("SCHP", 23_000)
    ira.lot("VWO", 14_000)


STORIES = (
    spouse_bought,
    reinvested,
    sold_recently,
    already_matched,
    payroll,
    same_fund_two_wrappers,
    under_way,
)
