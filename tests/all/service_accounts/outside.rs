//! Whose business an account isn't, and that nobody is behind it.

use latchkey::domain::actor::Actor;
use latchkey::domain::expiry::Choice;
use latchkey::domain::grants::Grants;
use latchkey::domain::id::Nonce;
use latchkey::domain::networks::Networks;
use latchkey::domain::password::Password;
use latchkey::domain::token::{Description, Draft, TokenName};
use latchkey::domain::user::UserName;
use latchkey::manage::activity::{Asked, Place};
use latchkey::manage::revocations::Which;
use reqwest::StatusCode;

use super::{LIST, app, listed, page_of, secret};
use crate::support::people::{PASSWORD, sign_in};

const BUILDS: [(&str, &str); 1] = [("Builds", "Read & write")];

/// SVC-05
#[actix_web::test]
async fn who_is_not_in_the_team_finds_nothing_of_the_account() {
    let (app, ada) = app().await;
    secret(&ada, "Deploys", &BUILDS).await;
    let own = page_of(&app, "Deploys").await;
    let eve = app.member("eve").await;
    app.joins("eve", "web").await;
    let nothing = eve.browser.get("/service-accounts/nobody/tokens").await;
    for path in [LIST.to_owned(), format!("{LIST}/new"), own.clone(), format!("{own}/secret")] {
        let page = eve.browser.get(&path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(page.heading(), nothing.heading());
    }
    let csrf = eve.opens("/account").await.form("Save profile").value("csrf");
    let mut form = ada.opens(&format!("{LIST}/new")).await.form("Generate token");
    form.set("csrf", &csrf);
    let form = form.fill("Name", "Hers").choose("Builds", "Read").fill("Your password", PASSWORD);
    assert_eq!(eve.browser.submit(&form).await.status, StatusCode::NOT_FOUND);
    assert_eq!(listed(&app).await.len(), 1);
    assert!(!eve.opens("/service-accounts").await.says("Night build"));
    assert!(eve.opens("/account/tokens").await.link("Service accounts").is_none());
    assert!(ada.opens("/account/tokens").await.link("Service accounts").is_some());
    // An account's token is nobody's own, under one's own address.
    let id = own.rsplit('/').next().expect("an id");
    assert_eq!(
        ada.browser.get(&format!("/account/tokens/{id}")).await.status,
        StatusCode::NOT_FOUND
    );
}

/// SVC-05: at the request, and again in the transaction of the change.
#[actix_web::test]
async fn who_left_the_team_a_moment_ago_changes_nothing() {
    let (app, ada) = app().await;
    let value = secret(&ada, "Deploys", &BUILDS).await;
    let (manage, now) = (&app.application.manage, app.now());
    let actor = super::actor(&app, &ada).await;
    let entrusted = manage.entrusted(&actor.user, super::name()).await.expect("hers to look after");
    let actor = Actor { entrusted: Some(Box::new(entrusted)), ..actor };
    app.leaves("ada", "platform").await;
    let typed = || Password::typed(PASSWORD);
    let tokens = listed(&app).await;
    let token = &tokens[0];
    let confirmed = || manage.confirm(&actor, typed(), now);
    assert!(manage.tokens(&actor, now).await.is_err(), "she saw them");
    let activity = manage.activity(&actor, Asked::default(), Place::Newest).await;
    assert!(activity.is_err(), "she read what happened");
    let nonce = Nonce::random;
    let draft = Draft {
        name: TokenName::parse("Hers").expect("a name"),
        description: Description::default(),
        expires: Choice::InDays(30),
        grants: Grants::parse("builds:read").expect("grants"),
        networks: Networks::default(),
        per_minute: None,
    };
    let by = confirmed().await.expect("her password");
    assert!(manage.generate(by, draft, nonce(), now).await.is_err(), "she generated one");
    let by = confirmed().await.expect("her password");
    assert!(manage.pause(by, token.id.clone(), true, now).await.is_err(), "she paused it");
    let by = confirmed().await.expect("her password");
    assert!(manage.revoke(by, Which::All, now).await.is_err(), "she revoked it");
    let by = confirmed().await.expect("her password");
    let ended = manage.end_overlap(by, token.id.clone(), token.changed, now).await;
    assert!(ended.is_err(), "she ended an overlap");
    assert_eq!(app.machine().verifies(&value, "builds", "write").await, StatusCode::OK);
    assert_eq!(ada.browser.get(LIST).await.status, StatusCode::NOT_FOUND);
}

/// SVC-06
#[actix_web::test]
async fn an_administrator_outside_the_team_sees_and_revokes_and_gets_no_value() {
    let (app, ada) = app().await;
    let value = secret(&ada, "Deploys", &BUILDS).await;
    let root = app.admin("root").await;
    let list = root.opens(LIST).await;
    assert!(list.row("Deploys").is_some());
    assert!(list.says("You are not in its team: you may narrow"), "{}", list.text);
    assert!(list.link("Generate token").is_none());
    let own = page_of(&app, "Deploys").await;
    for path in [format!("{LIST}/new"), format!("{own}/secret")] {
        assert!(root.opens(&path).await.says("so you generate none of its tokens"), "{path}");
    }
    let csrf = root.opens("/account").await.form("Save profile").value("csrf");
    let mut form = ada.opens(&format!("{own}/secret")).await.form("Regenerate");
    form.set("csrf", &csrf);
    let page = root.browser.submit(&form.fill("Your password", PASSWORD)).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(app.machine().verifies(&value, "builds", "write").await, StatusCode::OK);
    let link = root.opens(LIST).await.link("Revoke Deploys").expect("a link");
    let form = root.opens(&link).await.form("Revoke token");
    root.browser.submit(&form.fill("Your password", PASSWORD)).await;
    let refused = app.machine().verifies(&value, "builds", "write").await;
    assert_eq!(refused, StatusCode::UNAUTHORIZED);
}

/// SVC-07
#[actix_web::test]
async fn nobody_signs_in_as_an_account_and_no_link_leads_to_one() {
    let (app, ada) = app().await;
    for password in [PASSWORD, "", "night-build"] {
        let page = sign_in(&app.guest(), "night-build", password).await;
        assert_ne!(page.status, StatusCode::SEE_OTHER, "{password}");
    }
    let root = app.admin("root").await;
    let id = super::id(&app).await;
    for noun in ["", "/link", "/standing", "/deletion", "/sessions", "/revocation"] {
        let page = root.browser.get(&format!("/admin/people/{}{noun}", id.as_str())).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{noun}");
    }
    let csrf = root.opens("/account").await.form("Save profile").value("csrf");
    let nonce = Nonce::random();
    let password = ("password", PASSWORD);
    let fields = [("csrf", &*csrf), ("nonce", nonce.as_str()), password, ("end", "all")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    for noun in ["link", "second-factor/reset", "sessions"] {
        let path = format!("/admin/people/{}/{noun}", id.as_str());
        let page = root.browser.post(&path, &fields).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{noun}");
    }
    let links = "SELECT count(*) AS n FROM password_links";
    assert_eq!(app.database.count(links).await, 0);
    let behind = app.application.manage.person(id).await.expect("read");
    assert!(behind.is_none(), "a session of it would be somebody");
    let value = secret(&ada, "Deploys", &BUILDS).await;
    for path in [LIST, "/service-accounts", "/account", "/admin/people"] {
        let request = app.guest().request(reqwest::Method::GET, path).bearer_auth(&value);
        let page = app.guest().send(request).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{path}");
        assert!(page.location().is_some_and(|place| place.starts_with("/sign-in")), "{path}");
    }
}

/// SVC-08
#[actix_web::test]
async fn an_account_is_no_person_in_any_list_or_count() {
    let (app, _ada) = app().await;
    let root = app.admin("root").await;
    let page = root.opens("/admin/people").await;
    assert_eq!(page.names().len(), 2, "{:?}", page.names());
    assert!(!root.opens("/admin/people?q=night").await.says("Night build"));
    let by = super::actor(&app, &root).await;
    let found = app.application.manage.people(&by, "night", 1, app.now()).await.expect("read");
    assert_eq!((found.found, found.total), (0, 2));
    let teams = app.application.manage.teams().await.expect("the teams");
    let platform = teams.iter().find(|team| team.key.as_str() == "platform").expect("it");
    assert_eq!(platform.people, 1);
    let (_, people) = app.application.manage.team("platform").await.expect("the team");
    assert_eq!(people.len(), 1);
}

/// SVC-07: what is a person's to have is refused with the way that there is instead.
#[actix_web::test]
async fn commands_for_people_refuse_an_account_and_say_what_to_do_instead() {
    let (app, _ada) = app().await;
    let (manage, now) = (&app.application.manage, app.now());
    let name = || UserName::parse("night-build").expect("a name");
    let role = latchkey::domain::user::Role::Admin;
    let refused = [
        manage.join_team("web", name(), now).await.map(drop).err(),
        manage.leave_team("platform", name(), now).await.map(drop).err(),
        manage.change_role(name(), role, now).await.map(drop).err(),
        manage.reset_password(name(), now).await.map(drop).err(),
        manage.reset_second_factor(name(), now).await.map(drop).err(),
        manage.disable(name(), now).await.map(drop).err(),
        manage.delete_person(name(), now).await.map(drop).err(),
    ];
    for failure in refused {
        let said = format!("{:?}", failure.expect("a refusal"));
        assert!(said.contains("night-build is a service account: see latchkey service-account"));
    }
}
