//! A file that the log is appended to, each event a line of JSON. It is opened anew for each batch, so it may be moved
//! away at any time. How far it has come stands in a file beside it.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::{Sink, after, apart, line};
use crate::domain::chain::Head;
use crate::domain::refusal::{Fault, Outcome};
use crate::store::{Db, events};

pub struct File {
    path: PathBuf,
    position: PathBuf,
    db: Db,
    /// The last event that is in the file, once that is known.
    reached: Option<Head>,
}

impl File {
    pub fn new(path: PathBuf, db: Db) -> Self {
        let mut beside = path.clone().into_os_string();
        beside.push(".position");
        Self { position: beside.into(), path, db, reached: None }
    }

    /// Where it has stopped before. A log in which that event is not there any more, or is another one, is another log:
    /// all of it is written.
    async fn resume(&self) -> Outcome<Head> {
        let path = self.position.clone();
        let text = apart(move || match fs::read_to_string(&path) {
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            read => read.map(Some).map_err(|e| broke(&path, &e)),
        });
        let Some(text) = text.await? else { return Ok(Head::default()) };
        let head = text.parse::<Head>().unwrap_or_default();
        let known = self.db.read(move |c| Ok(events::hash_of(c, head.number)?)).await?;
        if known == Some(head.hash) {
            return Ok(head);
        }
        let path = self.position.display();
        tracing::warn!("{path} is not of this log; the log is written from its first entry on");
        Ok(Head::default())
    }
}

impl Sink for File {
    async fn step(&mut self) -> Outcome<bool> {
        let reached = match self.reached {
            Some(reached) => reached,
            None => self.resume().await?,
        };
        self.reached = Some(reached);
        let news = after(&self.db, reached.number).await?;
        let Some(last) = news.last().map(|named| named.entry.head()) else { return Ok(false) };
        let lines: String = news.iter().map(|named| line::of(named) + "\n").collect();
        let (path, position) = (self.path.clone(), self.position.clone());
        apart(move || {
            append(&path, lines.as_bytes()).map_err(|e| broke(&path, &e))?;
            replace(&position, &last.to_string()).map_err(|e| broke(&position, &e))
        })
        .await?;
        self.reached = Some(last);
        Ok(true)
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
    Fault::new("writing the log to a file", format!("{}: {error}", path.display()))
}
