//! Node sales, machines, networks: published figures, definitions and refusals.

#![allow(clippy::unwrap_used, clippy::expect_used)] // The helpers of a test may panic as the test may.

use forebay_risk::depin::*;
use proptest::prelude::*;
use report::{answer_page, answer_text};

const AETHIR_SALE: &str = include_str!("../../../data/depin/aethir-node-sale.toml");
const IO_NET_BYOD: &str = include_str!("../../../data/depin/io-net-byod.toml");
const EXAMPLE_BYOD: &str = include_str!("../../../data/depin/example-byod.toml");
const HEALTHS: [(&str, &str); 6] = [
    ("aethir", include_str!("../../../data/depin/aethir-health.toml")),
    ("akash", include_str!("../../../data/depin/akash-health.toml")),
    ("bittensor", include_str!("../../../data/depin/bittensor-health.toml")),
    ("io-net", include_str!("../../../data/depin/io-net-health.toml")),
    ("render", include_str!("../../../data/depin/render-health.toml")),
    ("rtx-3090", include_str!("../../../data/depin/rtx-3090-health.toml")),
];

/// A figure that a test makes up.
fn figure(value: f64) -> String {
    format!("{{ value = {value:?}, basis = \"assumed\", source = \"a test\" }}")
}

/// A sale of two tiers, 500 and 2,000, of which each licence earns the tokens a day.
fn sale(tokens_per_day: f64, price: f64, rest: &str) -> NodeSale {
    let [rate, one, first, second, days, tokens, launch] =
        [0.1, 1_000.0, 500.0, 2_000.0, 1_461.0, tokens_per_day, price].map(figure);
    let text = format!(
        "name = \"t\"\ncurrency = \"$\"\ntoken = \"T\"\ndiscount_rate = {rate}\n\
         [[tier]]\nprice = {first}\nlicences = {one}\n[[tier]]\nprice = {second}\nlicences = {one}\n\
         [supply]\nlicences = {}\n[price]\nat_launch = {launch}\n\
         [emission]\ndays = {days}\ntokens_per_day = {tokens}\n{rest}",
        figure(2_000.0)
    );
    calc_node_sale(&text).unwrap()
}

fn payback(sale: &NodeSale, tier: usize, level: usize) -> String {
    sale.tiers[tier].outcomes[level].payback_days.map_or_else(|| "never".into(), |days| format!("{days:.0}"))
}

#[test]
fn forty_tokens_a_day_at_six_cents_pay_500_in_208_days_and_2000_in_833() {
    let sale = sale(40.0, 0.06, "");
    assert_eq!([payback(&sale, 0, 0), payback(&sale, 1, 0)], ["208", "833"]);
    // At half the price twice as long, beyond the four years too; at a tenth ten times.
    assert_eq!([payback(&sale, 0, 1), payback(&sale, 1, 1)], ["417", "1667"]);
    assert_eq!([payback(&sale, 0, 2), payback(&sale, 1, 2)], ["2083", "8333"]);
    let within = sale.tiers[1].outcomes.iter().map(|outcome| outcome.within_emission);
    assert_eq!(within.collect::<Vec<_>>(), [true, false, false]);
    let csv = node_sale_csv(&sale).unwrap();
    assert!(csv.contains("208.333333333") && csv.contains("833.333333333"), "{csv}");
}

#[test]
fn what_is_shared_is_diluted_and_what_costs_too_much_never_pays() {
    let shared = sale(40.0, 0.06, "shared = true\n");
    assert!(
        (shared.tiers[0].tokens_per_day - 80.0).abs() < 1e-9,
        "alone, the first tier would earn for both"
    );
    assert!((shared.tiers[0].dilution - 0.5).abs() < 1e-12 && shared.tiers[1].dilution == 0.0);
    assert_eq!(payback(&shared, 0, 0), "208");
    let dear = sale(40.0, 0.06, &format!("running_cost_per_day = {}\n", figure(1.3)));
    assert_eq!([payback(&dear, 0, 0), payback(&dear, 0, 1)], ["455", "never"]);
    // 91 tokens on top in the first quarter: one more a day for 91 days.
    let bonus = sale(40.0, 0.06, &format!("bonus_per_quarter = [{}]\n", figure(91.0)));
    assert_eq!(payback(&bonus, 0, 0), "206");
    assert!((bonus.tokens_per_licence - 40.0 * 1_461.0 - 91.0).abs() < 1e-6);
}

