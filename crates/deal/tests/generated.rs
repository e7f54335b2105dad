//! Trees made at random: writing and reading them changes nothing.

#![allow(clippy::unwrap_used, clippy::expect_used)] // A test that cannot go on must fail.

use forebay_deal::syntax::*;
use forebay_deal::{format, from_json, parse, to_json};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

fn name() -> impl Strategy<Value = Name> {
    // Words of the language that may be names all the same.
    let tricky = prop::sample::select(
        &["closing", "payment", "date", "state", "draw", "last", "a", "sum", "due", "note"][..],
    );
    prop_oneof![4 => "[A-Z][A-Za-z0-9_]{0,12}", 1 => tricky.prop_map(str::to_owned)].prop_map(Name::from)
}

fn path() -> impl Strategy<Value = Path> {
    (name(), vec("[a-z][a-z_]{0,8}", 0..3)).prop_map(|(first, rest)| {
        Path::from(std::iter::once(first.text).chain(rest).collect::<Vec<_>>().join("."))
    })
}

fn day() -> impl Strategy<Value = Day> {
    (0i32..40_000).prop_map(|days| Day(units::Date::from_days(days)))
}

fn number() -> impl Strategy<Value = Number> {
    ("(0|[1-9][0-9]{0,11})(\\.[0-9]{1,6})?", prop::sample::select(&["", "%", " days"][..]))
        .prop_map(|(digits, suffix)| Number::try_from(digits + suffix).unwrap())
}

fn signed() -> impl Strategy<Value = Number> {
    (number(), any::<bool>()).prop_map(|(mut number, negative)| {
        if negative {
            number.digits.insert(0, '-');
        }
        number
    })
}

fn boxed(kind: ExpressionKind) -> Expression {
    Expression { kind: Box::new(kind), span: Span::default() }
}

fn operator() -> impl Strategy<Value = Operator> {
    use Operator::*;
    const ALL: [Operator; 11] =
        [Or, And, Less, LessOrEqual, Greater, GreaterOrEqual, Equal, Add, Subtract, Multiply, Divide];
    prop::sample::select(&ALL[..])
}

fn expression() -> impl Strategy<Value = Expression> {
    let leaf = prop_oneof![
        number().prop_map(ExpressionKind::Number),
        day().prop_map(ExpressionKind::Date),
        path().prop_map(ExpressionKind::Name),
        path().prop_map(ExpressionKind::IsZero),
        (path(), 0u16..10_000).prop_map(|(claim, days)| ExpressionKind::Unpaid { claim, days }),
    ];
    leaf.prop_map(boxed).prop_recursive(5, 24, 3, |inner| {
        let binary = (operator(), inner.clone(), inner.clone());
        let choice = (inner.clone(), inner.clone(), inner.clone());
        prop_oneof![
            inner.clone().prop_map(ExpressionKind::Negate),
            inner.clone().prop_map(ExpressionKind::Not),
            inner.clone().prop_map(ExpressionKind::RoundUp),
            binary.prop_map(|(operator, left, right)| ExpressionKind::Binary { operator, left, right }),
            (name(), vec(inner.clone(), 0..3))
                .prop_map(|(function, arguments)| ExpressionKind::Call { function, arguments }),
            (any::<bool>(), 1u8..=60, inner.clone())
                .prop_map(|(average, payments, of)| ExpressionKind::Over { average, payments, of }),
            choice.prop_map(|(condition, then, otherwise)| ExpressionKind::If { condition, then, otherwise }),
        ]
        .prop_map(boxed)
    })
}

fn heading() -> impl Strategy<Value = Statement> {
    let horizon = (0u16..10_000, signed()).prop_map(|(days, factor)| Horizon { days, factor });
    let one_use = (name(), option::of(number()), any::<bool>());
    prop_oneof![
        "[ -~é]{0,20}".prop_map(|title| Statement::Deal { title }),
        "[ -~]{0,20}".prop_map(|tape| Statement::Collateral { tape }),
        (name(), 0u8..=9).prop_map(|(name, decimals)| Statement::Currency { name, decimals }),
        day().prop_map(|date| Statement::Closing { date }),
        day().prop_map(|date| Statement::Final { date }),
        payments(),
        vec(horizon, 1..8).prop_map(|horizons| Statement::Liquidation { horizons }),
        (name(), name()).prop_map(|(name, into)| Statement::Receive { name, into }),
        (name(), signed()).prop_map(|(name, amount)| Statement::Equity { name, amount }),
        name().prop_map(|name| Statement::Payee { name }),
        vec(one_use.prop_map(|(name, amount, rest)| Use { name, amount, rest }), 1..6)
            .prop_map(|uses| Statement::Uses { uses }),
    ]
}

