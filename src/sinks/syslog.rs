//! syslog, over the local socket or UDP. Of several nodes one at a time is at it; how far it has come is in the
//! database. UDP doesn't say whether anything arrives: only a refusal is noticed.

use std::net::{ToSocketAddrs, UdpSocket};
use std::os::unix::net::UnixDatagram;
use std::time::{Duration, Instant};

use chrono::TimeDelta;

use super::{News, Sink, after, apart, say_unreadable, syslog_message};
use crate::config::SyslogTarget;
use crate::domain::chain::Head;
use crate::domain::refusal::{Fault, Outcome};
use crate::domain::signing::random_text;
use crate::domain::time::Clock;
use crate::store::{Db, sinks};

/// What it is called in the table of sinks, and what it is set up as.
pub const NAME: &str = "syslog";
pub const SETTING: &str = "events_syslog";
/// How long it is this node's at most; whoever ends in the middle keeps it from the others no longer than that.
const HELD: TimeDelta = TimeDelta::seconds(10);
/// How long sending may take before what was sent is noted.
const LONGEST: Duration = Duration::from_secs(4);
/// How long one message may wait for room in the socket.
const PATIENCE: Duration = Duration::from_secs(1);

pub struct Syslog {
    target: SyslogTarget,
    db: Db,
    clock: Clock,
    /// This node, to the others.
    holder: String,
    host: String,
}

impl Syslog {
    pub fn new(target: SyslogTarget, db: Db, clock: Clock) -> Self {
        Self { target, db, clock, holder: random_text(), host: host() }
    }
}

impl Sink for Syslog {
    async fn step(&mut self) -> Outcome<bool> {
        if !self.db.read(|c| Ok(sinks::lags(c, NAME)?)).await? {
            return Ok(false);
        }
        let (holder, now) = (self.holder.clone(), self.clock.now());
        let take =
            self.db.note(move |tx| Ok(sinks::take(tx, NAME, &holder, now.at() + HELD, now)?));
        let Some(reached) = take.await? else { return Ok(false) };
        let News { from, events } = after(&self.db, SETTING, reached).await?;
        let process = std::process::id();
        let message = |named: &_| syslog_message::of(named, &self.host, process);
        let messages: Vec<(Head, Option<String>)> =
            events.iter().map(|(head, named)| (*head, named.as_ref().map(message))).collect();
        let target = self.target.clone();
        let (sent, error) = apart(move || Ok(send(&target, &messages))).await?;
        let over = sent.map_or(0, |sent| sent.number);
        say_unreadable(SETTING, events.iter().take_while(|(head, _)| head.number <= over));
        let (holder, reached) = (self.holder.clone(), sent.unwrap_or(from));
        self.db.note(move |tx| Ok(sinks::release(tx, NAME, &holder, &reached)?)).await?;
        match error {
            Some(error) => Err(Fault::new("sending events to syslog", error).into()),
            None => Ok(sent.is_some()),
        }
    }
}

/// Sends them in order, and answers the last that was sent, and what kept it from more.
fn send(
    target: &SyslogTarget,
    messages: &[(Head, Option<String>)],
) -> (Option<Head>, Option<std::io::Error>) {
    let (begun, mut sent) = (Instant::now(), None);
    let socket = match Socket::open(target) {
        Ok(socket) => socket,
        Err(error) => return (None, Some(error)),
    };
    for (entry, message) in messages {
        if begun.elapsed() > LONGEST {
            break;
        }
        if let Some(message) = message
            && let Err(error) = socket.send(message.as_bytes())
        {
            return (sent, Some(error));
        }
        sent = Some(*entry);
    }
    (sent, None)
}

enum Socket {
    Local(UnixDatagram),
    Udp(UdpSocket),
}

impl Socket {
    fn open(target: &SyslogTarget) -> std::io::Result<Self> {
        match target {
            SyslogTarget::Local(path) => {
                let socket = UnixDatagram::unbound()?;
                socket.connect(path)?;
                socket.set_write_timeout(Some(PATIENCE))?;
                Ok(Self::Local(socket))
            }
            SyslogTarget::Udp(host, port) => {
                let mut found = (host.as_str(), *port).to_socket_addrs()?;
                let to = found.next().ok_or_else(|| std::io::Error::other("no such host"))?;
                let from = if to.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
                let socket = UdpSocket::bind(from)?;
                socket.connect(to)?;
                Ok(Self::Udp(socket))
            }
        }
    }

    fn send(&self, message: &[u8]) -> std::io::Result<()> {
        match self {
            Self::Local(socket) => socket.send(message).map(drop),
            Self::Udp(socket) => socket.send(message).map(drop),
        }
    }
}

/// What this machine calls itself, as far as RFC 5424 has room for that.
fn host() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let name: String = name.trim().chars().filter(char::is_ascii_graphic).take(255).collect();
    if name.is_empty() { "-".to_owned() } else { name }
}
