//! Why a request with a token would pass, or why not: the steps of the decision in words, for the token's owner and
//! the operator. Each step asks the very functions that decide.

use std::net::IpAddr;

use super::access::Access;
use super::catalogue::{Catalogue, Service};
use super::grants::{Grant, Grants};
use super::paths::is_method;
use super::secret::Digest;
use super::time::{Now, text_time};
use super::user::User;
use super::verdict::{Check, Denial, Holder, Known, Need, What, comes_from, covers, works};

/// The request that is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub method: String,
    /// Its path, and perhaps a query.
    pub target: String,
    /// The service, where the gateway names one.
    pub service: Option<String>,
    /// Where it would come from; `None` leaves that open.
    pub address: Option<IpAddr>,
}

impl Asked {
    /// Reads what a person types: an HTTP method, and an address or a path. Neither is put right: `get` is another method
    /// than `GET`.
    pub fn method(typed: &str) -> Result<String, String> {
        let method = typed.trim();
        let good = method.len() <= 20 && is_method(&method.to_ascii_uppercase());
        good.then(|| method.to_owned())
            .ok_or_else(|| "Enter an HTTP method, such as GET or POST".to_owned())
    }

    /// The path and query of an address, as a client sends them: nothing is made plain.
    pub fn target(typed: &str) -> Result<String, String> {
        let typed = typed.trim();
        let rest = typed.strip_prefix("https://").or_else(|| typed.strip_prefix("http://"));
        let target = match rest {
            Some(rest) => &rest[rest.find(['/', '?', '#']).unwrap_or(rest.len())..],
            None if typed.starts_with('/') => typed,
            None => {
                return Err(
                    "Enter an address such as https://builds.example.org/jobs/7, or its path"
                        .to_owned(),
                );
            }
        };
        // No client sends what comes after a #.
        let target = target.split_once('#').map_or(target, |(target, _)| target);
        let slash = if target.starts_with('/') { "" } else { "/" };
        Ok(format!("{slash}{target}"))
    }

