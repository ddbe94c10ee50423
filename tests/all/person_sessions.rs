//! `/admin/people/{id}/sessions`: signing somebody out, by an administrator.

use reqwest::StatusCode;

use crate::support::App;
use crate::support::page::Page;
use crate::support::people::PASSWORD;

/// The link that asks before one session of theirs ends: that used last.
fn one(page: &Page) -> String {
    let links = page.attributes("href").into_iter();
    let mut links = links.filter(|link| link.contains("?end=") && !link.ends_with("=all"));
    links.next().expect("a link")
}

/// SESS-06
#[actix_web::test]
async fn an_administrator_ends_one_session_of_somebody_or_all() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    let secret = ada.generates("CI").with("Git", "Read").await;
    let others = [ada.elsewhere().await, ada.elsewhere().await];
    let place = format!("/admin/people/{}", ada.id.as_str());
    let page = bo.opens(&place).await;
    assert_eq!(page.entries("Sessions").len(), 3);
    let page = bo.opens(&one(&page)).await;
    assert!(page.heading().starts_with("Sign “ada Nyström” out of "), "{}", page.heading());
    let form = page.form("Sign out device").fill("Your password", PASSWORD);
    assert_eq!(bo.browser.submit(&form).await.location(), Some(place.clone()));
    let page = bo.opens(&place).await;
    assert_eq!(page.status_message(), "1 session has ended.");
    assert_eq!(page.entries("Sessions").len(), 2);
    assert_eq!(others[1].get("/account").await.status, StatusCode::SEE_OTHER, "the newest one");
    assert_eq!(others[0].get("/account").await.status, StatusCode::OK);
    bo.browser.submit(&form).await;
    assert!(bo.opens(&place).await.status_message().contains("ended already"), "sent again");
    let page = bo.opens(&format!("{place}/sessions")).await;
    assert_eq!(page.heading(), "Sign “ada Nyström” out everywhere?");
    assert!(page.says("2 sessions end at once."));
    bo.browser.submit(&page.form("Sign out everywhere").fill("Your password", PASSWORD)).await;
    for browser in [&ada.browser, &others[0]] {
        assert_eq!(browser.get("/account").await.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(bo.opens("/account").await.status, StatusCode::OK, "the administrator’s goes on");
    assert_eq!(app.machine().verifies(&secret, "git", "read").await, StatusCode::OK);
    let lines = ada.elsewhere().await.open("/account/activity").await.each("main ul.log li");
    let told = |l: &&String| l.contains("Session ended") && l.contains("By “bo Nyström”");
    assert_eq!(lines.iter().filter(told).count(), 3, "{lines:?}");
}

/// SUDO-01
#[actix_web::test]
async fn no_session_of_somebody_ends_without_the_password() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    let page = bo.opens(&format!("/admin/people/{}", ada.id.as_str())).await;
    let form = bo.opens(&one(&page)).await.form("Sign out device");
    for (typed, why) in
        [("", "Enter your password"), ("wrong", "That password isn’t right. Nothing was changed")]
    {
        let page = bo.browser.submit(&form.clone().fill("Your password", typed)).await;
        assert_eq!(page.error("Your password"), why);
    }
    assert_eq!(ada.browser.get("/account").await.status, StatusCode::OK);
}

#[actix_web::test]
async fn nothing_but_a_session_of_theirs_is_ended() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    let cy = app.member("cy").await;
    let there = |of: &str| format!("/admin/people/{of}/sessions");
    let page = bo.opens(&format!("/admin/people/{}", cy.id.as_str())).await;
    let hers = page
        .attributes("href")
        .into_iter()
        .find_map(|link| Some(link.split_once("?end=")?.1.to_owned()));
    let form = bo.opens(&there(ada.id.as_str())).await.form("Sign out everywhere");
    let form = form.fill("Your password", PASSWORD);
    bo.browser.submit(&form.clone().forged("end", &hers.expect("a session"))).await;
    assert_eq!(cy.browser.get("/account").await.status, StatusCode::OK);
    let page = bo.browser.submit(&form.forged("end", "x")).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert_eq!(ada.browser.get("/account").await.status, StatusCode::OK);
}
