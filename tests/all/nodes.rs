//! Several servers on one database: what each has to know of what the others do.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use latchkey::domain::change::Change;
use latchkey::store::conn::Conn;
use latchkey::store::feed;
use latchkey::verify::BOUND;
use reqwest::{Method, StatusCode};

use crate::support::App;
use crate::support::database::lacks_postgres;
use crate::support::people::{PASSWORD, sign_in};

/// The way of a node to its database, which can be blocked: then nothing goes through, and nobody is told.
struct Wire {
    blocked: Arc<AtomicBool>,
}

impl Wire {
    /// On threads of its own: opening a database holds up the one that the tests run on.
    fn to(database: &str) -> (Self, String) {
        let mut url = url::Url::parse(database).expect("a URL");
        let to = format!("{}:{}", url.host_str().expect("a host"), url.port().unwrap_or(5432));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        let wire = Self { blocked: Arc::default() };
        let blocked = wire.blocked.clone();
        std::thread::spawn(move || {
            for near in listener.incoming().flatten() {
                let Ok(far) = TcpStream::connect(&to) else { continue };
                let both =
                    (near.try_clone().expect("a handle"), far.try_clone().expect("a handle"));
                let (there, back) = (blocked.clone(), blocked.clone());
                std::thread::spawn(move || pass(near, far, &there));
                std::thread::spawn(move || pass(both.1, both.0, &back));
            }
        });
        url.set_host(Some("127.0.0.1")).expect("a host");
        url.set_port(Some(port)).expect("a port");
        (wire, url.to_string())
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, blocked: &AtomicBool) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        while blocked.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(5));
        }
        if to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    // Either side may have hung up.
    let _ = to.shutdown(Shutdown::Both);
}

/// Asks until the answer is this one; answers how long that took.
async fn until(app: &App, secret: &str, status: StatusCode) -> Duration {
    let (machine, began) = (app.machine(), Instant::now());
    while machine.verifies(secret, "git", "read").await != status {
        assert!(began.elapsed() < Duration::from_secs(20), "never {status}");
    }
    began.elapsed()
}

/// VER-11: within the bound on every node; one that can't hear of it asks, and refuses when it can't.
#[actix_web::test]
async fn a_revocation_reaches_every_node_and_one_that_is_cut_off_lets_nothing_through() {
    if lacks_postgres() {
        return;
    }
    let one = App::start().await;
    let two = one.beside(&one.database.url).await;
    let (wire, url) = Wire::to(&one.database.url);
    let three = one.beside(&url).await;
    let ada = one.member("ada").await;
    let (gone, kept) = (
        ada.generates("gone").with("Git", "Read").await,
        ada.generates("kept").with("Git", "Read").await,
    );
    for node in [&one, &two, &three] {
        until(node, &gone, StatusCode::OK).await;
        until(node, &kept, StatusCode::OK).await;
    }
    let load = Load::on(&three, &gone);
    wire.blocked.store(true, Ordering::SeqCst);
    ada.revokes("gone").await;
    let revoked = Instant::now();
    assert_eq!(one.machine().verifies(&gone, "git", "read").await, StatusCode::UNAUTHORIZED);
    until(&two, &gone, StatusCode::UNAUTHORIZED).await;
    assert!(revoked.elapsed() < BOUND, "two heard of it");
    // Three may go by what it knows until the bound is over, and no longer.
    let last = load.end(Duration::from_secs(4)).await;
    let late = last.map(|last| last.saturating_duration_since(revoked)).unwrap_or_default();
    assert!(late < BOUND, "allowed {late:?} after the revocation");
    let cut_off = three.machine().verifies(&kept, "git", "read").await;
    assert_eq!(cut_off, StatusCode::SERVICE_UNAVAILABLE);
    wire.blocked.store(false, Ordering::SeqCst);
    until(&three, &kept, StatusCode::OK).await;
    assert_eq!(three.machine().verifies(&gone, "git", "read").await, StatusCode::UNAUTHORIZED);
}

