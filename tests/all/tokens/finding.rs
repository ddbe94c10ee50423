//! The list as it is filtered, sorted, searched and turned over.

use chrono::TimeDelta;
use reqwest::StatusCode;

use crate::support::App;
use crate::support::people::Person;

/// Four tokens: one used a moment ago, one that ends in 7 days, one never used, one that has ended.
async fn has_four(app: &App, ada: &Person) {
    let used = ada.generates("CI runner").with("Builds", "Read").await;
    let short = ada.generates("Ночь (nas-02)").expiring("7").with("Files", "Read & write").await;
    let old = ada.generates("Old relay").with("Mail", "Read").await;
    ada.generates("Phone").expiring("never").with("Calendar", "Read").await;
    for (secret, service) in [(old, "mail"), (short, "files"), (used, "builds")] {
        assert_eq!(app.machine().verifies(&secret, service, "read").await, StatusCode::OK);
        app.write_uses().await;
        app.wait(TimeDelta::minutes(2));
    }
    let ends = "UPDATE tokens SET expires_at = created_at WHERE name = 'Old relay'";
    app.database.run(ends).await;
}

#[actix_web::test]
async fn counts_lead_to_those_that_expire_soon_were_never_used_or_have_expired() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    has_four(&app, &ada).await;
    let list = ada.opens("/account/tokens").await;
    assert!(list.says("All 4") && list.link("All 4").is_none(), "it is the one that is shown");
    for (filter, name) in [
        ("Expiring soon 1", "Ночь (nas-02)"),
        ("Never used 1", "Phone"),
        ("Expired 1", "Old relay"),
    ] {
        let page = ada.opens(&list.link(filter).expect(filter)).await;
        assert_eq!(page.names(), [name], "{filter}");
        assert!(page.link(filter).is_none() && page.link("All 4").is_some());
    }
    ada.revokes("Phone").await;
    assert!(!ada.opens("/account/tokens").await.says("Never used"), "what there is none of");
}

#[actix_web::test]
async fn a_token_is_searched_by_name_hint_and_service_in_any_case() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    has_four(&app, &ada).await;
    let list = ada.opens("/account/tokens").await;
    let row = list.row("CI runner").expect("a row");
    let hint = row[0].rsplit(' ').next().expect("a hint");
    for (words, name) in [
        ("RUNNER ci", "CI runner"),
        ("НОЧЬ", "Ночь (nas-02)"),
        ("calendar", "Phone"),
        (hint, "CI runner"),
    ] {
        let page = ada.browser.submit(&list.form("Find").fill("Find a token", words)).await;
        let page = ada.opens(&page.location().expect("the list")).await;
        assert_eq!(page.names(), [name], "{words}");
        assert_eq!(page.field("Find a token"), words);
        assert_eq!(page.link("Show all tokens").as_deref(), Some("/account/tokens"));
    }
    let page = ada.opens("/account/tokens?q=nonsense").await;
    assert!(page.says("No token matches."));
    assert_eq!(page.link("Show all tokens").as_deref(), Some("/account/tokens"));
}

#[actix_web::test]
async fn columns_sort_and_say_so() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    has_four(&app, &ada).await;
    let used = ["CI runner", "Ночь (nas-02)", "Old relay", "Phone"];
    let list = ada.opens("/account/tokens").await;
    assert_eq!(
        (list.names(), list.attributes("aria-sort")),
        (names(&used), names(&["descending"]))
    );
    assert!(list.says("Your access tokens, most recently used first"));
    for (column, sorted, first) in [
        ("Last used", "ascending", "Phone"),
        ("Name", "ascending", "CI runner"),
        ("Expires", "ascending", "Old relay"),
    ] {
        let page = ada.opens(&list.link(column).expect(column)).await;
        assert_eq!((&*page.names()[0], page.attributes("aria-sort")), (first, names(&[sorted])));
        let turned = ada.opens(&page.link(column).expect(column)).await;
        assert_eq!(turned.attributes("aria-sort"), ["descending"]);
        let mut back = page.names();
        back.reverse();
        assert_eq!(turned.names(), back, "{column}");
    }
}

#[actix_web::test]
async fn the_broadest_access_comes_first_when_asked_for() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    ada.generates("narrow").with("Git", "Read").await;
    ada.generates("broad").with("Git", "Read & write").with("Mail", "Read").await;
    ada.generates("middle").with("Git", "Read").with("Mail", "Read").await;
    let list = ada.opens("/account/tokens").await;
    let page = ada.opens(&list.link("Access").expect("a link")).await;
    assert_eq!(page.attributes("aria-sort"), ["descending"]);
    assert_eq!(page.names(), ["broad", "middle", "narrow"]);
    assert!(page.says("Your access tokens, broadest access first"));
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[actix_web::test]
async fn pages_of_twenty_keep_filter_order_and_search() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    ada.has_tokens(&app, 45).await;
    ada.generates("odd").with("Mail", "Read").await;
    let list = ada.opens("/account/tokens?show=unused&sort=-name&q=GIT").await;
    assert_eq!((list.rows(), &*list.names()[0]), (20, "token-44"));
    assert!(list.says("Page 1 of 3") && list.says("45 tokens") && list.link("Previous").is_none());
    let next = list.link("Next").expect("a link");
    assert_eq!(next, "/account/tokens?show=unused&sort=-name&q=GIT&page=2");
    let page = ada.opens(&next).await;
    assert_eq!(&*page.names()[0], "token-24");
    let last = ada.opens(&page.link("Next").expect("a link")).await;
    assert_eq!((last.rows(), last.link("Next")), (5, None));
    let back = last.link("Previous").expect("a link");
    assert_eq!(ada.opens(&back).await.names(), page.names());
    assert_eq!(last.link("Name").as_deref(), Some("/account/tokens?show=unused&sort=name&q=GIT"));
    assert_eq!(page.form("Find").value("show"), "unused");
    assert!(ada.opens("/account/tokens").await.says("Page 1 of 3"), "46 tokens");
}

#[actix_web::test]
async fn nonsense_in_the_address_falls_back_to_what_there_is_and_says_so() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    ada.has_tokens(&app, 21).await;
    for (query, says, rows) in [
        ("show=shiny", "There is no such filter: these are all tokens.", 20),
        ("sort=colour", "There is no such order: the most recently used come first.", 20),
        ("page=9", "There is no such page: this is the last one of 2.", 1),
        ("page=0", "There is no such page: this is the first one.", 20),
        ("page=x&q=token-00", "There is no such page: this is the first one.", 1),
        ("page=2&q=token-00", "There is no such page: this is the only one.", 1),
        ("token=0123456789abcdef", "That token is not in your list", 20),
        ("token=x", "That token is not in your list", 20),
    ] {
        let page = ada.opens(&format!("/account/tokens?{query}")).await;
        assert_eq!((page.status, page.rows()), (StatusCode::OK, rows), "{query}");
        assert!(page.status_message().starts_with(says), "{query}: {}", page.status_message());
    }
    let eve = app.member("eve").await;
    assert!(eve.opens("/account/tokens?page=9").await.says("No tokens yet"));
    let page = ada.opens("/account/tokens?sort=name&sort=used").await;
    assert_eq!((page.status, page.rows()), (StatusCode::OK, 20), "the first one counts");
    let page = ada.opens("/account/tokens?q=%FF").await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
}
