//! The real binary as a process of its own, to be stopped and killed.

use std::io::Read;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use reqwest::StatusCode;

use super::browse::Browser;
use super::database::TestDatabase;
use super::form::FormOnPage;
use super::people::sign_in;

pub const PASSWORD: &str = "seven brass owls knit";

pub struct Server {
    pub base: String,
    address: String,
    url: String,
    folder: PathBuf,
    child: Option<Child>,
    variables: Vec<(&'static str, String)>,
    database: Option<TestDatabase>,
}

impl Server {
    /// Running, with a person called ada.
    pub async fn with_person() -> Self {
        Self::running_on(TestDatabase::fresh())
    }

    /// The same on SQLite, whatever the rest of the suite uses.
    pub async fn with_person_in_a_file() -> Self {
        Self::running_on(TestDatabase::on_sqlite())
    }

    fn running_on(database: TestDatabase) -> Self {
        let mut server = Self::on(database.url.clone(), database.folder());
        server.database = Some(database);
        server.add_person("ada");
        server.start();
        server
    }

    /// On the command line, whether the server runs or not.
    pub fn add_person(&self, name: &str) {
        let file = self.folder.join("password");
        std::fs::write(&file, PASSWORD).expect("a file");
        let mut command = self.command(&["user", "add", name, "--password-file"]);
        let added = command.arg(&file).stdout(Stdio::null()).status();
        assert!(added.expect("the binary").success());
    }

    /// A command that succeeds.
    pub fn runs(&self, words: &[&str]) {
        let ran = self.command(words).stdout(Stdio::null()).status();
        assert!(ran.expect("the binary").success(), "{words:?}");
    }

    /// What a command says.
    pub fn output(&self, words: &[&str]) -> Output {
        self.command(words).output().expect("the binary")
    }

    pub fn database(&self) -> &TestDatabase {
        self.database.as_ref().expect("a database of its own")
    }

    /// On the command line; answers the secret.
    pub fn add_caller(&self, service: &str) -> String {
        let added = self.command(&["caller", "add", service]).output().expect("the binary");
        String::from_utf8_lossy(&added.stdout).trim_end().to_owned()
    }

    /// On the command line; answers the path of the link.
    pub fn resets_password(&self, name: &str) -> String {
        let reset = self.command(&["user", "reset-password", name]).output().expect("the binary");
        let link = String::from_utf8_lossy(&reset.stdout).trim_end().to_owned();
        link.strip_prefix(&self.base).unwrap_or_else(|| panic!("{reset:?}")).to_owned()
    }

    /// Whether the server holds a lock on SQLite's file, as Linux tells: without one, any program that closes
    /// the database believes itself the last and takes the write-ahead log away. Always so on PostgreSQL.
    pub fn holds_its_database(&self) -> bool {
        use std::os::unix::fs::MetadataExt;
        let Some(path) = self.url.strip_prefix("sqlite:") else { return true };
        let inode = std::fs::metadata(path).expect("the database").ino();
        let process = self.child.as_ref().expect("a running server").id();
        let locks = std::fs::read_to_string("/proc/locks").expect("Linux");
        locks.lines().any(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            words.contains(&process.to_string().as_str())
                && words.iter().any(|word| word.ends_with(&format!(":{inode}")))
        })
    }

    /// Another process on the same database.
    pub fn twin(&self) -> Self {
        let mut twin = Self::on(self.url.clone(), self.folder.clone());
        twin.start();
        twin
    }