    fn need(&self, catalogue: &Catalogue) -> Result<Need, Denial> {
        match &self.service {
            Some(service) => Ok(Need::of_service(service, &self.method)),
            None => Need::of_request(&self.method, &self.target, catalogue),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    Passes,
    Fails,
    /// Neither: it was not asked, or can't be told.
    Open,
}

/// One step of the decision.
#[derive(Clone, Debug)]
pub struct Step {
    pub mark: Mark,
    pub name: &'static str,
    /// A sentence.
    pub detail: String,
}

#[derive(Clone, Debug)]
pub struct Explanation {
    pub steps: Vec<Step>,
    pub need: Option<Need>,
    pub verdict: Result<(), Denial>,
}

impl Explanation {
    /// As if the token's present value came with the request.
    pub fn of(known: &Known, asked: &Asked, catalogue: &Catalogue, now: Now) -> Self {
        let holder = &known.holder(Digest::NONE);
        let need = asked.need(catalogue);
        let mut steps = vec![needed(asked, &need, catalogue)];
        steps.extend(Check::ALL.into_iter().map(|check| standing(check, known, holder, now)));
        steps.push(value(known));
        steps.push(origin(holder, asked.address));
        if let Ok(need) = &need {
            steps.extend(coverage(holder, need, catalogue));
            steps.extend(limits(holder, need, catalogue));
        }
        let verdict = need.clone().and_then(|need| {
            works(holder, now)?;
            if asked.address.is_some() {
                comes_from(holder, asked.address)?;
            }
            covers(holder, &need, catalogue)
        });
        Self { steps, need: need.ok(), verdict }
    }

    /// What keeps the request out, first of all.
    pub fn reason(&self) -> Option<&Step> {
        self.steps.iter().find(|step| step.mark == Mark::Fails)
    }
}

fn step(name: &'static str, passes: bool, detail: String) -> Step {
    Step { mark: if passes { Mark::Passes } else { Mark::Fails }, name, detail }
}

fn needed(asked: &Asked, need: &Result<Need, Denial>, catalogue: &Catalogue) -> Step {
    let name = "What it needs";
    let need = match need {
        Ok(need) => need,
        Err(Denial::Malformed(sentence)) => return step(name, false, (*sentence).to_owned()),
        Err(_) => {
            return step(name, false, "No service of the catalogue is at this path.".to_owned());
        }
    };
    let service = catalogue.service(&need.service);
    let called = service.map_or(&need.service, |service| &service.name);
    let why = match &need.what {
        What::Method(key) => {
            let method = service.and_then(|service| service.method(key));
            let method = method.map_or(key, |method| &method.name);
            format!("this request is its method “{method}”")
        }
        What::Access(Access::Read) => format!("{} reads", asked.method),
        What::Access(Access::ReadWrite) => format!("{} may write", asked.method),
    };
    let found = match &asked.service {
        Some(_) => format!("the gateway names {called}"),
        None => format!("the path is one of {called}"),
    };
    step(name, true, format!("{}: {found}, and {why}.", need.scope()))
}

fn standing(check: Check, known: &Known, holder: &Holder, now: Now) -> Step {
    let passes = check.holds(holder, now);
    let token = &known.token;
    let since = |at: Option<chrono::DateTime<chrono::Utc>>| at.map(text_time).unwrap_or_default();
    let (name, good, bad) = match check {
        Check::NotRevoked => (
            "Not revoked",
            "Nobody has revoked it.".to_owned(),
            format!("It was revoked on {}.", since(token.revoked)),
        ),
        Check::NotEnded => (
            "Not ended",
            match token.end() {
                Some(end) => format!("It works until {}.", text_time(end)),
                None => "It works until it is revoked.".to_owned(),
            },
            format!("It ended on {}.", since(token.end())),
        ),
        Check::NotPaused => (
            "Not paused",
            "It is not paused.".to_owned(),
            format!("It is paused since {}.", since(token.paused)),
        ),
        Check::OwnerEnabled => (
            "Owner active",
            format!("{} may sign in and use tokens.", holder.owner.name.as_str()),
            format!("{} is disabled.", holder.owner.name.as_str()),
        ),
    };
    step(name, passes, if passes { good } else { bad })
}

fn value(known: &Known) -> Step {
    let detail = match known.until {
        Some(end) => format!("Its former value works until {}.", text_time(end)),
        None => "Taken for granted: the request sends its present value.".to_owned(),
    };
    step("Right value", true, detail)
}

fn origin(holder: &Holder, address: Option<IpAddr>) -> Step {
    let name = "Allowed address";
    let Some(bound) = &holder.token.networks else {
        return step(name, true, "It may come from anywhere.".to_owned());
    };
    let Some(address) = address else {
        let detail = format!("Not asked. It may come from {bound} only.");
        return Step { mark: Mark::Open, name, detail };
    };
    let passes = comes_from(holder, Some(address)).is_ok();
    let not = if passes { "" } else { "not " };
    step(name, passes, format!("{address} is {not}one of {bound}."))
}

/// What was granted of the service, what is left of that now, and whether it is enough.
fn coverage(holder: &Holder, need: &Need, catalogue: &Catalogue) -> Vec<Step> {
    let (name, of) = ("Granted", holder.owner.ceiling());
    let Some(service) = catalogue.service(&need.service) else {
        let detail = format!("The catalogue has no service “{}”.", need.service);
        return vec![step(name, false, detail)];
    };
    let Some(grant) = holder.token.grants.of(&service.key) else {
        return vec![step(name, false, format!("Nothing of {} was granted.", service.name))];
    };
    let was = step(name, true, format!("{}.", written(service, grant)));
    let person = role_and_teams(service, &holder.owner);
    if person.mark == Mark::Fails {
        return vec![was, person];
    }
    let name = "Offered now";
    let Some(left) = grant.within(service, of) else {
        let closed = service.closed_to(of);
        let nothing = "None of these methods is there for tokens any more";
        let detail = closed.unwrap_or_else(|| nothing.to_owned());
        return vec![was, person, step(name, false, format!("{}: {detail}.", service.name))];
    };
    let detail = if left == *grant {
        "All of that.".to_owned()
    } else {
        format!("Less: {}.", written(service, &left))
    };
    vec![was, person, step(name, true, detail), enough(holder, need, catalogue)]
}

/// What the owner's role and teams make of it, both by name.
fn role_and_teams(service: &Service, owner: &User) -> Step {
    let (name, of) = ("Role and teams", owner.ceiling());
    if service.personal_tokens
        && let Some(closed) = service.closed_to(of)
    {
        return step(name, false, format!("{}: {closed}.", service.name));
    }
    let own = service.teams.iter().filter(|share| of.teams.contains(&share.team));
    let own = own.map(|share| format!("the team {} gives {}", share.name, share.access.words()));
    let own: Vec<String> = own.collect();
    let teams =
        if service.teams.is_empty() { "no team limits it".to_owned() } else { own.join(", ") };
    let (person, role) = (owner.name.as_str(), of.role.as_str());
    step(name, true, format!("{person} is {role}; {teams}."))
}

/// How often it may be used, where that is limited. How much is left is known to the nodes alone, each for itself.
fn limits(holder: &Holder, need: &Need, catalogue: &Catalogue) -> Option<Step> {
    let service = catalogue.service(&need.service)?;
    let own = holder.token.per_minute.map(|most| format!("{most} of this token"));
    let theirs = service.per_minute.map(|most| format!("{most} to {}", service.name));
    let all: Vec<String> = own.into_iter().chain(theirs).collect();
    let detail = format!("Taken for the first in a minute. At most {}.", all.join(", and "));
    (!all.is_empty()).then_some(Step { mark: Mark::Open, name: "How often", detail })
}

/// As it is stored and sent: `builds:read-write`.
fn written(service: &Service, grant: &Grant) -> String {
    let mut grants = Grants::default();
    grants.grant(service.key.clone(), grant.clone());
    grants.to_string()
}

fn enough(holder: &Holder, need: &Need, catalogue: &Catalogue) -> Step {
    let passes = covers(holder, need, catalogue).is_ok();
    let scope = need.scope();
    let closed = match &need.what {
        What::Method(key) => catalogue.service(&need.service).and_then(|s| s.method(key)),
        What::Access(_) => None,
    };
    let closed = closed.filter(|method| !method.personal_tokens);
    let detail = match (passes, closed) {
        (true, _) => format!("It covers {scope}."),
        (false, Some(method)) => format!("“{}” is open to no token.", method.name),
        (false, None) => {
            let service = catalogue.service(&need.service);
            let held = service.and_then(|service| service.held_down(holder.owner.ceiling()));
            let held = held.map(|held| format!(" {held}.")).unwrap_or_default();
            format!("It lacks {scope}.{held}")
        }
    };
    step("Enough", passes, detail)
}

#[cfg(test)]
#[path = "explanation_tests.rs"]
mod tests;
