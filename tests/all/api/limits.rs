//! Limits of tokens: how often they may be used, and from where.

use chrono::TimeDelta;
use reqwest::{Method, StatusCode};

use crate::support::App;
use crate::support::people::{PASSWORD, Person};

const LIMITED: &str = "
[[services]]
key = \"git\"
name = \"Git\"
per_minute = 3
[[services]]
key = \"mail\"
name = \"Mail\"";

/// Edits a token by labels, as a person would.
pub async fn edits(app: &App, ada: &Person, name: &str, label: &str, text: &str) {
    let page = ada.opens(&ada.page_of(app, name).await).await;
    let form = page.form("Save changes").fill("Your password", PASSWORD).fill(label, text);
    let page = ada.browser.submit(&form).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
}

#[actix_web::test]
async fn a_service_may_be_used_so_often_by_each_token_and_no_oftener() {
    let app = App::with(LIMITED, &[]).await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read").with("Mail", "Read").await;
    let other = ada.generates("Other").with("Git", "Read").await;
    let machine = app.machine();
    let question = "?service=git&access=read";
    for left in ["2", "1", "0"] {
        let answer = machine.asks(question, &secret).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.header("ratelimit-policy"), "\"service\";q=3;w=60");
        assert!(answer.header("ratelimit").starts_with(&format!("\"service\";r={left};t=")));
        assert_eq!(answer.header("retry-after"), "");
    }
    let refused = machine.asks(question, &secret).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.header("retry-after"), "20");
    assert_eq!(refused.header("ratelimit"), "\"service\";r=0;t=20");
    assert_eq!(refused.header("ratelimit-policy"), "\"service\";q=3;w=60");
    assert_eq!(refused.header("cache-control"), "no-store");
    assert_eq!(refused.header("x-token-id"), "", "a refusal names nobody");
    assert_eq!(refused.json()["status"], 429);
    assert_eq!(refused.json()["detail"], "This token is used too often. It may go on in 20 s.");
    let mail = machine.asks("?service=mail&access=read", &secret).await;
    assert_eq!((mail.status, mail.header("ratelimit")), (StatusCode::OK, ""), "it has no limit");
    assert_eq!(machine.verifies(&other, "git", "read").await, StatusCode::OK);
    app.wait(TimeDelta::seconds(20));
    assert_eq!(machine.verifies(&secret, "git", "read").await, StatusCode::OK);
    assert_eq!(machine.verifies(&secret, "git", "read").await, StatusCode::TOO_MANY_REQUESTS);
}

#[actix_web::test]
async fn a_tokens_own_limit_counts_over_all_services_and_the_lower_one_holds() {
    let app = App::with(LIMITED, &[]).await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read").with("Mail", "Read").await;
    edits(&app, &ada, "CI", "Requests a minute", "4").await;
    let machine = app.machine();
    for _ in 0..3 {
        assert_eq!(machine.verifies(&secret, "git", "read").await, StatusCode::OK);
    }
    let refused = machine.asks("?service=git&access=read", &secret).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.header("ratelimit-policy"), "\"token\";q=4;w=60, \"service\";q=3;w=60");
    assert!(refused.header("ratelimit").starts_with("\"token\";r=1;t="));
    assert_eq!(machine.verifies(&secret, "mail", "read").await, StatusCode::OK, "the fourth");
    let refused = machine.asks("?service=mail&access=read", &secret).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.header("ratelimit-policy"), "\"token\";q=4;w=60");
    edits(&app, &ada, "CI", "Requests a minute", "").await;
    assert_eq!(machine.verifies(&secret, "mail", "read").await, StatusCode::OK, "at once");
    assert_eq!(machine.asks("?service=mail", &secret).await.header("ratelimit"), "");
}

#[actix_web::test]
async fn a_limit_holds_for_tokens_that_were_there_at_the_start() {
    let app = App::with(LIMITED, &[]).await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Mail", "Read").await;
    edits(&app, &ada, "CI", "Requests a minute", "2").await;
    let app = app.restarted_with(LIMITED).await;
    app.hears_of_it().await;
    for status in [StatusCode::OK, StatusCode::OK, StatusCode::TOO_MANY_REQUESTS] {
        assert_eq!(app.machine().verifies(&secret, "mail", "read").await, status);
    }
}

#[actix_web::test]
async fn a_request_that_is_refused_anyway_uses_nothing_up() {
    let app = App::with(LIMITED, &[("trusted_proxies", "127.0.0.1")]).await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read").await;
    edits(&app, &ada, "CI", "Allowed addresses", "192.0.2.0/24").await;
    let authorization = format!("Bearer {secret}");
    let asks = async |access: &str, address: &str| {
        let headers = [("authorization", authorization.as_str()), ("x-forwarded-for", address)];
        app.machine().sends(&format!("?service=git&access={access}"), &headers).await.status
    };
    for _ in 0..5 {
        assert_eq!(asks("write", "192.0.2.9").await, StatusCode::FORBIDDEN, "too narrow");
        assert_eq!(asks("read", "192.0.3.9").await, StatusCode::FORBIDDEN, "from elsewhere");
    }
    for _ in 0..3 {
        assert_eq!(asks("read", "192.0.2.9").await, StatusCode::OK);
    }
    assert_eq!(asks("read", "192.0.2.9").await, StatusCode::TOO_MANY_REQUESTS);
    for _ in 0..5 {
        let headers = [("authorization", authorization.as_str()), ("x-forwarded-for", "192.0.2.9")];
        let own = app.machine().calls(Method::GET, "/api/v1/token", &headers).await;
        assert_eq!(own.status, StatusCode::OK, "a token that asks about itself isn’t counted");
    }
}

