//! What the operator allows: how long tokens may live and how many a person may have.

use chrono::{Days, NaiveDate};

use super::expiry::{Choice, Expiry};
use super::refusal::Problems;
use super::time::Now;
use super::token;
use super::user::Role;

#[derive(Clone, Debug)]
pub struct Policy {
    /// The longest life a token may be given, in days.
    pub longest_days: u32,
    pub never_allowed: bool,
    /// What the form proposes, in days.
    pub default_days: u32,
    pub tokens_per_person: u32,
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

    /// Whether this person may have one more token: by role, and by how many they have (expired ones included,
    /// as they are still listed).
    pub fn admit(&self, role: Role, have: u64) -> Result<(), Problems> {
        if role == Role::Viewer {
            let sentence = "Your role lets you use and revoke tokens, not generate them";
            return Err(Problems::one(token::FORM, sentence));
        }
        if have >= u64::from(self.tokens_per_person) {
            let sentence = format!(
                "You have {have} tokens, the most allowed here. Revoke one you no longer need"
            );
            return Err(Problems::one(token::FORM, sentence));
        }
        Ok(())
    }
}

/// The day `days` from today, in UTC.
pub fn day_in(now: Now, days: u32) -> NaiveDate {
    now.today().checked_add_days(Days::new(u64::from(days))).unwrap_or(NaiveDate::MAX)
}

/// A day as people read it here: 20 February 2027.
pub fn text_day(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{TimeZone, Utc};

    fn policy() -> Policy {
        Policy { longest_days: 365, never_allowed: false, default_days: 90, tokens_per_person: 3 }
    }

    fn at(text: &str) -> Now {
        Now::new(text.parse().expect("a time"))
    }

    #[test]
    fn a_token_works_through_its_last_day_and_not_a_microsecond_longer() {
        let now = at("2026-11-22T18:00:00Z");
        let expiry = policy().expiry(Choice::InDays(90), now).expect("90 days");
        assert_eq!(expiry.last_day().map(text_day).as_deref(), Some("20 February 2027"));
        assert!(!expiry.is_past(at("2027-02-20T23:59:59.999999Z")));
        assert!(expiry.is_past(at("2027-02-21T00:00:00Z")));
    }

    #[test]
    fn days_outside_the_policy_are_refused_with_the_range() {
        let now = at("2026-11-22T18:00:00Z");
        for (choice, works) in [
            (Choice::InDays(0), false),
            (Choice::InDays(1), true),
            (Choice::InDays(365), true),
            (Choice::InDays(366), false),
            (Choice::InDays(u32::MAX), false),
            (Choice::LastDay(NaiveDate::MAX), false),
            (Choice::LastDay(NaiveDate::MIN), false),
            (Choice::Never, false),
        ] {
            let answer = policy().expiry(choice, now);
            assert_eq!(answer.is_ok(), works, "{choice:?}: {answer:?}");
        }
        let refused = policy().expiry(Choice::InDays(0), now).expect_err("today");
        assert_eq!(refused, "Choose a day from 23 November 2026 to 22 November 2027");
    }

    #[test]
    fn leap_days_and_2038_are_ordinary() {
        let wide = Policy { longest_days: Policy::MOST_DAYS, ..policy() };
        let leap = wide.expiry(Choice::InDays(365), at("2027-03-01T00:00:00Z")).expect("leap");
        assert_eq!(leap.last_day().map(text_day).as_deref(), Some("29 February 2028"));
        let late = Utc.with_ymd_and_hms(2038, 1, 20, 0, 0, 0).single().expect("2038");
        let choice = Choice::LastDay(late.date_naive());
        assert!(wide.expiry(choice, at("2037-12-31T23:59:59Z")).is_ok());
    }

    #[test]
    fn presets_keep_within_the_policy_and_hold_the_default() {
        assert_eq!(policy().presets(), [7, 30, 90, 365]);
        let short = Policy { longest_days: 60, default_days: 14, ..policy() };
        assert_eq!(short.presets(), [7, 14, 30]);
    }

    #[test]
    fn one_token_more_than_allowed_is_refused_in_words() {
        assert!(policy().admit(Role::Member, 2).is_ok());
        assert!(policy().admit(Role::Member, 3).is_err());
        assert!(policy().admit(Role::Viewer, 0).is_err());
    }
}
