//! The real server and a bare one, each in a child process, so that the processor time of each can be told apart.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::{Bytes, Data, resource, to};
use actix_web::{App, HttpResponse, HttpServer};
use chrono::{DateTime, Utc};
use latchkey::config::{Config, Given, SAMPLE, Source, Values};
use latchkey::domain::time::Clock;
use latchkey::server::Application;
use tracing_subscriber::EnvFilter;

use super::client;

/// What a child is told to be.
pub const REAL: &str = "serve";
pub const BARE: &str = "answer";
/// The real one without any memory for tokens.
pub const FORGETFUL: &str = "forget";
/// Recorded answers that the bare server repeats, and where it is asked for them: paths of one length.
pub const ALLOWED: (&str, &str) = ("allowed.http", "/verify");
pub const REFUSED: (&str, &str) = ("refused.http", "/refuse");

const WORKERS: usize = 2;
/// Last uses are written when the bench says so: once for as many requests as a steady load brings in the default of
/// `last_use_every`, which servers that take turns would not see by the clock.
const LAST_USE_EVERY: &str = "1h";
/// Linux counts processor time in hundredths of a second, whatever the kernel's own clock.
const TICK: Duration = Duration::from_millis(10);

/// When the servers' clocks begin; the same in each process.
pub fn begin() -> DateTime<Utc> {
    "2026-11-22T18:00:00Z".parse().expect("a time")
}

/// The catalogue of the folder, or the sample where it has none.
pub const FILE: &str = "latchkey.toml";

/// Catalogue and default settings, on this folder's database; clients may say which address is theirs.
pub fn config(folder: &Path, listen: &str) -> Config {
    config_with(folder, listen, &[])
}

