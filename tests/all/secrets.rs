//! The value of a token is shown once.

use reqwest::{Method, StatusCode};

use crate::support::App;
use crate::support::people::PASSWORD;

#[actix_web::test]
async fn the_secret_is_shown_over_the_list_with_ready_lines() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let page = ada.generates("CI runner").with("Git", "Read").page().await;
    assert_eq!((page.status, page.heading().as_str()), (StatusCode::OK, "Save your token"));
    assert!(page.says("“CI runner” is ready. It works until 20 February 2027."));
    assert!(page.says("You won’t be able to see this token again."));
    let secret = page.secret().expect("the value");
    let line = format!("curl -H \"Authorization: Bearer {secret}\" {}/api/v1/token", app.base);
    assert!(page.says(&line), "{}", page.text);
    assert_eq!(page.link("I’ve saved it").as_deref(), Some("/account/tokens"));
    assert_eq!(page.attributes("download"), ["ci-runner-token.txt"]);
    let download = page.link("Download").expect("a link");
    assert_eq!(download, format!("data:text/plain;charset=utf-8,{secret}%0A"));
    assert!(page.row("CI runner").is_some(), "over the list");
    assert_eq!(page.count("dialog[open][aria-modal=true]"), 1);
    assert_eq!(
        page.count("main[inert], header[inert], footer[inert]"),
        3,
        "nothing else is in reach"
    );
    let forever = ada.generates("Grafana").expiring("never").with("Metrics", "Read").page().await;
    assert!(forever.says("It works until you revoke it."));
}

/// TOK-01
#[actix_web::test]
async fn a_token_has_the_operators_prefix_and_selects_with_a_double_click() {
    let file = latchkey::config::SAMPLE.replace("prefix = \"lk\"", "prefix = \"acme_pat\"");
    let app = App::with(&file, &[]).await;
    let secret = app.member("ada").await.generates("CI").with("Git", "Read").await;
    assert!(secret.starts_with("acme_pat_") && secret.len() == "acme_pat_".len() + 36, "{secret}");
    assert!(secret.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'));
}

/// ONCE-04
#[actix_web::test]
async fn the_page_that_shows_it_is_not_stored_and_tells_nobody() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let page = ada.generates("CI runner").with("Git", "Read").page().await;
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    let elsewhere = |address: &String| address.starts_with("http") || address.starts_with("//");
    assert!(!page.attributes("src").iter().any(elsewhere));
    assert!(!page.attributes("href").iter().any(elsewhere));
}

/// ONCE-01, SUDO-04, CONC-01
#[actix_web::test]
async fn a_form_sent_again_makes_no_second_token_and_shows_nothing_again() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let form = ada.opens("/account/tokens/new").await.form("Generate token");
    let form = form.fill("Name", "CI").choose("Git", "Read").fill("Your password", PASSWORD);
    let secret = ada.browser.submit(&form).await.secret().expect("the value");
    let again = ada.browser.submit(&form).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.says("This token was already shown"), "{}", again.text);
    assert!(!again.text.contains(&secret) && again.secret().is_none());
    assert_eq!(again.rows(), 1, "over the list that has it");
    ada.revokes("CI").await;
    assert_eq!(ada.browser.submit(&form).await.status, StatusCode::CONFLICT, "nor later");
    assert_eq!(app.database.count("SELECT count(*) AS n FROM tokens").await, 1);
}

/// CONC-01, ONCE-07
#[actix_web::test]
async fn one_form_sent_six_times_at_once_makes_one_token() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let form = ada.opens("/account/tokens/new").await.form("Generate token");
    let form = form.fill("Name", "CI").choose("Git", "Read").fill("Your password", PASSWORD);
    let pages = futures_util::future::join_all((0..6).map(|_| ada.browser.submit(&form))).await;
    let shown: Vec<String> = pages.iter().filter_map(|page| page.secret()).collect();
    assert_eq!(shown.len(), 1);
    assert!(pages.iter().all(|page| [200, 409, 422, 429].contains(&page.status.as_u16())));
    assert_eq!(app.database.count("SELECT count(*) AS n FROM tokens").await, 1);
    assert_eq!(app.machine().verifies(&shown[0], "git", "read").await, StatusCode::OK);
}

/// ONCE-02, ONCE-03, ONCE-05, ONCE-06, ONCE-09
#[actix_web::test]
async fn the_value_is_in_that_one_answer_and_nowhere_else() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let page = ada.generates("CI").with("Git", "Read").page().await;
    let secret = page.secret().expect("the value");
    let headers = format!("{:?}", page.headers);
    assert!(!headers.contains(&secret) && !ada.browser.cookies().contains(&secret));
    let cookies = ada.browser.copy();
    for path in ["/account/tokens", "/account/tokens/new", "/account", "/"] {
        assert!(!cookies.open(path).await.text.contains(&secret[..12]), "{path}");
    }
    let head = cookies.send(cookies.request(Method::HEAD, "/account/tokens")).await;
    assert_eq!((head.status, head.text.len()), (StatusCode::OK, 0));
    assert!(!app.database.everything().await.contains(&secret[7..]));
    if app.database.is_sqlite() {
        for file in std::fs::read_dir(app.database.folder()).expect("the folder") {
            let bytes = std::fs::read(file.expect("a file").path()).expect("its bytes");
            let found = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
            assert!(!found, "in a file of the database");
        }
    }
}
