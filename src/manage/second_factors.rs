//! The second factor: setting it up, signing in with it, and doing without it.

use super::people::somebody;
use super::standing::{By, named};
use super::{Manage, Rules};
use crate::domain::actor::{Actor, Confirmed};
use crate::domain::client::Client;
use crate::domain::event::{Event, Kind};
use crate::domain::id::{Nonce, UserId};
use crate::domain::refusal::{Outcome, Problems, Refusal};
use crate::domain::second_factor::{Code, HalfWay, RecoveryCode, SecondFactor, TotpKey};
use crate::domain::throttle;
use crate::domain::time::Now;
use crate::domain::token::FORM;
use crate::domain::user::{User, UserName};
use crate::store::conn::Conn;
use crate::store::{events, nonces, passkeys, second_factors, sessions, users};

pub const CODE: &str = "code";

/// Who has signed in with a second factor.
pub struct Entered {
    pub user: User,
    /// How many recovery codes are left, where one was used.
    pub codes_left: Option<usize>,
}

impl Manage {
    pub async fn second_factor(&self, me: &Actor) -> Outcome<Option<SecondFactor>> {
        let id = me.id().clone();
        self.db.glance(move |c| Ok(second_factors::find(c, &id)?)).await
    }

    /// Whether the operator asks for a second factor that this person lacks before they generate a token.
    pub async fn lacks_second_factor(&self, me: &Actor) -> Outcome<bool> {
        let rules = self.rules();
        if !rules.policy.second_factor || !me.has_password {
            return Ok(false);
        }
        let id = me.id().clone();
        self.db.glance(move |c| Ok(factors(c, &rules, &id)? == 0)).await
    }

    /// Whether this person has a single one left of what the operator asks for before they generate a token.
    pub async fn has_last_factor(&self, me: &Actor) -> Outcome<bool> {
        let rules = self.rules();
        let is_asked = rules.policy.second_factor && me.has_password;
        if !is_asked || !rules.policy.may_generate(me.user.role) {
            return Ok(false);
        }
        let id = me.id().clone();
        self.db.glance(move |c| Ok(factors(c, &rules, &id)? == 1)).await
    }

    /// Refuses a new value, or a wider token, to somebody who lacks what the operator asks for.
    pub(super) fn admit_factor(&self, c: &mut Conn, person: &UserId) -> Outcome<()> {
        // Who signs in with the provider alone is asked for a second factor there, or not, as the company likes it.
        let vouched = users::find(c, person)?.is_some_and(|(_, password)| password.is_none());
        let rules = self.rules();
        if rules.policy.second_factor && !vouched && factors(c, &rules, person)? == 0 {
            let sentence = "Set up a second factor first, under Password: it is asked of whoever generates tokens here";
            return Err(Refusal::field(FORM, sentence).into());
        }
        Ok(())
    }

    /// Sets the second factor up, by the step of a code that its app has shown. Every session of this person ends; the
    /// caller begins a new one for the browser at hand.
    pub async fn add_second_factor(
        &self,
        by: Confirmed,
        key: TotpKey,
        step: i64,
        now: Now,
    ) -> Outcome<Vec<RecoveryCode>> {
        self.db
            .write(move |tx| {
                if second_factors::exists(tx, by.id())? {
                    return Err(Refusal::AlreadyDone.into());
                }
                let (key, added) = (key.clone(), now.at());
                let factor = SecondFactor { key, added, last_step: step, codes_left: 0 };
                second_factors::insert(tx, by.id(), &factor)?;
                sessions::delete_all_of(tx, by.id())?;
                events::record(tx, &Event::own(Kind::SecondFactorAdded, by.actor(), now))?;
                new_codes(tx, by.id())
            })
            .await
    }

    /// Turns the second factor off. Every session of this person ends, as above.
    pub async fn remove_second_factor(&self, by: Confirmed, now: Now) -> Outcome<()> {
        self.db
            .write(move |tx| {
                remove(tx, by.id())?;
                Ok(events::record(tx, &Event::own(Kind::SecondFactorRemoved, by.actor(), now))?)
            })
            .await
    }

    /// The same by the operator, for somebody who has lost the app and the recovery codes, or a passkey: what was lost
    /// together ends together. One that is still at hand is added again.
    pub async fn reset_second_factor(&self, name: UserName, now: Now) -> Outcome<User> {
        self.db
            .write(move |tx| {
                let user = named(tx, &name)?;
                if !reset(tx, By::Operator, &user, now)? {
                    let without = format!("{} has no second factor", name.as_str());
                    return Err(Problems::one("username", without).into());
                }
                Ok(user)
            })
            .await
    }

    /// The same by an administrator.
    pub async fn reset_second_factor_of(
        &self,
        by: Confirmed,
        id: UserId,
        now: Now,
    ) -> Outcome<User> {
        self.db
            .write(move |tx| {
                let user = somebody(tx, by.id(), &id)?;
                if !reset(tx, By::Person(by.actor()), &user, now)? {
                    return Err(Refusal::NotFound.into());
                }
                Ok(user)
            })
            .await
    }

