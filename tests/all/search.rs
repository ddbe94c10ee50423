//! `/account/tokens/search`: words, or a value whose token is wanted.

use chrono::TimeDelta;
use latchkey::domain::id::TokenId;
use latchkey::domain::secret::{Prefix, Secret};
use latchkey::store::{former_secrets, tokens};
use reqwest::StatusCode;

use crate::support::App;
use crate::support::page::Page;
use crate::support::people::Person;

/// Sends what was pasted, and gives where that leads.
async fn pastes(person: &Person, text: &str) -> String {
    let form = person.opens("/account/tokens").await.form("Find");
    let page = person.browser.submit(&form.fill("Find a token", text)).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    page.location().expect("a place")
}

async fn finds(person: &Person, text: &str) -> Page {
    person.opens(&pastes(person, text).await).await
}

/// The id of a token, as its links have it.
async fn id(person: &Person, name: &str) -> String {
    let link = person.opens("/account/tokens").await.link(&format!("Edit {name}")).expect("a link");
    link.rsplit('/').next().expect("an id").to_owned()
}

/// Gives a token another value; the one before works so long beside it.
async fn renew(app: &App, person: &Person, name: &str, overlap: TimeDelta) {
    let (owner, ends) = (person.id.clone(), app.now().at() + overlap);
    let id = TokenId::parse(&id(person, name).await).expect("an id");
    let change = move |tx: &mut latchkey::store::conn::Conn| {
        let token = tokens::find_own(tx, &owner, &id)?.expect("a token");
        let secret = Secret::random(&Prefix::parse("lk").expect("a prefix"));
        let former = tokens::replace_digest(tx, &id, &secret.digest())?;
        Ok(former_secrets::insert(tx, &former, &token, ends)?)
    };
    app.database.write(change).await;
}

/// ONCE-03
#[actix_web::test]
async fn a_pasted_value_leads_to_its_row_and_is_nowhere_afterwards() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI runner").with("Git", "Read").await;
    ada.generates("other").with("Git", "Read").await;
    let before = app.database.count("SELECT count(*) AS n FROM events").await;
    let place = format!("/account/tokens?token={}", id(&ada, "CI runner").await);
    for pasted in [
        secret.clone(),
        format!("  {secret}\n"),
        format!("Bearer {secret}"),
        format!("Authorization: Bearer {secret}"),
        format!("curl -H 'Authorization: Bearer {secret}' http://x/"),
    ] {
        assert_eq!(pastes(&ada, &pasted).await, place);
        let page = ada.opens(&place).await;
        assert_eq!(page.status_message(), "That value is “CI runner”.");
        assert_eq!(page.names(), ["CI runner"]);
        assert!(!page.text.contains(&secret[..20]), "not shown again");
    }
    assert!(!app.database.everything().await.contains(&secret[..20]));
    let after = app.database.count("SELECT count(*) AS n FROM events").await;
    assert_eq!(after, before, "nothing is recorded");
    app.write_uses().await;
    let uses = "SELECT count(*) AS n FROM uses";
    assert_eq!(app.database.count(uses).await, 0, "and it was no use");
    let page = ada.opens(&place).await;
    assert_eq!((page.rows(), page.status_message()), (1, String::new()), "said once");
    assert_eq!(ada.opens(&page.link("All 2").expect("a link")).await.rows(), 2);
}

#[actix_web::test]
async fn a_value_in_an_address_is_taken_away_from_there() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI runner").with("Git", "Read").await;
    let page = ada.browser.get(&format!("/account/tokens?show=unused&q={secret}")).await;
    let place = page.location().expect("a place");
    assert_eq!(place, format!("/account/tokens?token={}", id(&ada, "CI runner").await));
    let page = ada.browser.get(&format!("/account/tokens?q={}", &secret[..30])).await;
    assert_eq!(page.location().as_deref(), Some("/account/tokens"));
}

