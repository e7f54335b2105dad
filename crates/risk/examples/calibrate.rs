//! What the data say of the parameters: `calibrate` for the published points, and with FOREBAY_DATA set (a folder with
//! gpu-rental-prices-2026.csv, CC BY 4.0, adriannutiu/gpu-rental-prices) for daily listed prices.
#![allow(missing_docs, clippy::unwrap_used)]

use forebay_risk::{daily, points_of, regimes};

fn text(path: &str) -> String {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::fs::read_to_string(root.join(path)).unwrap()
}

fn main() {
    let file = "data/h100-rental-points.csv";
    let changes =
        points_of((file, text(file).as_bytes()), &["on_demand", "neocloud", "one_year", "marketplace"])
            .unwrap();
    for (change, months) in &changes {
        println!("{:+.3} in {months:.1} months: {:+.3} a month", change, change / months);
    }
    for count in 1..=3 {
        println!("{:#?}", regimes(&changes, count));
    }
    let file = "data/sofr-monthly.csv";
    let rates = text(file);
    let values: Vec<f64> =
        rates.lines().skip(1).map(|line| line.split(',').nth(2).unwrap().parse().unwrap()).collect();
    let moves: Vec<f64> = values.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let mean = moves.iter().sum::<f64>() / moves.len() as f64;
    let square = moves.iter().map(|change| (change - mean).powi(2)).sum::<f64>() / (moves.len() - 1) as f64;
    println!("SOFR: {} monthly changes, deviation {:.3} points", moves.len(), square.sqrt());
    let Ok(folder) = std::env::var("FOREBAY_DATA") else { return };
    let path = std::path::Path::new(&folder).join("gpu-rental-prices-2026.csv");
    let bytes = std::fs::read(&path).unwrap();
    for gpu in ["h100-sxm", "h100", "h100-sxm-80", "h100-pcie-80"] {
        for fit in daily(("gpu-rental-prices-2026.csv", &bytes), gpu, "2026-07-20".parse().unwrap()).unwrap()
        {
            println!("{gpu}: {fit:?}");
        }
    }
}
