//! Service accounts: who may look after one, which there are, and making them and handing them over.

mod standing;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::Manage;
use super::people::{admit_username, check_admin};
use super::standing::By;
use super::teams::unknown;
use crate::domain::actor::{Actor, Confirmed};
use crate::domain::details::{Details, Effect, Revision};
use crate::domain::event::Kind;
use crate::domain::id::UserId;
use crate::domain::refusal::{Fault, Outcome, Problems, Refusal};
use crate::domain::service_account::{Entrusted, ROLE};
use crate::domain::team::{Team, TeamKey};
use crate::domain::time::Now;
use crate::domain::token::Token;
use crate::domain::user::{Dates, DisplayName, Role, User, UserName};
use crate::store::conn::Conn;
use crate::store::{service_accounts, tokens, users};

/// By whose hand something is done to an account.
pub enum Hand {
    Administrator(Box<Confirmed>),
    /// On the command line.
    Operator,
}

impl Hand {
    /// Whoever acts in a browser is an administrator at that very moment.
    fn check(&self, c: &mut Conn) -> Outcome<By<'_>> {
        match self {
            Self::Operator => Ok(By::Operator),
            Self::Administrator(by) => {
                check_admin(c, by.id())?;
                Ok(By::Person(by.actor()))
            }
        }
    }
}

/// An account as it is listed.
pub struct Overview {
    pub account: User,
    pub owner: TeamKey,
    /// `None` where the file has the team no more: no team gives its tokens anything then.
    pub team: Option<Team>,
    /// Live and expired, not the revoked ones; the newest first.
    pub tokens: Vec<Token>,
}

impl Overview {
    pub fn live(&self, now: Now) -> usize {
        self.tokens.iter().filter(|token| token.is_live(now)).count()
    }

    pub fn last_use(&self) -> Option<DateTime<Utc>> {
        self.tokens.iter().filter_map(|token| Some(token.last_use.as_ref()?.at)).max()
    }
}

/// An account to be.
#[derive(Clone)]
pub struct NewAccount {
    pub name: UserName,
    pub display_name: DisplayName,
    /// The key of a team, as typed.
    pub team: String,
}

/// What a hand-over would come to.
pub struct HandOver {
    pub team: Team,
    /// The tokens that will do something else than now.
    pub effects: Vec<Effect>,
}

/// Whose tokens a request is about. For those of a service account it is looked at anew, in each transaction, whether
/// the person may still look after it: who has left its team a moment ago sees and changes nothing.
pub(super) fn owner(c: &mut Conn, me: &Actor) -> Outcome<UserId> {
    let Some(known) = &me.entrusted else { return Ok(me.id().clone()) };
    let person = users::find(c, me.id())?;
    let account = users::find(c, &known.account().id)?;
    let (Some((person, _)), Some((account, _))) = (person, account) else {
        return Err(Refusal::NotFound.into());
    };
    let now = Entrusted::to(&person, account).filter(|now| now.role() >= known.role());
    Ok(now.map(|now| now.account().id.clone()).ok_or(Refusal::NotFound)?)
}

impl Manage {
    /// The service account of this name for somebody who may look after it; to anybody else there is none.
    pub async fn entrusted(&self, person: &User, name: UserName) -> Outcome<Entrusted> {
        let found = self.db.glance(move |c| Ok(users::find_by_name(c, &name)?)).await?;
        let entrusted = found.and_then(|(account, _)| Entrusted::to(person, account));
        Ok(entrusted.ok_or(Refusal::NotFound)?)
    }

    /// Whether there are service accounts that this person looks after with their team.
    pub async fn looks_after_accounts(&self, person: &User) -> Outcome<bool> {
        let teams = person.teams.clone();
        if teams.is_empty() {
            return Ok(false);
        }
        self.db.glance(move |c| Ok(service_accounts::any_of(c, &teams)?)).await
    }

    /// The service accounts that somebody may look after, by username.
    pub async fn service_accounts(&self, me: &Actor) -> Outcome<Vec<Overview>> {
        let (manage, me) = (self.clone(), me.clone());
        self.db
            .read(move |c| {
                let (person, _) = users::find(c, me.id())?.ok_or(Refusal::NotFound)?;
                let teams = (person.role != Role::Admin).then_some(&*person.teams);
                let mut all = service_accounts::all(c, teams)?;
                all.retain(|account| Entrusted::to(&person, account.clone()).is_some());
                all.into_iter().map(|account| manage.seen(c, account)).collect()
            })
            .await
    }

    /// All of them, for the operator.
    pub async fn all_service_accounts(&self) -> Outcome<Vec<Overview>> {
        let manage = self.clone();
        self.db
            .read(move |c| {
                let all = service_accounts::all(c, None)?.into_iter();
                all.map(|account| manage.seen(c, account)).collect()
            })
            .await
    }

