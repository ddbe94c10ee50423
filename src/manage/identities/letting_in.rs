//! Whom the provider vouches for, and what they may be here: found or added, as their groups have it.

use std::sync::Arc;

use crate::domain::admission::{Admission, Admitted};
use crate::domain::catalogue::Catalogue;
use crate::domain::client::Client;
use crate::domain::event::{Event, Kind};
use crate::domain::id::UserId;
use crate::domain::password::PasswordHash;
use crate::domain::refusal::{Outcome, Refusal};
use crate::domain::second_factor::HalfWay;
use crate::domain::time::Now;
use crate::domain::user::{Role, User};
use crate::manage::people::{NewPerson, insert};
use crate::manage::sessions::{Entry, end};
use crate::provider::Vouched;
use crate::store::conn::Conn;
use crate::store::{events, identities, memberships, second_factors, sessions, users};

/// One person at the door, or back from it to confirm a change. What is refused leaves a line in the log, so a refusal is
/// a value here.
pub(super) struct Doorway {
    pub provider: String,
    pub admission: Option<Arc<Admission>>,
    pub catalogue: Arc<Catalogue>,
    pub client: Client,
    /// The line that a refusal leaves, without the reason.
    pub failed: Event,
    pub now: Now,
}

impl Doorway {
    pub fn let_in(&self, tx: &mut Conn, vouched: &Vouched) -> Outcome<Result<Entry, String>> {
        let known = match identities::find(tx, &vouched.identity)? {
            Some(id) => Some(users::find(tx, &id)?.ok_or(Refusal::NotFound)?),
            None => None,
        };
        let user = known.as_ref().map(|(user, _)| user);
        let admitted = match self.admit(tx, user, vouched)? {
            Ok(admitted) => admitted,
            Err(sentence) => return Ok(Err(sentence)),
        };
        let (user, password) = match known {
            Some(account) => account,
            None => match self.newcomer(tx, vouched, admitted.as_ref())? {
                Ok(person) => (self.add(tx, vouched, &person)?, PasswordHash::none()),
                Err(sentence) => return self.refuse(tx, None, "No account was made.", sentence),
            },
        };
        let mut detail = format!("With {}.", self.provider);
        if let Some(admitted) = &admitted
            && !self.settle(tx, &user, admitted)?
        {
            detail.push_str(" They stay the last administrator, though no group of theirs has it.");
        }
        if second_factors::exists(tx, &user.id)? {
            return Ok(Ok(Entry::HalfWay(HalfWay::begin(user.id, &password, self.now))));
        }
        let event = Event::signed_in(user.id.clone(), &self.client, self.now);
        events::record(tx, &Event { detail, ..event })?;
        Ok(Ok(Entry::In(user)))
    }

    /// Whether it is the same person who came back, and what they may be from now on: the change that they confirm is
    /// judged by that.
    pub fn confirm(
        &self,
        tx: &mut Conn,
        me: &UserId,
        vouched: &Vouched,
    ) -> Outcome<Result<(), String>> {
        if identities::find(tx, &vouched.identity)?.as_ref() != Some(me) {
            let name = &self.provider;
            let detail = format!("Somebody else signed in at {name}.");
            events::record(tx, &Event { detail, ..self.failed.clone() })?;
            let sentence =
                format!("That was somebody else’s account at {name}. Nothing was confirmed");
            return Ok(Err(sentence));
        }
        let (user, _) = users::find(tx, me)?.ok_or(Refusal::NotFound)?;
        match self.admit(tx, Some(&user), vouched)? {
            Ok(Some(admitted)) => self.settle(tx, &user, &admitted).map(|_| Ok(())),
            Ok(None) => Ok(Ok(())),
            Err(sentence) => Ok(Err(sentence)),
        }
    }

    /// What their groups give them, where groups decide. Who is here already and let in by none is signed out everywhere:
    /// the provider has just said so.
    fn admit(
        &self,
        tx: &mut Conn,
        user: Option<&User>,
        vouched: &Vouched,
    ) -> Outcome<Result<Option<Admitted>, String>> {
        if user.is_some_and(|user| user.disabled.is_some()) {
            let sentence = "Your account here is disabled. Ask an administrator";
            return self.refuse(tx, user, "The account is disabled.", sentence.to_owned());
        }
        let Some(admission) = &self.admission else { return Ok(Ok(None)) };
        let groups = vouched.profile.groups.as_deref().unwrap_or_default();
        if let Some(admitted) = admission.of(groups) {
            return Ok(Ok(Some(admitted)));
        }
        if let Some(user) = user {
            let person = Some(user.id.clone());
            let event = Event::at_the_door(Kind::SessionEnded, person, &self.client, self.now);
            let list = sessions::of_person(tx, &user.id)?;
            end(tx, &list, &event)?;
        }
        let provider = &self.provider;
        let sentence =
            format!("None of your groups at {provider} lets you in here. Ask an administrator");
        self.refuse(tx, user, "No group lets them in.", sentence)
    }

