//! The list.

use chrono::TimeDelta;
use reqwest::StatusCode;

use crate::support::App;

#[actix_web::test]
async fn somebody_without_tokens_is_told_what_they_are_good_for() {
    let app = App::start().await;
    let page = app.member("ada").await.opens("/account/tokens").await;
    assert!(page.says("No tokens yet"));
    let link = page.link("Generate your first token");
    assert_eq!(link.as_deref(), Some("/account/tokens/new"));
}

#[actix_web::test]
async fn the_list_tells_name_access_use_and_end() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let used = ada.generates("CI runner").with("Builds", "Read & write").with("Git", "Read").await;
    ada.generates("Forever").expiring("never").with("Mail", "Read").await;
    ada.generates("Short").expiring("7").with("Mail", "Read").await;
    app.machine().verifies(&used, "git", "read").await;
    app.write_uses().await;
    app.wait(TimeDelta::minutes(5));
    let row = ada.sees("CI runner").await.expect("a row");
    assert!(row[0].starts_with("CI runner lk_") && row[0].ends_with('…'), "{}", row[0]);
    assert_eq!(row[1], "Read & write Builds Read Git");
    assert_eq!(row[2], "5 minutes ago");
    assert_eq!(row[3], "In 90 days");
    assert_eq!(ada.sees("Forever").await.expect("a row")[2..4], ["Never used", "Never"]);
    assert_eq!(ada.sees("Short").await.expect("a row")[3], "In 7 days");
    let list = ada.opens("/account/tokens").await;
    assert_eq!(list.rows(), 3);
    assert_eq!(list.attributes("title").iter().filter(|t| t.ends_with(" UTC")).count(), 3);
}

#[actix_web::test]
async fn an_expired_token_stays_listed_and_marked() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    ada.generates("Old").expiring("7").with("Mail", "Read").await;
    app.jump_to("2026-11-29T23:59:59Z");
    let browser = ada.elsewhere().await;
    let row = browser.open("/account/tokens").await.row("Old").expect("a row");
    assert_eq!(row[3], "Today");
    app.jump_to("2026-11-30T00:00:00Z");
    let row = browser.open("/account/tokens").await.row("Old").expect("a row");
    assert_eq!(row[3], "Expired just now");
}

/// ONCE-08
#[actix_web::test]
async fn a_row_shows_prefix_and_four_characters_of_a_token() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read").await;
    let list = ada.opens("/account/tokens").await;
    assert!(list.text.contains(&secret[..7]) && !list.text.contains(&secret[..8]));
}

#[actix_web::test]
async fn everybody_sees_their_own_tokens_alone() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.member("bo").await);
    ada.generates("hers").with("Git", "Read").await;
    bo.generates("his").with("Git", "Read").await;
    assert!(ada.sees("his").await.is_none() && bo.sees("hers").await.is_none());
}

#[actix_web::test]
async fn access_that_the_services_no_longer_offer_is_not_claimed() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    ada.generates("CI").with("Git", "Read").with("Mail", "Read & write").await;
    app.database.run("UPDATE tokens SET grants = 'gone:read mail:read-write'").await;
    let less = "Read & write Mail Less than granted Some services are gone or narrowed.";
    assert_eq!(ada.sees("CI").await.expect("a row")[1], less);
    app.database.run("UPDATE tokens SET grants = 'gone:read'").await;
    assert_eq!(ada.sees("CI").await.expect("a row")[1], "Nothing any more: its services are gone");
}

/// LIM-01, LIM-02
#[actix_web::test]
async fn a_name_comes_back_as_it_was_typed_and_markup_is_text() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    for name in ["ビルド ночь é", "<script>alert(1)</script>", "{{ 7*7 }}", "a\"b'c&d", "=1+1"]
    {
        ada.generates(name).with("Git", "Read").await;
        let page = ada.opens("/account/tokens").await;
        assert!(page.row(name).is_some(), "{name}: {}", page.text);
        assert!(page.link(&format!("Revoke {name}")).is_some());
        assert_eq!(page.count("main script"), 0);
    }
}

