//! Verification through HTTP beside a bare actix handler that sends the same bytes, both servers in turns, over 32
//! connections, with last uses noted and written down. Tokens are drawn at random: the worst case for any cache.
//!
//! Words behind `cargo bench --bench verify --` choose cases whose names have them.

mod common;

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use common::client::{self, Mix, Request};
use common::seed::{Seeder, unknown};
use common::server::{ALLOWED, BARE, Child, FORGETFUL, REAL, REFUSED};
use common::{Scratch, median, micros_each};

const CONNECTIONS: usize = 32;
/// So many rounds of this length under load are as long as the default of `last_use_every`: then last uses are written,
/// which counts as well.
const ROUNDS: u32 = 10;
const ROUND: Duration = Duration::from_secs(2);
const WARM_UP: Duration = Duration::from_secs(1);
const QUESTION: &str = "?service=builds&access=read";

struct Case {
    name: &'static str,
    people: usize,
    tokens: usize,
    /// What of a hundred requests is bad, and in which way.
    percent_bad: u32,
    bad: Bad,
    /// Whether the server keeps tokens in memory.
    remembers: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Bad {
    Both,
    /// A wrong checksum.
    Mistyped,
    /// A right one, of a value that was never given out.
    Unknown,
}

const USUAL: Case = Case {
    name: "100,000 tokens",
    people: 1_000,
    tokens: 100_000,
    percent_bad: 10,
    bad: Bad::Both,
    remembers: true,
};

const CASES: [Case; 7] = [
    USUAL,
    Case { name: "all good", percent_bad: 0, ..USUAL },
    Case { name: "flood, wrong checksum", percent_bad: 100, bad: Bad::Mistyped, ..USUAL },
    Case { name: "flood, unknown", percent_bad: 100, bad: Bad::Unknown, ..USUAL },
    Case { name: "without memory", remembers: false, ..USUAL },
    Case { name: "1,000 tokens", people: 10, tokens: 1_000, ..USUAL },
    Case { name: "1,000,000 tokens", people: 10_000, tokens: 1_000_000, ..USUAL },
];

fn main() {
    common::run(async || {
        let words: Vec<String> = std::env::args().skip(1).filter(|w| w != "--bench").collect();
        let chosen = |case: &&Case| words.is_empty() || words.iter().any(|w| case.name.contains(w));
        let scratch = Scratch::new();
        println!("{CONNECTIONS} connections, {ROUNDS} rounds of {ROUND:?} each");
        let mut planted: Option<Tokens> = None;
        for case in CASES.iter().filter(chosen) {
            if planted.as_ref().is_none_or(|tokens| tokens.good.len() != case.tokens) {
                planted = Some(Tokens::plant(scratch.path(), case).await);
            }
            let tokens = planted.as_ref().expect("tokens");
            compare(tokens, case).await;
        }
    });
}

/// A database and the values that are presented.
struct Tokens {
    folder: PathBuf,
    good: Vec<String>,
}

impl Tokens {
    async fn plant(scratch: &Path, case: &Case) -> Self {
        let folder = scratch.join(case.tokens.to_string());
        std::fs::create_dir_all(&folder).expect("a folder");
        let good = Seeder::open(&folder).crowd(case.people, case.tokens).await;
        let tokens = Self { folder, good };
        tokens.record().await;
        tokens.weigh();
        tokens
    }

    /// How soon a server answers after its start, and how much memory a token takes.
    fn weigh(&self) {
        let start = Instant::now();
        let remembering = Child::start(REAL, &self.folder);
        let ready = start.elapsed();
        remembering.warm();
        let warm = start.elapsed();
        let forgetful = Child::start(FORGETFUL, &self.folder);
        let more = remembering.memory().saturating_sub(forgetful.memory());
        println!(
            "{} tokens: serving after {:.0} ms, all in memory after {:.1} s; {} bytes of memory each",
            self.good.len(),
            ready.as_secs_f64() * 1e3,
            warm.as_secs_f64(),
            more / self.good.len() as u64,
        );
    }

