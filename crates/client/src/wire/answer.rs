use serde::{Deserialize, Serialize};

/// The answer to a question: a sentence and tables. Figures in it are shown, not paid: they are text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Answer {
    /// What was asked, in a word or two.
    pub question: String,
    /// What it was asked about.
    pub title: String,
    /// How it was found, such as the number of paths and the seed.
    pub facts: Vec<String>,
    /// The answer in one sentence.
    pub verdict: String,
    /// Tables.
    pub sections: Vec<Section>,
    /// Conventions, assumptions and sources, a paragraph each.
    pub remarks: Vec<String>,
}

/// Tables and what to see in them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Section {
    /// Its heading.
    pub heading: String,
    /// What to see in it.
    pub lead: String,
    /// Its tables.
    pub tables: Vec<Table>,
}

/// A headed table of texts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Table {
    /// Heading.
    pub heading: String,
    /// What the table shows.
    pub caption: String,
    /// Headings of the columns; empty for a list of facts.
    pub header: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
}