#[actix_web::test]
async fn nginx_is_told_of_a_limit_in_headers_that_it_can_read() {
    let app = App::with(LIMITED, &[]).await;
    let secret = app.member("ada").await.generates("CI").with("Git", "Read").await;
    let machine = app.machine();
    let question = "?gateway=nginx&service=git&access=read";
    for _ in 0..3 {
        let answer = machine.asks(question, &secret).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.header("ratelimit-policy"), "\"service\";q=3;w=60");
    }
    let refused = machine.asks(question, &secret).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "a 429 would become a 500");
    assert_eq!(refused.header("x-error-status"), "429");
    assert!(refused.header("x-error-body").contains("\"status\":429"));
    assert_eq!(refused.header("retry-after"), "20");
    assert_eq!(refused.header("ratelimit"), "\"service\";r=0;t=20");
}

#[actix_web::test]
async fn a_clock_that_goes_back_neither_locks_out_nor_opens_the_door() {
    let app = App::with(LIMITED, &[]).await;
    let secret = app.member("ada").await.generates("CI").with("Git", "Read").await;
    let machine = app.machine();
    for _ in 0..3 {
        assert_eq!(machine.verifies(&secret, "git", "read").await, StatusCode::OK);
    }
    app.wait(TimeDelta::hours(-5));
    assert_eq!(machine.verifies(&secret, "git", "read").await, StatusCode::TOO_MANY_REQUESTS);
    app.wait(TimeDelta::seconds(60));
    for _ in 0..3 {
        assert_eq!(machine.verifies(&secret, "git", "read").await, StatusCode::OK);
    }
    assert_eq!(machine.verifies(&secret, "git", "read").await, StatusCode::TOO_MANY_REQUESTS);
}

/// HTTP-15
#[actix_web::test]
async fn the_allowed_addresses_are_held_against_the_true_clients() {
    let settings = [("trusted_proxies", "127.0.0.1, 10.0.0.0/8, 2001:db8:1::/48")];
    let app = App::with(LIMITED, &settings).await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Mail", "Read").await;
    edits(&app, &ada, "CI", "Allowed addresses", "192.0.2.0/24 2001:db8:9::/48").await;
    let authorization = format!("Bearer {secret}");
    for (forwarded, allowed) in [
        (&["192.0.2.9"][..], true),
        (&["192.0.3.9"], false),
        (&["::ffff:192.0.2.9"], true),
        (&["::ffff:192.0.3.9"], false),
        (&["2001:DB8:9:0::7"], true),
        (&["2001:db8:8::7"], false),
        // What the client itself claims stands left of what the first trusted proxy saw.
        (&["192.0.2.9, 198.51.100.4"], false),
        (&["198.51.100.4, 192.0.2.9"], true),
        (&["198.51.100.4,192.0.2.9 , 10.1.2.3,2001:db8:1::5"], true),
        (&["192.0.2.9, 198.51.100.4, 10.1.2.3"], false),
        (&["192.0.2.9, 198.51.100.4", "10.1.2.3"], false),
        (&["198.51.100.4", "192.0.2.9", "10.1.2.3"], true),
        (&["192.0.2.9, ::ffff:10.1.2.3"], true),
        // Load balancers send the port along.
        (&["192.0.2.9:4711"], true),
        (&["192.0.3.9, [2001:db8:9::7]:4711"], true),
        // What can't be read leaves the last address that could be believed: that of the proxy.
        (&["192.0.2.9, unknown"], false),
        (&["192.0.2.9,"], false),
        (&["192.0.2.9:port"], false),
        (&["_hidden, 192.0.2.9"], true),
        (&[""], false),
        (&[], false),
    ] {
        let mut headers = vec![("authorization", authorization.as_str())];
        headers.extend(forwarded.iter().map(|line| ("x-forwarded-for", *line)));
        let answer = app.machine().sends("?service=mail&access=read", &headers).await;
        let expected = if allowed { StatusCode::OK } else { StatusCode::FORBIDDEN };
        assert_eq!(answer.status, expected, "{forwarded:?}");
    }
}

#[actix_web::test]
async fn an_address_that_a_stranger_names_is_not_believed() {
    let app = App::with(LIMITED, &[("trusted_proxies", "10.0.0.0/8")]).await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Mail", "Read").await;
    edits(&app, &ada, "CI", "Allowed addresses", "192.0.2.0/24").await;
    let authorization = format!("Bearer {secret}");
    for name in ["x-forwarded-for", "forwarded", "x-real-ip", "x-client-ip"] {
        let headers = [("authorization", authorization.as_str()), (name, "192.0.2.9")];
        let answer = app.machine().sends("?service=mail&access=read", &headers).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}");
    }
    edits(&app, &ada, "CI", "Allowed addresses", "127.0.0.1").await;
    let headers = [("authorization", authorization.as_str()), ("x-forwarded-for", "192.0.2.9")];
    let answer = app.machine().sends("?service=mail&access=read", &headers).await;
    assert_eq!(answer.status, StatusCode::OK, "the peer’s address counts");
}
