//! `/account/tokens/{id}/explanation`: why a request with a token would pass, or not. It only reads, and asks for no
//! password.

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;

use crate::domain::catalogue::Catalogue;
use crate::domain::explanation::{Asked, Explanation, Mark};
use crate::domain::id::TokenId;
use crate::domain::refusal::Problems;
use crate::domain::secret::Pasted;
use crate::domain::time::Now;
use crate::manage::Manage;
use crate::manage::explanations::Explained;
use crate::web::answers::{self, Answer};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};
use crate::web::whose::Id;

#[derive(Template)]
#[template(path = "explanations/show.html")]
struct Show {
    shell: Shell,
    id: String,
    name: String,
    typed: ExplanationForm,
    /// Key and name of each service.
    services: Vec<(String, String)>,
    told: Option<Told>,
    problems: Problems,
}

/// What would become of the request.
struct Told {
    passes: bool,
    /// Why not.
    reason: String,
    steps: Vec<Line>,
    answers: Vec<Answer>,
}

struct Line {
    icon: &'static str,
    tone: &'static str,
    /// The icon in a word.
    mark: &'static str,
    name: &'static str,
    detail: String,
}

impl Told {
    fn of(explained: &Explained, manage: &Manage, now: Now) -> Self {
        let Explained { known, explanation } = explained;
        let rules = manage.rules();
        Self {
            passes: explanation.verdict.is_ok(),
            reason: explanation.reason().map(|step| step.detail.clone()).unwrap_or_default(),
            steps: lines(explanation),
            answers: answers::of(explanation, known, &rules, now),
        }
    }
}

fn lines(explanation: &Explanation) -> Vec<Line> {
    let steps = explanation.steps.iter().map(|step| {
        let (icon, tone, mark) = match step.mark {
            Mark::Passes => ("check", "good", "Yes"),
            Mark::Fails => ("alert", "danger", "No"),
            Mark::Open => ("info", "", "Open"),
        };
        Line { icon, tone, mark, name: step.name, detail: step.detail.clone() }
    });
    steps.collect()
}

/// The request that is asked about, as typed.
pub struct ExplanationForm {
    method: String,
    url: String,
    service: String,
    address: String,
}

impl ExplanationForm {
    fn read(fields: &Fields) -> Self {
        Self {
            method: fields.text("method"),
            url: fields.text("url"),
            service: fields.text("service"),
            address: fields.text("address"),
        }
    }

    fn is_empty(&self) -> bool {
        [&self.method, &self.url, &self.service, &self.address].iter().all(|text| text.is_empty())
    }

    /// Every mistake at once. Where the gateway names the service, the path makes no difference and may be left out.
    fn parse(&self, catalogue: &Catalogue) -> Result<Asked, Problems> {
        let mut problems = Problems::default();
        let method = problems.keep("method", Asked::method(&self.method));
        let named = (!self.service.is_empty()).then(|| self.service.clone());
        let target = match (self.url.trim(), &named) {
            ("", Some(_)) => Some("/".to_owned()),
            (url, _) => problems.keep("url", Asked::target(url)),
        };
        if named.as_deref().is_some_and(|key| catalogue.service(key).is_none()) {
            problems.add("service", "Choose one of the services");
        }
        let address = match self.address.trim() {
            "" => Some(None),
            typed => {
                let wrong = |_| "Enter an IPv4 or IPv6 address, such as 192.0.2.7".to_owned();
                problems.keep("address", typed.parse::<IpAddr>().map(Some).map_err(wrong))
            }
        };
        match (method, target, address) {
            (Some(method), Some(target), Some(address)) if problems.is_empty() => {
                Ok(Asked { method, target, service: named, address })
            }
            _ => Err(problems),
        }
    }
}

pub async fn show(
    manage: Data<Manage>,
    me: SignedIn,
    now: Now,
    id: Id,
    req: HttpRequest,
) -> Result<Page, WebError> {
    let id = TokenId::parse(&id).ok_or(WebError::NotFound)?;
    let token = manage.token(&me.actor, id.clone()).await?;
    let typed = ExplanationForm::read(&Fields::parse(req.query_string(), &[])?);
    let rules = manage.rules();
    if let Pasted::Value(_) = Pasted::read(&typed.url, &rules.prefix) {
        me.note("There was a token’s value in that address. It is not needed: leave it out.")?;
        return Ok(Page::see_other(&format!("{}/{}/explanation", me.list(), id.as_str())));
    }
    let mut page = Show {
        shell: me.shell(Tab::Tokens),
        id: id.as_str().to_owned(),
        name: token.name.as_str().to_owned(),
        services: services(&rules.catalogue),
        told: None,
        problems: Problems::default(),
        typed,
    };
    if page.typed.is_empty() {
        return Ok(Page::show(&page));
    }
    match page.typed.parse(&rules.catalogue) {
        Ok(asked) => {
            let explained = manage.explain(&me.actor, id, asked, now).await?;
            page.told = Some(Told::of(&explained, &manage, now));
            Ok(Page::show(&page))
        }
        Err(problems) => {
            page.problems = problems;
            Ok(Page::show(&page).status(StatusCode::UNPROCESSABLE_ENTITY))
        }
    }
}

/// Key and name of each, in the order of the operator's file.
fn services(catalogue: &Catalogue) -> Vec<(String, String)> {
    let services = catalogue.services().iter();
    services.map(|service| (service.key.as_str().to_owned(), service.name.clone())).collect()
}