    /// One of them, for the operator.
    pub async fn service_account(&self, name: UserName) -> Outcome<Overview> {
        let manage = self.clone();
        self.db
            .read(move |c| {
                let account = named(c, &name)?;
                manage.seen(c, account)
            })
            .await
    }

    /// One of them, for an administrator.
    pub async fn service_account_of(&self, by: &Actor, name: UserName) -> Outcome<Overview> {
        let (manage, by) = (self.clone(), by.id().clone());
        self.db
            .read(move |c| {
                check_admin(c, &by)?;
                let account = found(c, &name)?.ok_or(Refusal::NotFound)?;
                manage.seen(c, account)
            })
            .await
    }

    fn seen(&self, c: &mut Conn, account: User) -> Outcome<Overview> {
        let owner = account.owned_by.clone().ok_or(Refusal::NotFound)?;
        let team = self.rules().catalogue.team(owner.as_str()).cloned();
        let tokens = tokens::of_owner(c, &account.id)?;
        Ok(Overview { account, owner, team, tokens })
    }

    /// Makes a service account of a team of the file.
    pub async fn add_service_account(
        &self,
        hand: Hand,
        new: NewAccount,
        now: Now,
    ) -> Outcome<User> {
        let manage = self.clone();
        self.db
            .write(move |tx| {
                let by = hand.check(tx)?;
                let team = manage.known_team(&new.team)?;
                admit_username(tx, &new.name)?;
                let account = account(&new, &team.key, now);
                service_accounts::insert(tx, &account, &team.key, now)?;
                let detail = format!("A service account of “{}”.", team.name);
                by.record(tx, Kind::PersonAdded, &account, detail, now)?;
                Ok(account)
            })
            .await
    }

    /// What handing an account over to this team would do to its tokens.
    pub async fn check_hand_over(
        &self,
        name: UserName,
        team: String,
        now: Now,
    ) -> Outcome<HandOver> {
        let manage = self.clone();
        self.db
            .read(move |c| {
                let account = named(c, &name)?;
                let team = manage.known_team(&team)?;
                let before = Details::of(&account);
                let teams = [team.key.clone()].into();
                let after = Details { teams, ..before.clone() };
                let catalogue = &manage.rules().catalogue;
                let revision = Revision { before: &before, after: &after, catalogue };
                let effects = revision.effects(&tokens::of_owner(c, &account.id)?, now);
                Ok(HandOver { team, effects })
            })
            .await
    }

    /// Hands an account over to another team of the file: from the moment this returns its tokens do as that allows, and
    /// that team's people look after them. `read` is whose it was as far as the one who decides knows. `None` where it
    /// is that team's already.
    pub async fn hand_over(
        &self,
        hand: Hand,
        name: UserName,
        read: Option<TeamKey>,
        team: String,
        now: Now,
    ) -> Outcome<Option<User>> {
        let manage = self.clone();
        self.db
            .write(move |tx| {
                let by = hand.check(tx)?;
                let account = named(tx, &name)?;
                let team = manage.known_team(&team)?;
                let from = account.owned_by.clone().ok_or(Refusal::NotFound)?;
                if from == team.key {
                    return Ok(None);
                }
                let catalogue = &manage.rules().catalogue;
                let called = catalogue.team(from.as_str()).map_or(from.as_str(), |team| &team.name);
                if read.as_ref().is_some_and(|read| *read != from) {
                    let since = vec![format!("It is in the hands of “{called}” now.")];
                    return Err(Refusal::Changed { since }.into());
                }
                service_accounts::hand_over(tx, &account.id, &from, &team.key, now)?;
                let detail = format!("From “{called}” to “{}”.", team.name);
                by.record(tx, Kind::AccountHandedOver, &account, detail, now)?;
                let teams = Arc::new([team.key.clone()]);
                Ok(Some(User { owned_by: Some(team.key), teams, ..account }))
            })
            .await
    }

    fn known_team(&self, key: &str) -> Result<Team, Problems> {
        let catalogue = &self.rules().catalogue;
        catalogue.team(key).cloned().ok_or_else(|| unknown(key, catalogue))
    }
}

fn account(new: &NewAccount, team: &TeamKey, now: Now) -> User {
    User {
        id: UserId::random(),
        name: new.name.clone(),
        display_name: new.display_name.clone(),
        email: None,
        role: ROLE,
        teams: Arc::new([team.clone()]),
        created: now.at(),
        disabled: None,
        zone: Tz::UTC,
        dates: Dates::default(),
        theme: None,
        owned_by: Some(team.clone()),
    }
}

/// People are not found under their names here.
fn found(c: &mut Conn, name: &UserName) -> Result<Option<User>, Fault> {
    let found = users::find_by_name(c, name)?.map(|(user, _)| user);
    Ok(found.filter(|user| user.owned_by.is_some()))
}

fn named(c: &mut Conn, name: &UserName) -> Outcome<User> {
    let nobody = || format!("There is no service account named {}", name.as_str());
    Ok(found(c, name)?.ok_or_else(|| Problems::one("username", nobody()))?)
}
