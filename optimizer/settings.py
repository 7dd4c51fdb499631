"""Every heuristic number of the optimizer, with its unit and its reason, room by room.

A number here decides how far something is searched or when it is left; none decides what is legal,
what a plan is worth or what is proven: that is the book's, the policy's and the law's. What each is
worth is measured again by `python -m benchmarks.quality` (plans), `benchmarks.speed` (time)
and `benchmarks.extremes` (answers at the edge), before and after.
"""

from __future__ import annotations

# inputs: group values

LEAST_USD = 1.0
"""Dollars. A group that counts for less has no weights."""

# program: compile arrays

STEEP_COLUMN = 1e5
"""Coefficient of a column in a row above which the column is counted in smaller units."""

# program: market impact

IMPACT_MISSED_BPS = 3e-3
"""Basis points that the tangents to one security's impact may miss, and that are not stated at all.
At 1e-3 gaps were 0.03 bps less and solves took a tenth longer; at 1e-2 gaps grew by 0.1 to 0.3."""

MOST_TANGENTS = 24
"""Tangents to one security's impact: where selling all of it costs 10 bps of the household they
still miss no more than that."""

# program: tax budget

SAME_UNITS = 1e-12
"""Percents: how far intercepts of the same function may differ by the order of additions."""

# solvers: adapters

OSQP_EPS = 1e-6
"""Residual of OSQP. At its default 1e-3 it calls points solved that are off by dollars."""

OSQP_ITERATIONS = 200_000
"""Most iterations of OSQP: a binding tax budget can need tens of thousands."""

PIQP_ITERATIONS = 80
"""Most iterations of PIQP: it needs 12 to 30; far more means it will not find its way."""

PIQP_GAP = 1e-6
"""PIQP's duality gap, relative, where a billionth is never reached: 84 of 87 such programs stop
after 20 iterations at a gap of 1e-4 bps at most, which is less than our own bound gives away."""

PIQP_SCALINGS = 1
"""Rounds in which PIQP scales a program's rows and columns, ten by default. One solves 1,205 of
1,445 programs under extreme policies, ten 1,192; the other nine cost 4 to 9% of a solve."""

# solvers: chain

RESIDUAL = 1e-5
"""Units (1e-7 of the household): a point further from a rule than this is not solved."""

GIVES_WAY = 0.5
"""Part of what a judge lets pass that a program takes where nothing keeps its limits as they are:
the rest is left for cents that rounding takes."""

# solvers: dual bound

PROOF_NOISE = 1e-6
"""Relative to the sizes of what is summed: far above rounding, far below what a proof shows."""

# solvers: integer

TOLERANCE = 1e-9
"""Units and bps by which a row may be missed: the least that HiGHS knows is 1e-10."""

WHOLE_WITHIN = 1e-7
"""How far a whole number may be from one."""

MOST_ITERATIONS = 1_500
"""Iterations of one linear relaxation: it takes a few dozen, or gets lost."""

# solvers: chain, pricing

PRICED_OUT = 0.3
"""Basis points a percent that a column must cost at its bound, in every solution of late, to be
left there. With 0.05 to 0.5 ten households of many names take 0.77 to 0.87 of the time."""

PRICED_FROM = 300
"""Columns of a program from which that is worth it: below, what surrounds a solve costs more."""

PRICED_PART = 0.2
"""Part of the columns that must be left out for a smaller program to be worth asking."""

PRICED_BPS = 1e-4
"""Basis points that all columns left out may be worth together at the prices that are found."""

PRICINGS = 3
"""Smaller programs asked before the whole one: six of seven need one, nearly all two."""

# solvers: presolve

SHAPES_KEPT = 4_096
"""Shapes of matrices that are remembered, about a kilobyte each: making a matrix of a new one costs
a small household a twentieth of a solve."""

FIXED = 1e-9
"""Units (1e-11 of the household): bounds closer than this leave nothing to decide."""

EMPTY_ROW = 1e-7
"""Percents: how far a row without columns may be off before its program is infeasible."""

