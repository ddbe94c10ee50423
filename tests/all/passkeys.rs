//! `/account/passkeys`: adding a passkey, and where that is offered.

use reqwest::StatusCode;

use crate::support::App;

#[cfg(not(feature = "passkeys"))]
#[actix_web::test]
async fn a_build_without_passkeys_says_nothing_of_them() {
    let app = App::on_localhost(latchkey::config::SAMPLE).await;
    let ada = app.member("ada").await;
    assert!(!ada.opens("/account/password").await.says("asskey"));
    assert!(!app.guest().open("/sign-in").await.says("asskey"));
    for path in ["/account/passkeys", "/account/passkeys/abcdefghijklmnop/removal"] {
        assert_eq!(ada.browser.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[cfg(feature = "passkeys")]
mod with {
    use super::*;
    use crate::support::authenticator::{Authenticator, options};
    use crate::support::people::PASSWORD;

    #[actix_web::test]
    async fn a_passkey_is_added_with_the_password_and_listed_by_its_name() {
        let app = App::on_localhost(latchkey::config::SAMPLE).await;
        let ada = app.member("ada").await;
        Authenticator::of(&app, &ada, "Laptop <1>").await;
        let page = ada.opens("/account/password").await;
        assert!(page.status_message().contains("“Laptop <1>” is added"), "{}", page.text);
        assert!(page.link("Remove Laptop <1>").is_some());
        assert!(page.says("not used yet"));
        let added =
            app.database.count("SELECT count(*) AS n FROM events WHERE kind = 'passkey_added'");
        assert_eq!(added.await, 1);
    }

    #[actix_web::test]
    async fn what_is_asked_of_the_device_is_a_verified_person_and_no_attestation() {
        let app = App::on_localhost(latchkey::config::SAMPLE).await;
        let ada = app.member("ada").await;
        Authenticator::of(&app, &ada, "Laptop").await;
        let asked = options(&ada.opens("/account/passkeys").await);
        let asked = &asked["publicKey"];
        assert_eq!(asked["rp"]["id"], "localhost");
        assert_eq!(asked["attestation"], "none");
        let selection = &asked["authenticatorSelection"];
        assert_eq!(selection["userVerification"], "required");
        assert_eq!(selection["residentKey"], "preferred");
        assert_eq!(
            asked["excludeCredentials"].as_array().map(Vec::len),
            Some(1),
            "no second one there"
        );
        let page = app.guest().open("/sign-in").await;
        assert_eq!(options(&page)["publicKey"]["userVerification"], "required");
        let fills_in = page.attribute("Username", "autocomplete");
        assert_eq!(fills_in.as_deref(), Some("username webauthn"), "browsers offer them there");
        assert_eq!(
            options(&page)["publicKey"]["allowCredentials"].as_array().map(Vec::len),
            Some(0)
        );
    }

    #[actix_web::test]
    async fn everything_that_is_missing_is_said_and_a_wrong_password_adds_nothing() {
        let app = App::on_localhost(latchkey::config::SAMPLE).await;
        let ada = app.member("ada").await;
        let page = ada.opens("/account/passkeys").await;
        let nothing = ada.browser.submit(&page.form("Add passkey")).await;
        assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(nothing.error("Name").contains("Enter a name"), "{}", nothing.text);
        assert!(nothing.error("Your password").contains("Enter your password"));
        let form = page.form("Add passkey").fill("Name", "Laptop");
        let page = ada.browser.submit(&form.clone().fill("Your password", PASSWORD)).await;
        assert!(page.alert().contains("needs script"), "{}", page.alert());
        assert_eq!(page.field("Name"), "Laptop");
        let answer = Authenticator::new(&app).makes(&options(&page));
        let form = page.form("Add passkey").forged("new-answer", &answer);
        let page = ada.browser.submit(&form.fill("Your password", "wrong")).await;
        assert!(page.error("Your password").contains("isn’t right"), "{}", page.text);
        assert_eq!(app.database.count("SELECT count(*) AS n FROM passkeys").await, 0);
    }

    #[actix_web::test]
    async fn a_new_passkey_is_refused_from_another_origin_unverified_or_for_another_party() {
        let app = App::on_localhost(latchkey::config::SAMPLE).await;
        let ada = app.member("ada").await;
        let mut wrong =
            [Authenticator::new(&app), Authenticator::new(&app), Authenticator::new(&app)];
        wrong[0].origin = "https://evil.example".to_owned();
        wrong[1].verifies = false;
        wrong[2].party = "evil.example".to_owned();
        for authenticator in &mut wrong {
            let page = authenticator.adds(&ada, "Laptop").await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(page.alert().contains("can’t be used"), "{}", page.alert());
        }
        assert_eq!(app.database.count("SELECT count(*) AS n FROM passkeys").await, 0);
    }

    #[actix_web::test]
    async fn a_question_adds_one_passkey_and_to_nobody_else() {
        let app = App::on_localhost(latchkey::config::SAMPLE).await;
        let (ada, bo) = (app.member("ada").await, app.member("bo").await);
        let page = ada.opens("/account/passkeys").await;
        let form = page.form("Add passkey").fill("Name", "One").fill("Your password", PASSWORD);
        let first = Authenticator::new(&app).makes(&options(&page));
        let second = Authenticator::new(&app).makes(&options(&page));
        let csrf = bo.opens("/account/passkeys").await.form("Add passkey").value("csrf");
        let hers = form.clone().forged("new-answer", &first).forged("csrf", &csrf);
        let page = bo.browser.submit(&hers).await;
        assert!(page.alert().contains("another session"), "{}", page.alert());
        ada.browser.submit(&form.clone().forged("new-answer", &first)).await;
        for again in [&first, &second] {
            ada.browser.submit(&form.clone().forged("new-answer", again)).await;
        }
        assert_eq!(app.database.count("SELECT count(*) AS n FROM passkeys").await, 1);
    }

    #[actix_web::test]
    async fn without_a_name_to_reach_it_by_the_page_says_why_there_are_none() {
        let app = App::start().await;
        let ada = app.member("ada").await;
        let page = ada.opens("/account/password").await;
        assert!(page.says("browsers allow them only at an https address"), "{}", page.text);
        assert!(page.link("Add passkey").is_none());
        assert_eq!(ada.browser.get("/account/passkeys").await.status, StatusCode::NOT_FOUND);
        assert!(!app.guest().open("/sign-in").await.says("passkey"));
    }

    #[actix_web::test]
    async fn a_passkey_counts_where_the_operator_asks_for_a_second_factor() {
        let file =
            latchkey::config::SAMPLE.replace("second_factor = false", "second_factor = true");
        let app = App::on_localhost(&file).await;
        let ada = app.member("ada").await;
        let page = ada.generates("ci").with("Git", "Read").page().await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        Authenticator::of(&app, &ada, "Laptop").await;
        ada.generates("ci").with("Git", "Read").await;
    }
}
