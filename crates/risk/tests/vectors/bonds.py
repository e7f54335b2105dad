"""Writes bonds.json beside it: what QuantLib says of a dozen notes.

For tests only. To make it anew: pip install QuantLib==1.44 && python crates/risk/tests/vectors/bonds.py
QuantLib prices the very integers that the notes pay. All days are before the 29th, where every form of 30/360 agrees.
"""

import json
import pathlib

import QuantLib as ql

STREET = ql.Thirty360(ql.Thirty360.BondBasis)
YEAR = ql.Actual365Fixed()
MONEY = ql.Actual360()
BALANCE = 100_000_000_00  # cents


def day(text):
    return ql.DateParser.parseISO(text)


def iso(date):
    return date.ISO()


def schedule(start, months, count):
    return [start + ql.Period(months * (k + 1), ql.Months) for k in range(count)]


def fixed(name, issue, settlement, terms, repay):
    """terms: coupon, months a period, count; repay: principal of each period as a share of the balance."""
    coupon, months, count = terms
    issue, settlement = day(issue), day(settlement)
    dates = schedule(issue, months, count)
    left, rows, last, accrued, balance = BALANCE, [], issue, 0, None
    for k, date in enumerate(dates):
        interest = round(left * coupon * STREET.yearFraction(last, date))
        principal = left if k == count - 1 and repay[-1] is not None else round(BALANCE * (repay[k] or 0))
        if date > settlement:
            if balance is None:
                balance = left
                accrued = round(left * coupon * STREET.yearFraction(last, settlement)) if settlement > last else 0
            rows.append([iso(date), interest, principal, None])
        left -= principal
        last = date
    return {"name": name, "settlement": iso(settlement), "balance": balance, "accrued": accrued,
            "day_count": "30/360", "payments": rows}


def level(coupon, months, count):
    """Shares of a level payment."""
    r = coupon * months / 12
    payment, left, shares = r / (1 - (1 + r) ** -count), 1.0, []
    for _ in range(count):
        share = payment - left * r
        shares.append(share)
        left -= share
    return shares


def floating(name, settlement, index, margin, repay):
    """Quarterly, actual/360; index: one rate a period."""
    settlement = day(settlement)
    dates = schedule(settlement, 3, len(index))
    left, last, rows = BALANCE, settlement, []
    for k, date in enumerate(dates):
        interest = round(left * (index[k] + margin) * MONEY.yearFraction(last, date))
        principal = left if k == len(index) - 1 else round(BALANCE * repay)
        rows.append([iso(date), interest, principal, round(index[k] * 1e9)])
        left -= principal
        last = date
    return {"name": name, "settlement": iso(settlement), "balance": BALANCE, "accrued": 0,
            "day_count": "actual/360", "payments": rows}


def discount_margin(note, leg_price):
    settlement = day(note["settlement"])

    def gap(margin):
        factor, last, worth = 1.0, settlement, 0.0
        for date, interest, principal, index in note["payments"]:
            rate = ql.InterestRate(index / 1e9 + margin, MONEY, ql.Simple, ql.Annual)
            factor *= rate.discountFactor(last, day(date))
            worth += (interest + principal) / note["balance"] * 100 * factor
            last = day(date)
        return worth - leg_price

    solver = ql.Brent()
    return solver.solve(gap, 1e-14, 0.01, 0.001)


def semiannual_rate(curve, years):
    """Linear between tenors, flat beyond the first and last."""
    if len(curve) == 1:
        return curve[0][1]
    tenors, rates = zip(*curve)
    return ql.LinearInterpolation(tenors, rates)(min(max(years, tenors[0]), tenors[-1]))


