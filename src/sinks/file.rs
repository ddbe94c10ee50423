//! A file that the log is appended to, each event a line of JSON. It is opened anew for each batch, so it may be moved
//! away at any time. How far it has come stands in a file beside it.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::{News, Sink, after, apart, line, say_unreadable};
use crate::domain::chain::{Head, Kept};
use crate::domain::refusal::{Fault, Outcome};
use crate::store::Db;

/// What it is set up as.
pub const NAME: &str = "events_file";

pub struct File {
    path: PathBuf,
    position: PathBuf,
    db: Db,
    /// The last event that is in the file, once that is known.
    reached: Option<Head>,
}

impl File {
    pub fn new(path: PathBuf, db: Db) -> Self {
        Self { position: beside(&path, POSITION), path, db, reached: None }
    }

    /// Where it has stopped before.
    async fn resume(&self) -> Outcome<Head> {
        let (file, position) = (self.path.clone(), self.position.clone());
        let resume = move || {
            let text = read(&position)?;
            if let Some(Ok(head)) = text.as_deref().map(str::parse) {
                return Ok(head);
            }
            if text.is_some() || fs::metadata(&file).is_ok_and(|file| file.len() > 0) {
                let (file, position) = (file.display(), position.display());
                tracing::warn!(
                    "{NAME}: {position} does not say how far {file} has come; the log is written from its first entry on"
                );
            }
            Ok(Head::default())
        };
        Ok(apart(resume).await?)
    }

    /// Keeps what was known of a log that is another one now, for `latchkey events verify`: the position goes on with the
    /// log as it is.
    async fn remember(&self, reached: Head) {
        let path = beside(&self.path, REWRITTEN);
        let remember = move || match path.try_exists() {
            Ok(true) => Ok(()),
            _ => replace(&path, &reached.to_string()).map_err(|e| broke(&path, &e)),
        };
        if let Err(fault) = apart(remember).await {
            tracing::error!("{NAME}: {fault}");
        }
    }
}

impl Sink for File {
    async fn step(&mut self) -> Outcome<bool> {
        let reached = match self.reached {
            Some(reached) => reached,
            None => self.resume().await?,
        };
        self.reached = Some(reached);
        let News { from, events } = after(&self.db, NAME, reached).await?;
        if from != reached {
            self.remember(reached).await;
            self.reached = Some(from);
        }
        let Some(last) = events.last().map(|(head, _)| *head) else { return Ok(false) };
        let readable = events.iter().filter_map(|(_, event)| event.as_ref());
        let lines: String = readable.map(|named| line::of(named) + "\n").collect();
        let (path, position) = (self.path.clone(), self.position.clone());
        apart(move || {
            append(&path, lines.as_bytes()).map_err(|e| broke(&path, &e))?;
            replace(&position, &last.to_string()).map_err(|e| broke(&position, &e))
        })
        .await?;
        say_unreadable(NAME, events.iter());
        self.reached = Some(last);
        Ok(true)
    }
}

/// How far the file has come, and how far it had come in a log that was there before.
const POSITION: &str = ".position";
const REWRITTEN: &str = ".rewritten";

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut beside = path.to_owned().into_os_string();
    beside.push(ending);
    beside.into()
}

/// The entries that are known to have been there.
pub fn known(path: &Path) -> Result<Vec<Kept>, Fault> {
    let mut all = Vec::new();
    for path in [POSITION, REWRITTEN].map(|ending| beside(path, ending)) {
        let Some(text) = read(&path)? else { continue };
        let head = text.parse().map_err(|wrong: String| {
            broke(&path, &std::io::Error::other(format!("it has to be {wrong}")))
        })?;
        all.push(Kept { by: format!("{NAME} ({})", path.display()), head });
    }
    Ok(all)
}

fn read(path: &Path) -> Result<Option<String>, Fault> {
    match fs::read_to_string(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        read => read.map(Some).map_err(|e| broke(path, &e)),
    }
}

fn append(path: &Path, lines: &[u8]) -> std::io::Result<()> {
    let mut file =
        OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)?;
    // What a crash or a full disk has cut off stays a line of its own; its event comes again.
    let mut last = [b'\n'];
    if file.seek(SeekFrom::End(0))? > 0 {
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
    }
    if last != *b"\n" {
        file.write_all(b"\n")?;
    }
    file.write_all(lines)?;
    file.sync_data()
}

/// Puts a new file in the place of one, whole at any moment.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let new = path.with_extension("position.new");
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.write_all(text.as_bytes())?;
    fs::rename(&new, path)
}

fn broke(path: &Path, error: &std::io::Error) -> Fault {
    Fault::new("handing the log on to a file", format!("{}: {error}", path.display()))
}