    fn on(url: String, folder: PathBuf) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = free.local_addr().expect("an address").to_string();
        Self {
            base: format!("http://{address}"),
            address,
            url,
            folder,
            child: None,
            variables: Vec::new(),
            database: None,
        }
    }

    /// Where it runs, for what a test writes and reads.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn command(&self, words: &[&str]) -> Command {
        // A file that may not grow is an error then, as on a full disk, and not the end.
        let mut command = Command::new("env");
        command.args(["--ignore-signal=XFSZ", env!("CARGO_BIN_EXE_latchkey")]);
        command.current_dir(&self.folder).args(words).stdin(Stdio::null());
        command.env("LATCHKEY_DATABASE_URL", &self.url).env("LATCHKEY_LISTEN", &self.address);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.env("LATCHKEY_STOP_GRACE", "2s").env("LATCHKEY_LAST_USE_EVERY", "200ms");
        command
    }

    /// Stops, and starts with one more setting.
    pub fn restart_with(&mut self, variable: &'static str, value: &str) {
        self.stop();
        self.variables.push((variable, value.to_owned()));
        self.start();
    }

    pub fn start(&mut self) {
        let log = std::fs::File::options().create(true).append(true).open(self.log_file());
        let log = log.expect("a log file");
        let mut command = self.command(&["serve"]);
        let child = command.stdout(Stdio::null()).stderr(log).spawn().expect("the binary");
        self.child = Some(child);
        let began = Instant::now();
        while std::net::TcpStream::connect(&self.address).is_err() {
            assert!(began.elapsed() < Duration::from_secs(20), "it doesn't start: {}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn log_file(&self) -> PathBuf {
        self.folder.join(format!("log-{}", self.address.replace(':', "-")))
    }

    pub fn log(&self) -> String {
        let mut text = String::new();
        let mut file = std::fs::File::open(self.log_file()).expect("the log");
        file.read_to_string(&mut text).expect("text");
        text
    }

    /// Takes SQLite's file away from under the server. `false` on PostgreSQL, which has none.
    pub fn loses_its_database(&self) -> bool {
        let Some(path) = self.url.strip_prefix("sqlite:") else { return false };
        std::fs::rename(path, format!("{path}.away")).expect("the database");
        true
    }

    /// Leaves SQLite's log of writes, and whatever is as large, room for so many pages: to the server the disk is
    /// full then. Its own log is smaller, and goes on.
    pub fn fills_the_disk_but_for(&self, pages: u64) {
        let path = self.url.strip_prefix("sqlite:").expect("SQLite");
        let size = std::fs::metadata(format!("{path}-wal")).expect("the log of writes").len();
        // A page of 4096 bytes and its head.
        self.limit_files(&(size + pages * 4120).to_string());
    }

    pub fn frees_the_disk(&self) {
        self.limit_files("unlimited");
    }

    fn limit_files(&self, size: &str) {
        let process = self.child.as_ref().expect("a running server").id();
        let words = [format!("--pid={process}"), format!("--fsize={size}:")];
        let limited = Command::new("prlimit").args(words).status();
        assert!(limited.expect("prlimit").success());
    }

    /// Waits for a server that ends by itself.
    pub fn ends(&mut self) -> ExitStatus {
        self.child.take().expect("a running server").wait().expect("an end")
    }

    /// kill -9.
    pub fn kill(&mut self) {
        let mut child = self.child.take().expect("a running server");
        child.kill().expect("killed");
        child.wait().expect("an end");
    }

    /// Puts a file in the place of the one it goes by, and tells it so.
    pub fn reloads(&self, file: &str) {
        std::fs::write(self.folder.join("latchkey.toml"), file).expect("a file");
        self.is_told_to_read();
    }

    /// Takes the file it goes by away, and tells it to read it again.
    pub fn loses_its_file(&self) {
        std::fs::remove_file(self.folder.join("latchkey.toml")).expect("a file");
        self.is_told_to_read();
    }

    /// SIGHUP.
    fn is_told_to_read(&self) {
        self.hears("-HUP");
    }

    /// SIGSTOP: connections come in, and nobody answers.
    pub fn hangs(&self) {
        self.hears("-STOP");
    }

    /// SIGCONT.
    pub fn goes_on(&self) {
        self.hears("-CONT");
    }

    fn hears(&self, signal: &str) {
        let process = self.child.as_ref().expect("a running server").id().to_string();
        let told = Command::new("kill").args([signal, &process]).status();
        assert!(told.expect("kill").success());
    }

    /// Waits for a line of its log.
    pub async fn says(&self, words: &str) {
        let began = Instant::now();
        while !self.log().contains(words) {
            assert!(began.elapsed() < Duration::from_secs(20), "{}", self.log());
            actix_web::rt::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// SIGTERM, and the wait for its end.
    pub fn stop(&mut self) -> ExitStatus {
        let mut child = self.child.take().expect("a running server");
        let told = Command::new("kill").arg(child.id().to_string()).status();
        assert!(told.expect("kill").success());
        child.wait().expect("an end")
    }

    pub async fn signed_in(&self) -> Browser {
        self.signed_in_as("ada").await
    }

    pub async fn signed_in_as(&self, name: &str) -> Browser {
        let browser = Browser::new(&self.base);
        let page = sign_in(&browser, name, PASSWORD).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
        browser
    }

    pub async fn generate(&self, browser: &Browser, name: &str) -> String {
        let form = self.form(browser, name).await;
        browser.submit(&form).await.secret().expect("the token's value")
    }

    /// The form that generates a token, filled in.
    pub async fn form(&self, browser: &Browser, name: &str) -> FormOnPage {
        let form = browser.open("/account/tokens/new").await.form("Generate token");
        form.fill("Name", name).choose("Git", "Read").fill("Your password", PASSWORD)
    }

    pub async fn revoke(&self, browser: &Browser, name: &str) {
        let list = browser.open("/account/tokens").await;
        let link = list.link(&format!("Revoke {name}")).expect("a link");
        let form = browser.open(&link).await.form("Revoke token").fill("Your password", PASSWORD);
        assert_eq!(browser.submit(&form).await.status, StatusCode::SEE_OTHER);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