/// p53 = 4.8 bn × 15 % ÷ 100,000 = 7,200, and an emission of 43 tokens a day.
#[test]
fn tier_53_of_aethir_costs_what_its_valuation_says() {
    let sale = calc_node_sale(AETHIR_SALE).unwrap();
    let last = sale.tiers.last().unwrap();
    assert_eq!(last.tier, 53);
    assert!((last.price - 7_200.0).abs() < 0.05, "{}", last.price);
    assert!((last.implied_valuation.unwrap() - 4.8e9).abs() < 1e5);
    assert!((last.tokens_per_day - 0.15 * 42e9 / 1e5 / 1_461.0).abs() < 1e-9);
    assert_eq!(
        sale.levels.iter().map(|level| level.break_even_tier).collect::<Vec<_>>(),
        [Some(33), Some(20), None, Some(28)]
    );
}

#[test]
fn the_value_of_a_licence_is_an_annuity() {
    let sale = sale(40.0, 0.06, "");
    let factor = 1.1_f64.powf(-1.0 / 365.0);
    let annuity = factor * (1.0 - factor.powi(1_461)) / (1.0 - factor);
    let expected = 40.0 * 0.06 * annuity - 500.0;
    assert!((sale.tiers[0].outcomes[0].net_present_value - expected).abs() < 1e-6);
}

fn health(name: &str) -> Health {
    let (_, text) = HEALTHS.iter().find(|(one, _)| *one == name).unwrap();
    calc_health(text).unwrap()
}

/// Name; signal; an indicator and its value to two places.
fn check_health(name: &str, signal: Signal, indicator: (&str, &str)) {
    let health = health(name);
    assert_eq!(health.signal, signal, "{name}: {:?}", health.reasons);
    let (wanted, value) = indicator;
    let found = health.indicators.iter().find(|one| one.name == wanted).unwrap().value;
    assert_eq!(found.map_or_else(|| "not known".into(), |value| format!("{value:.2}")), value, "{name}");
}

#[test]
fn published_networks_get_the_signal_that_their_figures_give() {
    check_health("bittensor", Signal::Red, ("subsidy ratio", "7.63"));
    check_health("bittensor", Signal::Red, ("reflexive share", "0.88"));
    check_health("render", Signal::Green, ("subsidy ratio", "0.97"));
    check_health("aethir", Signal::Red, ("payback", "24.00"));
    check_health("akash", Signal::Amber, ("counts of sales", "4.95"));
    check_health("akash", Signal::Amber, ("elasticity of price to paid use", "-0.58"));
    check_health("io-net", Signal::NotKnown, ("subsidy ratio", "not known"));
}

/// 195 times the sales that Messari counts (195.6), 40 times the project's own (39.5).
#[test]
fn both_counts_of_akash_are_printed() {
    let text = answer_text(&health_answer(&health("akash")));
    assert!(text.contains("195.6x") && text.contains("39.5x"), "{text}");
    assert!(text.contains("DIVERGES"), "{text}");
}

#[test]
fn most_of_the_rtx_3090s_fall_came_before_the_event() {
    let backtest = health("rtx-3090").backtest.unwrap();
    assert_eq!(format!("{:.0} of {:.0}", backtest.lost_before * 100.0, backtest.lost * 100.0), "64 of 76");
    assert!(backtest.late);
    assert_eq!(backtest.price_alarm.unwrap().0, "2022-07-01");
}

/// Lines of a file about a network; what it must say.
fn check_rules(lines: &str, signal: Signal) {
    let text = format!("name = \"t\"\ncurrency = \"$\"\nmoney_unit = 1\n{lines}");
    assert_eq!(calc_health(&text).unwrap().signal, signal, "{lines}");
}

