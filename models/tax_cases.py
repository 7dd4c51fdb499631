"""Check the law against a file of cases: ``python -m models.tax_cases FILE``.

One line a case: its id, ok or FAIL, what was expected and what the law gives. The exit code is 0
only when every case passes, 1 when one fails or there is none, 2 when the file cannot be read.
Only what a case expects is compared; what it expects and the law does not compute is a failure.
A case that cannot be understood fails with its reason and never hides the others.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import tomllib
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final, NamedTuple

from models.errors import HearthError
from models.tax.cases.topics import TOPICS

DOLLARS: Final = Decimal("0.011")
"""Dollars. Publications round to the cent, once or twice."""

SHARES: Final = Decimal("0.0001")
"""Shares. Published fractions of a share have at most four decimals."""


class Verdict(NamedTuple):
    """One case's line."""

    case_id: str
    passed: bool
    expected: Any
    got: Any

    def __str__(self) -> str:
        mark = "ok  " if self.passed else "FAIL"
        return f"{self.case_id} {mark} expected {_text(self.expected)} got {_text(self.got)}"


def check_case(case: Any) -> Verdict:
    """Compare what one case expects with what the law gives; never raises for a bad case."""
    if not isinstance(case, Mapping):
        return Verdict("?", False, None, f"not a case: {type(case).__name__}")
    case_id, expected = str(case.get("id", "?")), case.get("expected")
    topic = TOPICS.get(str(case.get("topic")))
    if topic is None:
        known = ", ".join(TOPICS)
        reason = f"no topic {case.get('topic')!r}; known: {known}"
        return Verdict(case_id, False, expected, reason)
    if not isinstance(expected, Mapping) or not expected:
        return Verdict(case_id, False, expected, "the case expects nothing")
    try:
        tolerance = max(DOLLARS, Decimal(case.get("tolerance") or 0))
        outcomes = topic(case["input"])
        agreeing = [o for o in outcomes if _agrees(expected, o, case["input"], tolerance)]
    except HearthError as error:
        return Verdict(case_id, False, expected, str(error))
    except (
        ArithmeticError,
        AttributeError,
        InvalidOperation,
        LookupError,
        TypeError,
        ValueError,
    ) as error:
        reason = f"the case cannot be understood: {type(error).__name__}: {error}"
        return Verdict(case_id, False, expected, reason)
    best = (agreeing or outcomes)[0]
    got = {name: best.get(name, "not computed") for name in expected}
    return Verdict(case_id, bool(agreeing), expected, got)


def read_cases(path: Path) -> list[Any]:
    """Read a case file: a JSON list, or JSON or TOML with a list under ``cases``; numbers exact.

    Raises
    ------
    ValueError
        When the file is neither, or has no list of cases.
    """
    text = path.read_text(encoding="utf-8")
    cases: Any
    if path.suffix == ".toml":
        cases = tomllib.loads(text, parse_float=Decimal)
    else:
        cases = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    if isinstance(cases, Mapping):
        cases = cases.get("cases")
    if not isinstance(cases, list):
        raise ValueError("a case file is a list of cases, or an object with a list under 'cases'")
    return cases


def main(arguments: Sequence[str] | None = None) -> int:
    """Check one file and print its verdicts; return the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if len(given) != 1:
        print("usage: python -m models.tax_cases FILE", file=sys.stderr)
        return 2
    try:
        cases = read_cases(Path(given[0]))
    except (OSError, ValueError) as error:
        print(f"{given[0]}: cannot be read: {error}", file=sys.stderr)
        return 2
    verdicts = []
    for case in cases:
        verdicts.append(check_case(case))
        print(verdicts[-1])
    failed = sum(not verdict.passed for verdict in verdicts)
    print(f"{len(verdicts) - failed} of {len(verdicts)} cases pass", file=sys.stderr)
    return 0 if verdicts and not failed else 1


def _agrees(expected: Mapping[str, Any], got: Any, given: Any, tolerance: Decimal) -> bool:
    for name, value in expected.items():
        if name not in got:
            return False
        if name == "lots_after":
            if not _same_lots(value, got[name], _starts(given), tolerance):
                return False
        elif not _same(value, got[name], tolerance):
            return False
    return True


def _same(expected: Any, got: Any, tolerance: Decimal) -> bool:
    if isinstance(expected, bool) or isinstance(got, bool) or expected is None or got is None:
        return expected is got
    if isinstance(expected, list):
        return len(expected) == len(got) and all(map(_same, expected, got, [tolerance] * len(got)))
    if isinstance(expected, str):
        return bool(expected == got)
    return bool(abs(Decimal(expected) - got) <= tolerance)


Place = tuple[str, str]


def _same_lots(
    expected: Sequence[Any], got: Sequence[Any], starts: Mapping[str, str], tolerance: Decimal
) -> bool:
    """Compare lots by lot and holding start, however many fragments either side tells them in."""
    wanted, held = _by_start(expected, starts), _by_start(got, starts)
    if wanted.keys() != held.keys():
        return False
    return all(
        abs(wanted[place][0] - held[place][0]) <= SHARES
        and abs(wanted[place][1] - held[place][1]) <= tolerance
        for place in wanted
    )


def _by_start(
    fragments: Sequence[Any], starts: Mapping[str, str]
) -> dict[Place, tuple[Decimal, Decimal]]:
    sums: dict[Place, tuple[Decimal, Decimal]] = {}
    for row in fragments:
        lot = row["lot"]
        place = (lot, row.get("holding_start") or starts[lot])
        shares, basis = sums.get(place, (Decimal(0), Decimal(0)))
        sums[place] = (shares + Decimal(row["shares"]), basis + Decimal(row["basis"]))
    return sums


def _starts(given: Mapping[str, Any]) -> dict[str, str]:
    """Holding start of every lot before any wash sale, for fragments that say it is unchanged."""
    starts = {row["id"]: row.get("holding_start") or row["acquired"] for row in given["lots"]}
    bought = (trade for trade in given["trades"] if trade["side"] == "buy")
    return starts | {trade["lot_id"]: trade["date"] for trade in bought if "lot_id" in trade}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        rounded = round(float(value), 4)
        return int(rounded) if rounded.is_integer() else rounded
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no part of a case")


if __name__ == "__main__":
    sys.exit(main())