STEEP_COST = 1e4
"""Basis points a percent: cost coefficients up to this are what solvers are set up for."""

# search: branch and bound

NODE_GAP_BPS = 0.01
"""Basis points: a node this close to the best plan found is not worth a solve."""

DIVES = 2
"""Solves kept for plans: the best plan with the sides of the open nodes that promise most."""

UNSETTLED_BPS = 1.0
"""Basis points above the open piece from which positions that do both are branched on unasked."""

LOOSE_BPS = 10.0
"""Basis points above the open piece from which a large program is branched on unasked: a solve of
it costs as much as a household of funds."""

SMALL = 60
"""Sales and buys of a program up to which a solve costs less than a third of a millisecond."""

MEDIUM = 1_000
"""Sales and buys up to which a solve costs about a millisecond."""

PROMISING_BPS, PROMISING_USD = 3.0, 500.0
"""Basis points or dollars above the open piece from which a medium program is branched on. Measured
on 230 households of funds and 90 of many names: a third is, which leaves 0.01 and 0.02 of the 0.05
and 0.12 bps that branching finds."""

LONGER = 5
"""Times as many solves that a program of medium size is branched on for, while that closes in."""

FURTHER = 15
"""Times as many more where even that leaves as much open: one household of funds in thirty, which
was two basis points off."""

# search: disjunctions

TOUCH = 1e-6
"""Units (1e-8 of the household): a trade smaller than this is a solver's noise."""

# search: exchange

FEW_UNITS = 2
"""Filing units up to which every regime is asked by itself: nine are solved about as soon as wider
branches around several, or as the corners of two taxes with free distributions."""

MOST_PROMISING = 81
"""Tax regimes that were not solved and are looked at all the same where share steps near the best
plan keep no limit: all cases of four filing units. Of eight there are thousands."""

HELPS_BPS = 1e-6
"""Basis points a flip must gain: less is the solver's own tolerance."""

HELD_AGAINST = 16
"""Solutions that a branch is held against before it is solved: the latest ones."""

EXCHANGE_GAP_BPS = 0.03
"""Basis points above the open piece at which directions are left as they are."""

SMALL_BPS = 0.05
"""Basis points: promises smaller than this are worth a solve only together."""

WORTH_PAIRS_BPS = 1.0
"""Basis points above the open piece from which two funds changing places are worth a solve."""

FEW_GROUPS = 4
"""Groups of a class up to which two of them may change places."""

MOST_FLIPS = 6
"""Re-solves spent on flips in one netting piece, pairs not counted, since those are few: clocks
decide nothing, counts do."""

PATIENCE = 3
"""Flips in a row that may be in vain, pairs not counted."""

# search: harvests

MOST_MARGINS = 8
"""Ways that differ by the last lot to meet a recent share. Where a group has more loss lots, lots
next to each other share one, in which the law's order is left open: the bound stays one, the judge
keeps the order."""

# search: incumbent

NEAR_BPS = 0.3
"""Basis points by which a later piece may start behind the best plan and still flip: on synthetic
books further ones never caught up, and from nearer than a tenth as many did as did not."""

STAKE_BPS = 0.03
"""Basis points: a conflict that costs less than this either way is left to its first guess."""

# search: pseudocosts

NOTHING_BPS = 1e-4
"""Basis points: what gains or gives up less is not looked at."""

STANDS_IN = 0.1
"""Part of a group's factor risk that other securities cannot take over. Measured on synthetic
books: anything between 0.05 and 0.2 guesses the better side in four cases of five."""

# search: regime prices

BORDER_USD = 1e-6
"""Dollars by which a crossing of two kinks may lie outside its piece: the noise of sums."""

# search: tax regimes

BEYOND = 1.0
"""Units of 1% of the household by which a case is held wider than what the run can reach: a limit
that other rules imply shares their multipliers where it binds; from here it only boxes ordinary
income (without any, bounds by a slow solver were 0.001 bps lower)."""

# search: stakes

