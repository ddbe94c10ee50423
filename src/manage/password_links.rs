//! One-time links to set a password: made by an administrator or the operator, used by whoever was given one.

use chrono::{DateTime, Utc};

use super::Manage;
use super::people::{NewPerson, check_admin, insert};
use super::standing::named;
use crate::domain::actor::Confirmed;
use crate::domain::client::Client;
use crate::domain::event::{Event, Kind};
use crate::domain::id::{Nonce, UserId};
use crate::domain::password::{NewPassword, PasswordHash};
use crate::domain::password_link::{Code, CodeDigest, Origin, PasswordLink};
use crate::domain::refusal::{Outcome, Refusal};
use crate::domain::second_factor::HalfWay;
use crate::domain::throttle;
use crate::domain::time::{Now, text_time};
use crate::domain::token::FORM;
use crate::domain::user::{User, UserName};
use crate::mail::{Letter, Wanted};
use crate::store::conn::Conn;
use crate::store::{
    events, identities, nonces, passkeys, password_links, second_factors, sessions, users,
};

/// A link to hand over: its code is shown, and kept nowhere.
pub struct Handed {
    pub user: User,
    pub code: Code,
    pub ends: DateTime<Utc>,
    /// Whether they are to join, and not to come back.
    pub joins: bool,
    /// Whether it will be mailed to them, too: it waits its turn, and the mail server may still refuse it.
    pub mailed: bool,
}

impl Handed {
    /// The link itself, below the address of this instance.
    pub fn link(&self, url: &str) -> String {
        self.code.link(url)
    }
}

/// Whom a link is for.
#[derive(Clone, Debug)]
pub struct Holder {
    pub user: User,
    pub joins: bool,
}

impl Manage {
    /// Adds a person who can't sign in before they have set a password with the link. `nonce` is the form's: sent
    /// twice, it does its work once.
    pub async fn invite(
        &self,
        by: Confirmed,
        person: NewPerson,
        nonce: Nonce,
        now: Now,
    ) -> Outcome<Handed> {
        let code = Code::random();
        let digest = code.digest();
        let (user, ends) = self
            .db
            .write(move |tx| {
                check_admin(tx, by.id())?;
                if !nonces::use_up(tx, &nonce, now)? {
                    return Err(Refusal::AlreadyDone.into());
                }
                let user = insert(tx, &person, &PasswordHash::none(), now)?;
                let detail = person.role.as_str().to_owned();
                let added =
                    Event::about_person(Kind::PersonAdded, by.actor(), &user.id, detail, now);
                events::record(tx, &added)?;
                let made =
                    Event::about_person(Kind::LinkMade, by.actor(), &user.id, String::new(), now);
                let ends = store(tx, &user.id, &digest, Origin::HandedOver, made, now)?;
                Ok((user, ends))
            })
            .await?;
        let handed = Handed { user, code, ends, joins: true, mailed: false };
        let mailed = self.mail(&handed, Wanted::ByAdministrator);
        Ok(Handed { mailed, ..handed })
    }

    /// Makes a link for somebody who lost theirs, or their password. One handed over before works no more.
    pub async fn make_link(
        &self,
        by: Confirmed,
        id: UserId,
        nonce: Nonce,
        now: Now,
    ) -> Outcome<Handed> {
        let code = Code::random();
        let digest = code.digest();
        let (holder, ends) = self
            .db
            .write(move |tx| {
                check_admin(tx, by.id())?;
                if !nonces::use_up(tx, &nonce, now)? {
                    return Err(Refusal::AlreadyDone.into());
                }
                let holder = living(tx, &id)?.ok_or(Refusal::NotFound)?;
                let made = Event::about_person(Kind::LinkMade, by.actor(), &id, String::new(), now);
                let ends = store(tx, &id, &digest, Origin::HandedOver, made, now)?;
                Ok((holder, ends))
            })
            .await?;
        let Holder { user, joins } = holder;
        let handed = Handed { user, code, ends, joins, mailed: false };
        let mailed = self.mail(&handed, Wanted::ByAdministrator);
        Ok(Handed { mailed, ..handed })
    }

    /// The same by the operator, on the command line.
    pub async fn reset_password(&self, name: UserName, now: Now) -> Outcome<Handed> {
        let code = Code::random();
        let digest = code.digest();
        let (holder, ends) = self
            .db
            .write(move |tx| {
                let user = named(tx, &name)?;
                if user.disabled.is_some() {
                    let sentence = format!("{} is disabled: enable them first", name.as_str());
                    return Err(Refusal::field("username", sentence).into());
                }
                let holder = living(tx, &user.id)?.ok_or(Refusal::NotFound)?;
                let person = Some(user.id.clone());
                let made = Event::at_the_door(Kind::LinkMade, person, &Client::default(), now);
                let ends = store(tx, &user.id, &digest, Origin::HandedOver, made, now)?;
                Ok((holder, ends))
            })
            .await?;
        Ok(Handed { user: holder.user, code, ends, joins: holder.joins, mailed: false })
    }

