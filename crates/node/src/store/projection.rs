use super::database::{count, integer};
use super::{Database, Event, Transaction, Value, events};
use crate::NodeError;

/// A statement that a projection makes of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The statement, the same for SQLite and PostgreSQL; values are `$1`, `$2`, ….
    pub sql: &'static str,
    /// Its values.
    pub values: Vec<Value>,
}

/// Tables that follow from the log alone.
pub trait Projection: Sync {
    /// A name that no other projection has; a new name or version begins from the first event.
    fn name(&self) -> &'static str;

    /// Empties its tables.
    fn clear(&self) -> Vec<Change>;

    /// What an event changes; nothing for events that are not its own. Pure.
    ///
    /// # Errors
    /// [`NodeError::Value`] for an event that it cannot read.
    fn fold(&self, event: &Event) -> Result<Vec<Change>, NodeError>;
}

/// Applies the events that came since the last time, all or none. Returns the number of the last one.
///
/// # Errors
/// [`NodeError::Database`], or what [`Projection::fold`] says.
pub async fn catch_up(database: &Database, projection: &dyn Projection) -> Result<u64, NodeError> {
    let mut transaction = database.begin().await?;
    let sequence = catch_up_in(&mut transaction, projection).await?;
    transaction.commit().await?;
    Ok(sequence)
}

/// As [`catch_up`], within a transaction.
///
/// # Errors
/// As [`catch_up`].
pub async fn catch_up_in(
    transaction: &mut Transaction,
    projection: &dyn Projection,
) -> Result<u64, NodeError> {
    let mut sequence = position(transaction, projection.name()).await?;
    loop {
        let page = events::page(transaction, sequence).await?;
        let Some(last) = page.last() else { break };
        sequence = last.sequence;
        for event in &page {
            run(transaction, projection.fold(event)?).await?;
        }
    }
    let keep = "INSERT INTO projections (name, sequence) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET sequence = $2";
    let values = vec![projection.name().into(), integer(sequence)?.into()];
    run(transaction, vec![Change { sql: keep, values }]).await?;
    Ok(sequence)
}

/// Empties the tables and folds the whole log again; readers see the old tables until it is done.
///
/// # Errors
/// As [`catch_up`].
pub async fn rebuild(database: &Database, projection: &dyn Projection) -> Result<u64, NodeError> {
    let mut transaction = database.begin().await?;
    run(&mut transaction, projection.clear()).await?;
    let forget =
        Change { sql: "DELETE FROM projections WHERE name = $1", values: vec![projection.name().into()] };
    run(&mut transaction, vec![forget]).await?;
    let sequence = catch_up_in(&mut transaction, projection).await?;
    transaction.commit().await?;
    Ok(sequence)
}

pub(crate) async fn run(transaction: &mut Transaction, changes: Vec<Change>) -> Result<(), NodeError> {
    for change in changes {
        let query = change.values.into_iter().fold(sqlx::query(change.sql), |query, value| value.bind(query));
        query.execute(&mut **transaction).await?;
    }
    Ok(())
}

async fn position(transaction: &mut Transaction, name: &str) -> Result<u64, NodeError> {
    let row = sqlx::query("SELECT sequence FROM projections WHERE name = $1").bind(name.to_owned());
    match row.fetch_optional(&mut **transaction).await? {
        Some(row) => count(&row, "sequence"),
        None => Ok(0),
    }
}