LEAST_GROUP = 1e-12
"""Percents: a group worth less counts as this; it weighs nothing where it is under a dollar."""

# search: te limit

TE_MARGIN = 1e-4
"""Relative: how far below te_max the program aims, so that share steps stay inside."""

TE_GROWTH = 8.0
"""Factor by which the multiplier grows until the limit holds."""

STEEPEST = 1e8
"""Multiplier beyond which a limit that still does not hold is taken to be out of reach."""

TE_TRIALS = 12
"""Multipliers that are tried between one that keeps a limit and one that does not."""

TE_CLOSE = 2e-4
"""Relative: TE² that far below a limit is at it."""

TE_NARROW = 1e-3
"""Relative: between two multipliers as near as that no other is tried."""

TINY = 1e-30
"""Percent²: less of TE² is none, and has no logarithm."""

TE_EDGE = 0.02
"""Part of the range that a trial stays inside of: one beside an end says little."""

DEAR = 1e4
"""Multiplier, bps per percent², above which a bound at it would price a judge's tolerances."""

FLATTEST = 1e-3
"""Of the multiplier that keeps the limit: where the range starts if none was too small yet."""

TE_SEARCHES = 4
"""Searches for directions at a multiplier: each may settle others, which need another."""

TE_CLIMBS, TE_LOST_BPS = 4, 0.5
"""Searches at multipliers between none and the steepest where the directions of the best plan reach
the limit at none, and basis points that may be lost by which they are made: of 113 drawn households
within 3% of the least tracking error one was 12 basis points worse without, three 0.1 to 2, and six
find nothing more (the households of tests/optimizer/test_restriction.py in whole shares)."""

EASES = 0.01
"""Relative: a multiplier that is smaller by less is not worth another search."""

# search: tracking region

PRICED = 100.0
"""What a square at its limit is priced at."""

LEAST_SQUARE = 1e-4
"""Percent² (a limit of a hundredth of a percent): the least limit that is priced so."""

MOST_STEEP = 1e-12
"""Percent² a percent²: directions flatter than this do not limit tracking error."""

# rounding: candidate

TIGHTENINGS = 6
"""Tightenings at most."""

TIGHTEN_MORE = 1.5
"""How much more than what was overstepped a limit is tightened by."""

MOST_REGIMES = 9
"""Other tax regimes that sides are settled in where a tightened limit ends their own: every case of
two filing units, the best first."""

# rounding: dear tickets

DEAR_BPS = 0.05
"""Basis points that half a step of a ticket alone loses by curvature from which it is dear: among
ordinary households of synthetic books none is."""

MOST_SOLVES = 24
"""Solves spent on dear tickets: four of them, both ways, with what pruning spares."""

DEAR_GAP_BPS = 0.01
"""Basis points by which a branch must promise to be better than the best leaf to be followed."""

# rounding: flows

EMPTIED_USD = 0.05
"""Dollars: a withdrawal as near as this to all that an account can pay is all of it. Real amounts
of three accounts that are closed together were up to 1.6 cents from what their sales brought
(`tests/optimizer/test_closing.py`)."""

# rounding: handed over

MOST_HANDED_OVER = 6
"""Sets of tickets, a solve each, that are tried to be left to another account. Of 256 households
the first helped 32, the second 17, the third 8 and the others 3; where there are many tickets a
plan takes a tenth longer (`python -m benchmarks.speed --sizes index`)."""

# rounding: idle cash

IDLE_ROUNDS = 2
"""Times that each account puts to use what whole shares leave: a third time gained nothing."""

# rounding: local search

MOVES_PER_TICKET = 4
"""Moves of the descent; each takes one step of one or two tickets."""

REACH = 3
"""Steps that improvement may go from the solution: beyond, the local model is not local."""

LENGTHS = (0.5, 0.25, 0.125)
"""Parts of its best length that a taxed sale may go too: a kink of the tax may lie before it."""

MOST_PRICED = 32
"""Pairs of tickets whose best lengths are priced by the law at once."""

MOST_PAIRED = 40
"""Tickets of an account beyond which pairs are not tried: single steps then serve as well."""

