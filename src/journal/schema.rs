//! The tables, and how an older file becomes one of today.

use rusqlite::{Connection, TransactionBehavior};

/// "Mats": whose file this is.
pub const APPLICATION: i32 = 0x4D61_7473;

/// Each step takes a file from the version before it to its own, counted from 1. Never edited once released.
pub const STEPS: [&str; 1] = [include_str!("schema/1.sql")];

/// The version that this program writes.
pub const VERSION: i64 = 1;

/// Brings an open file up to [`VERSION`], all of it or nothing.
pub fn migrate(db: &mut Connection) -> rusqlite::Result<()> {
    let version = |db: &Connection| db.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0));
    if version(db)? == VERSION {
        return Ok(());
    }
    // Somebody else may have been faster.
    let change = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done = usize::try_from(version(&change)?).unwrap_or_default();
    for step in STEPS.iter().skip(done) {
        change.execute_batch(step)?;
    }
    change.pragma_update(None, "application_id", APPLICATION)?;
    change.pragma_update(None, "user_version", VERSION)?;
    change.commit()
}
