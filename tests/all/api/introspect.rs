//! `/introspect`: what a service learns of a token, and what it doesn't (RFC 7662).

use chrono::TimeDelta;
use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::support::App;
use crate::support::machine::Answer;
use crate::support::people::PASSWORD;

/// VER-08: says nothing of a token but that there is nothing to say.
fn is_inactive(answer: &Answer) -> bool {
    answer.status == StatusCode::OK
        && answer.body == r#"{"active":false}"#
        && answer.header("cache-control") == "no-store"
}

fn scopes(answer: &Answer) -> String {
    answer.json()["scope"].as_str().unwrap_or_default().to_owned()
}

#[actix_web::test]
async fn a_service_learns_what_a_token_may_do_there_whose_it_is_and_until_when() {
    let app = App::start().await;
    let (git, builds) = (app.caller("git").await, app.caller("builds").await);
    let ada = app.member("ada").await;
    let made = app.now().at().timestamp();
    let secret = ada.generates("CI").with("Builds", "Read").with("Git", "Read & write").await;
    let path = ada.page_of(&app, "CI").await;
    let id = path.rsplit('/').next().expect("an id");
    let answer = git.introspects(&secret).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "private, max-age=10");
    let end: chrono::DateTime<chrono::Utc> = "2027-02-21T00:00:00Z".parse().expect("a time");
    let expected = format!(
        r#"{{"active":true,"scope":"git:read git:write","username":"ada","sub":"{}","token_type":"Bearer","exp":{},"iat":{made},"jti":"{id}","iss":"{}","aud":"git"}}"#,
        ada.id.as_str(),
        end.timestamp(),
        app.base
    );
    assert_eq!(answer.body, expected);
    let other = builds.introspects(&secret).await;
    assert_eq!(scopes(&other), "builds:read builds:list builds:logs", "its own part alone");
    assert_eq!(other.json()["aud"], "builds");
    let forever = ada.generates("Mirror").expiring("never").with("Git", "Read").await;
    assert_eq!(git.introspects(&forever).await.json().get("exp"), None::<&Value>);
    let uri = format!("secret-token:{forever}");
    assert_eq!(scopes(&git.introspects(&uri).await), "git:read");
    app.stop().await;
    let settings = [("public_url", "https://tokens.fernhill.example")];
    let app = App::on(app.database, latchkey::config::SAMPLE, &settings).await;
    let answer = git.at(&app).introspects(&forever).await;
    assert_eq!(answer.json()["iss"], "https://tokens.fernhill.example");
}

/// VER-08, VER-17
#[actix_web::test]
async fn unknown_expired_revoked_paused_narrow_and_disabled_are_one_bare_answer() {
    let app = App::start().await;
    let git = app.caller("git").await;
    let (ada, bo) = (app.member("ada").await, app.member("bo").await);
    let short = ada.generates("short").expiring("7").with("Git", "Read").await;
    let revoked = ada.generates("revoked").with("Git", "Read").await;
    let paused = ada.generates("paused").with("Git", "Read").await;
    let narrow = ada.generates("narrow").with("Builds", "Read & write").await;
    let orphan = bo.generates("CI").with("Git", "Read").await;
    for token in [&short, &revoked, &paused, &orphan] {
        assert_eq!(scopes(&git.introspects(token).await), "git:read");
    }
    ada.revokes("revoked").await;
    let path = ada.page_of(&app, "paused").await + "/pause";
    let pause = ada.opens(&path).await.form("Pause token").fill("Your password", PASSWORD);
    ada.browser.submit(&pause).await;
    app.database.run("UPDATE users SET disabled_at = 1 WHERE name = 'bo'").await;
    app.wait(TimeDelta::days(8));
    let unknown = "lk_000000000000000000000000000000000000".to_owned();
    let (nonsense, own) = ("nonsense".to_owned(), git.secret.clone());
    for token in [short, revoked, paused, narrow, orphan, unknown, nonsense, own] {
        let answer = git.introspects(&token).await;
        assert!(is_inactive(&answer), "{token}: {} {}", answer.status, answer.body);
    }
}

