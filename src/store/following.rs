//! Whoever keeps in memory what the database says, and how it learns that this has changed.

use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::{Duration, Instant};

#[cfg(feature = "postgres")]
use diesel::connection::SimpleConnection;

#[cfg(feature = "postgres")]
use super::During;
use super::conn::Conn;
use super::feed::{self, News};
use crate::domain::address::Address;
use crate::domain::change::Change;
use crate::domain::refusal::Fault;

/// Keeps in memory what the database says.
pub trait Follow: Send + Sync {
    /// These are no longer as they were. When this returns, none of them is answered as it was.
    fn learn(&self, changes: &[Change], c: &mut Conn);
    /// Anything may have changed.
    fn forget(&self);
    /// Everything that was committed before this moment has been learnt of.
    fn up_to_date(&self, at: Instant);
    /// It can't be said what has changed.
    fn distrust(&self);
}

/// How far the feed was read, and for whom. Shared by all handles of a database.
#[derive(Clone, Default)]
pub(super) struct Following {
    follower: Arc<OnceLock<Weak<dyn Follow>>>,
    seen: Arc<Mutex<i64>>,
}

impl Following {
    /// Everything that is committed from now on will be learnt of.
    pub fn begin(&self, follower: Weak<dyn Follow>, c: &mut Conn) -> Result<(), Fault> {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = feed::last(c)?;
        let _ = self.follower.set(follower);
        Ok(())
    }

    /// Reads what has come since the last time and passes it on. One at a time, so that nobody returns from here
    /// before what it knows of is learnt.
    pub fn catch_up(&self, c: &mut Conn) -> Result<(), Fault> {
        let Some(follower) = self.follower.get().and_then(Weak::upgrade) else { return Ok(()) };
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let begun = Instant::now();
        let news = feed::since(c, *seen).inspect_err(|_| follower.distrust())?;
        *seen = match news {
            News::Since(changes, last) => {
                if !changes.is_empty() {
                    follower.learn(&changes, c);
                }
                last
            }
            News::Missed(last) => {
                follower.forget();
                last
            }
        };
        follower.up_to_date(begun);
        Ok(())
    }
}

/// A connection that waits for changes of other nodes and programs.
pub struct Follower {
    conn: Conn,
    address: Address,
    following: Following,
}

impl Follower {
    /// How often the feed is read even if nothing was heard.
    const AT_LEAST_EVERY: Duration = Duration::from_millis(100);
    /// How often PostgreSQL's notifications are looked for.
    #[cfg(feature = "postgres")]
    const LISTENED_EVERY: Duration = Duration::from_millis(10);

    pub(super) fn open(address: &Address, following: Following) -> Result<Self, Fault> {
        Ok(Self { conn: listening(address)?, address: address.clone(), following })
    }

    /// A new connection in place of one that broke.
    pub fn reconnect(&mut self) -> Result<(), Fault> {
        self.conn = listening(&self.address)?;
        Ok(())
    }

    /// Learns of what has changed.
    pub fn catch_up(&mut self) -> Result<(), Fault> {
        self.following.catch_up(&mut self.conn)
    }

    /// The connection, to read on between two looks at the feed.
    pub fn conn(&mut self) -> &mut Conn {
        &mut self.conn
    }

    /// Waits until there may be something to learn.
    pub fn wait(&mut self) {
        match &mut self.conn {
            Conn::Sqlite(_) => std::thread::sleep(Self::AT_LEAST_EVERY),
            #[cfg(feature = "postgres")]
            Conn::Postgres(c) => {
                let begun = Instant::now();
                while begun.elapsed() < Self::AT_LEAST_EVERY {
                    std::thread::sleep(Self::LISTENED_EVERY);
                    // A connection that broke says so at the next reading.
                    if c.notifications_iter().next().is_some() {
                        return;
                    }
                }
            }
        }
    }
}

fn listening(address: &Address) -> Result<Conn, Fault> {
    let doing = "opening a connection to follow changes by";
    let conn = super::conn::open(address, super::BLOCKED).map_err(|e| Fault::new(doing, e))?;
    #[cfg(feature = "postgres")]
    if let Conn::Postgres(mut c) = conn {
        c.batch_execute(&format!("LISTEN {}", feed::CHANNEL)).during(doing)?;
        return Ok(Conn::Postgres(c));
    }
    Ok(conn)
}
