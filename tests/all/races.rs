//! Many at once.

use reqwest::StatusCode;

use crate::support::App;
use crate::support::people::PASSWORD;

/// VER-11
#[actix_web::test]
async fn once_a_revocation_is_answered_no_request_is_allowed() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    for round in 0..5 {
        let name = format!("t{round}");
        let secret = ada.generates(&name).with("Git", "Read").await;
        let link = ada.opens("/account/tokens").await.link(&format!("Revoke {name}")).expect("one");
        let form = ada.opens(&link).await.form("Revoke token").fill("Your password", PASSWORD);
        let answered = std::cell::Cell::new(false);
        let late = std::cell::Cell::new(0);
        let before = std::cell::Cell::new(0);
        let revoke = async {
            assert_eq!(ada.browser.submit(&form).await.status, StatusCode::SEE_OTHER);
            answered.set(true);
        };
        let ask = async {
            let machine = app.machine();
            while !answered.get() {
                // Taken before the request is sent: what is asked after the answer counts.
                let after = answered.get();
                let status = machine.verifies(&secret, "git", "read").await;
                if status == StatusCode::OK {
                    if after { late.set(late.get() + 1) } else { before.set(before.get() + 1) }
                }
            }
            for _ in 0..20 {
                let status = machine.verifies(&secret, "git", "read").await;
                late.set(late.get() + usize::from(status == StatusCode::OK));
            }
        };
        let asks = futures_util::future::join_all([ask]);
        tokio::join!(revoke, asks);
        assert_eq!(late.get(), 0);
        assert!(before.get() > 0, "it was in use until then");
    }
}

/// CONC-03, TOK-02
#[actix_web::test]
async fn tokens_generated_at_once_are_distinct_listed_and_valid() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let names: Vec<String> = (0..8).map(|at| format!("t{at}")).collect();
    // At most five at a time: more would look like guessing.
    let mut secrets = Vec::new();
    for few in names.chunks(4) {
        let made = few.iter().map(|name| async { ada.generates(name).with("Git", "Read").await });
        secrets.extend(futures_util::future::join_all(made).await);
    }
    secrets.sort();
    secrets.dedup();
    assert_eq!(secrets.len(), 8);
    assert_eq!(ada.opens("/account/tokens").await.rows(), 8);
    for secret in &secrets {
        assert_eq!(app.machine().verifies(secret, "git", "read").await, StatusCode::OK);
    }
}

/// CONC-04
#[actix_web::test]
async fn while_all_are_revoked_tokens_are_generated_and_list_and_verification_agree() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    for round in 0..6 {
        ada.has_tokens(&app, 1).await;
        let kept = ada.generates(&format!("kept{round}")).with("Git", "Read").await;
        let page = ada.opens("/account/tokens/revocation?all=yes").await;
        let form = page.form(&page.heading().replace('?', "")).fill("Your password", PASSWORD);
        let other = format!("other{round}");
        let generate = async { ada.generates(&other).with("Git", "Read").await };
        let (answer, other) = tokio::join!(ada.browser.submit(&form), generate);
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        let listed = ada.opens("/account/tokens").await.names();
        for (name, secret) in [("kept", kept), ("other", other)] {
            let works = app.machine().verifies(&secret, "git", "read").await == StatusCode::OK;
            assert_eq!(works, listed.contains(&format!("{name}{round}")), "{name}: {listed:?}");
            assert!(name == "other" || !works, "what was there before is gone");
        }
    }
}

/// CONC-06
#[actix_web::test]
async fn nobody_gets_anothers_answer() {
    let app = App::start().await;
    let people = [app.member("ada").await, app.member("bo").await, app.member("cy").await];
    let mut secrets = Vec::new();
    for person in &people {
        secrets.push((person.name.clone(), person.generates("CI").with("Git", "Read").await));
    }
    let pages = people.iter().map(|person| async {
        for _ in 0..30 {
            let page = person.opens("/account").await;
            assert!(page.says(&format!("{}@fernhill.example", person.name)));
        }
    });
    let asks = secrets.iter().map(|(name, secret)| {
        let machine = app.machine();
        async move {
            for _ in 0..60 {
                let answer = machine.asks("?service=git&access=read", secret).await;
                assert_eq!(answer.header("remote-user"), name);
            }
        }
    });
    let (pages, asks) =
        (futures_util::future::join_all(pages), futures_util::future::join_all(asks));
    tokio::join!(pages, asks);
}

#[actix_web::test]
async fn of_two_password_changes_at_once_one_is_refused() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let other = ada.elsewhere().await;
    let new = ["seven brass owls knit", "four lazy weasels hum"];
    let filled = |page: crate::support::page::Page, new: &str| {
        let form = page.form("Change password").fill("Current password", PASSWORD);
        form.fill("New password", new)
    };
    let one = filled(ada.opens("/account/password").await, new[0]);
    let two = filled(other.open("/account/password").await, new[1]);
    let (one, two) = tokio::join!(ada.browser.submit(&one), other.submit(&two));
    let done = [&one, &two].map(|page| {
        page.status == StatusCode::SEE_OTHER
            && page.location().as_deref() == Some("/account/password")
    });
    assert_ne!(done[0], done[1], "{} {}", one.status, two.status);
    let works = new[usize::from(done[1])];
    let page = crate::support::people::sign_in(&app.guest(), "ada", works).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
}