TOGETHER = 0.7
"""Part of what moves gain alone that they must gain together to be taken at once."""

FEW_MOVES = 3
"""Moves at least that are worth pricing together."""

HELPS = 3e-4
"""Basis points a round of moves must gain to be taken: a hundred rounds of less, as they were
measured, gained a thousandth of a basis point together."""

NEAR_ENOUGH = 0.005
"""Basis points above the solution in real amounts from which pairs of moves are worth pricing."""

CASH_SLACK = 1e-9
"""Units of cash (1e-11 of the household) by which a sum of floats may miss a floor."""

# rounding: minimum trade

SUPPORT_ROUNDS = 9
"""Re-solves at most. Of forty households of many names that raise cash (seed 16) one needs seven;
with six it was left to whole tickets, took 15 s and cost 23 basis points more."""

LATE_ROUNDS = 6
"""Last rounds in which whatever is still too small is dropped."""

SAME = 1e-6
"""Relative: a ticket this close to its minimum or its position counts as there."""

NOISE_PER_RESIDUAL = 10.0
"""A ticket within so many residuals of its solution is that solver's noise."""

# rounding: reopen

KICKS = 40
"""Descents without one ticket at most."""

FOLLOWED, FOLLOWED_BPS = 3.0, 2.0
"""How far above the best a descent may be after moves of one ticket to be followed by moves of two:
bps, and more for each basis point that rounding lost. 275 descents of 23 households of funds of a
night that came out higher took four fifths of the time and gave 0.9 bps of 3.5 to one household;
of 84 others, most of them small (`python -m benchmarks.hunt small --seed 1401`), 0.06 of 735."""

MOST_DISJUNCTIONS = 20
"""Choices whose side is turned; small households have few."""

# rounding: opening

FLAT = 1e-9
"""Basis points per squared percent: a ticket that curves less goes as far as it may."""

OPENING_HELPS = 0.005
"""Basis points a move of whole tickets must gain: a tenth as much takes twice the time for a
thousandth of a basis point in the mean of small households."""

# rounding: tax state

WITHIN_USD = 0.005
"""Dollars by which a move may pass a tax budget: half of what the judge rounds to."""

# rounding: te margin

TE_TRIES = 3
"""Searches that aim lower before the plan is given up."""

TE_MORE = 4.0
"""How much further than what was missed the next search aims below the limit."""

TE_FIRST = 1e-3
"""Relative: how far below the limit the first such search aims at least; each next one 4 times."""

TE_CLOSER = 2.0
"""How many times closer a search aims where no multiplier reaches what it aimed at: a household
whose limit is 0.7% above the least there is lost 2.5 basis points of $1.7 million otherwise."""

COARSE_MISS = 0.02
"""Relative: where more was missed, tickets are large: the next search aims `FAR` times as far."""

COARSE_FAR = 1.2
"""How much further than what large tickets missed the next search aims: four times would leave
nothing of the limit, and pay for it with everything else."""

PROVEN = 1e-6
"""Relative: how far a bound on tracking error must lie above the limit to be a proof."""

# rounding: ticket pruning

MOST_TRIALS = 10
"""Solves spent on closing tickets that have a price: the smallest few are where it can pay."""

MOST_GATED = 10
"""Times that a plan is made whole again without orders that are not worth the policy's gate: the
first leaves out nearly all. Of four families of 500 names (`tests/optimizer/test_scale.py`)
two still sent 3 and 11 that were not worth it after two times, none after five; one of a hundred
did after five and twelve alone."""

MOST_ALONE = 12
"""Orders still said to be worth less than the gate that a plan is made whole without, one by one:
none of 100 households of funds needed more than 5."""


DEARER = 1.0
"""How much more than the gate an order must be worth at the program's prices not to be asked by a
solve. Of 45 orders of 8 mixed and index households that were priced from once to one and a half
times the gate, 40 cost the gate or more when left out and settled again, 5 from 0.86 to 0.99."""

