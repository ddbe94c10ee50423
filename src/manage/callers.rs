//! Callers: an administrator or the operator gives a service its secret, changes it, and takes it away.

use std::time::Duration;

use super::Manage;
use super::people::check_admin;
use crate::domain::actor::{Actor, Confirmed};
use crate::domain::caller::{Caller, Enrolled};
use crate::domain::catalogue::ServiceKey;
use crate::domain::event::{Event, Kind};
use crate::domain::id::Nonce;
use crate::domain::refusal::{Outcome, Refusal};
use crate::domain::time::{Now, text_time};
use crate::store::conn::Conn;
use crate::store::{callers, events, nonces};

/// The field that a problem with the named service belongs to.
const SERVICE: &str = "service";

/// Who changes a caller.
enum By {
    /// On the command line.
    Operator,
    /// With a form, which does its work once.
    Administrator(Box<Confirmed>, Option<Nonce>),
}

impl By {
    /// To be called first in a change.
    fn check(&self, tx: &mut Conn, now: Now) -> Outcome<()> {
        let Self::Administrator(by, nonce) = self else { return Ok(()) };
        check_admin(tx, by.id())?;
        match nonce {
            Some(nonce) if !nonces::use_up(tx, nonce, now)? => Err(Refusal::AlreadyDone.into()),
            _ => Ok(()),
        }
    }

    fn record(
        &self,
        tx: &mut Conn,
        kind: Kind,
        service: &ServiceKey,
        more: &str,
        now: Now,
    ) -> Outcome<()> {
        let detail = format!("“{}”.{more}", service.as_str());
        let event = match self {
            Self::Operator => Event::by_the_operator(kind, detail, now),
            Self::Administrator(by, _) => {
                Event { person: None, detail, ..Event::own(kind, by.actor(), now) }
            }
        };
        Ok(events::record(tx, &event)?)
    }

    /// A sentence for the command line, or for a form.
    fn says(&self, command: String, form: String) -> String {
        if matches!(self, Self::Operator) { command } else { form }
    }
}

impl Manage {
    /// Every caller, by its service's key.
    pub async fn callers(&self) -> Outcome<Vec<Caller>> {
        self.db.read(|c| Ok(callers::all(c)?)).await
    }

    /// The same for an administrator.
    pub async fn callers_for(&self, by: &Actor) -> Outcome<Vec<Caller>> {
        let by = by.id().clone();
        self.db
            .read(move |c| {
                check_admin(c, &by)?;
                Ok(callers::all(c)?)
            })
            .await
    }

    /// Gives a service of the catalogue a secret to ask with.
    pub async fn add_caller(&self, service: &str, now: Now) -> Outcome<Enrolled> {
        self.enroll(By::Operator, service, now).await
    }

    /// The same by an administrator. `nonce` is the form's.
    pub async fn add_caller_by(
        &self,
        by: Confirmed,
        service: &str,
        nonce: Nonce,
        now: Now,
    ) -> Outcome<Enrolled> {
        self.enroll(By::Administrator(Box::new(by), Some(nonce)), service, now).await
    }

    /// Gives a caller another secret; the present one goes on for `overlap`.
    pub async fn rotate_caller(
        &self,
        service: &str,
        overlap: Duration,
        now: Now,
    ) -> Outcome<Enrolled> {
        self.rotate(By::Operator, service, overlap, now).await
    }

    /// The same by an administrator. `nonce` is the form's.
    pub async fn rotate_caller_by(
        &self,
        by: Confirmed,
        service: &str,
        overlap: Duration,
        nonce: Nonce,
        now: Now,
    ) -> Outcome<Enrolled> {
        self.rotate(By::Administrator(Box::new(by), Some(nonce)), service, overlap, now).await
    }

    /// Takes a caller's secrets away: from the moment this returns none of them is accepted.
    pub async fn remove_caller(&self, service: &str, now: Now) -> Outcome<Caller> {
        self.remove(By::Operator, service, now).await
    }

    /// The same by an administrator.
    pub async fn remove_caller_by(
        &self,
        by: Confirmed,
        service: &str,
        now: Now,
    ) -> Outcome<Caller> {
        self.remove(By::Administrator(Box::new(by), None), service, now).await
    }

    async fn enroll(&self, by: By, service: &str, now: Now) -> Outcome<Enrolled> {
        let rules = self.rules();
        let Some(known) = rules.catalogue.service(service) else {
            let services = rules.catalogue.services().iter();
            let known: Vec<&str> = services.map(|service| service.key.as_str()).collect();
            let known = known.join(", ");
            let sentence = by.says(
                format!("The catalogue has no service “{service}”. There are: {known}"),
                "Choose a service of the list".to_owned(),
            );
            return Err(Refusal::field(SERVICE, sentence).into());
        };
        let key = known.key.clone();
        self.db
            .write(move |tx| {
                by.check(tx, now)?;
                if callers::find(tx, &key)?.is_some() {
                    let key = key.as_str();
                    let sentence = by.says(
                        format!("{key} has a secret already; “latchkey caller rotate {key}” gives it another"),
                        format!("{key} has a secret already. Give it another in the list of callers"),
                    );
                    return Err(Refusal::field(SERVICE, sentence).into());
                }
                let enrolled = Enrolled::mint(key.clone(), &rules.prefix, now);
                callers::insert(tx, &enrolled.caller)?;
                by.record(tx, Kind::CallerAdded, &key, "", now)?;
                Ok(enrolled)
            })
            .await
    }

    async fn rotate(
        &self,
        by: By,
        service: &str,
        overlap: Duration,
        now: Now,
    ) -> Outcome<Enrolled> {
        let (rules, service) = (self.rules(), service.to_owned());
        self.db
            .write(move |tx| {
                by.check(tx, now)?;
                let caller = enrolled(tx, &by, &service)?;
                let enrolled = caller.anew(&rules.prefix, overlap, now);
                callers::update(tx, &enrolled.caller)?;
                let detail = match &enrolled.caller.former {
                    Some(former) => {
                        format!(" The former secret works until {}.", text_time(former.ends))
                    }
                    None => String::new(),
                };
                by.record(tx, Kind::CallerRotated, &enrolled.caller.service, &detail, now)?;
                Ok(enrolled)
            })
            .await
    }

    async fn remove(&self, by: By, service: &str, now: Now) -> Outcome<Caller> {
        let service = service.to_owned();
        self.db
            .write(move |tx| {
                by.check(tx, now)?;
                let caller = enrolled(tx, &by, &service)?;
                callers::delete(tx, &caller.service)?;
                by.record(tx, Kind::CallerRemoved, &caller.service, "", now)?;
                Ok(caller)
            })
            .await
    }
}

/// A caller that there is, also of a service that the catalogue has no more.
fn enrolled(c: &mut Conn, by: &By, service: &str) -> Outcome<Caller> {
    let key = ServiceKey::parse(service).ok();
    let found = key.map(|key| callers::find(c, &key)).transpose()?.flatten();
    match (found, by) {
        (Some(caller), _) => Ok(caller),
        (None, By::Administrator(..)) => Err(Refusal::NotFound.into()),
        (None, By::Operator) => Err(Refusal::field(
            SERVICE,
            format!(
                "“{service}” is no caller; “latchkey caller add {service}” makes it one, “latchkey caller list” shows them all"
            ),
        )
        .into()),
    }
}
