//! Chromium behind its own chromedriver, both gone when the test ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use thirtyfour::common::command::FormatRequestData;
use thirtyfour::common::requestdata::RequestData;
use thirtyfour::{Capabilities, SessionId, WebDriver, WebElement};

/// How long anything may take to come true.
pub const PATIENCE: Duration = Duration::from_secs(15);

const FLAGS: [&str; 9] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,900",
];

/// Looks again and again until there is something to see, or `PATIENCE` has run out.
pub async fn look<T>(mut at: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    let begin = Instant::now();
    loop {
        match at().await {
            Some(seen) => return Some(seen),
            None if begin.elapsed() > PATIENCE => return None,
            None => actix_web::rt::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

/// An empty folder, gone with its content when the test ends.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("latchkey_browser_{}_{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

struct Chromedriver {
    child: Child,
    port: u16,
}

impl Chromedriver {
    /// It looks for a free port and takes it on IPv4 and IPv6 one after the other. Where somebody else was quicker with
    /// one of the two, it ends, and another try finds another port.
    fn start() -> Self {
        let tries = (0..10).find_map(|_| Self::try_to_start());
        tries.expect("chromedriver says on which port it is")
    }

    fn try_to_start() -> Option<Self> {
        let mut command = Command::new("chromedriver");
        // The language decides in which order a date is typed.
        command.args(["--port=0", "--log-level=SEVERE"]).env("LANGUAGE", "en_US");
        command.stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::null()).spawn().expect("chromedriver");
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let port = lines.map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            port.trim_end_matches('.').parse().ok()
        });
        if port.is_none() {
            child.wait().expect("its end");
        }
        port.map(|port| Self { child, port })
    }

    /// Asks it to end its browser and itself.
    fn shut_down(&mut self) -> std::io::Result<()> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(b"GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")?;
        stream.read(&mut [0; 64]).map(drop)
    }
}

impl Drop for Chromedriver {
    fn drop(&mut self) {
        let asked = self.shut_down().is_ok();
        let begin = Instant::now();
        while asked && begin.elapsed() < PATIENCE {
            if let Ok(Some(_)) = self.child.try_wait() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A browser of a person's own.
pub struct Driver {
    driver: Option<WebDriver>,
    // Dropped in this order: a browser that still runs would write into the folder again.
    _chromedriver: Chromedriver,
    pub folder: Folder,
}

impl std::ops::Deref for Driver {
    type Target = WebDriver;

    fn deref(&self) -> &WebDriver {
        self.driver.as_ref().expect("a browser that has not ended")
    }
}

impl Driver {
    pub async fn start() -> Self {
        let chromedriver = Chromedriver::start();
        let folder = Folder::new();
        let profile = folder.path().join("profile");
        let profile = format!("--user-data-dir={}", profile.display());
        let args: Vec<&str> = FLAGS.into_iter().chain([profile.as_str()]).collect();
        let mut wanted = Capabilities::new();
        let mut set = |key: &str, value: Value| wanted.set(key, value).expect("a capability");
        set("browserName", json!("chrome"));
        set("goog:chromeOptions", json!({ "args": args }));
        set("goog:loggingPrefs", json!({ "browser": "ALL" }));
        // A page that asks whether to leave it is not answered: the test does that. It takes both.
        set("unhandledPromptBehavior", json!({ "beforeUnload": "ignore" }));
        set("webSocketUrl", json!(true));
        let driver = WebDriver::new(format!("http://127.0.0.1:{}", chromedriver.port), wanted);
        let driver = driver.await.unwrap_or_else(|wrong| panic!("Chromium: {wrong}"));
        let driver = Self { driver: Some(driver), _chromedriver: chromedriver, folder };
        driver.heard().await; // chromedriver's own lines
        driver
    }

    /// What the browser's console has said since the last time: of scripts, of the network, of what a policy blocked.
    pub async fn heard(&self) -> Vec<String> {
        let lines = self.browser_log().await.expect("the browser's log");
        lines.into_iter().map(|line| format!("{}: {}", line.level, line.message)).collect()
    }

    /// One command of the Chrome DevTools Protocol.
    pub async fn devtools(&self, method: &str, parameters: Value) -> Value {
        let answer = self.cdp().send_raw(method, parameters).await;
        answer.unwrap_or_else(|wrong| panic!("{method}: {wrong}"))
    }

    /// Runs a function's body in the page, and gives what it returns or promises.
    pub async fn script(&self, body: &str, arguments: Vec<Value>) -> Value {
        let result = self.execute(body, arguments).await;
        result.unwrap_or_else(|wrong| panic!("{body}: {wrong}")).json().clone()
    }

    /// The role of an element as assistive technology meets it.
    pub async fn role(&self, element: &WebElement) -> Option<String> {
        self.computed("computedrole", element).await
    }

    /// The name of an element as assistive technology meets it; what is out of reach has none.
    pub async fn name(&self, element: &WebElement) -> Option<String> {
        self.computed("computedlabel", element).await
    }

    async fn computed(&self, what: &'static str, element: &WebElement) -> Option<String> {
        let computed = Computed { what, element: element.element_id().to_string() };
        self.cmd(computed).await.ok()?.value().ok()
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // chromedriver's own end is the browser's too.
        if let Some(driver) = self.driver.take() {
            let _ = driver.leak();
        }
    }
}

/// "Get Computed Role" and "Get Computed Label" of WebDriver.
#[derive(Debug)]
struct Computed {
    what: &'static str,
    element: String,
}

impl FormatRequestData for Computed {
    fn format_request(&self, session: &SessionId) -> RequestData {
        let path = format!("session/{session}/element/{}/{}", self.element, self.what);
        RequestData::new(Method::GET, path)
    }
}
