//! What the operator allows: how long tokens may live and how many a person may have.

use chrono::NaiveDate;

use super::edit::Difference;
use super::expiry::{Choice, Expiry};
use super::refusal::Problems;
use super::time::{Now, day_in, text_day};
use super::token::{self, Token};
use super::user::Role;

#[derive(Clone, Debug)]
pub struct Policy {
    /// The longest life a token may be given, in days.
    pub longest_days: u32,
    pub never_allowed: bool,
    /// What the form proposes, in days.
    pub default_days: u32,
    pub tokens_per_person: u32,
    /// The least role that may generate tokens. Viewers never may.
    pub generate: Role,
    pub edits: Edits,
    /// How long a former value may go on beside a new one, in hours; empty for not at all.
    pub overlap_hours: Vec<u32>,
    /// Days without use after which a token ends.
    pub unused_days: Option<u32>,
    /// Whether a second factor is asked of whoever generates tokens.
    pub second_factor: bool,
    /// From how many days before a token's last one gateways are told so; zero for never.
    pub soon_days: u32,
}

/// What a token that is there can break of a policy that came later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// That tokens expire.
    Never,
    /// How long they live.
    Long,
    /// That they end for want of use.
    Unused,
}

impl Rule {
    pub const ALL: [Self; 3] = [Self::Never, Self::Long, Self::Unused];
}

/// What may be changed of a token that keeps its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edits {
    Any,
    /// Only to less: access, time, addresses and requests a minute.
    Narrow,
    /// Only name and description.
    Name,
}

impl Default for Policy {
    /// What holds where the operator's file says nothing.
    fn default() -> Self {
        Self {
            longest_days: 365,
            never_allowed: true,
            default_days: 90,
            tokens_per_person: 100,
            generate: Role::Member,
            edits: Edits::Any,
            overlap_hours: vec![1, 24],
            unused_days: None,
            second_factor: false,
            soon_days: 7,
        }
    }
}

impl Policy {
    /// The furthest "days" that the calendar and the databases hold without trouble: about a century.
    pub const MOST_DAYS: u32 = 36_500;
    const PRESETS: [u32; 4] = [7, 30, 90, 365];

    /// The lives offered as one choice each, the default among them, none over the longest.
    pub fn presets(&self) -> Vec<u32> {
        let mut days: Vec<u32> = Self::PRESETS.into_iter().chain([self.default_days]).collect();
        days.retain(|days| *days <= self.longest_days);
        days.sort_unstable();
        days.dedup();
        days
    }

    /// The first and last day that a person may choose: from tomorrow to the longest life.
    pub fn days(&self, now: Now) -> (NaiveDate, NaiveDate) {
        (day_in(now, 1), day_in(now, self.longest_days))
    }

    /// Turns a choice into an expiry, or says why it can't be had.
    pub fn expiry(&self, choice: Choice, now: Now) -> Result<Expiry, String> {
        let (first, last) = self.days(now);
        let day = match choice {
            Choice::Never if self.never_allowed => return Ok(Expiry::Never),
            Choice::Never => return Err("Choose a day: tokens here always expire".to_owned()),
            Choice::InDays(days) => day_in(now, days.min(Self::MOST_DAYS)),
            Choice::LastDay(day) => day,
        };
        let range = || format!("Choose a day from {} to {}", text_day(first), text_day(last));
        if day < first || day > last {
            return Err(range());
        }
        Expiry::after(day).ok_or_else(range)
    }

    pub fn may_generate(&self, role: Role) -> bool {
        role >= self.generate
    }

    /// Whether this person may have one more token: by role, and by how many they have (expired ones included,
    /// as they are still listed).
    pub fn admit(&self, role: Role, have: u64) -> Result<(), Problems> {
        self.admit_role(role)?;
        if have >= u64::from(self.tokens_per_person) {
            let sentence = format!(
                "There are {have} tokens, the most allowed here. Revoke one that is no longer needed"
            );
            return Err(Problems::one(token::FORM, sentence));
        }
        Ok(())
    }
}

impl Policy {
    /// Whether this person may have a new value at all.
    pub fn admit_role(&self, role: Role) -> Result<(), Problems> {
        let sentence = "Your role lets you use and revoke tokens, not generate them";
        self.may_generate(role).then_some(()).ok_or_else(|| Problems::one(token::FORM, sentence))
    }

    /// What a person of this role may change: who may not generate a token can't make more of one either.
    pub fn edits_of(&self, role: Role) -> Edits {
        match self.edits {
            Edits::Any if !self.may_generate(role) => Edits::Narrow,
            edits => edits,
        }
    }

    /// Whether a token could be given this end today.
    pub fn gives(&self, expiry: Expiry, now: Now) -> bool {
        let (_, last) = self.days(now);
        match expiry.last_day() {
            None => self.never_allowed,
            Some(day) => day <= last && !expiry.is_past(now),
        }
    }

    /// Whether an edit keeps to what the operator lets people of this role change.
    pub fn admit_edit(&self, role: Role, edit: &Difference<'_>) -> Result<(), Problems> {
        let (before, after) = (edit.before, edit.after);
        let edits = self.edits_of(role);
        let [expires, access, networks, per_minute] = match edits {
            Edits::Any => [false; 4],
            Edits::Narrow => {
                [edit.lengthens(), edit.widens_access(), edit.widens_networks(), edit.loosens()]
            }
            Edits::Name => [
                before.expiry != after.expiry,
                before.grants != after.grants,
                before.networks != after.networks,
                before.per_minute != after.per_minute,
            ],
        };
        let sentence = match edits {
            Edits::Narrow if self.edits == Edits::Any => {
                "Your role lets you narrow a token, not widen it"
            }
            Edits::Name => {
                "Here only name and description of a token can be changed. Generate another for this"
            }
            _ => "Here a token can only be narrowed. Generate another for more",
        };
        let mut problems = Problems::default();
        let fields = ["expires", "access", "networks", "per_minute"];
        for (field, refused) in fields.into_iter().zip([expires, access, networks, per_minute]) {
            if refused {
                problems.add(field, sentence);
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    /// What of this token could not be had under this policy any more: it keeps working until its own end.
    pub fn breaches(&self, token: &Token, now: Now) -> Vec<String> {
        self.broken(token, now).into_iter().map(|(_, sentence)| sentence).collect()
    }

    /// The same with the rule that each is about.
    pub fn broken(&self, token: &Token, now: Now) -> Vec<(Rule, String)> {
        let (_, last) = self.days(now);
        let mut all = Vec::new();
        match token.expiry.last_day() {
            None if !self.never_allowed => all.push(Rule::Never),
            Some(day) if day > last => all.push(Rule::Long),
            _ => {}
        }
        if let Some(days) = self.unused_days
            && token.unused_days.is_none_or(|own| own > days)
            && token.end().is_none_or(|end| end.date_naive() > day_in(now, days))
        {
            all.push(Rule::Unused);
        }
        all.into_iter().map(|rule| (rule, self.sentence(rule))).collect()
    }

    /// What a token does that breaks a rule, to be read after its name.
    pub fn sentence(&self, rule: Rule) -> String {
        match rule {
            Rule::Never => "never expires".to_owned(),
            Rule::Long => format!("works longer than the {} days allowed now", self.longest_days),
            Rule::Unused => {
                let days = self.unused_days.unwrap_or_default();
                format!("does not end after {days} days without use")
            }
        }
    }
}

#[cfg(test)]
#[path = "policy_tests.rs"]
mod tests;
