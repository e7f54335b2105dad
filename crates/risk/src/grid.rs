//! Shocks of price and utilisation together, and of one driver after the other.

use crate::error::RiskError;
use crate::exposure::Exposure;
use crate::measure::{Estimate, estimate};
use crate::run::{Control, live};
use crate::scenario::{Driver, Parameters};
use crate::shock::{Certain, Shock, Shocked};
use crate::stress::{Futured, Options};
use life::Setup;
use serde::{Deserialize, Serialize};

/// How classes fare under every pair of two shocks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeatMap {
    /// Changes of the price, from the closing on (-0.5: it is half).
    pub prices: Vec<f64>,
    /// What changes across: the hours sold, or the speed at which borrowers fail.
    pub across: Driver,
    /// Its changes.
    pub utilisations: Vec<f64>,
    /// For each class, a row for each price and in it a cell for each utilisation.
    pub classes: Vec<HeatClass>,
}

/// One class of a heat map.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeatClass {
    /// Its name.
    pub name: String,
    /// What it loses if nothing else moves, as a share of its original amount.
    pub certain: Vec<Vec<f64>>,
    /// What it may expect to lose if everything else moves at random around it; empty if no paths were asked for.
    pub expected: Vec<Vec<Estimate>>,
}

/// Which shocks a grid has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Axes {
    /// Changes of the price.
    pub prices: Vec<f64>,
    /// What changes across.
    pub across: Driver,
    /// Its changes.
    pub utilisations: Vec<f64>,
}

impl Axes {
    /// Returns the axes that fit a deal: hours sold, or borrowers who fail, up to nine times as many.
    pub fn of(exposure: &Exposure) -> Self {
        if !exposure.felt().contains(&Driver::Defaults) {
            return Self::default();
        }
        let times = [0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0, 9.0];
        Self {
            across: Driver::Defaults,
            utilisations: times.map(|times| times - 1.0).to_vec(),
            ..Self::default()
        }
    }
}

impl Default for Axes {
    fn default() -> Self {
        let steps = |least: i32, most: i32| (least..=most).map(|step| f64::from(step) / 10.0).collect();
        Self { prices: steps(-8, 2), across: Driver::Utilisation, utilisations: steps(-6, 2) }
    }
}

/// Lives every pair of shocks: once with nothing else moving, and `options.paths` times around it with the same numbers.
///
/// # Errors
/// As [`crate::stress`].
pub fn heat_map(
    setup: &Setup,
    parameters: &Parameters,
    (axes, options, control): (&Axes, Options, Control<'_>),
) -> Result<HeatMap, RiskError> {
    let futured = Futured::new(setup, parameters, options)?;
    let pairs =
        axes.prices.iter().flat_map(|price| axes.utilisations.iter().map(move |used| (*price, *used)));
    let shocks: Vec<Shock> = pairs
        .map(|(price, used)| {
            Shock::price(&futured.deal.exposure, 1.0 + price).times(&[axes.across], 1.0 + used)
        })
        .collect();
    let certain = live(
        &futured.deal,
        &Certain(&shocks),
        (shocks.len() as u64, Control { progress: &|_, _| {}, ..control }),
    )?;
    let width = axes.utilisations.len().max(1);
    let rows = |column: &[f32]| -> Vec<Vec<f64>> {
        column.chunks(width).map(|row| row.iter().map(|loss| f64::from(*loss)).collect()).collect()
    };
    let pairs = futured.deal.classes.iter().zip(&certain.classes);
    let mut classes: Vec<HeatClass> = pairs
        .map(|(class, columns)| HeatClass {
            name: class.name.clone(),
            certain: rows(&columns.lost),
            expected: Vec::new(),
        })
        .collect();
    if futured.options.paths > 0 {
        expect(&futured, (&shocks, width), control, &mut classes)?;
    }
    let Axes { prices, across, utilisations } = axes.clone();
    Ok(HeatMap { prices, across, utilisations, classes })
}

/// Fills in what every cell may expect.
fn expect(
    futured: &Futured,
    (shocks, width): (&[Shock], usize),
    control: Control<'_>,
    classes: &mut [HeatClass],
) -> Result<(), RiskError> {
    let all = shocks.len() as u64 * futured.options.paths;
    for (number, shock) in shocks.iter().enumerate() {
        let before = number as u64 * futured.options.paths;
        let progress = |done: u64, _: u64| (control.progress)(before + done, all);
        let futures = Shocked { drawing: &futured.drawing, shock };
        let columns = live(
            &futured.deal,
            &futures,
            (futured.options.paths, Control { progress: &progress, ..control }),
        )?;
        for (class, columns) in classes.iter_mut().zip(&columns.classes) {
            if number % width == 0 {
                class.expected.push(Vec::new());
            }
            let lost = columns.lost.iter().map(|loss| f64::from(*loss));
            if let Some(row) = class.expected.last_mut() {
                row.push(estimate(lost, futured.group()));
            }
        }
    }
    Ok(())
}

/// How much of the expected loss comes from each driver.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tornado {
    /// One for each class.
    pub classes: Vec<TornadoClass>,
}