PRUNING_ROUNDS = 3
"""Times that tickets of no worth are looked for: closing some may leave others without."""

LAW_ROUNDS, MISTAKEN_BPS, WAYS_TRIED = 2, 0.1, 2
"""Times that losses are kept to the recent shares which a plan's own sales let them meet, basis
points by which a plan is worse than the program said from which they are, and other starts that are
tried then. Without them 15 of 300 drawn households that pay for wash sales end 0.1 to 12 basis
points worse; twice as many starts find nothing more (tests/optimizer/test_priced_losses.py)."""

EVERY_HALF, FEW_HALVES = 64, 3
"""Sets of tickets without worth that are tried to be closed, each half of the last: down to a
single one, and where no small one is legal. There a set that cannot be closed says that lifting is
dear: two of eight index households (seed 1) took 5 and 6 seconds more down to the last, and ended
where they began."""

HARDLY_COSTS = 0.25
"""Part of what the gate asks of closed tickets up to which half of them are not tried too. Of 42
households of 500 names (`scenarios.synthetic`, index, seeds 1, 3 and 5) one ended 0.44 bps worse
with its gates where all were taken that cost less together, and 0.48 better with half of them."""

MOST_NEEDED = 8
"""Proofs that a set of tickets cannot be closed, each of which leaves some of them open: one for
each account that must sell something. A household of 36 accounts and 500 names spent 55 solves on
sets that held one such ticket, 16 of its 21 seconds."""

WITHOUT_ROUNDS = 4
"""Solves for what the other tickets become when some are closed: those left too small are closed or
held at the minimum, which may leave others too small."""

# rounding: crowded classes

CROWDED_BPS = 1.0
"""Basis points lost to tickets and shares from which crowded classes are gathered."""

GATHERINGS = 3
"""Solves in which crowded classes are gathered: what one account closes crowds another."""

CROWD = 2
"""Buys that are gathered into others at least: one is closed as cheaply by itself."""

# rounding: ticket rows

ROW_NOISE = 1e-9
"""Units (1e-11 of the household) by which a row may be passed: the noise of sums."""

# rounding: tickets

WHOLE = 1e-9
"""Relative: a lot sold to within this is sold whole (sums of doubles are off by less)."""

NOISE = 1e-7
"""Units (1e-9 of the household): what an interior point leaves in a column that is really 0."""

# explain: binding

NEGLIGIBLE = 1e-6
"""Dollars of objective per dollar of rule: a smaller shadow price is a solver's noise."""

# explain: conflict

GIVES_USD = 0.005
"""Dollars: a rule that gives way by less than half a cent is kept."""

# explain: shadow prices

DOUBTED = 0.5
"""Dollars of objective per dollar of rule: more than a tax takes of a dollar."""

GIVEN = 1e-4
"""Units (1e-6 of the household) by which a rule gives way: far above a solver's noise, and small
beside any trade."""

AGREED = 0.95
"""Part of its multiplier that a price is asked to reach: less, and the rule gives way by less, as
much as makes the gain that of a price of `DOUBTED`. What a dollar of a limit of $10 on costs is
worth was told a fifth too low."""

MOST_ASKED = 12
"""Doubted prices that are asked again, the largest first; the rest are not told at all."""

# mip: feasibility repair

EDGE = 0.5
"""Part of the allowed square of tracking error that the least takes: nearer to the limit the plan
with the least is looked for first, farther away the plan that is nearest to the wish."""

FINE = 1e8
"""Steps in a ticket up to which they are whole once rounding them has missed a limit: at the edge
of what is possible a ten-thousandth of a position decides."""

REPAIR_TRIES = 12
"""Questions in one netting piece at most, for a plan and for a proof each."""

REPAIR_MORE = 1.05
"""How much more than what was overstepped a limit is tightened by at first, then twice as much."""

PASS_NOISE = 1.01
"""Of what a judge lets pass: so much and a solver's noise is missed by giving way alone."""

REDUCED_NOISE = 1e-3
"""Basis points per percent: a column that costs no more to raise is one the solution is free in."""

