//! Groups of the provider: role and teams at each sign-in, and nobody in without one.

use latchkey::config::SAMPLE;
use latchkey::domain::user::Role;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::confirmations::{confirms, filled};
use crate::support::App;
use crate::support::provider::Provider;

const GROUPS: &str = r#"
[identity]
claim = "roles"
[identity.groups]
"staff" = { role = "viewer" }
"platform-admins" = { role = "admin", teams = ["platform"] }
"web" = { teams = ["web", "platform"] }
"#;

fn file() -> String {
    let (head, services) = SAMPLE.split_once("\n[[services]]").expect("services");
    let teams =
        "\n[[teams]]\nkey = \"platform\"\n[[teams]]\nkey = \"web\"\n[[teams]]\nkey = \"own\"\n";
    format!("{head}\n{teams}{GROUPS}\n[[services]]{services}")
}

async fn standing(app: &App) -> (Role, Vec<String>) {
    let name = latchkey::domain::user::UserName::parse("ada").expect("a name");
    let (user, _) =
        app.application.manage.person_named(name).await.unwrap_or_else(|e| panic!("{e:?}"));
    (user.role, user.teams.iter().map(|team| team.as_str().to_owned()).collect())
}

/// ACL-04
#[actix_web::test]
async fn role_and_teams_are_those_of_the_groups_at_each_sign_in() {
    let provider = Provider::start();
    let app = provider.at(&file(), &[]).await;
    provider.tells("roles", json!(["platform-admins", "unknown"]));
    let browser = app.guest();
    assert_eq!(provider.signs_in(&browser).await.status, StatusCode::SEE_OTHER);
    assert_eq!(standing(&app).await, (Role::Admin, vec!["platform".to_owned()]));
    app.joins("ada", "own").await;
    provider.tells("roles", json!(["web", "staff"]));
    provider.signs_in(&app.guest()).await;
    let all = ["own", "platform", "web"].map(str::to_owned).to_vec();
    assert_eq!(standing(&app).await, (Role::Member, all));
    provider.tells("roles", json!("staff"));
    provider.signs_in(&app.guest()).await;
    assert_eq!(
        standing(&app).await,
        (Role::Viewer, vec!["own".to_owned()]),
        "teams of no group stay"
    );
    let page = browser.open("/account/activity").await;
    for words in [
        "From admin to member, by the groups of Fernhill.",
        "“web”, by the groups of Fernhill.",
        "From member to viewer, by the groups of Fernhill.",
    ] {
        assert!(page.says(words), "{words}: {}", page.text);
    }
}

#[actix_web::test]
async fn the_last_administrator_stays_one_whatever_the_groups_say_and_it_is_written_down() {
    let provider = Provider::start();
    let app = provider.at(&file(), &[]).await;
    provider.tells("roles", json!(["platform-admins"]));
    provider.signs_in(&app.guest()).await;
    app.disables("root").await;
    provider.tells("roles", json!(["web"]));
    let browser = app.guest();
    assert_eq!(provider.signs_in(&browser).await.status, StatusCode::SEE_OTHER);
    let teams = ["platform", "web"].map(str::to_owned).to_vec();
    assert_eq!(standing(&app).await, (Role::Admin, teams), "the teams are those of the groups");
    let page = browser.open("/account/activity").await;
    assert!(page.says("They stay the last administrator"), "{}", page.text);
    app.admin("boss").await;
    provider.signs_in(&app.guest()).await;
    assert_eq!(standing(&app).await.0, Role::Member, "there is another one now");
}

#[actix_web::test]
async fn who_is_in_no_group_that_counts_is_not_let_in_any_more() {
    let provider = Provider::start();
    let app = provider.at(&file(), &[]).await;
    for groups in [Value::Null, json!([]), json!(["Staff"]), json!({ "staff": true })] {
        provider.tells("roles", groups.clone());
        let page = provider.signs_in(&app.guest()).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{groups}");
        assert!(page.says("None of your groups at Fernhill lets you in"), "{}", page.text);
    }
    assert_eq!(app.database.count("SELECT count(*) AS n FROM users").await, 1, "nobody was added");
    provider.tells("roles", json!(["staff"]));
    assert_eq!(provider.signs_in(&app.guest()).await.status, StatusCode::SEE_OTHER);
    provider.tells("roles", json!([]));
    assert_eq!(provider.signs_in(&app.guest()).await.status, StatusCode::FORBIDDEN);
    // Userinfo is asked where the token tells of none.
    provider.tells("roles", Value::Null);
    provider.now(|script| drop(script.userinfo.insert("roles".to_owned(), json!(["staff"]))));
    assert_eq!(provider.signs_in(&app.guest()).await.status, StatusCode::SEE_OTHER);
}

