//! The database of commands that only make sense on one that is there.

use super::Stop;
use crate::config::Config;
use crate::domain::address::Address;
use crate::manage::Manage;
use crate::server;

/// Opening SQLite's file would make it, and a mistyped path would look like an empty instance.
pub fn existing(config: &Config) -> Result<Manage, Stop> {
    if let Address::Sqlite(path) = &config.settings.database
        && !path.exists()
    {
        return Err(Stop::Said(format!("there is no database {}", path.display())));
    }
    Ok(server::manage(config, server::open_database(config)?)?)
}
