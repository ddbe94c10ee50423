//! Accounts among everybody's tokens and everybody's activity.

use serde_json::Value;

use super::{LIST, app, secret};
use crate::support::people::Person;

async fn exported(root: &Person, path: &str) -> Vec<Value> {
    let file = root.browser.get(path).await;
    serde_json::from_str(&file.text).unwrap_or_else(|e| panic!("{e}: {}", file.text))
}

/// SVC-14
#[actix_web::test]
async fn an_accounts_token_stands_among_everybodys_with_its_team_and_the_way_to_the_accounts() {
    let (app, ada) = app().await;
    secret(&ada, "Deploys", &[("Builds", "Read")]).await;
    ada.generates("Hers").with("Git", "Read").await;
    let root = app.admin("root").await;
    for query in ["", "?q=night", "?q=Night%20build", "?owner=night-build"] {
        let page = root.opens(&format!("/admin/tokens{query}")).await;
        let row = page.row("Deploys").unwrap_or_else(|| panic!("{query}: {}", page.text));
        assert!(row.join(" ").contains("night-build, service account of Platform"), "{row:?}");
        assert_eq!(page.link("Night build").as_deref(), Some(LIST));
    }
    let rows = exported(&root, "/admin/tokens/export?format=json").await;
    let owner = |name: &str| {
        let row = rows.iter().find(|row| row["name"] == name).expect("a row");
        (row["owner"].clone(), row["owned_by"].clone())
    };
    assert_eq!(owner("Deploys"), ("night-build".into(), "platform".into()));
    assert_eq!(owner("Hers"), ("ada".into(), Value::Null));
    app.is_gone("night-build", "backend").await;
    assert!(root.opens("/admin/tokens").await.says("service account of backend"));
}

/// SVC-14
#[actix_web::test]
async fn everybodys_activity_says_what_was_done_with_an_account_and_by_whom() {
    let (app, ada) = app().await;
    secret(&ada, "Deploys", &[("Builds", "Read")]).await;
    let root = app.admin("root").await;
    let page = root.opens("/admin/activity?person=night-build").await;
    let lines = page.each("main ul.log li");
    assert_eq!(lines.len(), 2, "{lines:?}");
    for part in ["Generated “Deploys” · night-build, service account of Platform", "By ada"] {
        assert!(lines[0].contains(part), "{}", lines[0]);
    }
    let rows = exported(&root, "/admin/activity/export?format=json&kind=token_generated").await;
    assert_eq!((&rows[0]["person"], &rows[0]["by"]), (&"night-build".into(), &"ada".into()));
    assert_eq!(rows[0]["owned_by"], "platform");
    let rows = exported(&root, "/admin/activity/export?format=json&person=ada").await;
    assert!(rows.iter().all(|row| row["owned_by"].is_null()), "{rows:?}");
}
