//! What the benches share: servers in processes of their own, a database with people and tokens, a cheap client.
//!
//! Only ratios are worth reading: each bench measures something simple beside the real thing, in the same run.

#![allow(dead_code, reason = "each bench uses its part")]

pub mod client;
pub mod seed;
pub mod server;

use std::path::{Path, PathBuf};
use std::time::Duration;

/// Runs the bench, or, in a child process of it, the server that the arguments name.
pub fn run(bench: impl AsyncFnOnce()) {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let system = actix_web::rt::System::new();
    match words.as_slice() {
        [server::REAL, folder] => system.block_on(server::serve(Path::new(folder), &[])),
        [server::FORGETFUL, folder] => {
            system.block_on(server::serve(Path::new(folder), &[("index_memory", "0")]));
        }
        [server::BARE, folder] => system.block_on(server::answer(Path::new(folder))),
        words if words.contains(&"--bench") => system.block_on(bench()),
        _ => println!("nothing is measured without --bench: run cargo bench"),
    }
}

/// A temporary folder, gone in the end.
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("latchkey-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a temporary folder");
        Self(folder)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_unstable_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    if numbers.len() % 2 == 1 {
        numbers[middle]
    } else {
        f64::midpoint(numbers[middle - 1], numbers[middle])
    }
}

/// The ratio of the medians of two things measured in turns, with the lowest and the highest of its rounds.
pub fn ratio(ours: &[f64], theirs: &[f64], round: usize) -> String {
    let of = |ours: &[f64], theirs: &[f64]| median(ours.to_vec()) / median(theirs.to_vec());
    let rounds = ours.chunks(round).zip(theirs.chunks(round));
    let rounds: Vec<f64> = rounds.map(|(ours, theirs)| of(ours, theirs)).collect();
    let (least, most) =
        (rounds.iter().copied().reduce(f64::min), rounds.iter().copied().reduce(f64::max));
    let spread = format!("{:.2} to {:.2}", least.expect("a round"), most.expect("a round"));
    format!("{:.2} ({spread} in {} rounds of {round})", of(ours, theirs), rounds.len())
}

/// Microseconds of each of so many.
pub fn micros_each(time: Duration, count: u32) -> f64 {
    time.as_secs_f64() * 1e6 / f64::from(count)
}
