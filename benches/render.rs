//! The pages that hold the most, through HTTP and one at a time, beside the page to sign in.

mod common;
#[path = "../tests/support/mod.rs"]
mod support;

use std::rc::Rc;
use std::time::Duration;

use common::client::{self, Mix, Request};
use common::seed::{PASSWORD, Seeder};
use common::server::{self, Child, REAL};
use common::{Scratch, median, micros_each};
use support::browse::Browser;
use support::people::sign_in;

const ROUNDS: usize = 7;
const ROUND: Duration = Duration::from_secs(1);

struct Shown<'a> {
    name: &'static str,
    server: &'a Child,
    bytes: usize,
    mix: Rc<Mix>,
    /// Microseconds a request, by round: of processor time, and from sending to the last byte.
    costs: Vec<f64>,
    waits: Vec<f64>,
}

impl<'a> Shown<'a> {
    async fn new(name: &'static str, server: &'a Child, path: &str, cookies: &str) -> Self {
        let line =
            if cookies.is_empty() { String::new() } else { format!("Cookie: {cookies}\r\n") };
        let request = Request::get(path, &line, 200);
        let bytes = client::body(&client::once(server.address, &request).await).len();
        Self { name, server, bytes, mix: Mix::only(request), costs: Vec::new(), waits: Vec::new() }
    }

    async fn measure(&mut self, time: Duration) {
        let before = self.server.spent();
        let tally = client::load(self.server.address, 1, time, &self.mix).await;
        self.costs.push(micros_each(self.server.spent() - before, tally.requests));
        self.waits.push(micros_each(tally.time, tally.requests));
    }
}

fn main() {
    common::run(async || {
        let scratch = Scratch::new();
        let seeder = Seeder::open(scratch.path());
        seeder.person("ada", 20).await;
        seeder.person("bo", 100).await;
        seeder.person("cy", 1_000).await;
        let server = Child::start(REAL, scratch.path());
        let (ada, bo) = (cookies(&server, "ada").await, cookies(&server, "bo").await);
        let wide = scratch.path().join("wide");
        std::fs::create_dir(&wide).expect("a folder");
        std::fs::write(wide.join(server::FILE), services(200)).expect("a file");
        Seeder::open(&wide).person("ada", 20).await;
        let other = Child::start(REAL, &wide);
        let hers = cookies(&other, "ada").await;
        let form = "/account/tokens/new";
        let (cy, last) = (cookies(&server, "cy").await, "/account/tokens?sort=name&q=git&page=50");
        let mut pages = [
            Shown::new("sign-in, as a stranger", &server, "/sign-in", "").await,
            Shown::new("token list with 20 tokens", &server, "/account/tokens", &ada).await,
            Shown::new("token list, a page of 100 tokens", &server, "/account/tokens", &bo).await,
            Shown::new("token list, a page of 1,000 tokens", &server, "/account/tokens", &cy).await,
            Shown::new("the same, searched and sorted by name", &server, last, &cy).await,
            Shown::new("generate form, 12 services", &server, form, &ada).await,
            Shown::new("generate form, 200 services with 2,000 methods", &other, form, &hers).await,
        ];
        for _ in 0..=ROUNDS {
            for page in &mut pages {
                page.measure(ROUND).await;
            }
        }
        report(&pages);
    });
}

/// A catalogue of so many services with ten methods each.
fn services(count: usize) -> String {
    let method = |at| {
        format!("{{ key = \"m{at}\", name = \"Method {at}\", description = \"What it does\" }}")
    };
    let methods = (0..10).map(method).collect::<Vec<_>>().join(", ");
    let service = |at| {
        format!("[[services]]\nkey = \"s{at}\"\nname = \"Service {at}\"\nmethods = [{methods}]\n")
    };
    (0..count).map(service).collect()
}

async fn cookies(server: &Child, name: &str) -> String {
    let browser = Browser::new(&format!("http://{}", server.address));
    let page = sign_in(&browser, name, PASSWORD).await;
    assert_eq!(page.location().as_deref(), Some("/account/tokens"), "{}", page.text);
    browser.cookies()
}

/// The first round only warms up.
fn report(pages: &[Shown<'_>]) {
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