/// The change is judged by the groups that the provider tells of as it is confirmed.
#[actix_web::test]
async fn a_confirmation_settles_role_and_teams_before_the_change() {
    let provider = Provider::start();
    let app = provider.at(&file(), &[]).await;
    provider.tells("roles", json!(["platform-admins"]));
    let browser = app.guest();
    provider.signs_in(&browser).await;
    let form = browser.open("/admin/people/new").await.form("Invite person");
    let form = form.fill("Name", "Eve").fill("Username", "eve");
    // The ID token tells of none: userinfo is asked.
    provider.tells("roles", Value::Null);
    provider.now(|script| drop(script.userinfo.insert("roles".to_owned(), json!(["web"]))));
    let page = confirms(&provider, &browser).await;
    assert_eq!(page.heading(), "Confirmed with Fernhill", "{}", page.text);
    let teams = ["platform", "web"].map(str::to_owned).to_vec();
    assert_eq!(standing(&app).await, (Role::Member, teams));
    assert_eq!(browser.submit(&form).await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.database.count("SELECT count(*) AS n FROM users").await, 2, "nobody was added");
    let page = browser.open("/account/activity").await;
    assert!(page.says("From admin to member, by the groups of Fernhill."), "{}", page.text);
}

#[actix_web::test]
async fn the_last_administrator_stays_one_at_a_confirmation_too() {
    let provider = Provider::start();
    let app = provider.at(&file(), &[]).await;
    provider.tells("roles", json!(["platform-admins"]));
    let browser = app.guest();
    provider.signs_in(&browser).await;
    app.disables("root").await;
    provider.tells("roles", json!(["staff"]));
    assert_eq!(confirms(&provider, &browser).await.heading(), "Confirmed with Fernhill");
    assert_eq!(standing(&app).await, (Role::Admin, vec![]));
}

/// A verified answer that somebody isn't let in ends what an earlier one began, and touches nothing else.
#[actix_web::test]
async fn who_is_let_in_by_no_group_any_more_is_signed_out_everywhere_and_keeps_their_tokens() {
    let provider = Provider::start();
    let app = provider.at(&file(), &[]).await;
    let boss = app.admin("boss").await;
    provider.tells("roles", json!(["web"]));
    let browser = app.guest();
    provider.signs_in(&browser).await;
    confirms(&provider, &browser).await;
    let made = browser.submit(&filled(&browser, "CI").await).await;
    let token = made.secret().expect("a token");
    let hers = "SELECT count(*) AS n FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.name = 'ada'";
    for confirmed in [true, false] {
        provider.tells("roles", json!(["web"]));
        let (one, other) = (app.guest(), app.guest());
        provider.signs_in(&one).await;
        provider.signs_in(&other).await;
        assert!(app.database.count(hers).await >= 2);
        provider.tells("roles", json!(["elsewhere"]));
        let page = match confirmed {
            true => confirms(&provider, &one).await,
            false => provider.signs_in(&app.guest()).await,
        };
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{}", page.text);
        assert!(page.says("None of your groups at Fernhill lets you in"), "{}", page.text);
        assert_eq!(app.database.count(hers).await, 0, "confirmed: {confirmed}");
        for browser in [&one, &other] {
            assert_eq!(browser.get("/account").await.status, StatusCode::SEE_OTHER);
        }
    }
    assert_eq!(app.machine().verifies(&token, "git", "read").await, StatusCode::OK);
    assert_eq!(standing(&app).await.0, Role::Member);
    let seen_by_all = boss.opens("/admin/activity?person=ada&kind=session_ended").await;
    assert_eq!(seen_by_all.text.matches("Session ended").count() - 1, 5, "{}", seen_by_all.text);
    provider.tells("roles", json!(["web"]));
    provider.signs_in(&browser).await;
    let page = browser.open("/account/activity").await;
    for words in ["Session ended", "With Fernhill. No group lets them in."] {
        assert!(page.says(words), "{words}: {}", page.text);
    }
}
