//! Prints the answer about a file and writes its page, CSV and JSON: `depin health data/depin/akash-health.toml out`.

use forebay_risk::depin::{
    byod_answer, byod_csv, calc_byod, calc_health, calc_node_sale, health_answer, health_csv,
    node_sale_answer, node_sale_csv,
};
use report::{Answer, answer_page, answer_text};
use std::error::Error;
use std::path::Path;

/// Answer, CSV, JSON.
type Forms = (Answer, String, String);

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [question, file, out] = words.as_slice() else {
        return Err("say node-sale, byod or health, the file, and a folder for the page".into());
    };
    let (answer, csv, json) = forms(question, &std::fs::read_to_string(file)?)?;
    println!("{}", answer_text(&answer));
    let name = Path::new(file).file_stem().unwrap_or_default().to_string_lossy().into_owned();
    std::fs::create_dir_all(out)?;
    for (ending, text) in [("html", &answer_page(&answer)?), ("csv", &csv), ("json", &json)] {
        std::fs::write(Path::new(out).join(format!("{name}.{ending}")), text)?;
    }
    Ok(())
}

fn forms(question: &str, text: &str) -> Result<Forms, Box<dyn Error>> {
    Ok(match question {
        "node-sale" => {
            let sale = calc_node_sale(text)?;
            (node_sale_answer(&sale), node_sale_csv(&sale)?, serde_json::to_string_pretty(&sale)?)
        }
        "byod" => {
            let byod = calc_byod(text)?;
            (byod_answer(&byod), byod_csv(&byod)?, serde_json::to_string_pretty(&byod)?)
        }
        "health" => {
            let health = calc_health(text)?;
            (health_answer(&health), health_csv(&health)?, serde_json::to_string_pretty(&health)?)
        }
        other => return Err(format!("{other} is no question; ask node-sale, byod or health").into()),
    })
}