/// One class of a tornado.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TornadoClass {
    /// Its name.
    pub name: String,
    /// What it may expect to lose if everything moves.
    pub all: Estimate,
    /// Drivers, the one that matters most first.
    pub bars: Vec<TornadoBar>,
}

/// One driver of a tornado.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TornadoBar {
    /// Its name.
    pub driver: String,
    /// Expected loss if this one stands still and all others move.
    pub without: Estimate,
    /// Expected loss if only this one moves.
    pub alone: Estimate,
    /// Expected loss if this one is a tenth higher throughout, on top of its random moves; a floating rate by one point. What is
    /// whole already cannot be higher.
    pub higher: Estimate,
    /// And a tenth lower.
    pub lower: Estimate,
}

/// Drivers that are one to a reader.
const GROUPS: [(&str, &[Driver]); 11] = [
    ("rental price", &[Driver::Price, Driver::Contract]),
    ("resale price", &[Driver::Resale]),
    ("utilisation", &[Driver::Utilisation]),
    ("outages", &[Driver::Uptime]),
    ("power price", &[Driver::Power]),
    ("running costs", &[Driver::Opex]),
    ("floating rate", &[Driver::Interest]),
    ("operator and customers", &[Driver::Cash, Driver::Costs, Driver::Offtakers]),
    ("sale of collateral", &[Driver::Sale]),
    ("borrowers' defaults", &[Driver::Defaults]),
    ("early repayment", &[Driver::Prepayment]),
];

/// A tenth, or a point of interest, up or down.
fn tenth(drivers: &[Driver], up: bool) -> Shock {
    match drivers {
        [Driver::Interest] => Shock::default().plus(Driver::Interest, if up { 0.01 } else { -0.01 }),
        [Driver::Uptime] | [Driver::Cash, ..] => {
            Shock::default().times(drivers.get(..1).unwrap_or(&[]), if up { 1.0 } else { 0.9 })
        }
        _ => Shock::default().times(drivers, if up { 1.1 } else { 0.9 }),
    }
}

/// Lives the same paths again with each driver that the deal feels standing still, alone, higher and lower.
///
/// # Errors
/// As [`crate::stress`].
pub fn tornado(
    setup: &Setup,
    parameters: &Parameters,
    (options, control): (Options, Control<'_>),
) -> Result<Tornado, RiskError> {
    let futured = Futured::new(setup, parameters, options)?;
    let mut shocks = vec![Shock::default()];
    let felt = futured.deal.exposure.felt();
    let groups: Vec<(&str, &[Driver])> = GROUPS
        .into_iter()
        .filter(|(_, drivers)| drivers.iter().any(|driver| felt.contains(driver)))
        .collect();
    for (_, drivers) in &groups {
        shocks.push(Shock { still: drivers.to_vec(), ..Shock::default() });
        shocks.push(Shock::default().only(drivers));
        shocks.push(tenth(drivers, true));
        shocks.push(tenth(drivers, false));
    }
    let expected = expected_losses(&futured, &shocks, control)?;
    let class = |(index, class): (usize, &crate::lives::Class)| {
        let of = |shock: usize| expected.get(shock).and_then(|row: &Vec<Estimate>| row.get(index)).copied();
        let at = |shock: usize| of(shock).unwrap_or_default();
        let bar = |(group, (name, _)): (usize, &(&str, &[Driver]))| TornadoBar {
            driver: (*name).to_owned(),
            without: at(4 * group + 1),
            alone: at(4 * group + 2),
            higher: at(4 * group + 3),
            lower: at(4 * group + 4),
        };
        let mut bars: Vec<TornadoBar> = groups.iter().enumerate().map(bar).collect();
        let width = |bar: &TornadoBar| (bar.lower.mean - bar.higher.mean).abs();
        bars.sort_by(|a, b| width(b).total_cmp(&width(a)));
        TornadoClass { name: class.name.clone(), all: at(0), bars }
    };
    Ok(Tornado { classes: futured.deal.classes.iter().enumerate().map(class).collect() })
}

/// Expected loss of every class under every shock, with the same numbers.
fn expected_losses(
    futured: &Futured,
    shocks: &[Shock],
    control: Control<'_>,
) -> Result<Vec<Vec<Estimate>>, RiskError> {
    let (paths, all) = (futured.options.paths, futured.options.paths * shocks.len() as u64);
    let mut expected = Vec::new();
    for (number, shock) in shocks.iter().enumerate() {
        let progress = |done: u64, _: u64| (control.progress)(number as u64 * paths + done, all);
        let futures = Shocked { drawing: &futured.drawing, shock };
        let columns = live(&futured.deal, &futures, (paths, Control { progress: &progress, ..control }))?;
        let loss = |columns: &crate::columns::ClassColumns| {
            estimate(columns.lost.iter().map(|loss| f64::from(*loss)), futured.group())
        };
        expected.push(columns.classes.iter().map(loss).collect());
    }
    Ok(expected)
}
