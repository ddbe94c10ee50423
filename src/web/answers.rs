//! What each gateway is answered, spelled out: for the page and the command that explain a decision.

use actix_web::HttpResponse;
use actix_web::body::MessageBody;

use super::api::dialect::Dialect;
use super::api::gateway::{Pass, allow};
use super::api::problem::{Missing, Problem};
use crate::domain::explanation::Explanation;
use crate::domain::limit::Quotas;
use crate::domain::secret::Digest;
use crate::domain::time::Now;
use crate::domain::verdict::Known;
use crate::manage::Rules;

/// One answer, and the dialects that get it.
pub struct Answer {
    pub dialects: Vec<&'static str>,
    pub status: u16,
    pub reason: &'static str,
    /// By name. The HTTP server adds `date` and `content-length`.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// The very answers that `/verify` gives, those that are the same together.
pub fn of(explanation: &Explanation, known: &Known, rules: &Rules, now: Now) -> Vec<Answer> {
    let holder = known.holder(Digest::NONE);
    let owner = &known.owner;
    let access = known.token.grants.within(&rules.catalogue, owner.ceiling()).to_string();
    let groups = rules.catalogue.groups(&owner.teams);
    let soon = holder.ends_within(rules.policy.soon_days, now);
    let service = explanation.need.as_ref().and_then(|n| rules.catalogue.service(&n.service));
    let theirs = service.and_then(|service| service.per_minute);
    // What is used up, each node knows for itself.
    let quotas = Quotas::of_the_first(holder.token.per_minute, theirs, now);
    let (access, groups) = (&*access, &*groups);
    let pass = Pass { holder: &holder, quotas, access, groups, soon };
    let mut answers: Vec<Answer> = Vec::new();
    for dialect in Dialect::ALL {
        let response = match explanation.verdict {
            Ok(()) => allow(&pass, now),
            Err(denial) => {
                let missing = explanation.need.as_ref();
                let missing = missing.map(|need| Missing::of(need, &rules.catalogue));
                dialect.answer(Problem::of(denial, &rules.instance, missing.as_ref()))
            }
        };
        let answer = spelled_out(response, dialect.name());
        match answers.iter_mut().find(|other| other.is_like(&answer)) {
            Some(other) => other.dialects.push(dialect.name()),
            None => answers.push(answer),
        }
    }
    answers
}

impl Answer {
    fn is_like(&self, other: &Self) -> bool {
        self.status == other.status && self.headers == other.headers && self.body == other.body
    }

    /// As it goes over the wire.
    pub fn text(&self) -> String {
        let mut text = format!("HTTP/1.1 {} {}\n", self.status, self.reason);
        for (name, value) in &self.headers {
            let space = if value.is_empty() { "" } else { " " };
            text += &format!("{name}:{space}{value}\n");
        }
        if !self.body.is_empty() {
            text += &format!("\n{}\n", self.body);
        }
        text
    }
}

fn spelled_out(response: HttpResponse, dialect: &'static str) -> Answer {
    let status = response.status();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let headers = response.headers().iter();
    let mut headers: Vec<(String, String)> =
        headers.map(|(name, value)| (name.to_string(), text(value.as_bytes()))).collect();
    headers.sort();
    // Ours are always whole texts, never streams.
    let body = response.into_body().try_into_bytes().unwrap_or_default();
    Answer {
        dialects: vec![dialect],
        status: status.as_u16(),
        reason: status.canonical_reason().unwrap_or_default(),
        headers,
        body: text(&body),
    }
}
