//! `/admin/activity`: everybody's activity, for administrators.

use reqwest::StatusCode;

use crate::activity::happened;
use crate::support::App;
use crate::support::page::Page;
use crate::support::people::sign_in;

const PATH: &str = "/admin/activity";

fn lines(page: &Page) -> Vec<String> {
    page.each("main ul.log li")
}

/// ACL-02
#[actix_web::test]
async fn to_everybody_but_administrators_the_activity_of_others_is_not_there() {
    let app = App::start().await;
    let (ada, vera) = (app.member("ada").await, app.viewer("vera").await);
    for path in [PATH.to_owned(), format!("{PATH}/export?format=csv")] {
        for person in [&ada, &vera] {
            assert_eq!(person.opens(&path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
    }
}

#[actix_web::test]
async fn each_line_says_what_happened_to_whom_by_whom_and_from_where() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    ada.generates("CI").with("Git", "Read").await;
    app.gives_role("ada", latchkey::domain::user::Role::Viewer).await;
    sign_in(&app.guest(), "nobody", "wrong, wrong, wrong").await;
    app.caller("git").await;
    let page = bo.opens(PATH).await;
    assert_eq!(page.heading(), "Everybody’s activity");
    let seen = lines(&page);
    for (line, parts) in seen.iter().zip([
        &["Caller added", "“git”. On the command line"][..],
        &["Sign-in failed", "By somebody unknown, Mozilla, 127.0.0.1"],
        &["Role changed · ada", "From member to viewer. On the command line"],
        &["Generated “CI” · ada", "Read Git. By ada, Mozilla, 127.0.0.1"],
        &["Signed in · bo", "By you, Mozilla, 127.0.0.1"],
        &["Signed in · ada", "By ada"],
    ]) {
        assert!(parts.iter().all(|part| line.contains(part)), "{line}: {parts:?}");
    }
    assert_eq!(seen.len(), 6, "{seen:?}");
    let hers = bo.opens(&page.link("ada").expect("a way to hers alone")).await;
    assert_eq!((lines(&hers).len(), &*hers.field("Person’s username")), (3, "ada"));
    let token = bo.opens(&page.link("“CI”").expect("a way to its own")).await;
    assert!(lines(&token).len() == 1 && token.says("Of “CI” alone."), "{}", token.text);
    for (query, count) in [
        ("kind=signed_in", 2),
        ("kind=signed_in&person=bo", 1),
        ("kind=caller_added", 1),
        ("kind=token_revoked", 0),
    ] {
        assert_eq!(lines(&bo.opens(&format!("{PATH}?{query}")).await).len(), count, "{query}");
    }
    let page = bo.opens(&format!("{PATH}?kind=x&person=nobody&token=AAAAAAAAAAAAAAAA")).await;
    assert_eq!(page.count("main [role=status]"), 3, "{}", page.text);
}

#[actix_web::test]
async fn pages_of_everybodys_activity_go_there_and_back_and_miss_nothing() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    happened(&app, &ada, 60).await;
    happened(&app, &bo, 60).await;
    let mut page = bo.opens(&format!("{PATH}?kind=profile_changed")).await;
    let mut seen = lines(&page);
    while let Some(link) = page.link("Older") {
        page = bo.opens(&link).await;
        seen.extend(lines(&page));
    }
    assert_eq!(seen.len(), 120);
    let back = bo.opens(&page.link("Newer").expect("a way back")).await;
    assert_eq!(lines(&back), seen[50..100]);
}

/// However much happened, a page looks at what it shows.
#[actix_web::test]
async fn each_way_to_ask_for_everybodys_activity_has_its_index() {
    let app = App::start().await;
    if !app.database.is_sqlite() {
        return;
    }
    for (filter, index) in [("", "PRIMARY KEY"), ("kind = 'y' AND", "events_of_kind")] {
        let order = "number < 9 ORDER BY number DESC LIMIT 51";
        let plan = app.database.plan(&format!("SELECT * FROM events WHERE {filter} {order}")).await;
        let by_index = plan.contains(index) || plan.contains("sqlite_autoindex_events_1");
        assert!(by_index && !plan.contains("B-TREE") && !plan.contains("SCAN"), "{plan}");
    }
}
