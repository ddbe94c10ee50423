//! Groups of the provider: role and teams at each sign-in, and nobody in without one.

use latchkey::config::SAMPLE;
use latchkey::domain::user::Role;
use reqwest::StatusCode;
use serde_json::{Value, json};

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
