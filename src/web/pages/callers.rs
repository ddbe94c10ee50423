//! `/admin/callers`: the services that ask about tokens themselves, and the way to a secret for another.

mod show;

use actix_web::web::Data;
use askama::Template;

use crate::domain::caller::Caller;
use crate::domain::catalogue::{Catalogue, Service};
use crate::domain::id::Nonce;
use crate::domain::refusal::{Failure, Problems, Refusal};
use crate::domain::time::Now;
use crate::manage::Manage;
use crate::web::administrator::{Administrator, Ordered};
use crate::web::again::Again;
use crate::web::error::WebError;
use crate::web::form::{Asked, Fields, Typed};
use crate::web::local::encode;
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};
use crate::web::words::{Here, Moment};
pub use show::{gone, show};

/// Where the list is.
pub const LIST: &str = "/admin/callers";

#[derive(Template)]
#[template(path = "callers/index.html")]
struct Index {
    shell: Shell,
    rows: Vec<Row>,
}

struct Row {
    key: String,
    /// What people call the service; `None` where the catalogue has it no more.
    name: Option<String>,
    hint: String,
    added: Moment,
    renewed: Option<Moment>,
    /// The start of a former secret that still works, and until when.
    former: Option<(String, Moment)>,
}

impl Row {
    fn of(caller: &Caller, catalogue: &Catalogue, here: Here) -> Self {
        let key = caller.service.as_str();
        let former = caller.former(here.now);
        Self {
            key: key.to_owned(),
            name: catalogue.service(key).map(|service| service.name.clone()),
            hint: caller.hint.clone(),
            added: Moment::past(caller.added, here),
            renewed: (caller.renewed != caller.added).then(|| Moment::past(caller.renewed, here)),
            former: former.map(|one| (one.hint.clone(), Moment::end(one.ends, here))),
        }
    }
}

#[derive(Template)]
#[template(path = "callers/new.html")]
struct New {
    shell: Shell,
    /// Key and name of each service without a secret, and whether it is chosen.
    services: Vec<(String, String, bool)>,
    nonce: String,
    problems: Problems,
}

impl New {
    async fn of(
        me: &SignedIn,
        manage: &Manage,
        form: &CallerForm,
        problems: Problems,
    ) -> Result<Self, WebError> {
        let callers = manage.callers_for(&me.actor).await?;
        let rules = manage.rules();
        let is_free = |key: &str| !callers.iter().any(|caller| caller.service.as_str() == key);
        let free = rules.catalogue.services().iter().filter(|one| is_free(one.key.as_str()));
        let choice = |one: &Service| {
            let key = one.key.as_str();
            (key.to_owned(), one.name.clone(), key == form.service)
        };
        Ok(Self {
            services: free.map(choice).collect(),
            shell: me.shell(Tab::Callers),
            nonce: Nonce::random().as_str().to_owned(),
            problems,
        })
    }
}

/// The form as typed.
pub struct CallerForm {
    service: String,
    nonce: String,
    password: String,
}

impl Typed for CallerForm {
    fn read(fields: &Fields) -> Self {
        let [service, nonce, password] =
            ["service", "nonce", "password"].map(|name| fields.text(name));
        Self { service, nonce, password }
    }

    fn resume(&self) -> String {
        format!("{LIST}/new?service={}", encode(&self.service))
    }
}

pub async fn index(manage: Data<Manage>, admin: Administrator, now: Now) -> Result<Page, WebError> {
    let Administrator(me) = admin;
    let (callers, rules) = (manage.callers_for(&me.actor).await?, manage.rules());
    let row = |caller| Row::of(caller, &rules.catalogue, me.here(now));
    let rows = callers.iter().map(row).collect();
    Ok(Page::show(&Index { shell: me.shell(Tab::Callers), rows }))
}

pub async fn new(
    manage: Data<Manage>,
    admin: Administrator,
    asked: Asked<CallerForm>,
) -> Result<Page, WebError> {
    let (Administrator(me), Asked(form)) = (admin, asked);
    Ok(Page::show(&New::of(&me, &manage, &form, Problems::default()).await?))
}

pub async fn create(
    manage: Data<Manage>,
    now: Now,
    sent: Ordered<CallerForm>,
) -> Result<Page, WebError> {
    let Ordered { me, typed: form } = sent;
    let answer = async {
        let mut problems = Problems::default();
        if form.service.is_empty() {
            problems.add("service", "Choose a service of the list");
        }
        if let Err(missing) = me.want_password(&form.password) {
            problems = problems.and(missing);
        }
        if !problems.is_empty() {
            return Err(problems.into());
        }
        let nonce = Nonce::parse(&form.nonce).ok_or(Refusal::NotFound)?;
        let by = me.confirm(&manage, &form.password, now).await?;
        manage.add_caller_by(by, &form.service, nonce, now).await
    };
    match answer.await {
        Ok(enrolled) => Ok(show(&me, &enrolled, false, now)),
        Err(Failure::Refused(Refusal::AlreadyDone)) => Ok(gone(&me, &form.service)),
        Err(failure) => {
            let again = Again::of(failure)?;
            let page = New::of(&me, &manage, &form, again.problems.clone()).await?;
            Ok(again.mark(Page::show(&page)))
        }
    }
}
