/// Why a report could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The run has no such period.
    #[error("there is no period {asked}; this run has periods {first} to {last}")]
    NoSuchPeriod {
        /// The period that was asked for.
        asked: u32,
        /// The first period of the run.
        first: u32,
        /// The last period of the run.
        last: u32,
    },
    /// The run has no payment period at all.
    #[error("this run has no payment period yet; run it past its first payment date")]
    NoPeriods,
    /// The list of payments could not be written.
    #[error("the list of payments could not be written as CSV")]
    Csv(#[from] csv::Error),
    /// The spreadsheet could not be written.
    #[error("the spreadsheet could not be written")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// A document could not be written as JSON.
    #[error("the document could not be written as JSON")]
    Json(#[from] serde_json::Error),
}
