//! `/admin/people`: everybody, for administrators; `/admin/people/{id}` in the rooms beside.

mod edit;
mod page;

use chrono::TimeDelta;
use latchkey::domain::id::UserId;
use latchkey::domain::user::{Dates, DisplayName, User, UserName};
use latchkey::store::users;
use reqwest::StatusCode;

use crate::support::App;
use crate::support::page::Page;
use crate::support::people::{PASSWORD, Person, sign_in};

/// Sends the form that invites somebody.
pub async fn invites(admin: &Person, name: &str, username: &str, email: &str) -> Page {
    let form = admin.opens("/admin/people/new").await.form("Invite person");
    let form = form.fill("Name", name).fill("Username", username).fill("Email", email);
    admin.browser.submit(&form.fill("Your password", PASSWORD)).await
}

/// The path of the link that a page shows.
pub fn path_of(page: &Page, base: &str) -> String {
    let link = page.labelled("Link to set a password").unwrap_or_else(|| panic!("{}", page.text));
    link.strip_prefix(base).expect("an address of this instance").to_owned()
}

/// So many people called person-0000 and so on.
async fn has_people(app: &App, count: usize) {
    let now = app.now().at();
    let hash = latchkey::domain::password::PasswordHash::none();
    let make = move |tx: &mut latchkey::store::conn::Conn| {
        for number in 0..count {
            let user = User {
                id: UserId::random(),
                name: UserName::parse(&format!("person-{number:04}")).expect("a name"),
                display_name: DisplayName::parse(&format!("Person {number}")).expect("a name"),
                email: None,
                role: latchkey::domain::user::Role::Viewer,
                created: now,
                disabled: None,
                zone: chrono_tz::Tz::UTC,
                teams: std::sync::Arc::default(),
                dates: Dates::default(),
                theme: None,
                owned_by: None,
            };
            users::insert(tx, &user, &hash)?;
        }
        Ok(())
    };
    app.database.write(make).await;
}

#[actix_web::test]
async fn to_everybody_but_administrators_the_pages_of_people_are_not_there() {
    let app = App::start().await;
    let (ada, vera, bo) =
        (app.member("ada").await, app.viewer("vera").await, app.admin("bo").await);
    let paths = ["/admin/people", "/admin/people/new"].map(str::to_owned);
    let of_ada = format!("/admin/people/{}", ada.id.as_str());
    let theirs = ["", "/link", "/standing", "/deletion", "/revocation?all=yes", "/sessions"];
    let theirs = theirs.map(|noun| format!("{of_ada}{noun}"));
    for path in paths.iter().chain(&theirs) {
        for person in [&ada, &vera] {
            let page = person.opens(path).await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
            let nowhere = person.opens("/admin/nowhere").await;
            assert_eq!(page.text, nowhere.text, "like any address that nobody knows");
        }
        assert!(app.guest().get(path).await.location().expect("a place").starts_with("/sign-in"));
        assert_eq!(bo.opens(path).await.status, StatusCode::OK, "{path}");
    }
    assert!(bo.opens("/account").await.link("People").is_some());
    assert!(ada.opens("/account").await.link("People").is_none());
    // A member with the administrator's form and their own token for it.
    let form = bo.opens("/admin/people/new").await.form("Invite person").fill("Name", "Eve");
    let csrf = ada.opens("/account").await.form("Save profile").value("csrf");
    let form = form.fill("Username", "eve").fill("Your password", PASSWORD).forged("csrf", &csrf);
    assert_eq!(ada.browser.submit(&form).await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.database.count("SELECT count(*) AS n FROM users").await, 3);
}

#[actix_web::test]
async fn an_administrator_sees_what_there_is_to_know_of_each() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    ada.generates("ci").with("Git", "Read").await;
    ada.generates("gone").with("Git", "Read").await;
    ada.revokes("gone").await;
    Person::add(&app, "vera", "viewer").await;
    app.disables("vera").await;
    invites(&bo, "Eve <b>", "eve", "").await;
    app.wait(TimeDelta::minutes(3));
    let page = bo.opens("/admin/people").await;
    assert_eq!(page.names(), ["ada Nyström", "bo Nyström", "Eve <b>", "vera Nyström"]);
    let row = |name: &str| page.row(name).expect(name);
    assert_eq!(row("ada Nyström")[0], "ada Nyström ada · ada@fernhill.example");
    assert_eq!(row("ada Nyström")[1..], ["Member", "None", "1", "3 minutes ago", "Reset password"]);
    assert_eq!(row("bo Nyström")[1..], ["Admin", "None", "0", "Just now", "You"]);
    assert_eq!(row("Eve <b>")[0], "Eve <b> eve Not joined yet");
    assert_eq!(row("Eve <b>")[1..], ["Member", "None", "0", "Never", "New link"]);
    assert!(row("vera Nyström")[0].ends_with("Disabled"), "{:?}", row("vera Nyström"));
    assert_eq!(page.count("main b"), 0, "markup is text");
}