#[test]
fn a_rule_fires_beyond_its_limit_and_not_at_it() {
    let flows = |emissions: f64, revenue: f64, payouts: f64| {
        let [emissions, revenue, payouts] = [emissions, revenue, payouts].map(figure);
        format!("[flows]\nemissions = {emissions}\nexternal_revenue = {revenue}\nall_payouts = {payouts}\n")
    };
    check_rules("", Signal::NotKnown);
    check_rules(&flows(1.0, 1.0, 2.0), Signal::Green);
    check_rules(&flows(3.0, 1.0, 4.0), Signal::Amber);
    check_rules(&flows(3.1, 1.0, 4.1), Signal::Red);
    check_rules(&flows(3.1, 1.0, 10.0), Signal::Amber);
    let payback = |years: f64, life: f64| {
        let [years, life] = [years, life].map(figure);
        format!("[payback]\nyears = {years}\nasset_life_years = {life}\n")
    };
    check_rules(&payback(4.0, 4.0), Signal::Green);
    check_rules(&payback(4.1, 4.0), Signal::Red);
    let [capex, income, life] = [3_650.0, 2.0, 4.9].map(figure);
    check_rules(
        &format!(
            "[payback]\ncapex = {capex}\ncustomer_income_per_day = {income}\nasset_life_years = {life}\n"
        ),
        Signal::Red,
    );
    let valuation = |market_cap: f64| {
        let [cap, required, share, hours, price, used] =
            [market_cap, 0.1, 0.5, 1_000.0, 2.0, 0.3].map(figure);
        format!(
            "[valuation]\nmarket_cap = {cap}\nrequired_return = {required}\ntoken_share = {share}\n\
             capacity_hours_a_year = {hours}\nprice_per_hour = {price}\nutilisation = {used}\n"
        )
    };
    check_rules(&valuation(2_000.0), Signal::Green); // U* = 2,000 × 10 % ÷ (1,000 × 2 × 0.5) = 0.2
    check_rules(&valuation(4_000.0), Signal::Amber); // 0.4, more than the 0.3 in use
    check_rules(&valuation(10_001.0), Signal::Red);
    let shares = |shares: &[f64]| {
        let shares: Vec<String> = shares.iter().map(|share| figure(*share)).collect();
        format!("[buyers]\nshare = [{}]\n", shares.join(", "))
    };
    check_rules(&shares(&[0.1; 10]), Signal::NotKnown);
    check_rules(&shares(&[0.51]), Signal::Amber);
    check_rules(&shares(&[0.3, 0.3, 0.1]), Signal::Amber); // HHI 0.19
}

#[test]
fn a_machine_without_tokens_is_an_annuity_of_rent_less_power() {
    let [zero, price, years, busy, idle, kwh, hour, share, rate] =
        [0.0, 10_000.0, 4.0, 1.0, 0.2, 0.1, 2.0, 0.5, 0.1].map(figure);
    let text = format!(
        "name = \"t\"\ncurrency = \"$\"\ntoken = \"T\"\ndiscount_rate = {rate}\n\
         [device]\nprice = {price}\nlife_years = {years}\nkw_busy = {busy}\nkw_idle = {idle}\n\
         [power]\nprice_per_kwh = {kwh}\n[rent]\nprice_per_hour = {hour}\npaid_share = {share}\n\
         [rewards]\ntokens_per_day = {zero}\ntoken_price = {zero}\nnetwork_growth = {zero}\n"
    );
    let case = calc_byod(&text).unwrap().cases.remove(0);
    // 24 × (0.5 × 2 - 0.6 × 0.1) = 22.56 a day.
    assert_eq!(case.payback_days, Some(444));
    let factor = 1.1_f64.powf(-1.0 / 365.0);
    let annuity = factor * (1.0 - factor.powi(1_460)) / (1.0 - factor);
    assert!((case.net_present_value - (22.56 * annuity - 10_000.0)).abs() < 1e-6);
}

#[test]
fn at_its_break_even_a_machine_is_worth_nothing() {
    for text in [IO_NET_BYOD, EXAMPLE_BYOD] {
        let first = calc_byod(text).unwrap().cases.remove(0);
        let price = format!("token_price = {{ value = {:?},", first.break_even_token_price.unwrap_or(0.05));
        let old = format!("token_price = {{ value = {:?},", first.token_price);
        let at_price = calc_byod(&text.replace(&old, &price)).unwrap().cases.remove(0);
        let still = first.break_even_token_price.is_none();
        assert!(still || at_price.net_present_value.abs() < 1e-6, "{}", at_price.net_present_value);
        let share = format!("paid_share = {{ value = {:?},", first.break_even_paid_share.unwrap());
        let old = format!("paid_share = {{ value = {:?},", first.paid_share);
        let at_share = calc_byod(&text.replace(&old, &share)).unwrap().cases.remove(0);
        assert!(at_share.net_present_value.abs() < 1e-6, "{}", at_share.net_present_value);
    }
}

