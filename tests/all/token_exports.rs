//! `/admin/tokens/export`: everybody's tokens as a file.

use reqwest::StatusCode;
use serde_json::Value;

use crate::support::App;

const PATH: &str = "/admin/tokens/export";

/// LIM-11
#[actix_web::test]
async fn the_list_is_exported_as_it_is_filtered_and_its_cells_are_inert() {
    let app = App::start().await;
    let (ada, cy, bo) = (app.member("ada").await, app.member("cy").await, app.admin("bo").await);
    let secret = ada.generates("=cmd(\"x\"),1").with("Builds", "Read & write").await;
    cy.generates("Phone").with("Git", "Read").expiring("never").await;
    let link = bo.opens("/admin/tokens?owner=ada").await.link("Download these as CSV");
    let file = bo.browser.get(&link.expect("a link")).await;
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"tokens.csv\"");
    let lines: Vec<&str> = file.text.split("\r\n").collect();
    assert_eq!(
        lines[0],
        "token,name,hint,owner,owner_name,owner_disabled,owned_by,granted,state,generated,renewed,expires,revoked,last_used,last_address,last_agent,outside_policy"
    );
    assert_eq!(lines.len(), 3, "{}", file.text);
    let cells = format!(
        ",\"'=cmd(\"\"x\"\"),1\",{},ada,ada Nyström,false,,builds:read-write,live,2026",
        &secret[..7]
    );
    assert!(lines[1].contains(&cells), "{}", lines[1]);
    let file = bo.browser.get(&format!("{PATH}?format=json&owner=cy")).await;
    let json: Value = serde_json::from_str(&file.text).expect("JSON");
    assert_eq!(json.as_array().expect("an array").len(), 1);
    assert_eq!((&json[0]["name"], &json[0]["expires"]), (&"Phone".into(), &Value::Null));
    assert!(!file.text.contains(&secret[8..]));
}

/// More than are in memory at once.
#[actix_web::test]
async fn every_token_is_in_the_file_once() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    ada.has_tokens(&app, 1_203).await;
    app.database.run("UPDATE tokens SET created_at = created_at / 1000000000 * 1000000000").await;
    for query in ["", "&sort=name", "&unused=7&age=0"] {
        let file = bo.browser.get(&format!("{PATH}?format=json{query}")).await;
        if query.contains("age=0") {
            assert_eq!(file.status, StatusCode::NOT_FOUND, "it says what there isn't");
            continue;
        }
        let json: Vec<Value> = serde_json::from_str(&file.text).expect("JSON");
        let mut ids: Vec<_> =
            json.iter().map(|row| row["token"].as_str().expect("an id")).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!((json.len(), ids.len()), (1_203, 1_203), "{query}");
    }
    let none = bo.browser.get(&format!("{PATH}?format=json&q=nonsense")).await;
    assert_eq!(none.text, "[]\n");
    for (query, status) in [("", StatusCode::BAD_REQUEST), ("?format=xml", StatusCode::BAD_REQUEST)]
    {
        assert_eq!(bo.browser.get(&format!("{PATH}{query}")).await.status, status, "{query}");
    }
}