/// The same with other settings.
pub fn config_with(folder: &Path, listen: &str, more: &[(&'static str, &str)]) -> Config {
    let given = |value: &str| Given { value: value.to_owned(), source: Source::Flag };
    let url = format!("sqlite:{}", folder.join("latchkey.db").display());
    let mut values = Values::from([
        ("listen", given(listen)),
        ("database_url", given(&url)),
        ("last_use_every", given(LAST_USE_EVERY)),
        ("trusted_proxies", given("127.0.0.1")),
    ]);
    values.extend(more.iter().map(|(key, value)| (*key, given(value))));
    let file = std::fs::read_to_string(folder.join(FILE)).unwrap_or_else(|_| SAMPLE.to_owned());
    Config::read(&file, FILE, values).unwrap_or_else(|wrong| panic!("{wrong}"))
}

/// Starts the whole application in this process.
pub async fn start(folder: &Path) -> SocketAddr {
    start_with(folder, &[]).await.0
}

pub async fn start_with(
    folder: &Path,
    more: &[(&'static str, &str)],
) -> (SocketAddr, Arc<Application>) {
    let (listener, address) = listen();
    let config = config_with(folder, &address.to_string(), more);
    let (begin, start) = (begin(), Instant::now());
    let clock = Clock::new(move || begin + start.elapsed());
    let application = Application::build(&config, clock).await;
    let application = Arc::new(application.unwrap_or_else(|fault| panic!("{fault}")));
    let server = application.serve(&config, listener, WORKERS).expect("a server");
    actix_web::rt::spawn(server);
    let keeping = application.clone();
    actix_web::rt::spawn(async move {
        keeping.keep_up(config.settings.last_use_every).await;
    });
    (address, application)
}

/// In a child: the real server, with log lines as it has them, but written nowhere.
pub async fn serve(folder: &Path, more: &[(&'static str, &str)]) {
    let log = tracing_subscriber::fmt().with_env_filter(EnvFilter::new("info"));
    log.with_ansi(false).with_writer(std::io::sink).init();
    let (address, application) = start_with(folder, more).await;
    println!("{address}");
    obey(&application).await;
}

/// Does what the parent says, line by line, and says when it is done. Ends when the parent does.
async fn obey(application: &Application) {
    loop {
        let line = || std::io::stdin().lines().next();
        match actix_web::rt::task::spawn_blocking(line).await.expect("a line") {
            Some(Ok(line)) if line == "write" => application.write_uses().await,
            Some(Ok(line)) if line == "warm" => {
                while !application.is_warm() {
                    actix_web::rt::time::sleep(TICK).await;
                }
            }
            _ => std::process::exit(0),
        }
        println!("done");
    }
}

/// In a child: a server that repeats what was recorded, and does nothing else.
pub async fn answer(folder: &Path) {
    let [allowed, refused] = [ALLOWED, REFUSED].map(|(file, path)| {
        let recorded = std::fs::read(folder.join(file)).expect("a recorded answer");
        (path, Data::new(Recorded::read(&recorded)))
    });
    let app = move || {
        let at = |(path, recorded): &(&'static str, Data<Recorded>)| {
            resource(*path).app_data(recorded.clone()).route(to(repeat))
        };
        App::new().service(at(&allowed)).service(at(&refused))
    };
    let (listener, address) = listen();
    let server = HttpServer::new(app).workers(WORKERS).listen(listener).expect("a server");
    actix_web::rt::spawn(server.run());
    println!("{address}");
    outlive_nobody().await;
}

fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its address");
    (listener, address)
}

/// Ends when the parent does, however that ends: its end of the pipe closes.
async fn outlive_nobody() {
    let wait = || std::io::stdin().read(&mut [0]);
    let _ = actix_web::rt::task::spawn_blocking(wait).await;
    std::process::exit(0);
}

struct Recorded {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
}

impl Recorded {
    /// Reads an answer; date and length are left to the server, as they are in the real one.
    fn read(answer: &[u8]) -> Self {
        let body = client::body(answer);
        let head = std::str::from_utf8(&answer[..answer.len() - body.len()]).expect("plain text");
        let header = |line: &str| {
            let (name, value) = line.split_once(": ")?;
            let name = HeaderName::try_from(name).expect("a header's name");
            let own = name != "date" && name != "content-length";
            own.then(|| (name, HeaderValue::from_str(value).expect("a header's value")))
        };
        Self {
            status: StatusCode::from_bytes(&answer[9..12]).expect("a status"),
            headers: head.lines().skip(1).filter_map(header).collect(),
            body: Bytes::copy_from_slice(body),
        }
    }
}

async fn repeat(recorded: Data<Recorded>) -> HttpResponse {
    let mut response = HttpResponse::build(recorded.status);
    for (name, value) in &recorded.headers {
        response.insert_header((name.clone(), value.clone()));
    }
    response.body(recorded.body.clone())
}

/// A server in a process of its own. It ends with this value.
pub struct Child {
    process: std::process::Child,
    output: std::cell::RefCell<BufReader<std::process::ChildStdout>>,
    pub address: SocketAddr,
}

impl Child {
    pub fn start(role: &str, folder: &Path) -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut command = Command::new(program);
        command.arg(role).arg(folder).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().expect("a child process");
        let mut line = String::new();
        let mut output = BufReader::new(process.stdout.take().expect("its output"));
        output.read_line(&mut line).expect("its address");
        let address = line.trim().parse().expect("an address");
        Self { process, output: output.into(), address }
    }

    /// Has it write last uses down.
    pub fn write(&self) {
        self.say("write");
    }

    /// Waits until every live token is in its memory.
    pub fn warm(&self) {
        self.say("warm");
    }

    fn say(&self, word: &str) {
        let mut input = self.process.stdin.as_ref().expect("its input");
        writeln!(input, "{word}").expect("a child that listens");
        let mut line = String::new();
        self.output.borrow_mut().read_line(&mut line).expect("its answer");
        assert_eq!(line.trim(), "done");
    }

    /// The memory it takes, in bytes.
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()));
        let status = status.expect("Linux's account of a running process");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
        kib.expect("its memory").parse::<u64>().expect("a number") * 1024
    }

    /// The processor time of all its threads so far, in user and in system.
    pub fn spent(&self) -> Duration {
        spent(&format!("/proc/{}/stat", self.process.id()))
    }

    /// The same for the threads that answer requests, without those that write behind them.
    pub fn spent_answering(&self) -> Duration {
        let tasks = format!("/proc/{}/task", self.process.id());
        let tasks = std::fs::read_dir(tasks).expect("a child that runs");
        let is_worker = |task: &Path| {
            let name = std::fs::read_to_string(task.join("comm")).unwrap_or_default();
            name.starts_with("actix-rt")
        };
        let tasks = tasks.flatten().map(|task| task.path()).filter(|task| is_worker(task));
        tasks.map(|task| spent(&task.join("stat").to_string_lossy())).sum()
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Fields 14 and 15 of proc_pid_stat(5), counted behind the name, which may hold anything.
fn spent(stat: &str) -> Duration {
    let line = std::fs::read_to_string(stat).expect("Linux's account of a running process");
    let (_, fields) = line.rsplit_once(") ").expect("fields behind the name");
    let ticks = fields.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<u32>());
    TICK * ticks.map(|ticks| ticks.expect("a number")).sum::<u32>()
}
