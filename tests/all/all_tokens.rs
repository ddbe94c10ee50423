//! `/admin/tokens`: everybody's tokens, for administrators.

use chrono::TimeDelta;
use reqwest::StatusCode;

use crate::support::App;
use crate::support::page::Page;
use crate::support::people::{PASSWORD, Person};

pub const PATH: &str = "/admin/tokens";

/// ACL-02
#[actix_web::test]
async fn to_everybody_but_administrators_the_pages_of_everybodys_tokens_are_not_there() {
    let app = App::start().await;
    let (ada, vera, bo) =
        (app.member("ada").await, app.viewer("vera").await, app.admin("bo").await);
    for path in ["", "/export?format=csv", "/export?format=json", "/revocation"] {
        let path = format!("{PATH}{path}");
        for person in [&ada, &vera] {
            let page = person.opens(&path).await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
            assert_eq!(page.text, person.opens("/admin/nowhere").await.text, "like any other");
        }
        assert!(app.guest().get(&path).await.location().expect("a place").starts_with("/sign-in"));
        assert_eq!(bo.opens(&path).await.status, StatusCode::OK, "{path}");
    }
    let navigation = |page: &Page| page.each("nav[aria-labelledby=administration] a");
    assert_eq!(navigation(&bo.opens("/account").await)[..2], ["People", "Tokens"]);
    assert!(navigation(&ada.opens("/account").await).is_empty());
}

#[actix_web::test]
async fn a_row_says_whose_it_is_what_it_may_do_and_how_it_stands_and_never_its_value() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    let secret =
        ada.generates("CI runner").with("Builds", "Read & write").with("Git", "Read").await;
    app.machine().verifies(&secret, "builds", "read").await;
    app.write_uses().await;
    ada.generates("Old").with("Git", "Read").expiring("7").await;
    app.database.run("UPDATE tokens SET paused_at = 1 WHERE name = 'CI runner'").await;
    app.wait(TimeDelta::days(8));
    let bo = Person { browser: bo.elsewhere().await, ..bo };
    let page = bo.opens(PATH).await;
    assert_eq!(page.names(), ["CI runner"], "the live ones");
    let row = page.row("CI runner").expect("a row").join(" | ");
    let hint = format!("{}…", &secret[..7]);
    for part in [
        &*hint,
        "Paused",
        "ada Nyström ada",
        "Read & write Builds",
        "Read Git",
        "8 days ago",
        "In 82 days",
    ] {
        assert!(row.contains(part), "{part}: {row}");
    }
    let owner = format!("/admin/people/{}", ada.id.as_str());
    assert_eq!(page.link("ada Nyström").as_deref(), Some(&*owner));
    assert!(!page.text.contains(&secret[8..]));
    app.disables("ada").await;
    assert!(bo.opens(PATH).await.row("CI runner").expect("a row").join(" ").contains("Disabled"));
}

#[actix_web::test]
async fn live_expired_and_revoked_ones_are_told_apart() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    for name in ["live", "old", "gone"] {
        ada.generates(name).with("Git", "Read").await;
    }
    ada.revokes("gone").await;
    app.database.run("UPDATE tokens SET expires_at = created_at WHERE name = 'old'").await;
    for (show, names) in [
        ("", vec!["live"]),
        ("?show=expired", vec!["old"]),
        ("?show=revoked", vec!["gone"]),
        ("?show=all", vec!["gone", "old", "live"]),
    ] {
        let page = bo.opens(&format!("{PATH}{show}")).await;
        assert_eq!(page.names(), names, "{show}");
        assert!(page.says(&format!("{} token", names.len())), "{show}");
    }
    let page = bo.opens(&format!("{PATH}?show=revoked")).await;
    assert!(page.row("gone").expect("a row").join(" ").contains("Revoked just now"));
    assert_eq!(page.count("tbody [type=checkbox]"), 0, "there is nothing to revoke");
    let page = bo.opens(&format!("{PATH}?unused=30d")).await;
    assert!(page.says("That is no number of days: it was left out."), "{}", page.text);
    assert!(!page.says("that match"), "what was left out would be revoked, too: {}", page.text);
    assert!(bo.opens(PATH).await.says("that match"));
    let page = bo.opens(&format!("{PATH}?show=x&sort=y&page=9&unused=z&owner=nobody")).await;
    assert_eq!(page.count("main [role=status]"), 4, "{}", page.text);
    assert!(page.says("There is no person with the username “nobody”.") && page.names().is_empty());
}

/// The names of what a query finds, in order.
async fn finds(bo: &Person, query: &str) -> String {
    let mut names = bo.opens(&format!("{PATH}?{query}")).await.names();
    names.sort();
    names.join(", ")
}

#[actix_web::test]
async fn tokens_are_found_by_name_hint_owner_and_service() {
    let app = App::start().await;
    let (ada, cy, bo) = (app.member("ada").await, app.member("cyrus").await, app.admin("bo").await);
    let secret = ada.generates("Straße 50%_x").with("Builds", "Read").await;
    ada.generates("Grafana").with("Metrics", "Read").await;
    cy.generates("Backup").with("Files", "Read & write").await;
    for (query, found) in [
        ("q=STRASSE", "Straße 50%_x"),
        ("q=50%25", "Straße 50%_x"),
        ("q=%25%25", ""),
        ("q=%25_x", "Straße 50%_x"),
        ("q=5_%25", ""),
        (&*format!("q={}", &secret[..7]), "Straße 50%_x"),
        ("q=cyrus", "Backup"),
        ("q=nystr%C3%B6m", "Backup, Grafana, Straße 50%_x"),
        ("q=ada+graf", "Grafana"),
        ("q=metrics", "Grafana"),
        ("q=file", "Backup"),
        ("owner=ada", "Grafana, Straße 50%_x"),
        ("service=builds", "Straße 50%_x"),
        ("service=build", ""),
        ("owner=ada&service=files", ""),
        ("q=nonsense", ""),
    ] {
        assert_eq!(finds(&bo, query).await, found, "{query}");
    }
}