    fn refuse<T>(
        &self,
        tx: &mut Conn,
        user: Option<&User>,
        why: &str,
        sentence: String,
    ) -> Outcome<Result<T, String>> {
        let person = user.map(|user| user.id.clone());
        let detail = format!("With {}. {why}", self.provider);
        events::record(tx, &Event { person, detail, ..self.failed.clone() })?;
        Ok(Err(sentence))
    }

    /// Whom to add, unless that would be somebody else's account: a name or an address that is the same is no proof of
    /// being the same person.
    fn newcomer(
        &self,
        tx: &mut Conn,
        vouched: &Vouched,
        admitted: Option<&Admitted>,
    ) -> Outcome<Result<NewPerson, String>> {
        let profile = &vouched.profile;
        if users::count(tx)? == 0 {
            return Ok(Err(
                "This instance isn’t set up yet. Its operator makes the first account".to_owned()
            ));
        }
        let Some(name) = profile.user_name() else {
            return Ok(Err(format!(
                "{} doesn’t say what you are called. Ask an administrator",
                self.provider
            )));
        };
        let email = profile.email();
        let email_taken = match &email {
            Some(email) => users::email_is_taken(tx, email)?,
            None => false,
        };
        if email_taken || users::find_by_name(tx, &name)?.is_some() {
            let same = if email_taken { "mail address" } else { "username" };
            let sentence = format!(
                "There is an account here with your {same} already. If it is yours, ask your operator to link it with {}",
                self.provider
            );
            return Ok(Err(sentence));
        }
        let display_name = profile.display_name(&name);
        let role = admitted.map_or(Role::Member, |admitted| admitted.role);
        Ok(Ok(NewPerson { name, display_name, email, role }))
    }

    fn add(&self, tx: &mut Conn, vouched: &Vouched, person: &NewPerson) -> Outcome<User> {
        let user = insert(tx, person, &PasswordHash::none(), self.now)?;
        identities::insert(tx, &vouched.identity, &user.id, self.now)?;
        let detail =
            format!("{}, at the first sign-in with {}", person.role.as_str(), self.provider);
        self.record(tx, Kind::PersonAdded, &user, detail)?;
        Ok(user)
    }

    /// Gives them what their groups give now, and takes what these no longer give. `false` where the last administrator
    /// stays one, as nobody could look after the instance then.
    fn settle(&self, tx: &mut Conn, user: &User, admitted: &Admitted) -> Outcome<bool> {
        let keeps = user.role == Role::Admin
            && admitted.role != Role::Admin
            && !users::has_other_admin(tx, &user.id)?;
        if keeps {
            let name = user.name.as_str();
            tracing::warn!("{name} stays the last administrator, though no group has it so");
        } else if user.role != admitted.role {
            users::change_standing(tx, &user.id, admitted.role, user.disabled)?;
            let (from, to) = (user.role.as_str(), admitted.role.as_str());
            let detail = format!("From {from} to {to}, by the groups of {}.", self.provider);
            self.record(tx, Kind::RoleChanged, user, detail)?;
        }
        for team in admitted.teams.iter().filter(|team| !user.teams.contains(team)) {
            memberships::insert(tx, team, &user.id, self.now)?;
            self.record(tx, Kind::TeamJoined, user, self.of_team(team.as_str()))?;
        }
        let decided =
            self.admission.as_ref().map(|admission| admission.teams()).unwrap_or_default();
        let over = |team: &&_| decided.contains(*team) && !admitted.teams.contains(*team);
        for team in user.teams.iter().filter(over) {
            memberships::delete(tx, team, &user.id)?;
            self.record(tx, Kind::TeamLeft, user, self.of_team(team.as_str()))?;
        }
        Ok(!keeps)
    }

    fn of_team(&self, key: &str) -> String {
        let called = self.catalogue.team(key).map_or(key, |team| &team.name);
        format!("“{called}”, by the groups of {}.", self.provider)
    }

    fn record(&self, tx: &mut Conn, kind: Kind, user: &User, detail: String) -> Outcome<()> {
        let event = Event::at_the_door(kind, Some(user.id.clone()), &self.client, self.now);
        Ok(events::record(tx, &Event { detail, ..event })?)
    }
}
