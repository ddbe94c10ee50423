//! The end of one token.

use reqwest::StatusCode;

use crate::support::App;
use crate::support::people::PASSWORD;

#[actix_web::test]
async fn a_revoked_token_is_refused_at_once() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI runner").with("Builds", "Read").await;
    let machine = app.machine();
    assert_eq!(machine.verifies(&secret, "builds", "read").await, StatusCode::OK);
    let page = ada.revokes("CI runner").await;
    assert_eq!(machine.verifies(&secret, "builds", "read").await, StatusCode::UNAUTHORIZED);
    assert_eq!(page.location().as_deref(), Some("/account/tokens"));
    let page = ada.opens("/account/tokens").await;
    let message = "“CI runner” was revoked. Anything that used it has lost access.";
    assert_eq!(page.status_message(), message);
    assert!(page.row("CI runner").is_none());
}

#[actix_web::test]
async fn the_question_names_the_token_its_last_use_and_what_stops() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI runner").with("Builds", "Read & write").await;
    let link = ada.opens("/account/tokens").await.link("Revoke CI runner").expect("a link");
    let page = ada.opens(&link).await;
    assert_eq!(page.heading(), "Revoke “CI runner”?");
    assert!(page.says("never used") && page.says("stops working at once"));
    app.machine().verifies(&secret, "builds", "read").await;
    app.write_uses().await;
    app.wait(chrono::TimeDelta::minutes(4));
    let page = ada.opens(&link).await;
    assert!(page.says("last used 4 minutes ago from 127.0.0.1 by curl/8.5"), "{}", page.text);
    assert!(page.says("Read & write Builds"));
    assert_eq!(page.link("Keep it").as_deref(), Some("/account/tokens"));
}

/// SUDO-01, SUDO-02
#[actix_web::test]
async fn nothing_is_revoked_without_the_password() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI runner").with("Builds", "Read").await;
    let link = ada.opens("/account/tokens").await.link("Revoke CI runner").expect("a link");
    let form = ada.opens(&link).await.form("Revoke token");
    let wrong = ada.browser.submit(&form.clone().fill("Your password", "wrong")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(wrong.error("Your password"), "That password isn’t right. Nothing was changed");
    assert_eq!(wrong.heading(), "Revoke “CI runner”?");
    let left_out = ada.browser.submit(&form.without("password")).await;
    assert_eq!(left_out.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(app.machine().verifies(&secret, "builds", "read").await, StatusCode::OK);
}

/// SUDO-05
#[actix_web::test]
async fn wrong_confirmations_count_like_wrong_sign_ins() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    ada.generates("CI runner").with("Builds", "Read").await;
    let link = ada.opens("/account/tokens").await.link("Revoke CI runner").expect("a link");
    let form = ada.opens(&link).await.form("Revoke token");
    for _ in 0..5 {
        let page = ada.browser.submit(&form.clone().fill("Your password", "wrong")).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let page = ada.browser.submit(&form.fill("Your password", PASSWORD)).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(page.error("Your password").starts_with("Too many tries. Wait 5 minutes"));
    let sign_in = crate::support::people::sign_in(&app.guest(), "ada", PASSWORD).await;
    assert_eq!(sign_in.status, StatusCode::TOO_MANY_REQUESTS, "one counter");
}

/// ACL-01, ACL-02
#[actix_web::test]
async fn anothers_token_is_not_there() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let eve = app.member("eve").await;
    let secret = ada.generates("CI runner").with("Builds", "Read").await;
    eve.generates("mine").with("Builds", "Read").await;
    let hers = ada.opens("/account/tokens").await.link("Revoke CI runner").expect("a link");
    let id = hers.split_once("id=").expect("an id").1.to_owned();
    let foreign = eve.opens(&hers).await;
    let absent = eve.opens("/account/tokens/revocation?id=0123456789abcdef").await;
    assert_eq!((foreign.status, &foreign.text), (absent.status, &absent.text));
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    let mine = eve.opens("/account/tokens").await.link("Revoke mine").expect("a link");
    let form = eve.opens(&mine).await.form("Revoke token").fill("Your password", PASSWORD);
    let foreign = eve.browser.submit(&form.clone().forged("id", &id)).await;
    let absent = eve.browser.submit(&form.clone().forged("id", "0123456789abcdef")).await;
    let odd = eve.browser.submit(&form.forged("id", "../x")).await;
    assert_eq!((foreign.status, &foreign.text), (absent.status, &absent.text));
    assert_eq!((odd.status, foreign.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
    assert_eq!(app.machine().verifies(&secret, "builds", "read").await, StatusCode::OK);
}

/// CONC-02
#[actix_web::test]
async fn two_sessions_revoke_the_same_token_and_both_end_well() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let other = ada.elsewhere().await;
    let secret = ada.generates("CI runner").with("Builds", "Read").await;
    let link = ada.opens("/account/tokens").await.link("Revoke CI runner").expect("a link");
    let one = ada.opens(&link).await.form("Revoke token").fill("Your password", PASSWORD);
    let two = other.open(&link).await.form("Revoke token").fill("Your password", PASSWORD);
    let (one, two) = tokio::join!(ada.browser.submit(&one), other.submit(&two));
    assert_eq!([one.status, two.status], [StatusCode::SEE_OTHER; 2]);
    assert_eq!(app.machine().verifies(&secret, "builds", "read").await, StatusCode::UNAUTHORIZED);
    let lines = "SELECT count(*) AS n FROM events WHERE kind = 'token_revoked'";
    assert_eq!(app.database.count(lines).await, 1, "one deed, one line");
    assert_eq!(ada.opens(&link).await.status, StatusCode::NOT_FOUND, "it has no page any more");
}

#[actix_web::test]
async fn an_expired_token_can_be_cleared_away() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    ada.generates("old").expiring("7").with("Builds", "Read").await;
    app.wait(chrono::TimeDelta::days(9));
    let again = ada.elsewhere().await;
    let list = again.open("/account/tokens").await;
    assert!(list.row("old").expect("still listed")[3].starts_with("Expired"));
    let page = again.open(&list.link("Revoke old").expect("a link")).await;
    assert!(page.says("This token has expired"));
    again.submit(&page.form("Revoke token").fill("Your password", PASSWORD)).await;
    assert!(again.open("/account/tokens").await.says("No tokens yet"));
}