#[actix_web::test]
async fn a_former_value_is_active_until_its_own_end() {
    let app = App::start().await;
    let git = app.caller("git").await;
    let ada = app.member("ada").await;
    let old = ada.generates("CI").with("Git", "Read").await;
    let new = ada.regenerates(&app, "CI", "1").await.secret().expect("the new value");
    let [old_end, new_end] = [git.introspects(&old).await, git.introspects(&new).await]
        .map(|answer| answer.json()["exp"].as_i64().expect("an end"));
    assert!(old_end < new_end && old_end <= app.now().at().timestamp() + 3_600);
    app.wait(TimeDelta::hours(1));
    assert!(is_inactive(&git.introspects(&old).await));
    assert_eq!(scopes(&git.introspects(&new).await), "git:read");
}

#[actix_web::test]
async fn no_answer_may_be_kept_past_the_end_of_its_token() {
    let app = App::start().await;
    let git = app.caller("git").await;
    let secret = app.member("ada").await.generates("CI").expiring("7").with("Git", "Read").await;
    for (at, kept) in [
        ("2026-11-29T23:59:49Z", "private, max-age=10"),
        ("2026-11-29T23:59:56.5Z", "private, max-age=3"),
        ("2026-11-29T23:59:59.5Z", "no-store"),
    ] {
        app.jump_to(at);
        let answer = git.introspects(&secret).await;
        assert_eq!(answer.json()["active"], true, "{at}");
        assert_eq!(answer.header("cache-control"), kept, "{at}");
    }
    app.jump_to("2026-11-30T00:00:00Z");
    assert!(is_inactive(&git.introspects(&secret).await));
}

#[actix_web::test]
async fn scopes_are_cut_down_to_what_the_service_offers_now() {
    let file = |access: &str| {
        format!(
            "[[services]]\nkey = \"wiki\"\naccess = \"{access}\"\n[[services]]\nkey = \"git\"\n"
        )
    };
    let app = App::with(&file("read-write"), &[]).await;
    let (wiki, git) = (app.caller("wiki").await, app.caller("git").await);
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("wiki", "Read & write").with("git", "Read").await;
    assert_eq!(scopes(&wiki.introspects(&secret).await), "wiki:read wiki:write");
    let app = app.restarted_with(&file("read")).await;
    let (wiki, git) = (wiki.at(&app), git.at(&app));
    assert_eq!(scopes(&wiki.introspects(&secret).await), "wiki:read");
    assert_eq!(scopes(&git.introspects(&secret).await), "git:read");
    let app = app.restarted_with("[[services]]\nkey = \"git\"\n").await;
    let wiki = wiki.at(&app);
    assert!(is_inactive(&wiki.introspects(&secret).await), "a service that is gone");
}

#[actix_web::test]
async fn a_token_bound_to_addresses_is_active_only_with_one_of_them() {
    let app = App::start().await;
    let git = app.caller("git").await;
    let ada = app.member("ada").await;
    let form = ada.opens("/account/tokens/new").await.form("Generate token");
    let form = form.fill("Name", "CI").fill("Allowed addresses", "203.0.113.0/24");
    let form = form.choose("Git", "Read").fill("Your password", PASSWORD);
    let secret = ada.browser.submit(&form).await.secret().expect("the value");
    let asks = async |address| git.sends(&[("token", &secret), ("address", address)]).await;
    assert!(is_inactive(&git.introspects(&secret).await), "from where, nobody said");
    assert!(is_inactive(&asks("").await) && is_inactive(&asks("198.51.100.1").await));
    assert_eq!(scopes(&asks("203.0.113.9").await), "git:read");
    assert_eq!(scopes(&asks("::ffff:203.0.113.9").await), "git:read");
    let unclear = asks("here").await;
    assert_eq!(unclear.status, StatusCode::BAD_REQUEST);
    assert_eq!(unclear.json()["error"], "invalid_request");
}

