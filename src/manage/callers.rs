//! Callers: the operator gives a service its secret, changes it, and takes it away.

use std::time::Duration;

use super::Manage;
use crate::domain::caller::{Caller, Enrolled};
use crate::domain::catalogue::ServiceKey;
use crate::domain::event::{Event, Kind};
use crate::domain::refusal::{Outcome, Refusal};
use crate::domain::time::{Now, text_time};
use crate::store::conn::Conn;
use crate::store::{callers, events};

/// The field that a problem with the named service belongs to.
const SERVICE: &str = "service";

impl Manage {
    /// Every caller, by its service's key.
    pub async fn callers(&self) -> Outcome<Vec<Caller>> {
        self.db.read(|c| Ok(callers::all(c)?)).await
    }

    /// Gives a service of the catalogue a secret to ask with.
    pub async fn add_caller(&self, service: &str, now: Now) -> Outcome<Enrolled> {
        let rules = self.rules();
        let Some(known) = rules.catalogue.service(service) else {
            let services = rules.catalogue.services().iter();
            let known: Vec<&str> = services.map(|service| service.key.as_str()).collect();
            let known = known.join(", ");
            let sentence = format!("The catalogue has no service “{service}”. There are: {known}");
            return Err(Refusal::field(SERVICE, sentence).into());
        };
        let key = known.key.clone();
        self.db
            .write(move |tx| {
                if callers::find(tx, &key)?.is_some() {
                    let key = key.as_str();
                    let sentence = format!(
                        "{key} has a secret already; “latchkey caller rotate {key}” gives it another"
                    );
                    return Err(Refusal::field(SERVICE, sentence).into());
                }
                let enrolled = Enrolled::mint(key.clone(), &rules.prefix, now);
                callers::insert(tx, &enrolled.caller)?;
                record(tx, Kind::CallerAdded, &key, "", now)?;
                Ok(enrolled)
            })
            .await
    }

    /// Gives a caller another secret; the present one goes on for `overlap`.
    pub async fn rotate_caller(
        &self,
        service: &str,
        overlap: Duration,
        now: Now,
    ) -> Outcome<Enrolled> {
        let (rules, service) = (self.rules(), service.to_owned());
        self.db
            .write(move |tx| {
                let caller = enrolled(tx, &service)?;
                let enrolled = caller.anew(&rules.prefix, overlap, now);
                callers::update(tx, &enrolled.caller)?;
                let detail = match &enrolled.caller.former {
                    Some(former) => {
                        format!(" The former secret works until {}.", text_time(former.ends))
                    }
                    None => String::new(),
                };
                record(tx, Kind::CallerRotated, &enrolled.caller.service, &detail, now)?;
                Ok(enrolled)
            })
            .await
    }

    /// Takes a caller's secrets away: from the moment this returns none of them is accepted.
    pub async fn remove_caller(&self, service: &str, now: Now) -> Outcome<Caller> {
        let service = service.to_owned();
        self.db
            .write(move |tx| {
                let caller = enrolled(tx, &service)?;
                callers::delete(tx, &caller.service)?;
                record(tx, Kind::CallerRemoved, &caller.service, "", now)?;
                Ok(caller)
            })
            .await
    }
}

/// A caller that there is, also of a service that the catalogue has no more.
fn enrolled(c: &mut Conn, service: &str) -> Outcome<Caller> {
    let key = ServiceKey::parse(service).ok();
    let found = key.map(|key| callers::find(c, &key)).transpose()?.flatten();
    let sentence = || {
        format!(
            "“{service}” is no caller; “latchkey caller add {service}” makes it one, “latchkey caller list” shows them all"
        )
    };
    Ok(found.ok_or_else(|| Refusal::field(SERVICE, sentence()))?)
}

fn record(tx: &mut Conn, kind: Kind, service: &ServiceKey, more: &str, now: Now) -> Outcome<()> {
    let detail = format!("“{}”.{more}", service.as_str());
    Ok(events::record(tx, &Event::by_the_operator(kind, detail, now))?)
}
