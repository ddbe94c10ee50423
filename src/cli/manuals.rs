//! `latchkey man` and `latchkey completions`: made from the same description that reads the command line.

use std::path::Path;

use clap_complete::Shell;

use super::Stop;

/// A page for each command.
pub fn write(command: clap::Command, folder: &Path) -> Result<(), Stop> {
    let said = |e| Stop::Said(format!("{}: {e}", folder.display()));
    std::fs::create_dir_all(folder).map_err(said)?;
    clap_mangen::generate_to(command, folder).map_err(said)
}

pub fn complete(mut command: clap::Command, shell: Shell) {
    clap_complete::generate(shell, &mut command, "latchkey", &mut std::io::stdout());
}
