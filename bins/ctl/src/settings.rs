//! What each command is told by its environment: no command needs another's secrets.

use runtime::config::{DatabaseUrl, Reader, settings};

/// The login that changes the schema.
pub fn migrator(r: &mut Reader) -> Option<DatabaseUrl> {
    r.get(&settings::DB_MIGRATOR_URL)
}

/// All of them, for the help.
pub fn all(r: &mut Reader) -> Option<()> {
    migrator(r)?;
    Some(())
}
