//! The value of a token is shown once.

use data_encoding::BASE64;
use latchkey::domain::user::Role;
use reqwest::{Method, StatusCode};
use scraper::{Html, Selector};
use serde_json::Value;
use url::Url;

use crate::support::App;
use crate::support::page::Page;
use crate::support::people::PASSWORD;

#[actix_web::test]
async fn the_secret_is_shown_over_the_list_with_ready_lines() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let page = ada.generates("CI runner").with("Git", "Read").page().await;
    assert_eq!((page.status, page.heading().as_str()), (StatusCode::OK, "Save your token"));
    assert!(page.says("“CI runner” is ready. It works until 20 February 2027."));
    let sentence =
        "You won’t be able to see this token again. If you lose it, you can regenerate it.";
    assert!(page.says(sentence));
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

/// The text of one form of the token, as it would be copied.
fn form(page: &Page, name: &str) -> String {
    let html = Html::parse_document(&page.text);
    let block = Selector::parse(&format!("dialog details code[aria-label=\"{name}\"]"));
    let block = html.select(&block.expect("a selector")).next();
    block.unwrap_or_else(|| panic!("there is no {name}: {}", page.text)).text().collect()
}

/// Whether a name and a password open the token's own page.
async fn opens(app: &App, name: &str, password: &str) -> bool {
    let request = app.machine().client.get(format!("{}/api/v1/token", app.base));
    let answer = request.basic_auth(name, Some(password)).send().await.expect("an answer");
    answer.status() == StatusCode::OK
}

#[actix_web::test]
async fn each_form_of_the_token_holds_the_value_and_works() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let page = ada.generates("CI runner").with("Git", "Read").page().await;
    let secret = page.secret().expect("the value");

    let words = shlex::split(&form(&page, "curl line")).expect("words");
    let [curl, option, header, address] = words.try_into().expect("four words");
    assert_eq!((curl.as_str(), option.as_str()), ("curl", "-H"));
    let (name, value) = header.split_once(": ").expect("a header");
    let request = app.machine().client.get(&address).header(name, value);
    assert_eq!(request.send().await.expect("an answer").status(), StatusCode::OK, "{address}");

    assert_eq!(form(&page, ".env line"), format!("TOKEN={secret}"));
    let netrc = form(&page, "netrc line");
    let words: Vec<&str> = netrc.split(' ').collect();
    assert_eq!(words, ["machine", "127.0.0.1", "login", "ada", "password", &secret]);
    assert!(opens(&app, words[3], words[5]).await);
    let git = Url::parse(&form(&page, "Git credential")).expect("an address");
    assert_eq!(git.port(), Some(app.address.port()));
    assert!(opens(&app, git.username(), git.password().expect("a password")).await);

    let docker: Value = serde_json::from_str(&form(&page, "Docker config")).expect("JSON");
    let auth = docker["auths"][app.address.to_string()]["auth"].as_str().expect("base64");
    let pair = BASE64.decode(auth.as_bytes()).expect("base64");
    assert_eq!(pair, format!("ada:{secret}").as_bytes());
    let yaml = form(&page, "Kubernetes Secret");
    let yaml = &yaml_rust2::YamlLoader::load_from_str(&yaml).expect("YAML")[0];
    assert_eq!(yaml["stringData"]["token"].as_str(), Some(secret.as_str()));
    assert_eq!(yaml["metadata"]["name"].as_str(), Some("ci-runner-token"));

    for path in ["/account/tokens", "/account/tokens/new", "/account"] {
        let text = ada.opens(path).await.text;
        assert!(!text.contains(&secret) && !text.contains(auth), "{path}");
    }
}

#[actix_web::test]
async fn the_forms_name_the_first_service_that_has_an_address() {
    let file = r#"
[[services]]
key = "builds"
[[services]]
key = "git"
url = "https://git.example.org/it's?a=b&c"
[[services]]
key = "mail"
url = "https://mail.example.org:8443"
"#;
    let app = App::with(file, &[]).await;
    let ada = app.member("ada").await;
    let all = ada.generates("All").with("mail", "Read").with("git", "Read").with("builds", "Read");
    let page = all.page().await;
    let words = shlex::split(&form(&page, "curl line")).expect("words");
    assert_eq!(words.last().map(String::as_str), Some("https://git.example.org/it's?a=b&c"));
    assert!(form(&page, "netrc line").starts_with("machine git.example.org login ada "));
    let page = ada.generates("Mail").with("mail", "Read").page().await;
    assert!(form(&page, "Docker config").contains("\"mail.example.org:8443\""));
    let page = ada.generates("Builds").with("builds", "Read").page().await;
    assert!(form(&page, "curl line").ends_with(&format!(" {}/api/v1/token", app.base)));
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
    let sentence = "“CI” was already shown. If you didn’t save it, regenerate it.";
    assert_eq!(again.status_message(), sentence);
    let address = again.link("regenerate it").expect("a link");
    let id = address.strip_prefix("/account/tokens/").and_then(|rest| rest.strip_suffix("/secret"));
    assert!(ada.opens("/account/tokens").await.text.contains(id.expect("its address")));
    assert!(!again.text.contains(&secret) && again.secret().is_none());
    assert_eq!(again.rows(), 1, "over the list that has it");
    ada.revokes("CI").await;
    let again = ada.browser.submit(&form).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "nor later");
    assert!(again.says("This form was sent before, and its token is gone since."));
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

