//! The pages that hold the most, through HTTP and one at a time, beside the page to sign in.

mod common;
#[path = "../tests/support/mod.rs"]
mod support;

use std::rc::Rc;
use std::time::Duration;

use common::client::{self, Mix, Request};
use common::seed::{PASSWORD, Seeder};
use common::server::{Child, REAL};
use common::{Scratch, median, micros_each};
use support::browse::Browser;
use support::people::sign_in;

const ROUNDS: usize = 7;
const ROUND: Duration = Duration::from_secs(1);

struct Shown {
    name: &'static str,
    bytes: usize,
    mix: Rc<Mix>,
    /// Microseconds a request, by round: of processor time, and from sending to the last byte.
    costs: Vec<f64>,
    waits: Vec<f64>,
}

impl Shown {
    async fn new(name: &'static str, server: &Child, path: &str, cookies: &str) -> Self {
        let line =
            if cookies.is_empty() { String::new() } else { format!("Cookie: {cookies}\r\n") };
        let request = Request::get(path, &line, 200);
        let bytes = client::body(&client::once(server.address, &request).await).len();
        Self { name, bytes, mix: Mix::only(request), costs: Vec::new(), waits: Vec::new() }
    }

    async fn measure(&mut self, server: &Child, time: Duration) {
        let before = server.spent();
        let tally = client::load(server.address, 1, time, &self.mix).await;
        self.costs.push(micros_each(server.spent() - before, tally.requests));
        self.waits.push(micros_each(tally.time, tally.requests));
    }
}

fn main() {
    common::run(async || {
        let scratch = Scratch::new();
        let seeder = Seeder::open(scratch.path());
        seeder.person("ada", 20).await;
        seeder.person("bo", 100).await;
        let server = Child::start(REAL, scratch.path());
        let (ada, bo) = (cookies(&server, "ada").await, cookies(&server, "bo").await);
        let mut pages = [
            Shown::new("sign-in, as a stranger", &server, "/sign-in", "").await,
            Shown::new("token list with 20 tokens", &server, "/account/tokens", &ada).await,
            Shown::new("token list with 100 tokens", &server, "/account/tokens", &bo).await,
            Shown::new("generate form, 12 services", &server, "/account/tokens/new", &ada).await,
        ];
        for _ in 0..=ROUNDS {
            for page in &mut pages {
                page.measure(&server, ROUND).await;
            }
        }
        report(&pages);
    });
}

async fn cookies(server: &Child, name: &str) -> String {
    let browser = Browser::new(&format!("http://{}", server.address));
    let page = sign_in(&browser, name, PASSWORD).await;
    assert_eq!(page.location().as_deref(), Some("/account/tokens"), "{}", page.text);
    browser.cookies()
}

/// The first round only warms up.
fn report(pages: &[Shown]) {
    let middle = |numbers: &[f64]| median(numbers[1..].to_vec());
    let plain = &pages[0];
    for page in pages {
        let (cost, wait) = (middle(&page.costs), middle(&page.waits));
        println!(
            "{}: {cost:.0} µs of processor time, ratio {:.2}; answered in {wait:.0} µs, ratio {:.2}; {} bytes",
            page.name,
            cost / middle(&plain.costs),
            wait / middle(&plain.waits),
            page.bytes,
        );
    }
}
