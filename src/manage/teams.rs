//! Teams: who is in which. What a team may do stands in the operator's file.

use super::Manage;
use super::standing::{By, named};
use crate::domain::catalogue::Catalogue;
use crate::domain::event::Kind;
use crate::domain::refusal::{Outcome, Problems};
use crate::domain::team::{Team, TeamKey};
use crate::domain::time::Now;
use crate::domain::user::{User, UserName};
use crate::store::conn::Conn;
use crate::store::memberships;

/// A team of the file, or one that is gone from it and still has people.
pub struct Overview {
    pub key: TeamKey,
    /// `None` where the file has it no more.
    pub team: Option<Team>,
    pub people: u64,
}

impl Manage {
    /// The teams in the order of the file, then those that only people are left of.
    pub async fn teams(&self) -> Outcome<Vec<Overview>> {
        let catalogue = self.rules().catalogue.clone();
        let counts = self.db.read(|c| Ok(memberships::counts(c)?)).await?;
        let count = |key: &TeamKey| counts.iter().find(|(known, _)| known == key);
        let known = catalogue.teams().iter().map(|team| Overview {
            key: team.key.clone(),
            people: count(&team.key).map_or(0, |(_, people)| *people),
            team: Some(team.clone()),
        });
        let gone = counts.iter().filter(|(key, _)| catalogue.team(key.as_str()).is_none());
        let gone =
            gone.map(|(key, people)| Overview { key: key.clone(), team: None, people: *people });
        Ok(known.chain(gone).collect())
    }

    /// One team with its people, by name.
    pub async fn team(&self, key: &str) -> Outcome<(Overview, Vec<User>)> {
        let all = self.teams().await?;
        let team = all.into_iter().find(|team| team.key.as_str() == key);
        let team = team.ok_or_else(|| unknown(key, &self.rules().catalogue))?;
        let key = team.key.clone();
        let people = self.db.read(move |c| Ok(memberships::people(c, &key)?)).await?;
        Ok((team, people))
    }

    /// Puts a person into a team of the file: from the moment this returns their tokens do as it allows. Doing it again
    /// changes nothing.
    pub async fn join_team(&self, team: &str, name: UserName, now: Now) -> Outcome<User> {
        let catalogue = self.rules().catalogue.clone();
        let team = catalogue.team(team).ok_or_else(|| unknown(team, &catalogue))?.clone();
        self.db
            .write(move |tx| {
                let user = named(tx, &name)?;
                if !user.teams.contains(&team.key) {
                    join(tx, By::Operator, &user, (&team.key, &team.name), now)?;
                }
                named(tx, &name)
            })
            .await
    }

    /// Takes a person out of a team, be it in the file or not: from the moment this returns their tokens do no more than
    /// what is left allows.
    pub async fn leave_team(&self, team: &str, name: UserName, now: Now) -> Outcome<User> {
        let catalogue = self.rules().catalogue.clone();
        let team = team.to_owned();
        self.db
            .write(move |tx| {
                let user = named(tx, &name)?;
                let Some(key) = user.teams.iter().find(|key| key.as_str() == team) else {
                    let (name, team) = (user.name.as_str(), &team);
                    let sentence = format!("{name} is not in a team “{team}”");
                    return Err(Problems::one("team", sentence).into());
                };
                let called = catalogue.team(key.as_str()).map_or(key.as_str(), |team| &team.name);
                leave(tx, By::Operator, &user, (key, called), now)?;
                named(tx, &name)
            })
            .await
    }
}

/// Puts somebody into a team, given by its key and what it is called.
pub(super) fn join(
    tx: &mut Conn,
    by: By<'_>,
    user: &User,
    (team, called): (&TeamKey, &str),
    now: Now,
) -> Outcome<()> {
    memberships::insert(tx, team, &user.id, now)?;
    by.record(tx, Kind::TeamJoined, user, format!("“{called}”."), now)
}

/// Takes somebody out of a team, as above.
pub(super) fn leave(
    tx: &mut Conn,
    by: By<'_>,
    user: &User,
    (team, called): (&TeamKey, &str),
    now: Now,
) -> Outcome<()> {
    memberships::delete(tx, team, &user.id)?;
    by.record(tx, Kind::TeamLeft, user, format!("“{called}”."), now)
}

pub(super) fn unknown(key: &str, catalogue: &Catalogue) -> Problems {
    let known: Vec<&str> = catalogue.teams().iter().map(|team| team.key.as_str()).collect();
    let known = match known.as_slice() {
        [] => "it has none".to_owned(),
        known => format!("it has {}", known.join(", ")),
    };
    Problems::one("team", format!("The file has no team “{key}”; {known}"))
}