    /// Keeps one answer of each kind for the bare server to repeat.
    async fn record(&self) {
        let real = Child::start(REAL, &self.folder);
        let bad = mistype(&self.good[0]);
        let [good, refused] = [(ALLOWED, &self.good[0], 200), (REFUSED, &bad, 401)];
        for ((file, _), token, status) in [good, refused] {
            let answer = client::once(real.address, &request(ALLOWED.1, token, status)).await;
            std::fs::write(self.folder.join(file), answer).expect("a file");
        }
        let bare = Child::start(BARE, &self.folder);
        for ((_, path), token, status) in [good, refused] {
            let ours = client::once(real.address, &request(ALLOWED.1, token, status)).await;
            let theirs = client::once(bare.address, &request(path, token, status)).await;
            assert_eq!(ours.len(), theirs.len(), "the bare server sends something else");
        }
    }

    /// The bare server can't tell tokens apart, so it is told by the path what to answer.
    fn mix(&self, case: &Case, path_of_bad: &str) -> Rc<Mix> {
        let good = self.good.iter().map(|token| request(ALLOWED.1, token, 200)).collect();
        let mistyped = self.good.iter().take(1_000).map(|token| mistype(token));
        let invented = (0..50_000).map(|_| unknown().expose().to_owned());
        let bad: Vec<String> = match case.bad {
            Bad::Both => mistyped.chain(invented.take(1_000)).collect(),
            Bad::Mistyped => mistyped.collect(),
            Bad::Unknown => invented.collect(),
        };
        let bad = bad.iter().map(|token| request(path_of_bad, token, 401)).collect();
        Rc::new(Mix { good, bad, percent_bad: case.percent_bad })
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

/// Servers are fresh for each case, so that what they gather is alike every time.
async fn compare(tokens: &Tokens, case: &Case) {
    let real = Child::start(if case.remembers { REAL } else { FORGETFUL }, &tokens.folder);
    let bare = Child::start(BARE, &tokens.folder);
    if case.remembers {
        real.warm();
    }
    let (real_mix, bare_mix) = (tokens.mix(case, ALLOWED.1), tokens.mix(case, REFUSED.1));
    client::load(real.address, CONNECTIONS, WARM_UP, &real_mix).await;
    client::load(bare.address, CONNECTIONS, WARM_UP, &bare_mix).await;
    real.write();
    let (mut ours, mut theirs) = (Sum::default(), Sum::default());
    let memory = real.memory();
    for _ in 0..ROUNDS {
        ours.round(&real, &real_mix).await;
        theirs.round(&bare, &bare_mix).await;
    }
    let before = real.spent();
    real.write();
    let written = real.spent() - before;
    ours.spent += written;
    let grown = real.memory().saturating_sub(memory);
    report(case, &ours, &theirs, written, grown);
}

#[derive(Default)]
struct Sum {
    requests: u32,
    rates: Vec<f64>,
    /// The 99th hundredth of each round, in microseconds.
    slow: Vec<f64>,
    spent: Duration,
}

impl Sum {
    async fn round(&mut self, server: &Child, mix: &Rc<Mix>) {
        let before = server.spent();
        let mut tally = client::load(server.address, CONNECTIONS, ROUND, mix).await;
        self.spent += server.spent() - before;
        self.requests += tally.requests;
        self.rates.push(tally.per_second());
        tally.latencies.sort_unstable();
        let slow = tally.latencies[tally.latencies.len() / 100 * 99];
        self.slow.push(slow.as_secs_f64() * 1e6);
    }
}

fn report(case: &Case, ours: &Sum, theirs: &Sum, written: Duration, grown: u64) {
    let cost = micros_each(ours.spent, ours.requests);
    let bare_cost = micros_each(theirs.spent, theirs.requests);
    let (rate, bare_rate) = (median(ours.rates.clone()), median(theirs.rates.clone()));
    let (slow, bare_slow) = (median(ours.slow.clone()), median(theirs.slow.clone()));
    println!(
        "{}, {} % bad: {cost:.2} µs of processor time a request, bare handler {bare_cost:.2} µs, ratio {:.2}",
        case.name,
        case.percent_bad,
        cost / bare_cost
    );
    println!("    of that, {:.2} µs to write last uses down", micros_each(written, ours.requests));
    println!("    requests a second: {rate:.0} and {bare_rate:.0}, ratio {:.2}", rate / bare_rate);
    println!("    p99: {slow:.0} µs and {bare_slow:.0} µs, ratio {:.2}", slow / bare_slow);
    println!("    memory grown by {:.1} MiB", grown as f64 / 1024.0 / 1024.0);
}
