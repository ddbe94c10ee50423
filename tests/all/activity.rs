//! `/account/activity`: everything that happened to one's account and tokens.

use chrono::TimeDelta;
use latchkey::domain::actor::Actor;
use latchkey::domain::client::Client;
use latchkey::domain::event::{Event, Kind};
use latchkey::store::{events, users};
use reqwest::StatusCode;

use crate::support::App;
use crate::support::page::Page;
use crate::support::people::{Person, sign_in};

const PATH: &str = "/account/activity";

/// The lines of the page, as they are read.
fn lines(page: &Page) -> Vec<String> {
    page.each("main ul.log li")
}

#[actix_web::test]
async fn everything_that_happened_is_told_with_who_from_where_and_with_what() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.member("bo").await);
    ada.generates("CI “x”").with("Git", "Read").await;
    ada.revokes("CI “x”").await;
    bo.generates("hers not").with("Git", "Read").await;
    sign_in(&app.guest(), "ada", "wrong, wrong, wrong").await;
    app.wait(TimeDelta::days(1));
    app.gives_role("ada", latchkey::domain::user::Role::Admin).await;
    let page = ada.elsewhere().await.open(PATH).await;
    assert_eq!((page.heading(), page.status), ("Activity".into(), StatusCode::OK));
    let seen = lines(&page);
    for (line, parts) in seen.iter().zip([
        &["Signed in", "18:00", "By you, Mozilla, 127.0.0.1"][..],
        &["Role changed", "From member to admin. On the command line"],
        &["Sign-in failed", "By somebody unknown, Mozilla, 127.0.0.1"],
        &["Revoked “CI “x””", "By you"],
        &["Generated “CI “x””", "Read Git. By you, Mozilla, 127.0.0.1"],
        &["Signed in", "By you"],
    ]) {
        assert!(parts.iter().all(|part| line.contains(part)), "{line}: {parts:?}");
    }
    assert_eq!(seen.len(), 6, "nobody else's: {seen:?}");
    assert_eq!(page.each("main h2"), ["Today", "Yesterday"]);
}

/// A token's page has a way here, and a revoked one's lines are found from any of them.
#[actix_web::test]
async fn lines_are_filtered_by_token_also_a_revoked_one_and_by_kind() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    for name in ["CI", "Gone"] {
        ada.generates(name).with("Git", "Read").await;
    }
    let own = ada.opens(&ada.page_of(&app, "CI").await).await;
    let link = own.link("All activity of this token").expect("a link");
    let page = ada.opens(&link).await;
    assert_eq!(lines(&page).len(), 1);
    assert_eq!(page.field("Token"), link.rsplit('=').next().expect("an id"), "the filter says so");
    assert!(page.link("Open “CI”").is_some());
    ada.revokes("Gone").await;
    let page = ada.opens(PATH).await;
    let gone = ada.opens(&page.link("“Gone”").expect("a link")).await;
    let seen = lines(&gone);
    assert!(seen.len() == 2 && seen.iter().all(|line| line.contains("“Gone”")), "{seen:?}");
    assert!(gone.says("Gone (revoked)") && gone.link("Open “Gone”").is_none(), "{}", gone.text);
    let id = gone.field("Token");
    let one = ada.opens(&format!("{PATH}?token={id}&kind=token_revoked")).await;
    assert_eq!(lines(&one).len(), 1);
    assert_eq!(one.field("What happened"), "token_revoked");
    let kind = ada.opens(&format!("{PATH}?kind=token_generated")).await;
    assert_eq!(lines(&kind).len(), 2);
    let none = ada.opens(&format!("{PATH}?kind=password_changed")).await;
    assert!(lines(&none).is_empty() && none.says("Nothing like that has happened."));
    assert_eq!(none.link("Show all activity").as_deref(), Some(PATH));
}

/// ACL-01, ACL-02
#[actix_web::test]
async fn anothers_token_and_what_is_not_there_are_the_same() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.member("bo").await);
    ada.generates("hers").with("Git", "Read").await;
    let id = ada.page_of(&app, "hers").await.replace("/account/tokens/", "");
    for token in [&id, "Aaaaaaaaaaaaaaaa", "x"] {
        let page = bo.opens(&format!("{PATH}?token={token}")).await;
        assert!(page.says("There is no such token"), "{}", page.text);
        assert_eq!(lines(&page).len(), 1, "their own");
        let export = bo.browser.get(&format!("{PATH}/export?format=csv&token={token}")).await;
        assert!(!export.text.contains("hers"), "{}", export.text);
    }
    for kind in ["caller_added", "x"] {
        let page = bo.opens(&format!("{PATH}?kind={kind}")).await;
        assert!(page.says("There is no such kind of activity"), "{}", page.text);
    }
}

/// Events of this person by number, put into the log.
pub async fn happened(app: &App, person: &Person, count: i64) {
    let (id, now) = (person.id.clone(), app.now());
    app.database
        .write(move |tx| {
            let (user, _) = users::find(tx, &id)?.expect("a person");
            let actor = Actor {
                user,
                client: Client::default(),
                confirmed: None,
                has_password: true,
                fresh: None,
                entrusted: None,
            };
            for number in 1..=count {
                let event = Event::own(Kind::ProfileChanged, &actor, now);
                let detail = format!("number {number}.");
                events::record(tx, &Event { detail, ..event })?;
            }
            Ok(())
        })
        .await;
}

#[actix_web::test]
async fn pages_go_there_and_back_and_miss_nothing() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    happened(&app, &ada, 120).await;
    let mut page = ada.opens(&format!("{PATH}?kind=profile_changed")).await;
    let mut seen = lines(&page);
    assert_eq!((seen.len(), page.link("Newer")), (50, None));
    while let Some(link) = page.link("Older") {
        page = ada.opens(&link).await;
        seen.extend(lines(&page));
    }
    assert_eq!(seen.len(), 120);
    for (line, number) in seen.iter().zip((1..=120).rev()) {
        assert!(line.contains(&format!("number {number}.")), "{line}");
    }
    let back = ada.opens(&page.link("Newer").expect("a way back")).await;
    assert_eq!(lines(&back), seen[50..100]);
    let back = ada.opens(&back.link("Newer").expect("a way back")).await;
    assert_eq!((lines(&back), back.link("Newer")), (seen[..50].to_vec(), None));
}

/// However much happened, a page looks at what it shows.
#[actix_web::test]
async fn each_way_to_ask_has_its_index() {
    let app = App::start().await;
    if !app.database.is_sqlite() {
        return;
    }
    for (filter, index) in [
        ("person_id = 'x'", "events_by_person"),
        ("person_id = 'x' AND kind = 'y'", "events_by_kind"),
        ("token_id = 'x'", "events_by_token"),
        ("token_id = 'x' AND kind = 'y'", "events_by_token_kind"),
    ] {
        let sql = format!(
            "SELECT * FROM events WHERE {filter} AND number < 9 ORDER BY number DESC LIMIT 51"
        );
        let plan = app.database.plan(&sql).await;
        assert!(plan.contains(&format!("USING INDEX {index} ")), "{plan}");
        assert!(!plan.contains("B-TREE") && !plan.contains("SCAN"), "{plan}");
    }
}
