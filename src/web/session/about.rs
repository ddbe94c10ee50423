//! Whose tokens the request of a signed-in person is about.

use actix_web::HttpRequest;
use actix_web::web::Data;

use super::SignedIn;
use crate::domain::refusal::Fault;
use crate::domain::user::Role;
use crate::manage::Manage;
use crate::web::error::WebError;
use crate::web::shell::{Service, Shell, Tab};
use crate::web::whose;

pub struct About {
    /// Where the list of these tokens is.
    list: String,
    /// Whether service accounts are the person's to look after.
    has_accounts: bool,
}

impl Default for About {
    /// One's own.
    fn default() -> Self {
        Self { list: whose::OWN.to_owned(), has_accounts: false }
    }
}

impl SignedIn {
    /// The same, acting on the tokens of the service account that the address names, if it names one. One that isn't
    /// theirs to look after is as absent as one that there isn't.
    pub(in crate::web) async fn about(mut self, req: &HttpRequest) -> Result<Self, WebError> {
        let manage: Data<Manage> = data(req)?;
        let person = &self.actor.user;
        let is_admin = person.role == Role::Admin;
        let has_accounts = is_admin || manage.looks_after_accounts(person).await?;
        if let Some(name) = whose::account(req)? {
            let entrusted = manage.entrusted(person, name).await?;
            self.actor.entrusted = Some(Box::new(entrusted));
        }
        self.about = About { list: whose::list(&self.actor), has_accounts };
        Ok(self)
    }

    /// Where the list is of the tokens that the request is about.
    pub fn list(&self) -> &str {
        &self.about.list
    }

    /// Where the activity is of whose these tokens are.
    pub fn activity(&self) -> String {
        whose::activity(&self.actor)
    }

    pub(super) fn tell_whose(&self, shell: &mut Shell, tab: Tab) {
        shell.has_accounts = self.about.has_accounts;
        shell.tokens = self.list().to_owned();
        shell.activity = self.activity();
        shell.service = self.actor.entrusted.as_deref().map(Service::of);
        let is_service = shell.service.is_some() && matches!(tab, Tab::Tokens | Tab::Activity);
        shell.tab = if is_service { Tab::ServiceAccounts } else { tab };
    }
}

/// What the server was started with.
pub(super) fn data<T: 'static>(req: &HttpRequest) -> Result<Data<T>, WebError> {
    let found = req.app_data::<Data<T>>().cloned();
    found.ok_or_else(|| Fault::new("finding what the server was started with", "nothing").into())
}
