//! The files of parameters that ship say what the data say, where they say that they were fitted.
#![allow(missing_docs, clippy::unwrap_used)]

use forebay_risk::{
    Basis, Calibration, CalibrationData, PARAMETER_FILES, Parameters, calibrate, calibration_answer,
};

fn text(file: &str) -> String {
    std::fs::read_to_string(format!("{}/../../data/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn fitted(parameters: &Parameters) -> Calibration {
    let [rents, fixings] = ["h100-rental-points.csv", "sofr-monthly.csv"].map(text);
    let kinds = ["on_demand", "neocloud", "one_year", "marketplace"];
    let data = CalibrationData {
        rents: (("h100-rental-points.csv", rents.as_bytes()), &kinds),
        fixings: ("sofr-monthly.csv", fixings.as_bytes()),
        listed: None,
    };
    calibrate(parameters, data).unwrap()
}

fn shipped_file(name: &str) -> Parameters {
    Parameters::parse(name, &text(name)).unwrap()
}

#[test]
fn floating_rates_are_as_fitted_in_every_file() {
    for name in PARAMETER_FILES {
        let parameters = shipped_file(name);
        let fit = fitted(&parameters);
        assert!(fit.interest_agrees, "{name}: {:?}", fit.interest);
        let words = format!(
            "standard deviation of {} changes {:.3} points",
            fit.interest.changes,
            100.0 * fit.interest.deviation
        );
        assert!(parameters.interest.source.contains(&words), "{name} does not say `{words}`");
    }
}

/// The note of the H100's file tells a fit that was not taken over; its figures are those of the fit all the same.
#[test]
fn the_note_tells_the_fit() {
    let parameters = shipped_file("risk-h100.toml");
    let fit = fitted(&parameters);
    let note = parameters.note.split_whitespace().collect::<Vec<&str>>().join(" ");
    let [one, two, three] = fit.regimes.as_slice() else { panic!("{:?}", fit.regimes) };
    let (drift, deviation) = (100.0 * one.regimes[0].drift, 100.0 * one.regimes[0].deviation);
    for words in [
        format!("the {} changes between points of one kind", fit.changes.len()),
        format!("a drift of {drift:.1} % and a deviation of {deviation:.0} % a month"),
        format!("({:.1}, {:.1}, {:.1})", one.criterion, two.criterion, three.criterion),
    ] {
        assert!(note.contains(&words), "the note does not say `{words}`: {note}");
    }
    assert_eq!((fit.preferred, fit.believed), (1, false));
    insta::assert_snapshot!("report", report::answer_text(&calibration_answer("risk-h100.toml", &fit)));
}

/// Where nothing is believed only the floating rate is written; asked for, every number of regimes makes a file that can be read.
#[test]
fn what_is_written_can_be_read() {
    let shipped = shipped_file("risk-h100.toml");
    let fit = fitted(&shipped);
    for count in [None, Some(1), Some(2), Some(3)] {
        let mut parameters = shipped.clone();
        fit.write_into(&mut parameters, count).unwrap();
        let back = Parameters::parse("back.toml", &parameters.to_text().unwrap()).unwrap();
        assert_eq!(back, parameters, "{count:?}");
        assert_eq!(count.is_none(), back.price == shipped.price, "{count:?}");
        let told = fitted(&back).origins;
        let price = told.iter().find(|origin| origin.table == "price").unwrap();
        assert_eq!(price.basis == Basis::Fitted, count.is_some(), "{count:?}");
    }
    assert!(fit.write_into(&mut shipped.clone(), Some(4)).unwrap_err().to_string().contains("4 regimes"));
}