#[test]
fn vesting_delays_tokens_and_loses_none() {
    let vested = calc_byod(EXAMPLE_BYOD).unwrap().cases.remove(0);
    let at_once = EXAMPLE_BYOD.replace("vesting_days = { value = 180,", "vesting_days = { value = 0,");
    let at_once = calc_byod(&at_once).unwrap().cases.remove(0);
    assert!((vested.rewards - at_once.rewards).abs() < 1e-6, "{} {}", vested.rewards, at_once.rewards);
    assert!(vested.net_present_value < at_once.net_present_value);
}

#[test]
fn what_cannot_be_read_says_what_to_do() {
    let refused = |text: &str| calc_health(text).unwrap_err().to_string();
    let lines = [
        refused("name = \"t\"\ncurrency = \"$\"\nmoney_unit = 1\nmood = \"good\"\n"),
        refused("name = \"t\"\ncurrency = \"$\"\nmoney_unit = 0\n"),
        refused(
            "name = \"t\"\ncurrency = \"$\"\nmoney_unit = 1\n[flows]\nemissions = { value = 1, basis = \"assumed\", source = \" \" }\n",
        ),
        refused(&format!(
            "name = \"t\"\ncurrency = \"$\"\nmoney_unit = 1\n[flows]\nemissions = {}\n",
            figure(-1.0)
        )),
        refused(&format!(
            "name = \"t\"\ncurrency = \"$\"\nmoney_unit = 1\n[buyers]\nshare = [{}, {}]\n",
            figure(0.6),
            figure(0.6)
        )),
        calc_node_sale(&AETHIR_SALE.replace("[ladder]", "[[tier]]")).unwrap_err().to_string(),
        calc_node_sale(&AETHIR_SALE.replace("tokens = {", "# tokens = {")).unwrap_err().to_string(),
        calc_node_sale(&AETHIR_SALE.replace("tiers = { value = 53", "tiers = { value = 5.3"))
            .unwrap_err()
            .to_string(),
    ];
    insta::assert_snapshot!("refused", lines.join("\n"));
}

#[test]
fn every_ready_file_is_answered_in_every_form() {
    let mut answers = vec![
        node_sale_answer(&calc_node_sale(AETHIR_SALE).unwrap()),
        byod_answer(&calc_byod(IO_NET_BYOD).unwrap()),
        byod_answer(&calc_byod(EXAMPLE_BYOD).unwrap()),
    ];
    answers.extend(HEALTHS.iter().map(|(_, text)| health_answer(&calc_health(text).unwrap())));
    for answer in &answers {
        let page = answer_page(answer).unwrap();
        assert!(page.contains("default-src 'none'") && page.contains(&answer.title));
    }
    let texts: Vec<String> = answers.iter().map(answer_text).collect();
    insta::assert_snapshot!("answers", texts.join("\n----\n\n"));
    let health_rows = health_csv(&health("akash")).unwrap();
    let byod_rows = byod_csv(&calc_byod(IO_NET_BYOD).unwrap()).unwrap();
    insta::assert_snapshot!("csv", format!("{health_rows}\n{byod_rows}"));
}

proptest! {
    /// A small move of the token leaves the hedged income where it was, to the square of the move.
    #[test]
    fn the_short_is_the_slope(elasticity in 0.0_f64..0.9, tokens in 1.0_f64..1e4) {
        let [tokens, price, days, rate, elasticity] = [tokens, 0.06, 365.0, 0.1, elasticity].map(figure);
        let text = format!(
            "name = \"t\"\ncurrency = \"$\"\nmoney_unit = 1\n[hedge]\ntokens_per_day = {tokens}\ntoken_price = {price}\n\
             days = {days}\ndiscount_rate = {rate}\nsupply_elasticity = {elasticity}\n"
        );
        let hedge = calc_health(&text).unwrap().hedge.unwrap();
        for at in &hedge.prices {
            let gap = (at.hedged - hedge.income_present_value).abs() / hedge.income_present_value;
            prop_assert!(at.change.abs() > 0.2 || gap <= at.change * at.change / 5.0 + 1e-12, "{} {gap}", at.change);
        }
    }

    /// With constant pay, payback is the price over a day's income, inside the emission and beyond it.
    #[test]
    fn payback_is_price_over_pace(tokens in 0.1_f64..1_000.0, price in 0.001_f64..10.0) {
        let sale = sale(tokens, price, "");
        for tier in &sale.tiers {
            let days = tier.outcomes[0].payback_days.unwrap();
            prop_assert!((days - tier.price / tokens / price).abs() <= 1e-9 * days.max(1.0), "{days}");
        }
    }
}