#[actix_web::test]
async fn an_active_answer_counts_as_a_use_and_an_inactive_one_does_not() {
    // Written when this test says so, not by the server just then.
    let settings = [("last_use_every", "1h")];
    let app = App::with(latchkey::config::SAMPLE, &settings).await;
    let (git, builds) = (app.caller("git").await, app.caller("builds").await);
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read").await;
    assert!(is_inactive(&builds.introspects(&secret).await));
    app.write_uses().await;
    assert_eq!(ada.sees("CI").await.expect("a row")[2], "Never used");
    git.sends(&[("token", &secret), ("address", "203.0.113.9")]).await;
    app.write_uses().await;
    let page = ada.opens(&ada.page_of(&app, "CI").await).await;
    assert!(page.says("203.0.113.9"), "{}", page.text);
    assert!(app.database.everything().await.contains("introspection by git"));
    assert_eq!(ada.sees("CI").await.expect("a row")[2], "Just now");
}

/// RFC 6749, section 5.2: a description has neither quotes nor backslashes, and nothing beyond ASCII. A whole one is
/// a sentence, from which nothing had to be left out.
fn is_plain(answer: &Answer) -> bool {
    let json = answer.json();
    let description = json["error_description"].as_str().unwrap_or_default();
    let plain = |c: char| matches!(c, ' ' | '!' | '#'..='[' | ']'..='~');
    description.ends_with('.') && !description.contains("  ") && description.chars().all(plain)
}

#[actix_web::test]
async fn what_is_no_such_form_is_refused_as_rfc_6749_says() {
    let app = App::start().await;
    let git = app.caller("git").await;
    let secret = app.member("ada").await.generates("CI").with("Git", "Read").await;
    let (machine, basic) = (app.machine(), git.basic());
    let form = "application/x-www-form-urlencoded";
    let posts = |kind, body: &str| machine.posts("/introspect", &basic, kind, body.to_owned());
    let query = format!("/introspect?token={secret}");
    for (answer, status) in [
        (posts(form, "").await, 400),
        (posts(form, "token=").await, 400),
        (posts(form, "token_type_hint=access_token").await, 400),
        (posts(form, &format!("token={secret}&token={secret}")).await, 400),
        (posts(form, "token=%FF").await, 400),
        (posts(form, "token=x&address=here").await, 400),
        (machine.posts(&query, &basic, form, String::new()).await, 400),
        (posts(form, &format!("token={}", "x".repeat(8_192))).await, 413),
        (posts("application/json", &format!("{{\"token\":\"{secret}\"}}")).await, 415),
        (posts("text/plain", &format!("token={secret}")).await, 415),
    ] {
        assert_eq!(answer.status.as_u16(), status, "{}", answer.body);
        assert_eq!(answer.json()["error"], "invalid_request");
        assert!(is_plain(&answer), "{}", answer.body);
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(!answer.body.contains(&secret));
    }
    let stranger = machine.posts("/introspect", "Basic x", form, format!("token={secret}")).await;
    assert_eq!(stranger.json()["error"], "invalid_client");
    assert!(is_plain(&stranger), "{}", stranger.body);
    let typed = posts("text/plain", "").await;
    assert!(typed.body.contains("application/x-www-form-urlencoded"), "{}", typed.body);
    for method in [Method::GET, Method::HEAD, Method::PUT, Method::DELETE] {
        let answer = machine.calls(method, &query, &[("authorization", &basic)]).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(answer.header("allow"), "POST");
    }
    let hinted = git.sends(&[("token", &secret), ("token_type_hint", "refresh_token")]).await;
    assert_eq!(hinted.json()["active"], true, "a hint is no more than that");
}

/// VER-16
#[actix_web::test]
async fn when_the_tokens_cannot_be_read_nothing_is_called_inactive() {
    let app = App::start().await;
    let git = app.caller("git").await;
    let secret = app.member("ada").await.generates("CI").with("Git", "Read").await;
    app.database.run("ALTER TABLE tokens RENAME TO elsewhere").await;
    let answer = git.introspects(&secret).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    app.database.run("ALTER TABLE callers RENAME TO away").await;
    assert_eq!(git.introspects(&secret).await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(git.introspects("nonsense").await.status, StatusCode::SERVICE_UNAVAILABLE);
}