def valued(note, ask, value, curve):
    settlement = day(note["settlement"])
    scale = 100 / note["balance"]
    leg = [ql.SimpleCashFlow((i + p) * scale, day(d)) for d, i, p, _ in note["payments"]]
    accrued = note["accrued"] * scale
    common = (False, settlement, settlement)
    if ask == "price":
        dirty = value + accrued
        rate = ql.CashFlows.yieldRate(leg, dirty, STREET, ql.Compounded, ql.Semiannual, *common, 1e-14, 10_000, 0.05)
    else:
        rate = value
        dirty = ql.CashFlows.npv(leg, ql.InterestRate(rate, STREET, ql.Compounded, ql.Semiannual), *common)
    street = ql.InterestRate(rate, STREET, ql.Compounded, ql.Semiannual)
    principal = [(day(d), p) for d, _, p, _ in note["payments"]]
    repaid = sum(p for _, p in principal)
    # QuantLib interpolates continuous rates; a node at each payment makes it take the semi-annual ones as they are.
    nodes = [settlement] + [day(date) for date, *_ in note["payments"]]
    rates = [semiannual_rate(curve, STREET.yearFraction(settlement, node)) for node in nodes]
    zero = ql.ZeroCurve(nodes, rates, STREET, ql.NullCalendar(), ql.Linear(), ql.Compounded, ql.Semiannual)
    zero.enableExtrapolation()
    expected = {
        "dirty_price": dirty,
        "clean_price": dirty - accrued,
        "yield_street": rate,
        "yield_effective": ql.CashFlows.yieldRate(leg, dirty, YEAR, ql.Compounded, ql.Annual, *common, 1e-14, 10_000, 0.05),
        "wal_years": sum(p * YEAR.yearFraction(settlement, d) for d, p in principal) / repaid if repaid else None,
        "macaulay_years": ql.CashFlows.duration(leg, street, ql.Duration.Macaulay, False, settlement),
        "modified_years": ql.CashFlows.duration(leg, street, ql.Duration.Modified, False, settlement),
        "convexity": ql.CashFlows.convexity(leg, street, False, settlement),
        "z_spread": ql.CashFlows.zSpread(leg, dirty, zero, STREET, ql.Compounded, ql.Semiannual, *common, 1e-13, 10_000, 0.0),
        "discount_margin": discount_margin(note, dirty) if note["payments"][0][3] is not None else None,
    }
    return {**note, "curve": curve, "ask": ask, "given": value, "expected": expected}


FLAT = [[40, 0.04]]
STEEP = [[0.5, 0.03], [2, 0.035], [5, 0.042], [10, 0.047], [40, 0.05]]


def bullet(count):
    return [0] * (count - 1) + [1]


def rows():
    straight = [1 / 36] * 36
    rising = [0.02 + 0.0015 * k for k in range(12)]
    lost = [0.01] * 11 + [None]
    yield [fixed("bullet at par", "2025-01-15", "2025-01-15", (0.06, 6, 10), bullet(10)), "yield", 0.06, FLAT]
    yield [fixed("bullet at a premium, between coupons", "2024-03-10", "2025-05-24", (0.08, 6, 14), bullet(14)), "yield", 0.055, STEEP]
    yield [fixed("bullet at a discount, from its price", "2024-03-10", "2025-05-24", (0.03, 6, 20), bullet(20)), "price", 81.25, STEEP]
    yield [fixed("thirty years", "2025-02-20", "2025-02-20", (0.045, 6, 60), bullet(60)), "yield", 0.07, STEEP]
    yield [fixed("below zero", "2025-06-01", "2025-06-01", (0.01, 6, 8), bullet(8)), "yield", -0.005, FLAT]
    yield [fixed("zero coupon", "2025-06-01", "2025-06-01", (0.0, 6, 14), bullet(14)), "price", 70.0, STEEP]
    yield [fixed("monthly, level payments", "2024-01-25", "2024-01-25", (0.095, 1, 48), level(0.095, 1, 48)), "yield", 0.11, STEEP]
    yield [fixed("monthly, level payments, later", "2024-01-25", "2025-07-11", (0.095, 1, 48), level(0.095, 1, 48)), "price", 98.5, FLAT]
    yield [fixed("monthly, straight line", "2024-07-15", "2024-07-15", (0.0725, 1, 36), straight), "price", 101.5, STEEP]
    yield [fixed("quarterly, four parts", "2025-03-20", "2025-04-02", (0.12, 3, 4), [0.25] * 4), "yield", 0.15, FLAT]
    yield [fixed("a part is lost", "2024-07-15", "2024-07-15", (0.10, 1, 12), lost), "price", 14.0, FLAT]
    yield [fixed("the last coupon", "2024-07-15", "2025-03-01", (0.05, 6, 2), bullet(2)), "yield", 0.04, FLAT]
    yield [floating("floating, flat index, at par", "2025-01-15", [0.043] * 20, 0.06, 0), "price", 100.0, FLAT]
    yield [floating("floating, flat index, at a discount", "2025-01-15", [0.043] * 20, 0.0225, 0), "price", 96.75, STEEP]
    yield [floating("floating, rising index, amortising", "2025-02-17", rising, 0.045, 1 / 12), "yield", 0.085, STEEP]


if __name__ == "__main__":
    vectors = [valued(*row) for row in rows()]
    lines = ",\n".join(json.dumps(vector) for vector in vectors)
    text = f'{{"quantlib": "{ql.__version__}", "vectors": [\n{lines}\n]}}\n'
    pathlib.Path(__file__).with_suffix(".json").write_text(text)