    /// Mails a link to whom it is for. `false` where that can't be done: it is shown in any case.
    pub(super) fn mail(&self, handed: &Handed, wanted: Wanted) -> bool {
        let Handed { user: to, code, ends, .. } = handed;
        let letter = if handed.joins {
            Letter::Invitation { to, code, ends: *ends }
        } else {
            Letter::Reset { to, code, ends: *ends, wanted }
        };
        to.email.as_ref().is_some_and(|address| self.post.send(address, &letter))
    }

    /// Whom a link is for, as long as it works. Wrong ones are counted by address.
    pub async fn link_holder(&self, code: &str, client: &Client, now: Now) -> Outcome<Holder> {
        let keys = throttle::of_link(client.address);
        self.check_tries(keys.clone(), now).await?;
        let digest = CodeDigest::of_presented(code);
        let found = match digest {
            Some(digest) => self.db.read(move |c| held(c, &digest, now)).await?,
            None => None,
        };
        if let Some(holder) = found {
            return Ok(holder);
        }
        self.count_try(keys, now).await?;
        let event = Event::at_the_door(Kind::LinkRefused, None, client, now);
        self.db.write(move |tx| Ok(events::record(tx, &event)?)).await?;
        Err(Refusal::NotFound.into())
    }

    /// Uses a link up: its holder has this password from now on, and no session or link from before.
    pub async fn set_password(
        &self,
        code: &str,
        chosen: NewPassword,
        client: &Client,
        now: Now,
    ) -> Outcome<Set> {
        let digest = CodeDigest::of_presented(code).ok_or(Refusal::NotFound)?;
        let hash = self.hash(chosen).await?;
        let (client, offered) = (client.clone(), self.offers_passkeys());
        self.db
            .write(move |tx| {
                let holder = held(tx, &digest, now)?.ok_or(Refusal::NotFound)?;
                let id = &holder.user.id;
                password_links::delete_of(tx, id)?;
                users::replace_password(tx, id, &hash)?;
                sessions::delete_all_of(tx, id)?;
                let mut event =
                    Event::at_the_door(Kind::PasswordSet, Some(id.clone()), &client, now);
                event.actor = Some(id.clone());
                events::record(tx, &event)?;
                // Whoever reads somebody's mail has their link, and not their phone.
                let asks = second_factors::exists(tx, id)?;
                let half = asks.then(|| HalfWay::begin(id.clone(), &hash, now));
                let passkeys = if offered { passkeys::count(tx, id)? } else { 0 };
                Ok(Set { holder, half, passkeys })
            })
            .await
    }
}

/// A password that was set with a link, and by whom; they are in, or half-way where a second factor is asked of them.
pub struct Set {
    pub holder: Holder,
    pub half: Option<HalfWay>,
    /// How many passkeys go on signing this person in: a link is no reason to take them away.
    pub passkeys: usize,
}

/// Stores a link with its event, which tells until when it works.
pub(super) fn store(
    tx: &mut Conn,
    id: &UserId,
    digest: &CodeDigest,
    origin: Origin,
    made: Event,
    now: Now,
) -> Outcome<DateTime<Utc>> {
    let link = PasswordLink::new(id, now);
    password_links::put(tx, digest, &link, origin)?;
    let detail = format!("{} It works until {}.", made.detail, text_time(link.ends));
    let detail = detail.trim_start().to_owned();
    events::record(tx, &Event { detail, ..made })?;
    Ok(link.ends)
}

fn held(c: &mut Conn, digest: &CodeDigest, now: Now) -> Outcome<Option<Holder>> {
    match password_links::find(c, digest)?.filter(|link| link.works(now)) {
        Some(link) => living(c, &link.user),
        None => Ok(None),
    }
}

/// Somebody who is there and not disabled, and a person: nobody sets a service account's password.
pub(super) fn living(c: &mut Conn, id: &UserId) -> Outcome<Option<Holder>> {
    let is_meant = |user: &User| user.disabled.is_none() && user.owned_by.is_none();
    let found = users::find(c, id)?.filter(|(user, _)| is_meant(user));
    let without = found.as_ref().is_some_and(|(_, password)| password.is_none());
    // A password beside it would go on working once the company has closed its account of theirs.
    if without && !identities::of(c, id)?.is_empty() {
        let sentence = "They sign in with their company account, and have no password to set anew";
        return Err(Refusal::field(FORM, sentence).into());
    }
    Ok(found.map(|(user, password)| Holder { user, joins: password.is_none() }))
}