#[actix_web::test]
async fn a_dead_value_says_whose_it_was_and_since_when() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let revoked = ada.generates("Old laptop").with("Git", "Read").await;
    ada.generates("CI runner").with("Git", "Read").await;
    ada.revokes("Old laptop").await;
    let page = finds(&ada, &revoked).await;
    let says =
        "That value was “Old laptop”, revoked on 22 November 2026, 18:00 UTC. It no longer works.";
    assert_eq!(page.status_message(), says);
    assert_eq!(page.names(), ["CI runner"], "the list as it is");
}

#[actix_web::test]
async fn a_former_value_says_until_when_it_works_or_since_when_not() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let former = ada.generates("CI runner").with("Git", "Read").await;
    renew(&app, &ada, "CI runner", TimeDelta::hours(1)).await;
    let page = finds(&ada, &former).await;
    let says = "That is a former value of “CI runner”. It works until 22 November 2026, 19:00 UTC.";
    assert_eq!((page.status_message(), page.rows()), (says.to_owned(), 1));
    app.database.run("UPDATE tokens SET paused_at = created_at").await;
    assert!(finds(&ada, &former).await.says("which is paused. It would work until 22 November"));
    app.wait(TimeDelta::minutes(61));
    let page = finds(&ada, &former).await;
    let says = "That is a former value of “CI runner”. It stopped on 22 November 2026, 19:00 UTC.";
    assert_eq!((page.status_message(), page.rows()), (says.to_owned(), 1));
    ada.revokes("CI runner").await;
    ada.generates("other").with("Git", "Read").await;
    let page = finds(&ada, &former).await;
    assert!(page.status_message().contains("“CI runner”, which is revoked."), "{}", page.text);
}

/// ACL-01, ACL-02
#[actix_web::test]
async fn a_value_of_nobody_and_of_somebody_else_are_the_same() {
    let app = App::start().await;
    let (ada, eve) = (app.member("ada").await, app.member("eve").await);
    let hers = ada.generates("CI runner").with("Git", "Read").await;
    eve.generates("mine").with("Git", "Read").await;
    let nobodys = Secret::random(&Prefix::parse("lk").expect("a prefix"));
    for value in [&*hers, nobodys.expose()] {
        assert_eq!(pastes(&eve, value).await, "/account/tokens");
        let page = eve.opens("/account/tokens").await;
        assert_eq!(page.status_message(), "No token of yours has that value.");
    }
}

#[actix_web::test]
async fn a_mistyped_value_or_a_piece_of_one_says_so_and_is_kept_out_of_addresses() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI runner").with("Git", "Read").await;
    let last = if secret.ends_with('0') { '1' } else { '0' };
    let mistyped = format!("{}{last}", &secret[..secret.len() - 1]);
    for spoilt in [&*mistyped, &secret[..30], &format!("Bearer {}", &secret[..20])] {
        assert_eq!(pastes(&ada, spoilt).await, "/account/tokens", "{spoilt}");
        let page = ada.opens("/account/tokens").await;
        assert!(page.status_message().starts_with("That looks like a token’s value"), "{spoilt}");
        assert!(!page.text.contains(&secret[..12]));
    }
    let hint = &secret[..7];
    assert_eq!(pastes(&ada, hint).await, format!("/account/tokens?q={hint}"), "a hint is a word");
}

#[actix_web::test]
async fn words_keep_filter_and_order_and_an_ended_session_keeps_no_value() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI runner").with("Git", "Read").await;
    let list = ada.opens("/account/tokens?show=unused&sort=name").await;
    let form = list.form("Find").fill("Find a token", " ci & runner ");
    let page = ada.browser.submit(&form).await;
    let place = "/account/tokens?show=unused&sort=name&q=ci%20%26%20runner";
    assert_eq!(page.location().as_deref(), Some(place));
    let form = form.fill("Find a token", &secret);
    let stale = ada.browser.submit(&form.clone().forged("csrf", "stale")).await;
    assert_eq!(stale.status, StatusCode::FORBIDDEN);
    assert!(!stale.text.contains(&secret[..12]));
    app.wait(TimeDelta::hours(3));
    let page = ada.browser.submit(&form).await;
    let place = page.location().expect("the way to sign in");
    assert!(place.starts_with("/sign-in?") && !place.contains(&secret[..12]), "{place}");
}
