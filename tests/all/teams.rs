//! Teams: what their people may be granted, and what their tokens may do at each moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use latchkey::config::SAMPLE;
use latchkey::verify::BOUND;
use reqwest::{Method, StatusCode};

use crate::support::App;
use crate::support::database::lacks_postgres;
use crate::support::machine::Machine;
use crate::support::people::PASSWORD;

/// Builds is for two teams, Git for one; the other services are no team's.
pub fn file() -> String {
    let platform = "[[teams]]\nkey = \"platform\"\nname = \"Platform\"\n[teams.services]\nbuilds = \"read-write\"\ngit = \"read-write\"\n";
    let web = "[[teams]]\nkey = \"web\"\nname = \"Web\"\n[teams.services]\nbuilds = \"read\"\n";
    format!("{SAMPLE}\n{platform}{web}")
}

async fn app() -> App {
    App::with(&file(), &[]).await
}

/// TEAM-01
#[actix_web::test]
async fn a_token_does_what_its_owners_teams_give_at_that_moment() {
    let app = app().await;
    let ada = app.member("ada").await;
    app.joins("ada", "platform").await;
    let secret = ada.generates("CI").with("Builds", "Read & write").with("Mail", "Read").await;
    let machine = app.machine();
    let asks = async |service: &str, access: &str| {
        let answer = machine.asks(&format!("?service={service}&access={access}"), &secret).await;
        (
            answer.status,
            answer.header("x-token-access").to_owned(),
            answer.header("remote-groups").to_owned(),
        )
    };
    let may = |access: &str, groups: &str| (StatusCode::OK, access.to_owned(), groups.to_owned());
    assert_eq!(asks("builds", "write").await, may("builds:read-write mail:read", "platform"));
    app.joins("ada", "web").await;
    assert_eq!(asks("builds", "write").await, may("builds:read-write mail:read", "platform,web"));
    app.leaves("ada", "platform").await;
    assert_eq!(asks("builds", "write").await.0, StatusCode::FORBIDDEN);
    assert_eq!(asks("builds", "read").await, may("builds:read mail:read", "web"));
    app.leaves("ada", "web").await;
    assert_eq!(asks("builds", "read").await.0, StatusCode::FORBIDDEN);
    assert_eq!(asks("mail", "read").await, may("mail:read", ""));
    app.joins("ada", "platform").await;
    assert_eq!(asks("builds", "write").await.0, StatusCode::OK, "nothing of the grant was lost");
}

/// TEAM-01: the other ways to ask go by the same rule.
#[actix_web::test]
async fn introspection_and_the_token_itself_are_told_of_the_same_ceiling() {
    let app = app().await;
    let ada = app.member("ada").await;
    app.joins("ada", "platform").await;
    let secret = ada.generates("CI").with("Builds", "Read & write").await;
    let builds = app.caller("builds").await;
    app.leaves("ada", "platform").await;
    assert_eq!(builds.introspects(&secret).await.json()["active"], false);
    app.joins("ada", "web").await;
    let scope = builds.introspects(&secret).await.json()["scope"].to_string();
    assert!(scope.contains("builds:read") && !scope.contains("builds:write"), "{scope}");
    let bearer = format!("Bearer {secret}");
    let headers = [("authorization", &*bearer)];
    let own = app.machine().calls(Method::GET, "/api/v1/token", &headers).await.json();
    assert_eq!(own["access"], "builds:read");
}

/// TEAM-02
#[actix_web::test]
async fn admins_are_in_no_team_unless_they_are_put_into_one() {
    let app = app().await;
    let root = app.admin("root").await;
    let page = root.opens("/account/tokens/new").await;
    assert!(page.says("Only for the teams Platform and Web; you are in none of them"));
    assert!(page.says("Only for the team Platform, which you are not in"));
    let form = page.form("Generate token").fill("Name", "CI").forged("access.git", "read");
    let page = root.browser.submit(&form.fill("Your password", PASSWORD)).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let why = "Git can’t be granted. Only for the team Platform, which you are not in";
    assert_eq!(page.error_of("access"), why);
}