SQUARE_NOISE = 1e-9
"""Relative: what a square may be above its limit by the noise of a solver; the judge decides."""

# mip: integer model

MOST_STEPS = 1e4
"""Steps in a ticket beyond which their number is not made whole: a sale is then rounded up and a
buy down, which costs next to nothing and leaves cash, not debt."""

MANY_STEPS = 1e7
"""Steps in a ticket beyond which percents are counted instead. Beside a binary, which is told to a
millionth, a hundred million of them made HiGHS prove what is not so: the same household ended 1 to
130 basis points worse with steps of a ten-millionth of a share than with steps of a thousandth, and
none with up to ten million of them (`tests/optimizer/test_fine_steps.py`)."""

COLUMN_DUST = 1e-5
"""Units (1e-7 of the household): a column smaller than this is counted in parts of itself. Its gain
may be a billion times its worth, and a solver would sell or keep it as its noise."""

DUST_PART = 1e-3
"""Of a lot: less of a lot of dust is a solver's noise."""

MOST_TICKETS = 900
"""Tickets beyond which the question is not put: it would take longer than it is worth."""

# mip: question

CHEAP = 5
"""Iterations of a linear program that is asked again, in those of a branching."""

NEAREST_GAP = 0.2
"""Relative gap at which the nearest plan is near enough: it is improved afterwards."""

TIGHT = 1e-6
"""Units a bps of tax: columns above a budget's maxima rest on them, so that a limit that is missed
is tightened from where the point is and not from where a column floats."""

WRITTEN = 1e-3
"""Units (1e-5 of the household) that a ticket must be worth in distance to be written."""

# mip: small accounts

LOST_BPS = 0.1
"""Basis points lost to tickets and shares from which other tickets are tried: together with a dear
share or minimum, 4 of 150 synthetic etf households."""

FEW_TICKETS = 24
"""Tickets of which all are chosen at once; of more, first those that a plan or real amounts use."""

MOST_TOGETHER = 100
"""Tickets of which all are chosen at last, where those that some plan uses still lose much. Of
seven finds in small households (benchmarks.hunt small, seed 701), of 52 to 71 tickets and up to
$14, all are met or beaten by it and six are not without; beyond, ten seconds are not enough."""

LOST_MUCH_BPS = 1.0
"""Basis points that one ticket after the other loses from which they are chosen all at once, and
that share steps lose from which other tickets are tried however fine shares are: as much as a hunt
may find (benchmarks.hunt). With 2.5 the latter, the four largest finds of 740 households of random
policies stayed, 1.0 to 1.8 bps; each is met or beaten with it, in a second."""

LOST_MORE_BPS = 2.5
"""Basis points still lost from which, after those near, all are chosen. With 1.0 they took two
thirds of the time of fifteen synthetic etf households (seed 3) for 0.01 bps each."""

MOST_REFINED = 150
"""Tickets beyond which the question takes longer than it is worth."""

MOST_REFINED_REGIMES = 3
"""Tax regimes, the best first, in which tickets are chosen where those of a plan were found over
all of them: every case of one filing unit. The household that showed it gains 4 bps."""

PROMISED_BPS = 0.05
"""Basis points under the best plan that a question must promise for another to follow, unless much
is at stake: tangents say less of a point than it costs. Twenty-one of 3,334 funds (etf, seed 31,
bands of 0.3) that ask take 0.8 of the time with it, 38 small households (benchmarks.hunt small,
seeds 1401 and 1402) 0.9, and end as well."""

MOST_WORSE = 3
"""Rounds whose plan is hardly better, for want of tangents there, before the next is the last:
with one, ten of 58 small households end 2 to 30 bps worse (benchmarks.hunt small, seed 801)."""

TANGENT_ROUNDS = 8
"""Mixed-integer programs at most."""