#[actix_web::test]
async fn people_are_found_by_name_username_and_address_and_turned_over_page_by_page() {
    let app = App::start().await;
    let bo = app.admin("bo").await;
    assert!(bo.opens("/admin/people").await.says("Nobody else is here yet"));
    has_people(&app, 119).await;
    let page = bo.opens("/admin/people").await;
    assert_eq!((page.rows(), page.says("Page 1 of 3")), (50, true));
    let page = bo.opens(&page.link("Next").expect("a link")).await;
    assert_eq!(page.names()[0], "Person 49");
    let last = bo.opens("/admin/people?page=9").await;
    assert_eq!(
        (last.rows(), last.status_message()),
        (20, "There is no such page: this is page 3.".to_owned())
    );
    for (words, names) in [
        ("FERNHILL", vec!["bo Nyström"]),
        ("nyström%20bo", vec!["bo Nyström"]),
        ("person-0007", vec!["Person 7"]),
        ("%25", vec![]),
    ] {
        let page = bo.opens(&format!("/admin/people?q={words}")).await;
        assert_eq!(page.names(), names, "{words}");
        assert!(page.link("Show everybody").is_some());
    }
    let page = bo.opens("/admin/people?q=person").await;
    assert!(page.says("119 found") && page.says("Page 1 of 3"));
    let page = bo.opens(&page.link("Next").expect("a link")).await;
    assert_eq!(
        (page.names()[0].as_str(), page.field("Find a person")),
        ("Person 50", "person".to_owned())
    );
}

/// SUDO-01, SUDO-07
#[actix_web::test]
async fn nobody_is_invited_without_the_password_and_what_was_typed_stays() {
    let app = App::start().await;
    let bo = app.admin("bo").await;
    let form = bo.opens("/admin/people/new").await.form("Invite person");
    let page = bo.browser.submit(&form.clone().fill("Email", "x").fill("Username", "a b")).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.alert().starts_with("Check 4 things"), "{}", page.alert());
    assert_eq!(page.error("Name"), "Enter a name");
    assert!(page.error("Username").starts_with("Use the letters"));
    assert!(page.error("Email").starts_with("Enter a mail address"));
    let form = form.fill("Name", "Eve").fill("Username", "eve").fill("Role", "viewer");
    let page = bo.browser.submit(&form.clone().fill("Your password", "wrong")).await;
    assert_eq!(page.error("Your password"), "That password isn’t right. Nothing was changed");
    assert_eq!((page.field("Name"), page.field("Role")), ("Eve".to_owned(), "viewer".to_owned()));
    for (name, label, why) in [
        ("BO", "Username", "There already is a person named bo"),
        ("eve", "Email", "Another person has this mail address"),
    ] {
        let form = form.clone().fill("Username", name).fill("Email", "BO@fernhill.example");
        let page = bo.browser.submit(&form.fill("Your password", PASSWORD)).await;
        assert_eq!(page.error(label), why);
    }
    let forged = form.forged("role", "king").fill("Your password", PASSWORD);
    assert_eq!(bo.browser.submit(&forged).await.error("Role"), "Choose a role of the list");
    assert_eq!(app.database.count("SELECT count(*) AS n FROM users").await, 1);
}

/// AUTH-04, AUTH-08
#[actix_web::test]
async fn who_was_invited_and_has_not_joined_signs_in_with_nothing() {
    let app = App::start().await;
    let bo = app.admin("bo").await;
    invites(&bo, "Eve", "eve", "").await;
    let unknown = sign_in(&app.guest(), "nobody", "nobody's password").await;
    // What is checked where there is no password to check must not open this account either.
    for password in ["nobody's password", PASSWORD] {
        let page = sign_in(&app.guest(), "eve", password).await;
        assert_eq!((page.status, page.alert()), (unknown.status, unknown.alert()));
    }
    let failed =
        "SELECT count(*) AS n FROM events WHERE kind = 'sign_in_failed' AND person_id IS NOT NULL";
    assert_eq!(app.database.count(failed).await, 2, "and whose account it was about is noted");
}

/// SUDO-04
#[actix_web::test]
async fn an_invitation_sent_again_says_that_it_was_made_and_where_a_new_link_is() {
    let app = App::start().await;
    let bo = app.admin("bo").await;
    let form = bo.opens("/admin/people/new").await.form("Invite person").fill("Name", "Rep <b>");
    let form = form.fill("Username", "rep").fill("Your password", PASSWORD);
    let path = path_of(&bo.browser.submit(&form).await, &app.base);
    let again = bo.browser.submit(&form).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert_eq!(again.heading(), "Already invited");
    assert!(again.says("“Rep <b>” was invited"), "{}", again.text);
    let page = bo.opens(&again.link("make a new one").expect("the way to a link")).await;
    assert!(page.says("Rep <b>") && page.count("form") > 0, "{}", page.text);
    assert_eq!(app.guest().get(&path).await.status, StatusCode::OK, "the first one still works");
    // Somebody else in the same form: nothing is lost, and the form can be sent.
    let page = bo.browser.submit(&form.fill("Username", "eve")).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.alert().contains("was sent before"), "{}", page.alert());
    let form = page.form("Invite person").fill("Your password", PASSWORD);
    assert_eq!(form.value("username"), "eve");
    assert_eq!(bo.browser.submit(&form).await.status, StatusCode::OK);
    let form = form.without("nonce").fill("Username", "ida");
    assert!(bo.browser.submit(&form).await.alert().contains("This form was incomplete"));
    assert_eq!(app.database.count("SELECT count(*) AS n FROM users").await, 3);
}
