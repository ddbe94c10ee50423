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
    let less = "Read & write Mail Less than granted “gone” is no longer offered here.";
    assert_eq!(ada.sees("CI").await.expect("a row")[1], less);
    app.database.run("UPDATE tokens SET grants = 'gone:read'").await;
    let nothing = "Nothing at present Less than granted “gone” is no longer offered here.";
    assert_eq!(ada.sees("CI").await.expect("a row")[1], nothing);
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
