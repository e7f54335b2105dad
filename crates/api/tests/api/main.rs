//! What the API promises, as those who call it see it, on SQLite and on PostgreSQL.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]
#![allow(clippy::cognitive_complexity, reason = "each await counts, and a story has many")]

/// Makes a test on each database of every function that is named.
macro_rules! on_each_database {
    ($($test:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test]
            async fn $test() {
                super::$test(crate::support::On::Sqlite).await;
            })*
        }

        mod on_postgresql {
            $(#[tokio::test]
            async fn $test() {
                let Some(on) = crate::support::On::postgresql() else { return };
                super::$test(on).await;
            })*
        }
    };
}

mod access;
mod deals;
mod holders;
mod http;
mod mcp;
mod schemathesis;
#[path = "../support/mod.rs"]
mod support;
