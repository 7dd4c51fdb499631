"""What holds for every replay, and agreement with a share-by-share reading of the regulation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from models.tax.wash.records import Lot, Part, Purchase, Sale, WashRules
from models.tax.wash.replay import replay

D = Decimal
START = date(2026, 1, 1)
LISTED = WashRules(same_day="listed")
CLOSE = D("1e-15")  # dollars: division of exact decimals rounds at the 28th digit


@st.composite
def stories(draw, identicals=("X",)):
    """Draw lots, then purchases and sales over three months, with whole shares."""
    count = draw(st.integers(1, 4))
    lots, events, left = [], [], {}

    def new_lot(name, day):
        shares = draw(st.integers(1, 6))
        cost = draw(st.integers(100, 9_999))
        lot = Lot(
            name,
            draw(st.sampled_from(identicals)),
            D(shares),
            D(cost * shares) / 100,
            START + timedelta(days=day),
            sheltered=draw(st.integers(0, 3)) == 0,
        )
        left[name] = shares
        return lot

    for i in range(count):
        lots.append(new_lot(f"l{i}", draw(st.integers(-40, 0))))
    day = 1
    for i in range(draw(st.integers(1, 7))):
        day += draw(st.sampled_from([0, 1, 5, 12, 29, 30, 31]))
        names = sorted(name for name in left if left[name])
        if names and draw(st.integers(0, 2)):
            sold = draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True))
            parts = []
            for name in sold:
                shares = draw(st.integers(1, left[name]))
                left[name] -= shares
                price = draw(st.integers(100, 9_999))
                parts.append(Part(name, D(shares), D(price * shares) / 100))
            events.append(Sale(START + timedelta(days=day), tuple(parts)))
        else:
            events.append(Purchase(new_lot(f"b{i}", day)))
    return lots, events


@given(stories(("X", "Y")), st.sampled_from(["ignore", "count"]))
@settings(deadline=None, max_examples=200)
def test_loss_and_money_are_conserved(story, closed):
    """Nothing realised, paid or received is lost or invented.

    Allowed + deferred + destroyed = realised loss of each piece, and
    basis in + deferred = basis sold + basis held + what closed gains gave up.
    """
    lots, events = story
    result = replay(lots, events, WashRules(closed_replacements=closed))
    for piece in result.pieces:
        loss = max(D(0), -piece.gain)
        assert 0 <= piece.disallowed <= loss + CLOSE
        assert piece.gain == piece.proceeds - piece.basis
        if piece.sheltered or piece.gain >= 0:
            assert piece.disallowed == 0
    bought = [event.lot for event in events if isinstance(event, Purchase)]
    parts = [part for event in events if isinstance(event, Sale) for part in event.parts]
    basis_in = sum(lot.basis for lot in [*lots, *bought])
    basis_out = sum(piece.basis + piece.restated for piece in result.pieces)
    basis_held = sum(fragment.basis for fragment in result.held)
    assert abs(basis_in + result.deferred - basis_out - basis_held) < CLOSE
    proceeds = sum(piece.proceeds for piece in result.pieces)
    assert abs(proceeds - sum(part.proceeds for part in parts)) < CLOSE
    shares_in = sum(lot.shares for lot in [*lots, *bought])
    assert shares_in == sum(p.shares for p in parts) + sum(f.shares for f in result.held)


@given(stories())
@settings(deadline=None, max_examples=200)
def test_no_share_is_used_twice_and_no_match_is_out_of_the_window(story):
    """Each replacement share washes once, within 30 days, never its own purchase."""
    lots, events = story
    result = replay(lots, events)
    shares = {lot.lot_id: lot.shares for lot in lots}
    shares |= {e.lot.lot_id: e.lot.shares for e in events if isinstance(e, Purchase)}
    used = dict.fromkeys(shares, D(0))
    for match in result.matches:
        used[match.replacement_lot_id] += match.shares
        assert abs((match.bought_on - match.sold_on).days) <= 30
        assert match.sold_lot_id != match.replacement_lot_id
    assert all(used[name] <= shares[name] for name in shares)
    assert sum(m.amount for m in result.matches) == result.deferred + result.destroyed


@given(stories(("X", "Y")))
@settings(deadline=None, max_examples=40)
def test_unrelated_trades_do_not_matter(story):
    """Replaying one group alone gives what it gives amid the trades of another."""
    lots, events = story
    together = replay(lots, events)
    identical_of = {lot.lot_id: lot.identical_group for lot in lots}
    identical_of |= {e.lot.lot_id: e.lot.identical_group for e in events if isinstance(e, Purchase)}
    for identical in ("X", "Y"):
        alone = []
        for event in events:
            if isinstance(event, Sale):
                parts = tuple(p for p in event.parts if identical_of[p.lot_id] == identical)
                if parts:
                    alone.append(Sale(event.date, parts))
            elif event.lot.identical_group == identical:
                alone.append(event)
        apart = replay([lot for lot in lots if lot.identical_group == identical], alone)
        assert apart.pieces == tuple(
            p for p in together.pieces if identical_of[p.lot_id] == identical
        )
        assert apart.held == tuple(f for f in together.held if f.lot.identical_group == identical)


@dataclass
class Share:
    """One share in the reading of the regulation below."""

    lot: Lot
    bought: int
    basis: Fraction
    used_at: int = 0
    sold_at: int | None = None


def share_by_share(lots, events):
    """Apply the regulation literally to single shares, all purchases known from the start.

    Losses in order of sale and acquisition; for each lost share the earliest purchased share in
    the window, still held after the sale, of another purchase, that has washed nothing yet.
    Returns (allowed, deferred, destroyed) in all, and the basis of what is left by lot.
    """
    shares, uses = [], 0
    order = [(lot, -1) for lot in lots]
    order += [(e.lot, i) for i, e in enumerate(events) if isinstance(e, Purchase)]
    for lot, bought in order:
        each = Fraction(lot.basis) / Fraction(lot.shares)
        shares += [Share(lot, bought, each) for _ in range(int(lot.shares))]
    allowed = deferred = destroyed = Fraction(0)
    for i, event in enumerate(events):
        if not isinstance(event, Sale):
            continue
        lost = []
        for part in event.parts:
            price = Fraction(part.proceeds) / Fraction(part.shares)
            mine = [s for s in shares if s.lot.lot_id == part.lot_id and s.sold_at is None]
            mine.sort(key=lambda s: s.used_at or 10**9)
            for share in mine[: int(part.shares)]:
                share.sold_at = i
                if not share.lot.sheltered:
                    allowed += price - share.basis
                    lost += [(share, share.basis - price)] if price < share.basis else []
        lost.sort(key=lambda pair: pair[0].lot.acquired)
        for share, loss in lost:
            candidates = [
                r
                for r in shares
                if not r.used_at
                and r.sold_at is None
                and r.lot is not share.lot
                and abs((r.lot.acquired - event.date).days) <= 30
            ]
            if candidates:
                best = min(candidates, key=lambda r: r.lot.acquired)
                uses += 1
                best.used_at = uses
                allowed += loss
                if best.lot.sheltered:
                    destroyed += loss
                else:
                    best.basis += loss
                    deferred += loss
    left = {}
    for share in shares:
        if share.sold_at is None:
            left[share.lot.lot_id] = left.get(share.lot.lot_id, 0) + share.basis
    return allowed, deferred, destroyed, left


@given(stories())
@settings(deadline=None, max_examples=300)
def test_the_replay_is_the_regulation_share_by_share(story):
    """The chronological replay gives what all-at-once matching of single shares gives."""
    lots, events = story
    result = replay(lots, events, LISTED)
    allowed, deferred, destroyed, left = share_by_share(lots, events)
    recognised = result.recognized(long=True) + result.recognized(long=False)
    assert abs(Fraction(recognised) - allowed) < CLOSE
    assert abs(Fraction(result.deferred) - deferred) < CLOSE
    assert abs(Fraction(result.destroyed) - destroyed) < CLOSE
    held: dict[str, Fraction] = {}
    for f in result.held:
        held[f.lot.lot_id] = held.get(f.lot.lot_id, Fraction(0)) + Fraction(f.basis)
    assert held.keys() == left.keys()
    assert all(abs(held[name] - left[name]) < CLOSE for name in left)
