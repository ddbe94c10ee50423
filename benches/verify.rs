//! Verification through HTTP beside a bare actix handler that sends the same bytes: 10,000 live tokens of 100 people,
//! drawn at random (the worst case for a cache), 32 connections, both servers in turns. Last uses are noted.

mod common;

use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use common::client::{self, Mix, Request};
use common::seed::{Seeder, unknown};
use common::server::{ALLOWED, BARE, Child, REAL, REFUSED};
use common::{Scratch, median, micros_each};

const PEOPLE: usize = 100;
const TOKENS_EACH: usize = 100;
const CONNECTIONS: usize = 32;
const ROUNDS: u32 = 5;
const WARM_UP: Duration = Duration::from_secs(1);
const QUESTION: &str = "?service=builds&access=read";

struct Case {
    name: &'static str,
    percent_bad: u32,
    round: Duration,
}

const CASES: [Case; 3] = [
    Case { name: "all good", percent_bad: 0, round: Duration::from_secs(2) },
    Case { name: "10 % bad", percent_bad: 10, round: Duration::from_secs(2) },
    // A flood by a stranger. No use is noted, so shorter rounds tell as much.
    Case { name: "all bad", percent_bad: 100, round: Duration::from_secs(1) },
];

fn main() {
    common::run(async || {
        let scratch = Scratch::new();
        let tokens = Tokens::plant(scratch.path()).await;
        tokens.record(scratch.path()).await;
        let count = tokens.good.len();
        println!(
            "{count} live tokens of {PEOPLE} people, {CONNECTIONS} connections, {ROUNDS} rounds"
        );
        for case in &CASES {
            compare(scratch.path(), &tokens, case).await;
        }
    });
}

/// The values that are presented.
struct Tokens {
    good: Vec<String>,
    bad: Vec<String>,
}

impl Tokens {
    async fn plant(folder: &Path) -> Self {
        let seeder = Seeder::open(folder);
        let mut good = Vec::new();
        for number in 0..PEOPLE {
            let (_, secrets) = seeder.person(&format!("person-{number:03}"), TOKENS_EACH).await;
            good.extend(secrets.iter().map(|secret| secret.expose().to_owned()));
        }
        let well_formed = (0..1000).map(|_| unknown().expose().to_owned());
        let mistyped = good.iter().take(1000).map(|token| mistype(token));
        let bad = well_formed.chain(mistyped).collect();
        Self { good, bad }
    }

    /// Keeps one answer of each kind for the bare server to repeat.
    async fn record(&self, folder: &Path) {
        let real = Child::start(REAL, folder);
        let [good, bad] = [request(ALLOWED.1, &self.good[0], 200), self.refused(ALLOWED.1)];
        for ((file, _), request) in [(ALLOWED, &good), (REFUSED, &bad)] {
            let answer = client::once(real.address, request).await;
            std::fs::write(folder.join(file), answer).expect("a file");
        }
        let bare = Child::start(BARE, folder);
        for (real_request, bare_request) in [(&good, &good), (&bad, &self.refused(REFUSED.1))] {
            let real = client::once(real.address, real_request).await;
            let bare = client::once(bare.address, bare_request).await;
            assert_eq!(real.len(), bare.len(), "the bare server sends something else");
        }
    }

    fn refused(&self, path: &str) -> Request {
        request(path, &self.bad[0], 401)
    }

    /// The bare server can't tell tokens apart, so it is told by the path what to answer.
    fn mix(&self, percent_bad: u32, path_of_bad: &str) -> Rc<Mix> {
        let good = self.good.iter().map(|token| request(ALLOWED.1, token, 200)).collect();
        let bad = self.bad.iter().map(|token| request(path_of_bad, token, 401)).collect();
        Rc::new(Mix { good, bad, percent_bad })
    }
}

fn request(path: &str, token: &str, status: u16) -> Request {
    let authorization = format!("Authorization: Bearer {token}\r\n");
    Request::get(&format!("{path}{QUESTION}"), &authorization, status)
}

/// The same token with its last character wrong, which the checksum gives away.
fn mistype(token: &str) -> String {
    let (rest, last) = token.split_at(token.len() - 1);
    format!("{rest}{}", if last == "0" { "1" } else { "0" })
}

/// Servers are fresh for each case, so that the writing of last uses falls into it alike every time.
async fn compare(folder: &Path, tokens: &Tokens, case: &Case) {
    let (real, bare) = (Child::start(REAL, folder), Child::start(BARE, folder));
    let real_mix = tokens.mix(case.percent_bad, ALLOWED.1);
    let bare_mix = tokens.mix(case.percent_bad, REFUSED.1);
    client::load(real.address, CONNECTIONS, WARM_UP, &real_mix).await;
    client::load(bare.address, CONNECTIONS, WARM_UP, &bare_mix).await;
    let (mut ours, mut theirs) = (Sum::default(), Sum::default());
    // What the real server writes behind its rounds counts as well, so its time is taken over all of them.
    let (before, answering) = (real.spent(), real.spent_answering());
    for _ in 0..ROUNDS {
        ours.add(&client::load(real.address, CONNECTIONS, case.round, &real_mix).await);
        let before = bare.spent();
        theirs.add(&client::load(bare.address, CONNECTIONS, case.round, &bare_mix).await);
        theirs.spent += bare.spent() - before;
    }
    ours.spent = real.spent() - before;
    let behind = ours.spent.saturating_sub(real.spent_answering() - answering);
    report(case.name, &ours, &theirs, behind);
}

#[derive(Default)]
struct Sum {
    requests: u32,
    rates: Vec<f64>,
    spent: Duration,
}

impl Sum {
    fn add(&mut self, tally: &client::Tally) {
        self.requests += tally.requests;
        self.rates.push(tally.per_second());
    }
}

fn report(case: &str, ours: &Sum, theirs: &Sum, behind: Duration) {
    let cost = micros_each(ours.spent, ours.requests);
    let bare_cost = micros_each(theirs.spent, theirs.requests);
    let (rate, bare_rate) = (median(ours.rates.clone()), median(theirs.rates.clone()));
    println!(
        "{case}: verification: {cost:.1} µs of processor time per request, bare handler: {bare_cost:.1} µs, ratio {:.2}; requests per second {rate:.0} vs {bare_rate:.0}, ratio {:.2}",
        cost / bare_cost,
        rate / bare_rate,
    );
    let behind = micros_each(behind, ours.requests);
    println!("    of that, {behind:.1} µs beside the workers: writing last uses down");
}
