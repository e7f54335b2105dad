//! The files that a run leaves behind. Writing them is the caller's.

use crate::{ReportError, Results, payments_csv, to_json, to_page, to_workbook};

/// A file by its name and its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportFile {
    /// Name within the deal's folder, for instance `report.html`.
    pub name: &'static str,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// Returns the page, the list of payments, the spreadsheet and the JSON document.
///
/// # Errors
/// [`ReportError`] if one of them cannot be made.
pub fn to_files(results: &Results) -> Result<Vec<ReportFile>, ReportError> {
    let json = serde_json::to_string_pretty(&to_json(results))?;
    Ok(vec![
        ReportFile { name: "report.html", bytes: to_page(results)?.into_bytes() },
        ReportFile { name: "payments.csv", bytes: payments_csv(results)?.into_bytes() },
        ReportFile { name: "results.xlsx", bytes: to_workbook(results)? },
        ReportFile { name: "results.json", bytes: json.into_bytes() },
    ])
}