/// Not cut, but silent: nobody's waiting ends by itself then.
#[actix_web::test]
async fn while_the_database_is_silent_everybody_is_answered_that_it_is() {
    if lacks_postgres() {
        return;
    }
    let one = App::start().await;
    let (wire, url) = Wire::to(&one.database.url);
    // A pool has one connection that is open and free. Whoever gets it waits for the answer; everybody after that waits
    // for a connection, which ends by itself: so each here has a pool of its own.
    let (node, other) = (one.beside(&url).await, one.beside(&url).await);
    let ada = one.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read").await;
    until(&node, &secret, StatusCode::OK).await;
    let (there, machine) = (ada.browser.at(&node.base), node.machine());
    wire.blocked.store(true, Ordering::SeqCst);
    let (ready, fields) = (other.machine(), [("token", &*secret)]);
    let asked = async {
        tokio::join!(
            ready.calls(Method::GET, "/readyz", &[]),
            machine.submits("/revoke", None, &fields),
            there.get("/account/tokens"),
        )
    };
    let answered = tokio::time::timeout(Duration::from_secs(90), asked).await;
    wire.blocked.store(false, Ordering::SeqCst);
    let (ready, revoked, list) = answered.expect("an answer to each");
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(revoked.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(list.status, StatusCode::SERVICE_UNAVAILABLE);
    let again = machine.submits("/revoke", None, &fields).await;
    assert_eq!(again.status, StatusCode::OK);
    until(&node, &secret, StatusCode::UNAUTHORIZED).await;
}

/// Questions without a pause, eight at a time.
struct Load {
    over: Arc<AtomicBool>,
    asking: Vec<actix_web::rt::task::JoinHandle<Option<Instant>>>,
}

impl Load {
    fn on(app: &App, secret: &str) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let ask = |_| {
            let (over, machine, secret) = (over.clone(), app.machine(), secret.to_owned());
            actix_web::rt::spawn(async move {
                let mut last = None;
                while !over.load(Ordering::SeqCst) {
                    if machine.verifies(&secret, "git", "read").await == StatusCode::OK {
                        last = Some(Instant::now());
                    }
                }
                last
            })
        };
        let asking = (0..8).map(ask).collect();
        Self { over, asking }
    }

    /// After some more time; answers when the last was allowed.
    async fn end(self, after: Duration) -> Option<Instant> {
        actix_web::rt::time::sleep(after).await;
        self.over.store(true, Ordering::SeqCst);
        let mut last = None;
        for one in self.asking {
            last = last.max(one.await.expect("answers"));
        }
        last
    }
}

/// What a node that is not asked about a change has to hear: each kind once.
#[actix_web::test]
async fn each_change_is_heard_of_on_another_node() {
    if lacks_postgres() {
        return;
    }
    let one = App::start().await;
    let two = one.beside(&one.database.url).await;
    let ada = one.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read").await;
    assert_eq!(two.machine().verifies(&secret, "git", "read").await, StatusCode::OK, "at once");
    let pause = ada.page_of(&one, "CI").await + "/pause";
    for (button, status) in
        [("Pause token", StatusCode::UNAUTHORIZED), ("Resume token", StatusCode::OK)]
    {
        let form = ada.opens(&pause).await.form(button).fill("Your password", PASSWORD);
        assert_eq!(ada.browser.submit(&form).await.status, StatusCode::SEE_OTHER);
        until(&two, &secret, status).await;
    }
    one.disables("ada").await;
    until(&two, &secret, StatusCode::UNAUTHORIZED).await;
}

/// Sessions, tries and forms are the database's, not a node's.
#[actix_web::test]
async fn sessions_tries_and_forms_hold_across_nodes() {
    if lacks_postgres() {
        return;
    }
    let one = App::start().await;
    let two = one.beside(&one.database.url).await;
    let ada = one.member("ada").await;
    let there = ada.browser.at(&two.base);
    let page = there.get("/account/tokens/new").await;
    assert_eq!(page.heading(), "Generate a token", "signed in there, too");
    let form = page.form("Generate token").fill("Name", "CI").choose("Git", "Read");
    let form = form.fill("Your password", PASSWORD);
    assert_eq!(there.submit(&form).await.status, StatusCode::OK);
    let again = ada.browser.at(&one.base).submit(&form).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "one form, one token, whichever node");
    let mut last = StatusCode::OK;
    for round in 0..14 {
        let node = if round % 2 == 0 { &one } else { &two };
        last = sign_in(&node.guest(), "ada", "wrong, wrong, wrong").await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS, "counted together");
}

#[actix_web::test]
async fn a_node_that_missed_entries_of_the_feed_forgets_everything() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read").await;
    let machine = app.machine();
    assert_eq!(machine.verifies(&secret, "git", "read").await, StatusCode::OK);
    // As after hours without the database: what was said meanwhile is no longer there to be read.
    app.database.run("UPDATE tokens SET revoked_at = 1").await;
    app.database.write(|tx| Ok(latchkey::store::bulk::announce(tx)?)).await;
    app.hears_of_it().await;
    assert_eq!(machine.verifies(&secret, "git", "read").await, StatusCode::UNAUTHORIZED);
}

#[actix_web::test]
async fn the_feed_keeps_its_newest_entries_alone() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read").await;
    let change = Change::Person(ada.id.clone());
    let many = move |tx: &mut Conn| Ok((0..10_100).try_for_each(|_| feed::record(tx, &change))?);
    app.database.write(many).await;
    app.application.manage.clear(app.now()).await.expect("cleared");
    assert_eq!(app.database.count("SELECT count(*) AS n FROM feed").await, 10_001);
    assert_eq!(app.machine().verifies(&secret, "git", "read").await, StatusCode::OK);
    ada.revokes("CI").await;
    assert_eq!(app.machine().verifies(&secret, "git", "read").await, StatusCode::UNAUTHORIZED);
}