    /// New recovery codes, in the place of those that are left. `nonce` is the form's: sent twice, it does its work once.
    pub async fn renew_recovery_codes(
        &self,
        by: Confirmed,
        nonce: Nonce,
        now: Now,
    ) -> Outcome<Vec<RecoveryCode>> {
        self.db
            .write(move |tx| {
                if !nonces::use_up(tx, &nonce, now)? {
                    return Err(Refusal::AlreadyDone.into());
                }
                if !second_factors::exists(tx, by.id())? {
                    return Err(Refusal::NotFound.into());
                }
                events::record(tx, &Event::own(Kind::RecoveryCodesRenewed, by.actor(), now))?;
                new_codes(tx, by.id())
            })
            .await
    }

    /// The other half of signing in.
    pub async fn finish_sign_in(
        &self,
        half: HalfWay,
        code: Code,
        client: &Client,
        now: Now,
    ) -> Outcome<Entered> {
        let outcome = self.enter(half, code, client, now).await;
        self.sign_ins.count(&outcome);
        outcome
    }

    async fn enter(
        &self,
        half: HalfWay,
        code: Code,
        client: &Client,
        now: Now,
    ) -> Outcome<Entered> {
        let id = half.user.clone();
        let found = self.db.glance(move |c| Ok(users::find(c, &id)?)).await?;
        let found =
            found.filter(|(user, stored)| user.disabled.is_none() && half.holds(stored, now));
        let late = "That took too long, or your account has changed. Start again";
        let (user, _) = found.ok_or_else(|| Problems::one(FORM, late))?;
        let of_app = throttle::of_code(user.name.as_str(), client.address);
        let keys = match code {
            Code::OfApp(_) => of_app.clone(),
            Code::Recovery(_) => throttle::of_recovery_code(client.address),
        };
        let attempt = self.begin_try(keys, now).await?;
        let (id, client) = (user.id.clone(), client.clone());
        let taken = self.db.write(move |tx| take(tx, &id, &code, &client, now)).await?;
        let wrong = "That code isn’t right, or it was used before";
        let taken = taken.ok_or_else(|| Problems::one(CODE, wrong))?;
        self.forgive(attempt).await?;
        self.forget_tries(of_app).await?;
        Ok(Entered { user, codes_left: taken.codes_left })
    }
}

/// A code that was right.
struct Taken {
    codes_left: Option<usize>,
}

/// Takes a code that is right, and writes down what came of it either way.
fn take(
    tx: &mut Conn,
    id: &UserId,
    code: &Code,
    client: &Client,
    now: Now,
) -> Outcome<Option<Taken>> {
    let Some(factor) = second_factors::find(tx, id)? else {
        let sentence = "Your second factor was turned off meanwhile. Start again";
        return Err(Problems::one(FORM, sentence).into());
    };
    let (right, codes_left) = match code {
        Code::OfApp(typed) => match factor.key.step_of(typed, now) {
            Some(step) => (second_factors::take_step(tx, id, step)?, None),
            None => (false, None),
        },
        Code::Recovery(code) => {
            let left = factor.codes_left.saturating_sub(1);
            (second_factors::take_code(tx, id, code)?, Some(left))
        }
    };
    if !right {
        events::record(tx, &Event::at_the_door(Kind::CodeFailed, Some(id.clone()), client, now))?;
        return Ok(None);
    }
    let event = Event::signed_in(id.clone(), client, now);
    if let Some(left) = codes_left {
        let detail = format!("{left} left.");
        events::record(tx, &Event { kind: Kind::RecoveryCodeUsed, detail, ..event.clone() })?;
    }
    events::record(tx, &event)?;
    Ok(Some(Taken { codes_left }))
}

/// Takes every second factor of somebody; what was lost together ends together. Answers whether there was one.
fn reset(tx: &mut Conn, by: By<'_>, user: &User, now: Now) -> Outcome<bool> {
    let had_app = second_factors::remove(tx, &user.id)?;
    let passkeys = passkeys::of_person(tx, &user.id)?;
    let had_any = had_app || !passkeys.is_empty();
    if had_app {
        by.record(tx, Kind::SecondFactorRemoved, user, String::new(), now)?;
    }
    for passkey in passkeys {
        passkeys::remove(tx, &user.id, &passkey.id)?;
        by.record(tx, Kind::PasskeyRemoved, user, passkey.quoted(), now)?;
    }
    if had_any {
        sessions::delete_all_of(tx, &user.id)?;
    }
    Ok(had_any)
}

/// How many second factors somebody has: each passkey is one, where it can be used.
fn factors(c: &mut Conn, rules: &Rules, id: &UserId) -> Outcome<usize> {
    let passkeys = if rules.relying_party.is_some() { passkeys::count(c, id)? } else { 0 };
    Ok(passkeys + usize::from(second_factors::exists(c, id)?))
}

fn remove(tx: &mut Conn, id: &UserId) -> Outcome<()> {
    if !second_factors::remove(tx, id)? {
        return Err(Refusal::NotFound.into());
    }
    Ok(sessions::delete_all_of(tx, id)?)
}

fn new_codes(tx: &mut Conn, id: &UserId) -> Outcome<Vec<RecoveryCode>> {
    let codes: Vec<_> = (0..RecoveryCode::COUNT).map(|_| RecoveryCode::random()).collect();
    second_factors::replace_codes(tx, id, &codes)?;
    Ok(codes)
}