fn payments() -> impl Strategy<Value = Statement> {
    use Convention::*;
    const EVERY: [Frequency; 4] =
        [Frequency::Monthly, Frequency::Quarterly, Frequency::Semiannually, Frequency::Annually];
    let convention = prop::sample::select(&[Following, ModifiedFollowing, Preceding, Unadjusted][..]);
    let rule = (prop::sample::select(&EVERY[..]), 1u8..=31, convention, name());
    (rule, day(), 0u16..100, 0u16..100).prop_map(|(rule, from, determined_days_before, grace_days)| {
        let (every, day, convention, calendar) = rule;
        Statement::Payments(Payments {
            every,
            day,
            convention,
            calendar,
            from,
            determined_days_before,
            grace_days,
        })
    })
}

fn unit() -> impl Strategy<Value = Unit> {
    prop::sample::select(&[Unit::Amount, Unit::Rate, Unit::Quantity, Unit::Flag][..])
}

fn input() -> impl Strategy<Value = Statement> {
    let fallback = prop_oneof![
        Just(Fallback::Last),
        signed().prop_map(Fallback::LastLess),
        signed().prop_map(Fallback::LastPlus),
        signed().prop_map(Fallback::Value),
    ];
    (name(), unit(), option::of(name()), option::of(0u16..1_000), (fallback, 1u8..=7, 0u8..=7)).prop_map(
        |(name, unit, by, stale_after_days, (fallback, reporters, quorum))| {
            Statement::Observe(Observe { name, unit, by, stale_after_days, fallback, reporters, quorum })
        },
    )
}

fn account() -> impl Strategy<Value = Statement> {
    (name(), option::of(signed()), option::of(expression()), vec(path(), 0..4)).prop_map(
        |(name, funded, target, covers)| Statement::Account(Account { name, funded, target, covers }),
    )
}

fn day_count() -> impl Strategy<Value = DayCountName> {
    use DayCountName::*;
    prop::sample::select(&[Thirty360, Actual360, Actual365, ActualActual][..])
}

fn note_option() -> impl Strategy<Value = NoteOption> {
    let window = || (1u16..=600, day());
    let amortisation = prop_oneof![
        window().prop_map(|(payments, from)| Amortisation::Level { payments, from }),
        window().prop_map(|(payments, from)| Amortisation::Linear { payments, from }),
        expression().prop_map(Amortisation::Planned),
    ];
    let draws = (day(), 1u8..=16, 1u16..=600, 0u16..=600, name());
    prop_oneof![
        signed().prop_map(NoteOption::Floor),
        signed().prop_map(NoteOption::Cap),
        Just(NoteOption::MayDefer),
        signed().prop_map(|plus| NoteOption::DeferredInterestBears { plus }),
        Just(NoteOption::Capitalises),
        day().prop_map(NoteOption::LockedUntil),
        expression().prop_map(NoteOption::LockedWhile),
        day().prop_map(NoteOption::AccretesUntil),
        expression().prop_map(NoteOption::AccretesWhile),
        expression().prop_map(NoteOption::Notional),
        amortisation.prop_map(NoteOption::Scheduled),
        (expression(), day()).prop_map(|(rate, from)| NoteOption::Additional { rate, from }),
        draws.prop_map(|(until, at_most, payments, interest_only, to)| {
            NoteOption::Draws(Draws { until, at_most, payments, interest_only, to })
        }),
        day().prop_map(NoteOption::Matures),
        (1u8..).prop_map(NoteOption::Rank),
    ]
}

fn note() -> impl Strategy<Value = Statement> {
    (name(), signed(), expression(), day_count(), vec(note_option(), 0..4)).prop_map(
        |(name, amount, coupon, day_count, options)| {
            Statement::Note(Note { name, amount, coupon, day_count, options })
        },
    )
}

fn cost() -> impl Strategy<Value = Statement> {
    let limit = || (expression(), any::<bool>()).prop_map(|(amount, a_year)| Limit { amount, a_year });
    let fee = (name(), expression(), option::of(day_count()), any::<bool>(), option::of(limit()));
    prop_oneof![
        fee.prop_map(|(name, amount, a_year, once_at_closing, at_most)| {
            Statement::Fee(Fee { name, amount, a_year, once_at_closing, at_most })
        }),
        (name(), expression(), option::of(limit()))
            .prop_map(|(name, amount, at_most)| Statement::Expense(Expense { name, amount, at_most })),
    ]
}

fn value() -> impl Strategy<Value = Statement> {
    let point = (day(), signed()).prop_map(|(from, value)| Point { from, value });
    prop_oneof![
        (name(), expression()).prop_map(|(name, value)| Statement::Let { name, value }),
        (name(), expression()).prop_map(|(name, value)| Statement::Test { name, value }),
        (name(), unit(), vec(point, 1..6)).prop_map(|(name, unit, points)| Statement::Schedule {
            name,
            unit,
            points
        }),
        (name(), expression()).prop_map(|(action, when)| Statement::Permit { action, when }),
    ]
}

