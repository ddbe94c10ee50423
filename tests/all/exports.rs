//! `/account/activity/export`: the activity as a file.

use reqwest::StatusCode;
use reqwest::header::{HeaderValue, USER_AGENT};
use serde_json::Value;

use crate::activity::happened;
use crate::support::App;
use crate::support::browse::Browser;
use crate::support::people::sign_in;

const PATH: &str = "/account/activity/export";

/// LIM-11
#[actix_web::test]
async fn what_a_spreadsheet_would_run_is_text_in_the_export() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    ada.generates("=1+1").with("Git", "Read").await;
    for agent in
        ["=HYPERLINK(\"http://evil.example\")", "+1", "-1", "@SUM(A1)", "＝1", "＋1", "－1", "＠a"]
    {
        let agent = HeaderValue::from_bytes(agent.as_bytes()).expect("a header");
        let browser = Browser::with_headers(&app.base, [(USER_AGENT, agent)].into_iter().collect());
        sign_in(&browser, "ada", "wrong, wrong, wrong").await;
        app.wait(chrono::TimeDelta::minutes(6));
    }
    let page = ada.browser.get(&format!("{PATH}?format=csv")).await;
    let mut reader = csv::Reader::from_reader(page.text.as_bytes());
    let fields: Vec<String> = reader.headers().expect("a head").iter().map(str::to_owned).collect();
    assert_eq!(
        fields,
        ["number", "time", "kind", "event", "token", "detail", "by", "address", "agent"]
    );
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), 10);
    let agents: Vec<&str> = rows.iter().map(|row| &row[8]).collect();
    for agent in [
        "'=HYPERLINK(\"http://evil.example\")",
        "'+1",
        "'-1",
        "'@SUM(A1)",
        "'＝1",
        "'＋1",
        "'－1",
        "'＠a",
    ] {
        assert!(agents.contains(&agent), "{agent}: {agents:?}");
    }
    assert!(rows.iter().any(|row| row[5].starts_with("“=1+1”: ") && &row[6] == "you"), "{rows:?}");
    assert!(rows.iter().any(|row| &row[2] == "sign_in_failed" && &row[6] == "unknown"));
}

/// LIM-11
#[actix_web::test]
async fn an_export_is_an_attachment_that_nothing_guesses_at() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let page = ada.browser.get(&format!("{PATH}?format=csv")).await;
    assert_eq!(page.status, StatusCode::OK);
    let header = |name: &str| page.headers[name].to_str().expect("text").to_owned();
    assert_eq!(header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(header("content-disposition"), "attachment; filename=\"activity.csv\"");
    assert_eq!(
        (header("x-content-type-options"), header("cache-control")),
        ("nosniff".into(), "no-store".into())
    );
}

#[actix_web::test]
async fn all_of_what_is_filtered_comes_whichever_page_one_is_on() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    happened(&app, &ada, 1_203).await;
    let json = async |query: &str| -> Vec<Value> {
        let page = ada.browser.get(&format!("{PATH}?format=json{query}")).await;
        assert_eq!(page.headers["content-type"], "application/json");
        serde_json::from_str(&page.text).expect("one array")
    };
    let all = json("").await;
    assert_eq!(all.len(), 1_204);
    let numbers: Vec<i64> = all.iter().filter_map(|row| row["number"].as_i64()).collect();
    assert_eq!(numbers, (1..=1_204).rev().collect::<Vec<_>>(), "the newest first, none twice");
    assert_eq!(json("&kind=signed_in&before=7").await.len(), 1);
    assert!(json("&kind=password_changed").await.is_empty());
    let row = &all[1_203];
    assert_eq!(
        (&row["kind"], &row["by"], &row["token"]),
        (&"signed_in".into(), &"you".into(), &Value::Null)
    );
    assert_eq!(ada.browser.get(PATH).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        ada.browser.get(&format!("{PATH}?format=json&kind=x")).await.status,
        StatusCode::NOT_FOUND
    );
    let page = ada.opens("/account/activity?kind=signed_in").await;
    let link = page.link("Download these as CSV").expect("a link");
    let rows = ada.browser.get(&link).await.text.lines().count();
    assert_eq!(rows, 2, "a head and a line");
}
