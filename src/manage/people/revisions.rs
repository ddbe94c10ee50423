//! What administrators change of a person: name, mail address, role and teams, all of it at once.

use super::somebody;
use crate::domain::actor::{Actor, Confirmed};
use crate::domain::details::{Details, Effect, Revision};
use crate::domain::event::Kind;
use crate::domain::id::UserId;
use crate::domain::refusal::{Outcome, Problems, Refusal};
use crate::domain::time::Now;
use crate::domain::user::{Email, User};
use crate::manage::Manage;
use crate::manage::standing::{By, set_role};
use crate::manage::teams::{join, leave};
use crate::store::conn::Conn;
use crate::store::{password_links, tokens, users};

impl Manage {
    /// Says before the password is looked at what would keep a change from being made, and else what it does to the
    /// person's tokens. `read` is what the form has shown.
    pub async fn check_details(
        &self,
        me: &Actor,
        id: UserId,
        read: Details,
        wanted: Details,
        now: Now,
    ) -> Outcome<Vec<Effect>> {
        let (manage, me) = (self.clone(), me.clone());
        self.db
            .read(move |c| {
                manage.decide_details(c, &me, &id, &read, &wanted)?;
                let catalogue = &manage.rules().catalogue;
                let revision = Revision { before: &read, after: &wanted, catalogue };
                Ok(revision.effects(&tokens::of_owner(c, &id)?, now))
            })
            .await
    }

    /// Changes a person: from the moment this returns their tokens do as it allows. Answers with what they are called
    /// now, or `None` where nothing was to be changed.
    pub async fn change_details(
        &self,
        by: Confirmed,
        id: UserId,
        read: Details,
        wanted: Details,
        now: Now,
    ) -> Outcome<Option<Details>> {
        let manage = self.clone();
        self.db
            .write(move |tx| {
                let user = manage.decide_details(tx, by.actor(), &id, &read, &wanted)?;
                if read == wanted {
                    return Ok(None);
                }
                let catalogue = &manage.rules().catalogue;
                let revision = Revision { before: &read, after: &wanted, catalogue };
                let by = By::Person(by.actor());
                correct(tx, by, &user, &revision, now)?;
                set_role(tx, by, &user, wanted.role, now)?;
                for team in revision.joined() {
                    join(tx, by, &user, (team, revision.called(team)), now)?;
                }
                for team in revision.left() {
                    leave(tx, by, &user, (team, revision.called(team)), now)?;
                }
                Ok(Some(wanted.clone()))
            })
            .await
    }

    /// Who is to be changed, or why they can't be so.
    fn decide_details(
        &self,
        c: &mut Conn,
        by: &Actor,
        id: &UserId,
        read: &Details,
        wanted: &Details,
    ) -> Outcome<User> {
        let user = somebody(c, by.id(), id)?;
        let catalogue = &self.rules().catalogue;
        let present = Details::of(&user);
        if present != *read {
            let since = Revision { before: read, after: &present, catalogue }.sentences();
            let since = since.into_iter().map(|sentence| format!("{sentence}."));
            return Err(Refusal::Changed { since: since.collect() }.into());
        }
        if let Some(email) =
            wanted.email.as_ref().filter(|email| read.email.as_ref() != Some(email))
            && users::email_is_taken(c, email)?
        {
            return Err(Problems::one("email", "Another person has this mail address").into());
        }
        if wanted.role != user.role {
            By::Person(by).keep_an_admin(c, &user, "role")?;
        }
        let revision = Revision { before: read, after: wanted, catalogue };
        if revision.joined().any(|team| catalogue.team(team.as_str()).is_none()) {
            return Err(Problems::one("teams", "Choose teams of the list").into());
        }
        Ok(user)
    }
}

/// Whoever was mailed a link at the former address is not to have it any more.
fn correct(
    tx: &mut Conn,
    by: By<'_>,
    user: &User,
    revision: &Revision<'_>,
    now: Now,
) -> Outcome<()> {
    let (before, after) = (revision.before, revision.after);
    if before.name == after.name && before.email == after.email {
        return Ok(());
    }
    users::correct(tx, &user.id, &after.name, after.email.as_ref())?;
    if before.name != after.name {
        let (new, old) = (after.name.as_str(), before.name.as_str());
        let detail = format!("The name is “{new}”, before “{old}”.");
        by.record(tx, Kind::ProfileChanged, user, detail, now)?;
    }
    if before.email != after.email {
        password_links::delete_of(tx, &user.id)?;
        let words = |email: &Option<Email>| {
            email.as_ref().map_or("none".to_owned(), |email| email.as_str().to_owned())
        };
        let detail = format!("From {} to {}.", words(&before.email), words(&after.email));
        by.record(tx, Kind::EmailChanged, user, detail, now)?;
    }
    Ok(())
}