NODES, MORE_NODES = 50, 200
"""Nodes of each, and more while AT_STAKE_BPS are at stake. With 200 in all, twenty-one of 3,334
funds (etf, seed 31, bands of 0.3) that ask take 1.6 times as long in these programs and end 0.02
bps better on average; 78 small households (benchmarks.hunt small, seeds 1401 to 1403) take 1.3
times as long and end 0.005 bps better. With 50 in all one of them ends 1.6 bps worse ($0.33)."""

WORK_TOGETHER = 15_000
"""Simplex iterations after which none is begun with those near, or with all: a second each."""

LOWERED_TRIES = 3
"""Times that tickets are chosen together inside limits lowered by what the plan before overstepped:
a household at its turnover had 58 bps of it (benchmarks.hunt small, seed 1102), in one."""

MORE_TOGETHER, AT_STAKE_BPS = 45_000, 1.5
"""So many iterations more while a question leaves so many basis points between the best plan and
its own bound: three of 360 households missed 59 ($6.10), 27 ($12.78) and 7 bps ($8.49) for want of
them (benchmarks.hunt small, seeds 1102, 1103 and 1302). With 2.5 one of 120 households at nine or
eight tenths of its tracking error ended 1.4 bps worse."""

THOROUGH_BPS = 25.0
"""Basis points at stake from which nothing is left out of a question: below, twice the time finds
as much (the same households)."""

GAP_BPS = 0.5
"""Basis points of gap at which each, and all, may stop; less is no better plan. With 1.0 43 small
households (benchmarks.hunt small, seed 1402) take 0.76 of the time and end 0.05 bps worse on
average. The same in dollars was refused: all dollars times k would give other weights."""

TOUCHED_BPS = (0.1, 0.4, 1.6, 6.4, 25.6)
"""Where the first tangents stand: so far to both sides of the solution that a square costs that
many basis points more. Between two of them a square is told to within a ninth of what it costs; at
a few share steps from the solution the first question was up to 17 bps below its own plan. With it,
and begun at the tickets of a plan and not at its steps, 95 small households (benchmarks.hunt small,
seeds 1401 and 1402) take 0.56 of the time and end 0.16 bps better on average."""

# mip: whole steps

MOVES = (1.0, 2.0, 3.0, 5.0)
"""Steps of a single move, up or down."""

WHOLE_KICKS = 4
"""Pairs that are tried from where no pair helps, the least harmful first: each leads elsewhere."""

MOST_MOVES = 60
"""Moves at most."""

WHOLE_HELPS = 1e-12
"""Relative: what a move must gain of TE² to be taken, more than the noise of sums."""

# mip: whole totals

LOOSE = 1e-5
"""Steps by which a relaxed bound is widened before it is rounded: a solver's noise."""

WIDE = 1e4
"""Steps beyond which a total is left alone: branching would gain nothing."""

MOST_WORK = 6_000
"""Simplex iterations at most."""

# mip: whole tracking

FULL_LIMIT = 100.0
"""What the limit counts as among the squares: a solver's tolerance is then 1e-11 of it."""

LEAST_LIMIT = 1e-8
"""Percent²: a limit below this (a millionth of a basis point a year) counts as this much."""

SAME_DIRECTION = 1e-9
"""Entries of two directions (unit vectors) that differ by no more are of the same one."""

TANGENT_POINTS = 9
"""Tangents of each square from the beginning, spread over where it can lie."""

# explain: idle cash

LESS_CASH = 0.01
"""Fraction of the accounts of a target: whole shares and small orders leave less than that of the
cash that it asks for. Where the sample's reserve of 20% stood at no yield, 3.3% was left
(`hearth plan scenarios/sample spending-reserve`)."""

# requests: remedies

NARROWED = 0.01
"""Relative: a figure that would do is told when one that would not is no farther from it, so that
nobody is told to raise less than they could. Of 19 figures for requests of the sample book 9 were
more than 2% off without it, one by 29%
(`hearth plan scenarios/sample concentrated-low-basis --raise 1700000 --after-tax`)."""

MOST_HALVINGS = 8
"""Requests that are tried for that, each a plan, in the worst case: they lead from four times the
figure to a hundredth of it."""
