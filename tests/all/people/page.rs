//! `/admin/people/{id}`: what there is to see of one person.

use chrono::TimeDelta;
use reqwest::StatusCode;

use super::invites;
use crate::support::App;
use crate::support::people::{Person, sign_in};
use crate::support::phone::Phone;

/// The address of a person's page.
pub fn place(person: &Person) -> String {
    format!("/admin/people/{}", person.id.as_str())
}

/// ACL-05
#[actix_web::test]
async fn an_administrator_sees_somebodys_account_tokens_and_sessions_and_never_a_secret() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    let secret = ada.generates("CI").with("Git", "Read").with("Mail", "Read & write").await;
    ada.generates("gone").with("Git", "Read").await;
    ada.revokes("gone").await;
    ada.used(&app, "CI", app.now().at(), 1).await;
    sign_in(&app.guest(), "ada", "wrong, wrong, wrong").await;
    app.wait(TimeDelta::minutes(5));
    let page = bo.opens(&place(&ada)).await;
    assert_eq!((page.status, page.heading()), (StatusCode::OK, "ada Nyström".to_owned()));
    assert!(page.says("ada · ada@fernhill.example") && page.says("Second factor Off"));
    assert!(page.says("Last sign-in 5 minutes ago"), "{}", page.text);
    let row = page.row("CI").expect("a row");
    assert!(row[0].starts_with("CI lk_"), "{row:?}");
    let ago = "5 minutes ago";
    assert_eq!(row[1..], ["Read & write Mail Read Git", ago, ago, "In 90 days", "Works", "Revoke"]);
    assert_eq!(page.rows(), 1, "the revoked one is gone");
    assert!(!page.text.contains(&secret[8..]));
    let sessions = page.entries("Sessions");
    assert_eq!(sessions.len(), 1);
    assert!(sessions[0].contains("127.0.0.1, signed in 5 minutes ago"), "{sessions:?}");
    let activity = page.entries("Recent activity");
    assert!(activity[0].contains("Sign-in failed") && activity[0].contains("By somebody unknown"));
    assert!(activity[1].contains("Revoked “gone”") && activity[1].contains("By themself"));
    Phone::set_up(&app, &ada).await;
    assert!(bo.opens(&place(&ada)).await.says("Second factor On, set up just now"));
    let list = bo.opens("/admin/people").await;
    assert_eq!(list.link("ada Nyström"), Some(place(&ada)));
    for nobody in ["/admin/people/AAAAAAAAAAAAAAAA", "/admin/people/x"] {
        assert_eq!(bo.opens(nobody).await.status, StatusCode::NOT_FOUND);
    }
}

#[actix_web::test]
async fn ways_lead_from_a_person_to_all_their_activity_and_tokens() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    ada.generates("gone").with("Git", "Read").await;
    ada.revokes("gone").await;
    bo.generates("other").with("Git", "Read").await;
    let page = bo.opens(&place(&ada)).await;
    let tokens = page.link("Search among them, revoked ones too").expect("a link");
    let tokens = bo.opens(&tokens).await;
    assert!(tokens.row("gone").is_some() && tokens.rows() == 1, "{}", tokens.text);
    let activity = bo.opens(&page.link("All of their activity").expect("a link")).await;
    let lines = activity.each("main ul.log li").join("\n");
    assert!(lines.contains("Revoked “gone” · ada") && !lines.contains("other"), "{lines}");
    let own = bo.opens(&place(&bo)).await;
    assert!(own.link("All of your activity").is_some());
}

#[actix_web::test]
async fn the_page_says_what_keeps_somebody_or_their_tokens_from_working() {
    let app = App::with(&crate::teams::file(), &[]).await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    app.joins("ada", "platform").await;
    ada.generates("less").with("Builds", "Read & write").await;
    ada.generates("paused").with("Mail", "Read").await;
    app.leaves("ada", "platform").await;
    let path = ada.page_of(&app, "paused").await + "/pause";
    let form = ada.opens(&path).await.form("Pause token");
    let form = form.fill("Your password", crate::support::people::PASSWORD);
    ada.browser.submit(&form).await;
    let state =
        |page: &crate::support::page::Page, name: &str| page.row(name).expect(name)[5].clone();
    let page = bo.opens(&place(&ada)).await;
    assert_eq!(state(&page, "less"), "Less than granted");
    assert_eq!(state(&page, "paused"), "Paused");
    app.disables("ada").await;
    let page = bo.opens(&place(&ada)).await;
    assert!(
        page.says("Disabled just now: they can’t sign in") && page.says("Not signed in anywhere")
    );
    assert_eq!(state(&page, "less"), "Refused");
    assert!(page.link("Reset password").is_none() && page.link("Enable person").is_some());
    invites(&bo, "Eve", "eve", "").await;
    let list = bo.opens("/admin/people").await;
    let page = bo.opens(&list.link("Eve").expect("a link")).await;
    assert!(page.says("Not joined yet: they have no password") && page.says("Last sign-in Never"));
}

#[actix_web::test]
async fn many_tokens_of_somebody_come_in_pages() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    ada.has_tokens(&app, 60).await;
    let page = bo.opens(&place(&ada)).await;
    assert!(page.rows() == 50 && page.says("Page 1 of 2"), "{}", page.rows());
    let page = bo.opens(&page.link("Next").expect("a link")).await;
    assert_eq!((page.rows(), page.names()[0].as_str()), (10, "token-50"));
    assert_eq!(bo.opens(&format!("{}?page=99", place(&ada))).await.rows(), 10);
}

#[actix_web::test]
async fn ones_own_page_leads_to_ones_own_account() {
    let app = App::start().await;
    let bo = app.admin("bo").await;
    bo.generates("CI").with("Git", "Read").await;
    let own = place(&bo);
    let page = bo.opens(&own).await;
    assert!(page.says("This is you.") && page.link("Delete person").is_none(), "{}", page.text);
    assert!(page.link("Revoke CI").is_none() && page.link("Sign out everywhere").is_none());
    for (noun, leads) in [
        ("/revocation?all=yes", "/account/tokens"),
        ("/sessions", "/account/sessions"),
        ("/deletion", "/account/deletion"),
        ("/second-factor/reset", "/account/second-factor/removal"),
    ] {
        let page = bo.browser.get(&format!("{own}{noun}")).await;
        assert_eq!(page.location().as_deref(), Some(leads), "{noun}");
    }
}

/// TEAM-01: and the list names them, too.
#[actix_web::test]
async fn the_list_shows_teams() {
    let app = App::with(&crate::teams::file(), &[]).await;
    let (_, bo) = (app.member("ada").await, app.admin("bo").await);
    app.joins("ada", "platform").await;
    app.joins("ada", "web").await;
    let row = bo.opens("/admin/people").await.row("ada Nyström").expect("a row");
    assert_eq!(row[2], "Platform, Web");
}
