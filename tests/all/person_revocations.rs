//! `/admin/people/{id}/revocation`: the end of somebody's tokens by an administrator.

use reqwest::StatusCode;

use crate::support::App;
use crate::support::people::{PASSWORD, Person};

fn place(person: &Person) -> String {
    format!("/admin/people/{}", person.id.as_str())
}

/// SUDO-01
#[actix_web::test]
async fn no_token_of_somebody_is_revoked_without_the_password_and_once() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    let secret = ada.generates("one").with("Git", "Read").await;
    let works = async || app.machine().verifies(&secret, "git", "read").await;
    let page = bo.opens(&place(&ada)).await;
    let page = bo.opens(&page.link("Revoke one").expect("a link")).await;
    assert_eq!(page.heading(), "Revoke “one” of “ada Nyström”?");
    assert!(
        page.says("Anything that uses this token stops working at once. This can’t be undone.")
    );
    let form = page.form("Revoke token");
    for (typed, why) in
        [("", "Enter your password"), ("wrong", "That password isn’t right. Nothing was changed")]
    {
        let page = bo.browser.submit(&form.clone().fill("Your password", typed)).await;
        assert_eq!(page.error("Your password"), why);
    }
    assert_eq!(works().await, StatusCode::OK);
    let form = form.fill("Your password", PASSWORD);
    assert_eq!(bo.browser.submit(&form).await.location(), Some(place(&ada)));
    assert_eq!(works().await, StatusCode::UNAUTHORIZED, "from the answer on");
    let told = "“one” was revoked. Anything that used it has lost access.";
    assert_eq!(bo.opens(&place(&ada)).await.status_message(), told);
    bo.browser.submit(&form).await;
    let page = bo.opens(&place(&ada)).await;
    assert_eq!(page.status_message(), "Nothing was changed.", "a form sent again");
}

/// ACL-05
#[actix_web::test]
async fn an_administrator_revokes_one_several_or_all_tokens_of_somebody() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    let mut secrets = Vec::new();
    for name in ["one", "two", "three", "four"] {
        secrets.push(ada.generates(name).with("Git", "Read").await);
    }
    let alive = async || {
        let mut alive = Vec::new();
        for secret in &secrets {
            alive.push(app.machine().verifies(secret, "git", "read").await == StatusCode::OK);
        }
        alive
    };
    assert_eq!(alive().await, [true; 4]);
    let page = bo.opens(&place(&ada)).await;
    let ticked = page.form("Revoke selected").tick("Select two").tick("Select three");
    let page = bo.browser.submit(&ticked).await;
    assert_eq!(page.heading(), "Revoke 2 tokens?");
    bo.browser.submit(&page.form("Revoke 2 tokens").fill("Your password", PASSWORD)).await;
    assert_eq!(alive().await, [true, false, false, true]);
    let page = bo.opens(&place(&ada)).await;
    assert_eq!(page.status_message(), "2 tokens were revoked.");
    let page = bo.opens(&page.link("Revoke all tokens").expect("a link")).await;
    bo.browser.submit(&page.form("Revoke all 2 tokens").fill("Your password", PASSWORD)).await;
    assert_eq!(alive().await, [false; 4]);
    let lines = ada.opens("/account/activity").await.each("main ul.log li").join("\n");
    assert_eq!(lines.matches("By “bo Nyström”, an administrator").count(), 4, "{lines}");
    assert!(lines.contains("Revoked “four”18:00Read Git."), "{lines}");
}

/// ACL-05
#[actix_web::test]
async fn a_question_about_somebodys_tokens_names_theirs_alone() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    let cy = app.member("cy").await;
    let secret = cy.generates("hers").with("Git", "Read").await;
    let own = bo.generates("own").with("Git", "Read").await;
    let id = cy.page_of(&app, "hers").await.rsplit('/').next().expect("an id").to_owned();
    let there = format!("{}/revocation", place(&ada));
    assert_eq!(bo.opens(&format!("{there}?id={id}")).await.status, StatusCode::NOT_FOUND);
    let page = bo.opens(&there).await;
    assert_eq!(page.status_message(), "Tick the tokens to revoke first.");
    let page = bo.opens(&format!("{there}?all=yes")).await;
    assert_eq!(page.status_message(), "They have no tokens to revoke.");
    let page = bo.opens(&format!("{there}?expired=yes")).await;
    assert_eq!(page.status_message(), "None of their tokens has expired.");
    let csrf = bo.opens("/account").await.form("Save profile").value("csrf");
    let fields = [("csrf", &*csrf), ("id", &*id), ("password", PASSWORD)];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(bo.browser.post(&there, &fields).await.status, StatusCode::NOT_FOUND);
    for secret in [&secret, &own] {
        assert_eq!(app.machine().verifies(secret, "git", "read").await, StatusCode::OK);
    }
}
