//! Generating.

use reqwest::StatusCode;

use crate::support::App;
use crate::support::form::FormOnPage;
use crate::support::people::{PASSWORD, Person};

async fn form(ada: &Person) -> FormOnPage {
    let form = ada.opens("/account/tokens/new").await.form("Generate token");
    form.fill("Name", "CI runner").choose("Git", "Read").fill("Your password", PASSWORD)
}

#[actix_web::test]
async fn a_person_generates_a_token_and_a_gateway_lets_it_in() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secret =
        ada.generates("CI runner").with("Builds", "Read & write").with("Git", "Read").await;
    let machine = app.machine();
    assert_eq!(machine.verifies(&secret, "builds", "write").await, StatusCode::OK);
    assert_eq!(machine.verifies(&secret, "git", "read").await, StatusCode::OK);
    assert_eq!(machine.verifies(&secret, "git", "write").await, StatusCode::FORBIDDEN);
    assert_eq!(machine.verifies(&secret, "mail", "read").await, StatusCode::FORBIDDEN);
}

#[actix_web::test]
async fn every_wrong_field_is_named_at_once_and_what_was_typed_stays() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let form = ada.opens("/account/tokens/new").await.form("Generate token");
    let form = form.fill("Expires", "custom").fill("Last day it works", "2025-01-01");
    let page = ada.browser.submit(&form).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.title().starts_with("Error: Generate a token"));
    assert!(page.alert().starts_with("Check 4 things"), "{}", page.alert());
    assert_eq!(page.error("Name"), "Enter a name, so you can tell this token apart later");
    let range = "Choose a day from 23 November 2026 to 22 November 2027";
    assert_eq!(page.error("Last day it works"), range);
    assert_eq!(page.error_of("access"), "Choose at least one service");
    assert_eq!(page.error("Your password"), "Enter your password");
    assert_eq!(page.field("Last day it works"), "2025-01-01");
    for place in ["#name", "#until", "#access", "#password"] {
        assert!(page.attributes("href").contains(&place.to_owned()), "{place}");
        assert_eq!(page.count(&format!("[id='{}']", &place[1..])), 1, "{place} leads somewhere");
    }
    assert_eq!(page.count("[role=alert][tabindex='-1'][autofocus]"), 1, "focused");
}

/// SUDO-01, SUDO-02, SUDO-07
#[actix_web::test]
async fn without_the_password_nothing_is_generated_and_what_was_typed_stays() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, "seven brass owls knit");
    for wrong in ["Plum Tractor Ninety Gull", " plum tractor ninety gull", bo] {
        let page = ada.browser.submit(&form(&ada).await.fill("Your password", wrong)).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(page.error("Your password"), "That password isn’t right. Nothing was changed");
        assert_eq!(page.field("Name"), "CI runner");
        assert_eq!(page.count("[name='access.git'][value=read][checked]"), 1);
        assert_eq!(page.field("Your password"), "");
    }
    for form in [
        form(&ada).await.fill("Your password", &"x".repeat(5000)),
        form(&ada).await.without("password"),
    ] {
        assert_eq!(ada.browser.submit(&form).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(app.database.count("SELECT count(*) AS n FROM tokens").await, 0);
}

#[actix_web::test]
async fn the_password_is_looked_at_last() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    ada.generates("CI runner").with("Git", "Read").await;
    for _ in 0..8 {
        let page = ada.browser.submit(&form(&ada).await.fill("Your password", "wrong")).await;
        assert_eq!(page.error("Name"), "There already is a token named “CI runner”");
        assert_eq!(page.error("Your password"), "", "not even tried");
    }
    let page = ada.browser.submit(&form(&ada).await.fill("Name", "other")).await;
    assert_eq!(page.status, StatusCode::OK, "so nothing was counted");
}

/// LIM-03, LIM-04
#[actix_web::test]
async fn a_name_is_visible_not_blank_and_at_most_sixty_characters() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    for (name, why) in [
        ("", "Enter a name"),
        ("   ", "Enter a name"),
        ("a\u{7}b", "control character"),
        ("a\tb", "control character"),
        ("a\u{200B}b", "invisible character"),
        ("a\u{202E}b", "direction"),
        ("a\u{2028}b", "line break"),
        ("a\u{E0041}b", "invisible character"),
    ] {
        let page = ada.browser.submit(&form(&ada).await.fill("Name", name)).await;
        assert!(page.error("Name").contains(why), "{name:?}: {}", page.error("Name"));
    }
    let long = "é".repeat(61);
    let page = ada.browser.submit(&form(&ada).await.fill("Name", &long)).await;
    assert_eq!(page.error("Name"), "Use at most 60 characters");
    assert_eq!(page.field("Name"), long);
    let page = ada.browser.submit(&form(&ada).await.fill("Name", &"é".repeat(60))).await;
    assert_eq!(page.status, StatusCode::OK);
}

