//! What is refused is refused from the answer on, however many ask at that moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use latchkey::domain::user::{Role, UserName};
use reqwest::StatusCode;

use crate::support::people::{PASSWORD, Person};
use crate::support::{App, machine::Machine};

/// Programs that ask about one token without a pause.
struct Crowd {
    /// Set once the change was answered: from then on an allowance is one too many.
    over: Arc<AtomicBool>,
    asked: Arc<AtomicUsize>,
    asking: Vec<actix_web::rt::task::JoinHandle<usize>>,
}

impl Crowd {
    const MEMBERS: usize = 16;

    /// Begins to ask, and waits until each has had some answers.
    async fn gather(app: &App, secret: &str, query: &'static str) -> Self {
        let (over, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let ask = |_| {
            let (over, asked) = (over.clone(), asked.clone());
            let (machine, secret) = (app.machine(), secret.to_owned());
            actix_web::rt::spawn(one(machine, secret, query, over, asked))
        };
        let asking = (0..Self::MEMBERS).map(ask).collect();
        let crowd = Self { over, asked, asking };
        while crowd.asked.load(Ordering::SeqCst) < 20 * Self::MEMBERS {
            actix_web::rt::time::sleep(Duration::from_millis(1)).await;
        }
        crowd
    }

    /// The change was answered. Answers how many were asked in all, and how many were allowed after that.
    async fn disperse(self) -> (usize, usize) {
        self.over.store(true, Ordering::SeqCst);
        let mut late = 0;
        for one in self.asking {
            late += one.await.expect("an answer");
        }
        (self.asked.load(Ordering::SeqCst), late)
    }
}

/// Asks until refused often after the change; answers how often it was allowed after it.
async fn one(
    machine: Machine,
    secret: String,
    query: &'static str,
    over: Arc<AtomicBool>,
    asked: Arc<AtomicUsize>,
) -> usize {
    let (mut late, mut after) = (0, 0);
    while after < 20 {
        let was_over = over.load(Ordering::SeqCst);
        let allowed = machine.asks(query, &secret).await.status == StatusCode::OK;
        asked.fetch_add(1, Ordering::SeqCst);
        after += usize::from(was_over);
        late += usize::from(was_over && allowed);
    }
    late
}

const READ: &str = "?service=git&access=read";

async fn with_token(app: &App) -> (Person, String) {
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read & write").await;
    (ada, secret)
}

/// VER-11
#[actix_web::test]
async fn nothing_is_allowed_after_the_answer_to_a_revocation() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let mut asked = 0;
    for round in 0..8 {
        let name = format!("CI {round}");
        let secret = ada.generates(&name).with("Git", "Read").await;
        let crowd = Crowd::gather(&app, &secret, READ).await;
        ada.revokes(&name).await;
        let (all, late) = crowd.disperse().await;
        assert_eq!(late, 0, "round {round}");
        asked += all;
    }
    assert!(asked > 4_000, "{asked} verifications around eight revocations");
}

/// VER-11
#[actix_web::test]
async fn nor_after_a_pause() {
    let app = App::start().await;
    let (ada, secret) = with_token(&app).await;
    let form = ada.opens(&(ada.page_of(&app, "CI").await + "/pause")).await.form("Pause token");
    let crowd = Crowd::gather(&app, &secret, READ).await;
    let page = ada.browser.submit(&form.fill("Your password", PASSWORD)).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    assert_eq!(crowd.disperse().await.1, 0);
}

/// VER-11
#[actix_web::test]
async fn nor_after_narrowing() {
    let app = App::start().await;
    let (ada, secret) = with_token(&app).await;
    let form = ada.opens(&ada.page_of(&app, "CI").await).await.form("Save changes");
    let form = form.choose("Git", "Read").fill("Your password", PASSWORD);
    let crowd = Crowd::gather(&app, &secret, "?service=git&access=write").await;
    let page = ada.browser.submit(&form).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    assert_eq!(crowd.disperse().await.1, 0);
}

/// VER-11
#[actix_web::test]
async fn nor_under_the_former_value_after_regenerating() {
    let app = App::start().await;
    let (ada, secret) = with_token(&app).await;
    let form = ada.opens(&(ada.page_of(&app, "CI").await + "/secret")).await.form("Regenerate");
    let crowd = Crowd::gather(&app, &secret, READ).await;
    let page = ada.browser.submit(&form.fill("Your password", PASSWORD)).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert_eq!(crowd.disperse().await.1, 0);
    let new = page.secret().expect("the value");
    assert_eq!(app.machine().verifies(&new, "git", "read").await, StatusCode::OK, "at once");
}

/// AUTH-14, VER-17
#[actix_web::test]
async fn nor_after_its_owner_was_disabled_or_lost_a_role() {
    let app = App::start().await;
    let (_, secret) = with_token(&app).await;
    let crowd = Crowd::gather(&app, &secret, READ).await;
    app.disables("ada").await;
    assert_eq!(crowd.disperse().await.1, 0);

    let file = latchkey::config::SAMPLE.replace("key = \"git\"", "key = \"git\"\nrole = \"admin\"");
    let app = App::with(&file, &[]).await;
    let (root, _other) = (app.admin("root").await, app.admin("bo").await);
    let secret = root.generates("CI").with("Git", "Read").await;
    let crowd = Crowd::gather(&app, &secret, READ).await;
    app.gives_role("root", Role::Member).await;
    assert_eq!(crowd.disperse().await.1, 0);
    app.gives_role("root", Role::Admin).await;
    assert_eq!(app.machine().verifies(&secret, "git", "read").await, StatusCode::OK, "and back");
}

/// VER-11
#[actix_web::test]
async fn nor_after_the_file_was_read_anew() {
    let app = App::start().await;
    let (_, secret) = with_token(&app).await;
    let file =
        latchkey::config::SAMPLE.replace("key = \"git\"", "key = \"git\"\naccess = \"read\"");
    let crowd = Crowd::gather(&app, &secret, "?service=git&access=write").await;
    app.reloads(&file);
    assert_eq!(crowd.disperse().await.1, 0);
    let answer = app.machine().asks(READ, &secret).await;
    assert_eq!(answer.header("x-token-access"), "git:read");
    app.reloads(latchkey::config::SAMPLE);
    let answer = app.machine().asks(READ, &secret).await;
    assert_eq!(answer.header("x-token-access"), "git:read-write");
}

#[actix_web::test]
async fn who_is_enabled_again_has_their_tokens_back_at_once() {
    let app = App::start().await;
    let (_, secret) = with_token(&app).await;
    app.disables("ada").await;
    assert_eq!(app.machine().verifies(&secret, "git", "read").await, StatusCode::UNAUTHORIZED);
    let name = UserName::parse("ada").expect("a name");
    let back = app.application.manage.enable(name, app.now()).await.expect("enabled");
    assert_eq!(back.len(), 1, "the tokens that come back are named");
    assert_eq!(app.machine().verifies(&secret, "git", "read").await, StatusCode::OK);
}

/// VER-13
#[actix_web::test]
async fn a_clock_that_goes_back_revives_nothing() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read").expiring("7").await;
    let machine = app.machine();
    assert_eq!(machine.verifies(&secret, "git", "read").await, StatusCode::OK);
    app.wait(TimeDelta::days(9));
    assert_eq!(machine.verifies(&secret, "git", "read").await, StatusCode::UNAUTHORIZED);
    app.wait(TimeDelta::days(-9));
    assert_eq!(machine.verifies(&secret, "git", "read").await, StatusCode::UNAUTHORIZED);
}