fn trigger() -> impl Strategy<Value = Statement> {
    let window = (1u8..=60, 1u8..=60).prop_map(|(a, b)| (a.min(b), a.max(b)));
    let cure = prop_oneof![Just(Cure::Never), (1u8..=60).prop_map(Cure::After)];
    let moments = [Moment::BeforeCollection, Moment::Determination, Moment::AfterPayment];
    let effect = (name(), signed()).prop_map(|(note, plus)| Effect { note, plus });
    let rest = (cure, prop::sample::select(moments.to_vec()), vec(effect, 0..3));
    (name(), expression(), window, rest).prop_map(|(name, when, (hits, of), (cure, evaluated, effects))| {
        Statement::Trigger(Trigger { name, when, hits, of, cure, evaluated, effects })
    })
}

fn state() -> impl Strategy<Value = Statement> {
    let until = (day(), name()).prop_map(|(date, then)| Until { date, then });
    (name(), option::of((expression(), vec(name(), 0..3))), option::of(until)).prop_map(
        |(name, entry, until)| {
            let (when, from) = entry.map_or((None, Vec::new()), |(when, from)| (Some(when), from));
            Statement::State(State { name, when, from, until })
        },
    )
}

fn plain_step() -> impl Strategy<Value = Step> {
    let bound = prop_oneof![
        expression().prop_map(Bound::AtMost),
        expression().prop_map(Bound::ToBalance),
        (name(), signed()).prop_map(|(test, level)| Bound::ToTest { test, level }),
    ];
    let basis = prop_oneof![
        Just(Basis::Due),
        Just(Basis::Balance),
        Just(Basis::Original),
        vec(expression(), 1..4).prop_map(Basis::Weights),
    ];
    let extent =
        prop_oneof![Just(Extent::All), Just(Extent::AboveTarget), expression().prop_map(Extent::AtMost),];
    prop_oneof![
        (vec(path(), 1..4), option::of(bound), option::of(name()))
            .prop_map(|(claims, bound, from)| Step::Pay { claims, bound, from }),
        (basis, vec(path(), 1..4), path()).prop_map(|(by, claims, residue_to)| Step::ProRata {
            by,
            claims,
            residue_to
        }),
        (name(), option::of(expression())).prop_map(|(account, by)| Step::Fill { account, by }),
        (option::of(expression()), name()).prop_map(|(share, account)| Step::Keep { share, account }),
        (name(), extent).prop_map(|(account, extent)| Step::Release { account, extent }),
        (name(), option::of(expression())).prop_map(|(note, at_most)| Step::WriteOff { note, at_most }),
    ]
}

fn guard(once: bool, (condition, body): (Expression, Step)) -> Step {
    let then = Item { comments: Vec::new(), trailing: None, body, span: Span::default() };
    Step::Guarded { once, condition, then: Box::new(then) }
}

/// `once` stands behind a plain step, `while` before any.
fn step() -> impl Strategy<Value = Step> {
    let once = (expression(), plain_step()).prop_map(|parts| guard(true, parts));
    prop_oneof![2 => plain_step(), 1 => once]
        .prop_recursive(2, 2, 1, |inner| (expression(), inner).prop_map(|parts| guard(false, parts)))
}

fn waterfall() -> impl Strategy<Value = Statement> {
    (vec(name(), 1..4), vec(name(), 1..4), vec(name(), 0..3), vec(item(step()), 1..6))
        .prop_map(|(states, from, then, steps)| Statement::Waterfall(Waterfall { states, from, then, steps }))
}

/// A comment as it is kept: no space at its end; a bare `#` is a space.
fn comment() -> impl Strategy<Value = String> {
    prop_oneof![9 => " {0,2}[!-~]([ -~é]{0,30}[!-~])?", 1 => Just(" ".to_owned())]
}

fn item<T: std::fmt::Debug>(body: impl Strategy<Value = T>) -> impl Strategy<Value = Item<T>> {
    let comments = (any::<bool>(), vec(comment(), 0..3), any::<bool>());
    let trailing = option::of("[!-~]([ -~é]{0,30}[!-~])?");
    (comments, trailing, body).prop_map(|((before, lines, after), trailing, body)| {
        let blank = |wanted: bool| wanted.then(String::new);
        let after = blank(after && !lines.is_empty());
        let comments = blank(before).into_iter().chain(lines).chain(after).collect();
        Item { comments, trailing, body, span: Span::default() }
    })
}

fn document() -> impl Strategy<Value = Document> {
    let statement =
        prop_oneof![heading(), input(), account(), note(), cost(), value(), trigger(), state(), waterfall(),];
    (vec(item(statement), 1..8), vec(comment(), 0..3)).prop_map(|(mut statements, closing_comments)| {
        // No blank line is kept at the top.
        if let Some(first) =
            statements.first_mut().filter(|first| first.comments.first().is_some_and(String::is_empty))
        {
            first.comments.remove(0);
        }
        Document { statements, closing_comments }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    #[test]
    fn prop_writing_and_reading_changes_nothing(document in document()) {
        let text = format(&document);
        let read = parse(&text);
        prop_assert_eq!(read.as_ref(), Ok(&document), "{}", text);
        prop_assert_eq!(format(&document), text);
        prop_assert_eq!(from_json(&to_json(&document)), Ok(document));
    }
}
