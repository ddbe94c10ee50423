//! `/admin/policy`: the policy in words, and what there is that it would not give any more.

use actix_web::web::Data;
use askama::Template;

use super::all_tokens::query::{address, of_one, rule_name};
use crate::domain::all_tokens::Query;
use crate::domain::policy::{Edits, Policy};
use crate::domain::time::Now;
use crate::domain::user::{Role, User};
use crate::manage::Manage;
use crate::manage::all_tokens::Owned;
use crate::manage::policy::OfRule;
use crate::web::administrator::Administrator;
use crate::web::error::WebError;
use crate::web::page::Page;
use crate::web::shell::{Shell, Tab};
use crate::web::whose;
use crate::web::words::plural;

#[derive(Template)]
#[template(path = "policy/show.html")]
struct Show {
    shell: Shell,
    sentences: Vec<String>,
    rules: Vec<Broken>,
    people: Vec<Person>,
    /// How many people there are beside those.
    more: usize,
}

/// The tokens that break one rule.
struct Broken {
    id: &'static str,
    heading: String,
    link: String,
    tokens: Vec<Token>,
    more: u64,
}

struct Token {
    name: String,
    hint: String,
    owner: String,
    link: String,
}

struct Person {
    place: String,
    name: String,
    sentence: String,
}

impl Broken {
    fn of(of: &OfRule) -> Self {
        let verb = match of.count {
            1 => of.sentence.clone(),
            _ => of
                .sentence
                .replacen("expires", "expire", 1)
                .replacen("works", "work", 1)
                .replacen("does", "do", 1),
        };
        let token = |one: &Owned| Token {
            name: one.token.name.as_str().to_owned(),
            hint: one.token.hint.clone(),
            owner: one.owner.name.as_str().to_owned(),
            link: of_one(&one.token.id),
        };
        Self {
            id: rule_name(of.rule),
            heading: format!("{} {verb}", plural(of.count, "token")),
            link: address(&Query { outside: Some(of.rule), ..Query::default() }),
            tokens: of.named.iter().map(token).collect(),
            more: of.count - of.named.len() as u64,
        }
    }
}

pub async fn show(manage: Data<Manage>, admin: Administrator, now: Now) -> Result<Page, WebError> {
    let Administrator(me) = admin;
    let outside = manage.outside_policy(&me.actor, now).await?;
    let person = |(user, sentence): &(User, String)| Person {
        place: whose::place(user),
        name: user.name.as_str().to_owned(),
        sentence: sentence.clone(),
    };
    let page = Show {
        shell: me.shell(Tab::Policy),
        sentences: sentences(&manage.rules().policy),
        rules: outside.rules.iter().map(Broken::of).collect(),
        more: outside.count - outside.people.len(),
        people: outside.people.iter().map(person).collect(),
    };
    Ok(Page::show(&page))
}

/// The policy as people read it.
fn sentences(policy: &Policy) -> Vec<String> {
    let days = |days: u32| plural(days.into(), "day");
    let mut all = vec![format!(
        "A token lives at most {}{}; {} are proposed.",
        days(policy.longest_days),
        if policy.never_allowed { ", or without an end" } else { ", and always ends" },
        days(policy.default_days)
    )];
    all.push(match policy.unused_days {
        Some(unused) => format!("It ends after {} without use.", days(unused)),
        None => "It may go unused for as long as it lives.".to_owned(),
    });
    let who = if policy.generate == Role::Admin { "Admins" } else { "Members and admins" };
    all.push(format!("{who} generate tokens, each person at most {}.", policy.tokens_per_person));
    if policy.second_factor {
        all.push("Whoever generates tokens has a second factor.".to_owned());
    }
    all.push(
        match policy.edits {
            Edits::Any => "What a token may do can be changed afterwards.",
            Edits::Narrow => "A token can only be narrowed afterwards.",
            Edits::Name => "Of a token nothing but name and description can be changed afterwards.",
        }
        .to_owned(),
    );
    let hours: Vec<String> = policy.overlap_hours.iter().map(u32::to_string).collect();
    all.push(match hours.split_last() {
        None => "The value before a new one stops at once.".to_owned(),
        Some((last, [])) => format!("The value before a new one may go on for {last} hours."),
        Some((last, rest)) => {
            format!("The value before a new one may go on for {} or {last} hours.", rest.join(", "))
        }
    });
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_told_in_sentences() {
        let told = sentences(&Policy::default()).join(" ");
        assert!(told.starts_with(
            "A token lives at most 365 days, or without an end; 90 days are proposed."
        ));
        let strict = Policy {
            never_allowed: false,
            unused_days: Some(30),
            generate: Role::Admin,
            second_factor: true,
            overlap_hours: Vec::new(),
            edits: Edits::Narrow,
            ..Policy::default()
        };
        let told = sentences(&strict).join(" ");
        for part in [
            "always ends",
            "30 days without use",
            "Admins generate",
            "second factor",
            "narrowed",
            "at once",
        ] {
            assert!(told.contains(part), "{part}: {told}");
        }
    }
}