/// TEAM-01
#[actix_web::test]
async fn the_form_offers_what_the_teams_give_and_says_what_they_don_t() {
    let app = app().await;
    let ada = app.member("ada").await;
    app.joins("ada", "web").await;
    let page = ada.opens("/account/tokens/new").await;
    assert!(page.says("CI jobs, logs and results. Your team Web gives Read"));
    assert!(page.says("Needs Read & write, which your team doesn’t give"));
    let filled = || page.form("Generate token").fill("Name", "CI").fill("Your password", PASSWORD);
    for (form, why) in [
        (
            filled().forged("access.builds", "write"),
            "Builds can’t be written. Your team Web gives Read",
        ),
        (
            filled().forged("access.builds", "methods").forged("method.builds.start", "on"),
            "A method of Builds is not offered here (any more). Check the list",
        ),
    ] {
        let page = ada.browser.submit(&form).await;
        assert_eq!(page.error_of("access"), why);
    }
    let link = ada.opens("/account/tokens/new?write=builds,git").await;
    assert!(link.says("service “builds”: Your team Web gives Read"));
    assert!(link.says("service “git”: Only for the team Platform, which you are not in"));
    let secret = ada.generates("CI").with("Builds", "Read").await;
    assert_eq!(app.machine().verifies(&secret, "builds", "read").await, StatusCode::OK);
}

/// TEAM-03
#[actix_web::test]
async fn the_row_and_the_page_of_a_token_say_when_it_does_less_and_why() {
    let app = app().await;
    let ada = app.member("ada").await;
    app.joins("ada", "platform").await;
    ada.generates("CI").with("Builds", "Read & write").with("Mail", "Read").await;
    let row = ada.sees("CI").await.expect("a row");
    assert_eq!(row[1], "Read & write Builds Read Mail");
    app.leaves("ada", "platform").await;
    app.joins("ada", "web").await;
    let row = ada.sees("CI").await.expect("a row");
    assert_eq!(row[1], "Read Builds, Mail Less than granted Builds: your team Web gives Read.");
    let page = ada.opens(&ada.page_of(&app, "CI").await).await;
    assert!(page.says("It does less than it was granted"));
    assert!(page.says("Builds: your team Web gives Read"));
    app.joins("ada", "platform").await;
    assert_eq!(ada.sees("CI").await.expect("a row")[1], "Read & write Builds Read Mail");
}

/// TEAM-03
#[actix_web::test]
async fn a_refusal_is_explained_by_the_team() {
    let app = app().await;
    let ada = app.member("ada").await;
    app.joins("ada", "platform").await;
    let secret = ada.generates("CI").with("Builds", "Read & write").await;
    app.leaves("ada", "platform").await;
    app.joins("ada", "web").await;
    assert_eq!(app.machine().verifies(&secret, "builds", "write").await, StatusCode::FORBIDDEN);
    app.write_uses().await;
    let path = ada.page_of(&app, "CI").await;
    let page = ada.opens(&path).await;
    assert!(
        page.says("What was granted is out of reach now: Your team Web gives Read."),
        "{}",
        page.text
    );
    let asked = "/explanation?method=POST&url=%2Fbuilds%2Fjobs&service=builds";
    let page = ada.opens(&format!("{path}{asked}")).await;
    assert!(page.says("ada is member; the team Web gives Read."));
    assert!(page.says("It lacks builds:write. Your team Web gives Read."));
}

#[actix_web::test]
async fn the_profile_shows_role_and_teams() {
    let app = app().await;
    let ada = app.member("ada").await;
    assert!(ada.opens("/account").await.says("Teams None"));
    app.joins("ada", "web").await;
    app.joins("ada", "platform").await;
    assert!(ada.opens("/account").await.says("Teams Platform, Web"));
    app.reloads(SAMPLE);
    assert!(ada.opens("/account").await.says("Teams platform (gone), web (gone)"));
}

/// TEAM-04: from the reload on, and back again.
#[actix_web::test]
async fn a_team_that_is_gone_from_the_file_keeps_its_people_and_gives_nothing() {
    let app = app().await;
    let ada = app.member("ada").await;
    app.joins("ada", "platform").await;
    let secret = ada.generates("CI").with("Git", "Read & write").await;
    let web = "[[teams]]\nkey = \"web\"\n[teams.services]\ngit = \"read\"\n";
    app.reloads(&format!("{SAMPLE}\n{web}"));
    let answer = app.machine().asks("?service=git&access=read", &secret).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "Git is for Web alone now");
    app.reloads(&file());
    let answer = app.machine().asks("?service=git&access=write", &secret).await;
    assert_eq!((answer.status, answer.header("remote-groups")), (StatusCode::OK, "platform"));
    app.reloads(SAMPLE);
    let answer = app.machine().asks("?service=git&access=write", &secret).await;
    assert_eq!((answer.status, answer.header("remote-groups")), (StatusCode::OK, ""));
}