/// TOK-05
#[actix_web::test]
async fn a_regenerated_token_has_a_new_value_and_keeps_all_else() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let old = ada.generates("CI").with("Git", "Read").expiring("30").await;
    let before = ada.sees("CI").await.expect("a row");
    let page = ada.regenerates(&app, "CI", "0").await;
    assert_eq!((page.status, page.header("cache-control")), (StatusCode::OK, "no-store"));
    let new = page.secret().expect("the new value");
    assert_ne!(old, new);
    let after = ada.sees("CI").await.expect("a row");
    assert_eq!(before[1..], after[1..], "access, use and end are the same");
    let machine = app.machine();
    assert_eq!(machine.verifies(&old, "git", "read").await, StatusCode::UNAUTHORIZED);
    assert_eq!(machine.verifies(&new, "git", "read").await, StatusCode::OK);
    assert_eq!(machine.verifies(&new, "git", "write").await, StatusCode::FORBIDDEN);
    let everything = app.database.everything().await;
    assert!(!everything.contains(&new) && !everything.contains(&old));
}

/// ONCE-01, CONC-01
#[actix_web::test]
async fn a_regeneration_sent_twice_makes_one_value() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    ada.generates("CI").with("Git", "Read").await;
    let path = ada.page_of(&app, "CI").await + "/secret";
    let form = ada.opens(&path).await.form("Regenerate").fill("Your password", PASSWORD);
    let sent = (0..6).map(|_| ada.browser.submit(&form));
    let pages = futures_util::future::join_all(sent).await;
    let shown: Vec<String> = pages.iter().filter_map(crate::support::page::Page::secret).collect();
    assert_eq!(shown.len(), 1);
    assert_eq!(app.machine().verifies(&shown[0], "git", "read").await, StatusCode::OK);
    let rest = pages.iter().filter(|page| page.status == StatusCode::CONFLICT);
    assert_eq!(rest.count(), 5);
}

#[actix_web::test]
async fn an_expired_token_comes_back_with_a_new_end() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let old = ada.generates("CI").with("Git", "Read").expiring("7").await;
    app.wait(chrono::TimeDelta::days(9));
    crate::support::people::sign_in(&ada.browser, "ada", PASSWORD).await;
    let path = ada.page_of(&app, "CI").await;
    assert!(ada.opens(&path).await.says("Regenerate it to bring it back"));
    let page = ada.opens(&format!("{path}/secret")).await;
    assert!(!page.has_field("Old value stops working"), "it has stopped");
    let form = page.form("Regenerate").fill("Your password", PASSWORD);
    let wrong = form.clone().fill("Expires", "custom").fill("Last day it works", "2026-01-01");
    let page = ada.browser.submit(&wrong).await;
    assert!(page.error("Last day it works").starts_with("Choose a day from"), "{}", page.text);
    let new = ada.browser.submit(&form.fill("Expires", "30")).await.secret().expect("a value");
    let machine = app.machine();
    assert_eq!(machine.verifies(&new, "git", "read").await, StatusCode::OK);
    assert_eq!(machine.verifies(&old, "git", "read").await, StatusCode::UNAUTHORIZED);
}

/// SUDO-01
#[actix_web::test]
async fn no_new_value_without_the_password_or_with_an_overlap_that_is_not_offered() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let old = ada.generates("CI").with("Git", "Read").await;
    let path = ada.page_of(&app, "CI").await + "/secret";
    let form = ada.opens(&path).await.form("Regenerate");
    for (password, overlap) in [("", "24"), ("wrong", "24"), (PASSWORD, "2000"), (PASSWORD, "-1")] {
        let sent = form.clone().fill("Your password", password).forged("overlap", overlap);
        let page = ada.browser.submit(&sent).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{password} {overlap}");
        assert!(page.secret().is_none());
    }
    assert_eq!(app.machine().verifies(&old, "git", "read").await, StatusCode::OK);
}

#[actix_web::test]
async fn a_viewer_gets_no_new_value() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let old = ada.generates("CI").with("Git", "Read").await;
    let path = ada.page_of(&app, "CI").await + "/secret";
    let form = ada.opens(&path).await.form("Regenerate").fill("Your password", PASSWORD);
    app.gives_role("ada", Role::Viewer).await;
    let page = ada.browser.submit(&form).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.says("Your role lets you use and revoke tokens, not generate them"));
    assert!(!ada.opens(&path).await.has_field("Your password"), "nothing to send");
    assert_eq!(app.machine().verifies(&old, "git", "read").await, StatusCode::OK);
}
