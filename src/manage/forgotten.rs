//! A forgotten password: whoever asks gets the same answer at once. Whether there is such a person is looked at later,
//! by nobody who waits for it.

use std::sync::Arc;

use tokio::sync::Mutex;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::Manage;
use super::password_links::{Handed, living, store};
use crate::domain::client::Client;
use crate::domain::event::{Event, Kind};
use crate::domain::id::UserId;
use crate::domain::password_link::{Code, Origin};
use crate::domain::refusal::{Failure, Fault, Outcome, Refusal};
use crate::domain::throttle;
use crate::domain::time::Now;
use crate::domain::user::{Email, UserName};
use crate::mail::Wanted;
use crate::store::users;

/// How many wait to be looked at; who comes after them is told that the server is busy.
const MOST: usize = 200;

/// What somebody typed who forgot their password.
pub struct Asked {
    who: String,
    client: Client,
    now: Now,
}

#[derive(Clone)]
pub struct Desk {
    inbox: Sender<Asked>,
    outbox: Arc<Mutex<Receiver<Asked>>>,
}

impl Default for Desk {
    fn default() -> Self {
        let (inbox, outbox) = channel(MOST);
        Self { inbox, outbox: Arc::new(Mutex::new(outbox)) }
    }
}

impl Manage {
    /// Whether links can be mailed.
    pub fn mails(&self) -> bool {
        self.post.is_open()
    }

    /// How many mails are still to be sent.
    pub fn unsent_mails(&self) -> usize {
        self.post.waiting()
    }

    /// Notes that somebody wants a link mailed. The work and the answer are the same whether there is such a person.
    pub async fn ask_for_link(&self, who: &str, client: &Client, now: Now) -> Outcome<()> {
        if !self.mails() {
            return Err(Refusal::NotFound.into());
        }
        let who = who.trim().to_ascii_lowercase();
        let who: String = who.chars().take(Email::LONGEST).collect();
        self.count_try(throttle::of_forgotten(&who, client.address), now).await?;
        let asked = Asked { who, client: client.clone(), now };
        let full = |_| Fault::busy("noting a forgotten password");
        Ok(self.desk.inbox.try_send(asked).map_err(full)?)
    }

    /// Mails the links that were asked for, one after the other, for as long as the process runs.
    pub async fn mail_links(&self) {
        let mut asked = self.desk.outbox.lock().await;
        while let Some(asked) = asked.recv().await {
            match self.mail_link(asked).await {
                Ok(()) | Err(Failure::Refused(_)) => {}
                Err(Failure::Broke(fault)) => tracing::warn!("{fault}"),
            }
        }
    }

    async fn mail_link(&self, asked: Asked) -> Outcome<()> {
        let Asked { who, client, now } = asked;
        let found = self.db.read(move |c| {
            let found = match (Email::parse(&who), UserName::parse(&who)) {
                (Ok(email), _) => users::find_by_email(c, &email)?,
                (_, Ok(name)) => users::find_by_name(c, &name)?,
                _ => None,
            };
            Ok(found.filter(|(user, _)| user.email.is_some()).map(|(user, _)| user.id))
        });
        let Some(id) = found.await? else { return Ok(()) };
        // Name and address are two ways to one person.
        self.count_try(throttle::of_mailed(id.as_str()), now).await?;
        let handed = self.make_asked_link(id, client, now).await?;
        self.mail(&handed, Wanted::AtSignIn);
        Ok(())
    }

    async fn make_asked_link(&self, id: UserId, client: Client, now: Now) -> Outcome<Handed> {
        let code = Code::random();
        let digest = code.digest();
        let (holder, ends) = self
            .db
            .write(move |tx| {
                let holder = living(tx, &id)?.ok_or(Refusal::NotFound)?;
                let mut made = Event::at_the_door(Kind::LinkMade, Some(id.clone()), &client, now);
                made.detail = "Asked for at sign-in, and mailed.".to_owned();
                let ends = store(tx, &id, &digest, Origin::AskedFor, made, now)?;
                Ok((holder, ends))
            })
            .await?;
        Ok(Handed { user: holder.user, code, ends, joins: holder.joins, mailed: false })
    }
}