/// TEAM-05
#[actix_web::test]
async fn joining_and_leaving_leave_an_event_each_once() {
    let app = app().await;
    app.member("ada").await;
    app.joins("ada", "web").await;
    app.joins("ada", "web").await;
    app.leaves("ada", "web").await;
    for sql in [
        "SELECT count(*) AS n FROM events WHERE kind = 'team_joined' AND detail = '“Web”.'",
        "SELECT count(*) AS n FROM events WHERE kind = 'team_left' AND detail = '“Web”.'",
    ] {
        assert_eq!(app.database.count(sql).await, 1, "{sql}");
    }
}

/// Asks until it is over. Answers how often, and how often that was allowed although the owner had left before it was
/// asked and had not come back when it was answered. `changes` is odd while they are gone.
async fn asks_on(
    machine: Machine,
    secret: String,
    over: Arc<AtomicBool>,
    changes: Arc<AtomicUsize>,
) -> (usize, usize) {
    let (mut asked, mut late) = (0, 0);
    while !over.load(Ordering::SeqCst) {
        let before = changes.load(Ordering::SeqCst);
        let status = machine.verifies(&secret, "git", "read").await;
        let gone = before % 2 == 1 && before == changes.load(Ordering::SeqCst);
        asked += 1;
        late += usize::from(gone && status == StatusCode::OK);
    }
    (asked, late)
}

/// TEAM-06
#[actix_web::test]
async fn once_a_change_of_teams_is_answered_no_request_is_decided_by_the_former_ones() {
    let app = app().await;
    let ada = app.member("ada").await;
    app.joins("ada", "platform").await;
    let secret = ada.generates("CI").with("Git", "Read").await;
    let (over, changes): (Arc<AtomicBool>, Arc<AtomicUsize>) = Default::default();
    let ask = |_| {
        let asked = asks_on(app.machine(), secret.clone(), over.clone(), changes.clone());
        actix_web::rt::spawn(asked)
    };
    let asking: Vec<_> = (0..4).map(ask).collect();
    for _ in 0..40 {
        app.leaves("ada", "platform").await;
        changes.fetch_add(1, Ordering::SeqCst);
        for _ in 0..5 {
            let status = app.machine().verifies(&secret, "git", "read").await;
            assert_eq!(status, StatusCode::FORBIDDEN);
        }
        changes.fetch_add(1, Ordering::SeqCst);
        app.joins("ada", "platform").await;
        assert_eq!(app.machine().verifies(&secret, "git", "read").await, StatusCode::OK);
    }
    over.store(true, Ordering::SeqCst);
    let mut all = (0, 0);
    for one in asking {
        let (asked, late) = one.await.expect("answers");
        all = (all.0 + asked, all.1 + late);
    }
    assert_eq!(all.1, 0, "of {}", all.0);
    assert!(all.0 > 200, "it was in use: {}", all.0);
}

/// TEAM-06: within the bound on the other node.
#[actix_web::test]
async fn a_change_of_teams_reaches_the_other_node() {
    if lacks_postgres() {
        return;
    }
    let one = app().await;
    let two = App::on(one.database.beside(&one.database.url), &file(), &[]).await;
    let ada = one.member("ada").await;
    one.joins("ada", "platform").await;
    let secret = ada.generates("CI").with("Git", "Read").await;
    let until = async |status: StatusCode| {
        let began = Instant::now();
        while two.machine().verifies(&secret, "git", "read").await != status {
            assert!(began.elapsed() < Duration::from_secs(20), "never {status}");
        }
        began.elapsed()
    };
    until(StatusCode::OK).await;
    for _ in 0..5 {
        one.leaves("ada", "platform").await;
        assert!(until(StatusCode::FORBIDDEN).await < BOUND);
        one.joins("ada", "platform").await;
        assert!(until(StatusCode::OK).await < BOUND);
    }
}