#[actix_web::test]
async fn tokens_are_found_by_age_and_by_how_long_they_went_unused() {
    let app = App::start().await;
    let (ada, cy, bo) = (app.member("ada").await, app.member("cyrus").await, app.admin("bo").await);
    for (person, name) in [(&ada, "CI"), (&ada, "Grafana"), (&cy, "Backup")] {
        person.generates(name).with("Git", "Read").await;
    }
    ada.used(&app, "Grafana", app.now().at(), 1).await;
    app.wait(TimeDelta::days(31));
    ada.used(&app, "CI", app.now().at(), 1).await;
    let bo = Person { browser: bo.elsewhere().await, ..bo };
    let cy = Person { browser: cy.elsewhere().await, ..cy };
    cy.generates("New").with("Git", "Read").await;
    for (query, found) in [
        ("unused=30", "Backup, Grafana"),
        ("unused=90", ""),
        ("unused=30&q=cyrus", "Backup"),
        ("age=30", "Backup, CI, Grafana"),
        ("age=90", ""),
    ] {
        assert_eq!(finds(&bo, query).await, found, "{query}");
    }
}

#[actix_web::test]
async fn rows_come_in_the_order_that_is_asked_for() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    for (name, expires) in [("beta", "never"), ("Alpha", "30"), ("gamma", "7")] {
        ada.generates(name).with("Git", "Read").expiring(expires).await;
    }
    ada.used(&app, "Alpha", app.now().at(), 1).await;
    for (sort, names) in [
        ("", ["gamma", "Alpha", "beta"]),
        ("created", ["beta", "Alpha", "gamma"]),
        ("name", ["Alpha", "beta", "gamma"]),
        ("-name", ["gamma", "beta", "Alpha"]),
        ("expires", ["gamma", "Alpha", "beta"]),
        ("-expires", ["beta", "Alpha", "gamma"]),
    ] {
        assert_eq!(bo.opens(&format!("{PATH}?sort={sort}")).await.names(), names, "{sort}");
    }
    let used = bo.opens(&format!("{PATH}?sort=-used")).await;
    assert_eq!(used.names()[0], "Alpha");
    assert_eq!(bo.opens(&format!("{PATH}?sort=used")).await.names()[2], "Alpha");
}

/// Many rows: each is on one page, and stays there.
#[actix_web::test]
async fn pages_of_many_tokens_are_stable_and_miss_none() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    ada.has_tokens(&app, 120).await;
    // All at the same instant, so that nothing but their ids tells them apart.
    app.database.run("UPDATE tokens SET created_at = 1000000, renewed_at = 1000000").await;
    for query in ["", "?sort=used", "?sort=-expires", "?unused=30"] {
        let mut seen = Vec::new();
        let mut page = bo.opens(&format!("{PATH}{query}")).await;
        assert!(page.says("120 tokens") && page.says("Page 1 of 3"), "{query}: {}", page.text);
        while let Some(link) = page.link("Next") {
            seen.extend(page.names());
            let again = bo.opens(&format!("{PATH}{query}")).await.names();
            assert!(again == seen[..50], "{query}: the first page is the same again");
            page = bo.opens(&link).await;
        }
        seen.extend(page.names());
        assert_eq!(seen.len(), 120, "{query}");
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 120, "{query}: each once");
    }
}

/// However many tokens there are, a page looks at what it shows.
#[actix_web::test]
async fn the_usual_orders_have_their_index() {
    let app = App::start().await;
    if !app.database.is_sqlite() {
        return;
    }
    let live = "tokens.revoked_at IS NULL AND (tokens.expires_at IS NULL OR tokens.expires_at > 9)";
    for (order, index) in [
        ("created_at DESC, id DESC", "tokens_by_time"),
        ("created_at, id", "tokens_by_time"),
        ("search_text, id", "tokens_by_text"),
        ("(tokens.expires_at IS NULL), tokens.expires_at, tokens.id", "tokens_by_expiry"),
    ] {
        let sql = format!("SELECT * FROM tokens WHERE {live} ORDER BY {order} LIMIT 50");
        let plan = app.database.plan(&sql).await;
        assert!(plan.contains(index) && !plan.contains("B-TREE"), "{order}: {plan}");
    }
}

/// A database that an earlier release has written is filled in when it is opened.
#[actix_web::test]
async fn tokens_of_an_earlier_release_are_found_by_name_after_the_next_start() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    ada.generates("Ночь").with("Git", "Read").await;
    app.database.run("UPDATE tokens SET search_text = ''").await;
    let app = app.restarted_with(latchkey::config::SAMPLE).await;
    let bo = app.admin("bo").await;
    assert_eq!(bo.opens(&format!("{PATH}?q=%D0%9D%D0%9E%D0%A7%D0%AC")).await.names(), ["Ночь"]);
    let ada = Person { browser: app.guest(), ..ada };
    crate::support::people::sign_in(&ada.browser, "ada", PASSWORD).await;
    assert_eq!(ada.opens("/account/tokens").await.names(), ["Ночь"]);
}
