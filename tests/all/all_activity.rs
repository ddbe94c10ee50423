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

/// AUD-01: the log outlasts whom it is about.
#[actix_web::test]
async fn what_happened_to_somebody_deleted_is_found_by_the_name_they_had() {
    let app = App::start().await;
    let bo = app.admin("bo").await;
    let manage = &app.application.manage;
    let delete = async |name: &str| {
        let name = latchkey::domain::user::UserName::parse(name).expect("a name");
        manage.delete_person(name, app.now()).await.unwrap_or_else(|e| panic!("{e:?}"));
    };
    let ada = app.member("ada_1").await;
    ada.generates("CI").with("Git", "Read").await;
    app.member("adax1").await;
    for name in ["adax1", "ada_1"] {
        delete(name).await;
    }
    let page = bo.opens(&format!("{PATH}?person=Ada_1")).await;
    assert!(page.says("The account “ada_1” has been deleted."), "{}", page.text);
    let first = lines(&page);
    assert_eq!(first.len(), 4, "{first:?}");
    assert!(first[0].contains("Account deleted · ada_1"), "{first:?}");
    let file = bo.browser.get(&page.link("Download these as CSV").expect("a link")).await;
    assert_eq!((file.status, file.text.lines().count()), (StatusCode::OK, 5), "{}", file.text);
    // The name is had once more, and deleted again: each line leads to its own.
    app.member("ada_1").await;
    let page = bo.opens(&format!("{PATH}?person=ada_1")).await;
    assert!(lines(&page).len() == 1 && !page.says("been deleted"), "{}", page.text);
    delete("ada_1").await;
    let page = bo.opens(&format!("{PATH}?person=ada_1")).await;
    assert!(page.says("2 accounts “ada_1” have been deleted."), "{}", page.text);
    assert_eq!(lines(&page).len(), 2, "of the last one");
    let page = bo.opens(&format!("{PATH}?person={}", ada.id.as_str())).await;
    assert!(page.says("The account “ada_1” has been deleted."), "{}", page.text);
    assert_eq!(lines(&page), first);
    let page = bo.opens(&format!("{PATH}?kind=person_deleted")).await;
    assert_eq!(lines(&bo.opens(&page.link("adax1").expect("a way")).await).len(), 2);
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