#[actix_web::test]
async fn a_name_is_free_again_once_its_token_is_dead() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.member("bo").await);
    bo.generates("CI").with("Git", "Read").await;
    ada.generates("CI").expiring("7").with("Git", "Read").await;
    let page = ada.generates(" CI ").with("Git", "Read").page().await;
    assert_eq!(page.error("Name"), "There already is a token named “CI”");
    ada.revokes("CI").await;
    ada.generates("CI").expiring("7").with("Git", "Read").await;
    app.wait(chrono::TimeDelta::days(8));
    let browser = ada.elsewhere().await;
    let form = browser.open("/account/tokens/new").await.form("Generate token");
    let form = form.fill("Name", "CI").choose("Git", "Read").fill("Your password", PASSWORD);
    assert_eq!(browser.submit(&form).await.status, StatusCode::OK);
}

/// LIM-05, LIM-06, ACL-04, LIM-07
#[actix_web::test]
async fn what_no_form_offers_is_refused() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    for (name, value) in [
        ("access.git", "admin"),
        ("access.git", "READ"),
        ("access.audit", "write"),
        ("access.nonsense", "read"),
        ("access.", "read"),
        ("expires", "0"),
        ("expires", "-5"),
        ("expires", "99999999999999999999"),
        ("expires", "4294967295"),
        ("expires", "soon"),
        ("expires", ""),
        ("nonce", ""),
        ("nonce", "../../etc"),
    ] {
        let page = ada.browser.submit(&form(&ada).await.forged(name, value)).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}={value}");
        assert!(!page.alert().is_empty(), "{name}={value}: {}", page.text);
    }
    for day in ["2026-02-30", "tomorrow", "9999-12-31", "-262144-01-01", "2026-11-22"] {
        let custom = form(&ada).await.forged("expires", "custom").forged("until", day);
        let page = ada.browser.submit(&custom).await;
        assert!(page.error("Last day it works").starts_with("Choose a day"), "{day}");
    }
    assert_eq!(app.database.count("SELECT count(*) AS n FROM tokens").await, 0);
    let extra =
        form(&ada).await.forged("user_id", "x").forged("expires_at", "0").forged("scopes", "*");
    assert_eq!(ada.browser.submit(&extra).await.status, StatusCode::OK, "and does nothing");
    let grants = "SELECT count(*) AS n FROM tokens WHERE grants = 'git:read'";
    assert_eq!(app.database.count(grants).await, 1);
}

/// LIM-10
#[actix_web::test]
async fn one_token_too_many_is_refused_in_words_also_in_a_race() {
    let file = latchkey::config::SAMPLE.replace("tokens_per_person = 100", "tokens_per_person = 3");
    let app = App::with(&file, &[]).await;
    let ada = app.member("ada").await;
    let mut forms = Vec::new();
    for at in 0..5 {
        forms.push(form(&ada).await.fill("Name", &format!("t{at}")));
    }
    let sent = forms.iter().map(|form| ada.browser.submit(form));
    let pages = futures_util::future::join_all(sent).await;
    let made = pages.iter().filter(|page| page.status == StatusCode::OK).count();
    assert_eq!(made, 3);
    let refused = pages.iter().find(|page| page.status != StatusCode::OK).expect("one");
    assert!(
        refused.alert().contains("There are 3 tokens, the most allowed here"),
        "{}",
        refused.text
    );
}

#[actix_web::test]
async fn a_viewer_cannot_generate_by_a_forged_form_either() {
    let app = App::start().await;
    let (ada, vera) = (app.member("ada").await, app.viewer("vera").await);
    let mut form = form(&ada).await;
    let csrf = vera.opens("/account").await.form("Save profile").value("csrf");
    form.set("csrf", &csrf);
    let page = vera.browser.submit(&form).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.says("Your role lets you use and revoke tokens, not generate them"));
}

/// AUD-01
#[actix_web::test]
async fn generating_and_revoking_leave_a_line_with_who_what_when_and_where() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read").await;
    ada.revokes("CI").await;
    for kind in ["token_generated", "token_revoked"] {
        let everything = app.database.everything().await;
        let line = format!("{kind} “CI”: Read Git. Mozilla/5.0 (a test) 127.0.0.1");
        assert!(everything.contains(&line), "{kind}: {everything}");
        assert!(!everything.contains(&secret), "ONCE-09");
    }
}
