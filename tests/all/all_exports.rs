//! `/admin/activity/export`: everybody's activity as a file.

use reqwest::StatusCode;
use serde_json::Value;

use crate::activity::happened;
use crate::support::App;

const PATH: &str = "/admin/activity/export";

/// LIM-11
#[actix_web::test]
async fn everybodys_activity_is_a_file_with_who_did_what_to_whom() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    ada.generates("CI").with("Git", "Read").await;
    happened(&app, &ada, 1_100).await;
    app.database.run("UPDATE events SET agent = '=1+1' WHERE kind = 'token_generated'").await;
    let link = bo.opens("/admin/activity?person=ada").await.link("Download these as CSV");
    let file = bo.browser.get(&link.expect("a link")).await;
    let mut rows = file.text.lines();
    let head =
        "number,time,kind,event,person,person_id,owned_by,token,detail,by,by_id,address,agent";
    assert_eq!(rows.next(), Some(head));
    assert!(file.text.contains(",'=1+1\n") || file.text.contains(",'=1+1\r\n"), "no formula");
    assert_eq!(rows.count(), 1_102);
    let file = bo.browser.get(&format!("{PATH}?format=json&kind=token_generated")).await;
    let json: Vec<Value> = serde_json::from_str(&file.text).expect("JSON");
    assert_eq!(json.len(), 1);
    assert_eq!((&json[0]["person"], &json[0]["by"]), (&"ada".into(), &"ada".into()));
    assert_eq!(json[0]["by_id"], ada.id.as_str());
    for (query, status) in [
        ("", StatusCode::BAD_REQUEST),
        ("?format=csv&person=nobody", StatusCode::NOT_FOUND),
        ("?format=csv&kind=x", StatusCode::NOT_FOUND),
    ] {
        assert_eq!(bo.browser.get(&format!("{PATH}{query}")).await.status, status, "{query}");
    }
}
