//! Service accounts: who looks after their tokens, what these may do, and what becomes of them.

mod accounts;
mod activity;
mod administration;
mod commands;
mod outside;
mod tokens;

use latchkey::domain::actor::Actor;
use latchkey::domain::client::Client;
use latchkey::domain::id::{TokenId, UserId};
use latchkey::domain::token::Token;
use latchkey::domain::user::{DisplayName, UserName};
use latchkey::manage::service_accounts::{Hand, NewAccount};
use latchkey::store::{tokens as stored, users};

use crate::support::App;
use crate::support::page::Page;
use crate::support::people::{PASSWORD, Person};
use crate::teams::file;

pub const LIST: &str = "/service-accounts/night-build/tokens";

fn name() -> UserName {
    UserName::parse("night-build").expect("a name")
}

/// A server with the account “Night build” of the team Platform, and Ada of that team.
pub async fn app() -> (App, Person) {
    with(&file()).await
}

/// The same with another file that has this team.
pub async fn with(file: &str) -> (App, Person) {
    let app = App::with(file, &[]).await;
    let ada = app.member("ada").await;
    app.joins("ada", "platform").await;
    let made = app.application.manage.add_service_account(Hand::Operator, new(), app.now()).await;
    made.unwrap_or_else(|failure| panic!("{failure:?}"));
    (app, ada)
}

/// The account to be.
fn new() -> NewAccount {
    let display_name = DisplayName::parse("Night build").expect("a name");
    NewAccount { name: name(), display_name, team: "platform".to_owned() }
}

/// Somebody in a request that began a moment ago.
async fn actor(app: &App, person: &Person) -> Actor {
    let found = app.application.manage.person(person.id.clone()).await.expect("read");
    let (user, has_password) = found.expect("somebody");
    let (client, confirmed, fresh) = (Client::default(), None, None);
    Actor { user, client, confirmed, has_password, fresh, entrusted: None }
}

pub async fn id(app: &App) -> UserId {
    let found = app.database.read(|c| Ok(users::find_by_name(c, &name())?)).await;
    found.expect("the account").0.id
}

/// All of its tokens that are listed.
pub async fn listed(app: &App) -> Vec<Token> {
    let owner = id(app).await;
    app.database.read(move |c| Ok(stored::of_owner(c, &owner)?)).await
}

pub async fn page_of(app: &App, name: &str) -> String {
    let all = listed(app).await;
    let id: &TokenId = &all.iter().find(|it| it.name.as_str() == name).expect("the token").id;
    format!("{LIST}/{}", id.as_str())
}

/// Sends the form that generates a token of the account.
pub async fn generates(person: &Person, name: &str, access: &[(&str, &str)]) -> Page {
    let form = person.opens(&format!("{LIST}/new")).await.form("Generate token");
    let form = access
        .iter()
        .fold(form.fill("Name", name), |form, (service, access)| form.choose(service, access));
    person.browser.submit(&form.fill("Your password", PASSWORD)).await
}

pub async fn secret(person: &Person, name: &str, access: &[(&str, &str)]) -> String {
    let page = generates(person, name, access).await;
    page.secret().unwrap_or_else(|| panic!("{}", page.text))
}