/// A name that today's rules would refuse was given under yesterday's.
#[actix_web::test]
async fn a_row_that_todays_rules_would_refuse_is_still_listed_and_still_works() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read").await;
    app.database.run("UPDATE tokens SET name = 'a name that is far longer than the sixty characters allowed today, and then some more'").await;
    app.database.run("UPDATE users SET email = 'not an address'").await;
    assert_eq!(app.machine().verifies(&secret, "git", "read").await, StatusCode::OK);
    assert!(ada.opens("/account/tokens").await.says("and then some more"));
}

/// Four tokens: one used a moment ago, one that ends in 7 days, one never used, one that has ended.
async fn has_four(app: &App, ada: &crate::support::people::Person) {
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
    for broken in ["show=a&show=b", "q=%FF"] {
        let page = ada.opens(&format!("/account/tokens?{broken}")).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{broken}");
    }
}

#[actix_web::test]
async fn a_row_has_a_mark_for_each_state_to_act_on() {
    let file = latchkey::config::SAMPLE.replace("longest = \"365d\"", "longest = \"60d\"");
    let file = file.replace("default = \"90d\"", "default = \"30d\"");
    let app = App::with(&file.replace("never = true", "never = false"), &[]).await;
    let ada = app.member("ada").await;
    ada.generates("CI").expiring("30").with("Git", "Read").await;
    let row = ada.sees("CI").await.expect("a row");
    assert!(row[0].ends_with('…') && row[3] == "In 30 days", "nothing to act on: {row:?}");
    for (sql, cell, says) in [
        ("UPDATE tokens SET paused_at = created_at", 0, "Paused"),
        (
            "INSERT INTO former_secrets (digest, token_id, hint, ends_at) SELECT digest, id, hint, created_at + 3600000000 FROM tokens",
            0,
            "Former value works until 22 November 2026, 19:00 UTC, never used. End it now",
        ),
        ("UPDATE tokens SET expires_at = NULL", 3, "Outside today’s policy It never expires."),
    ] {
        app.database.run(sql).await;
        let row = ada.sees("CI").await.expect("a row");
        assert!(row[cell].contains(says), "{says}: {row:?}");
    }
    let list = ada.opens("/account/tokens").await;
    assert!(list.link("End it now").expect("a link").ends_with("/overlap"));
    app.wait(TimeDelta::hours(1));
    assert!(!ada.opens("/account/tokens").await.says("Former value"), "it has ended by itself");
}

#[actix_web::test]
async fn each_row_has_its_actions() {
    let app = App::start().await;
    let (ada, vera) = (app.member("ada").await, app.viewer("vera").await);
    for person in [&ada, &vera] {
        person.has_tokens(&app, 1).await;
    }
    let list = ada.opens("/account/tokens").await;
    let edit = list.link("token-00").expect("the name leads on");
    assert_eq!(list.link("Edit token-00").as_ref(), Some(&edit));
    let id = edit.rsplit('/').next().expect("an id");
    for (action, place) in [
        ("Use token-00 as template", format!("/account/tokens/new?from={id}")),
        ("Regenerate token-00", format!("{edit}/secret")),
        ("Pause token-00", format!("{edit}/pause")),
        ("Revoke token-00", format!("/account/tokens/revocation?id={id}")),
    ] {
        assert_eq!(list.link(action), Some(place), "{action}");
    }
    assert_eq!(list.count(&format!("button[type=button][popovertarget='more-{id}']")), 1);
    app.database.run("UPDATE tokens SET paused_at = created_at").await;
    let list = vera.opens("/account/tokens").await;
    assert!(list.link("Resume token-00").is_some() && list.link("Revoke token-00").is_some());
    assert_eq!(list.link("Regenerate token-00"), None, "viewers generate nothing");
}
