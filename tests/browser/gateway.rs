//! A real nginx with the configuration that the documentation gives, a service behind it, and curl in front.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::{Deserialize, Serialize};

use crate::driver::{Folder, look};
use crate::support::App;

/// What reached the service, which answers with just that.
#[derive(Debug, Default, Deserialize, Serialize)]
pub struct Received {
    pub method: String,
    headers: Vec<(String, String)>,
    pub length: usize,
    pub checksum: u32,
}

impl Received {
    /// Every value of a header; the name in lower case.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let named = self.headers.iter().filter(|(known, _)| known == name);
        named.map(|(_, value)| value.as_str()).collect()
    }

    fn read(stream: &TcpStream) -> std::io::Result<Self> {
        let mut reader = BufReader::new(stream);
        let mut lines = Vec::new();
        loop {
            let mut line = Vec::new();
            reader.read_until(b'\n', &mut line)?;
            match String::from_utf8_lossy(&line).trim_end() {
                "" => break,
                line => lines.push(line.to_owned()),
            }
        }
        let mut lines = lines.into_iter();
        let method = lines.next().unwrap_or_default();
        let method = method.split(' ').next().unwrap_or_default().to_owned();
        let header = |line: String| {
            let (name, value) = line.split_once(": ").unwrap_or((&line, ""));
            (name.to_ascii_lowercase(), value.to_owned())
        };
        let mut received = Self { method, headers: lines.map(header).collect(), ..Self::default() };
        let length = received.all("content-length").first().and_then(|text| text.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        reader.read_exact(&mut body)?;
        (received.length, received.checksum) = (body.len(), crc32fast::hash(&body));
        Ok(received)
    }
}

/// A service that lets everybody in: that is the gateway's to decide.
pub struct Service {
    address: SocketAddr,
    count: Arc<AtomicUsize>,
}

impl Service {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let count = Arc::new(AtomicUsize::new(0));
        let served = Arc::clone(&count);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let Ok(received) = Received::read(&stream) else { continue };
                served.fetch_add(1, Ordering::SeqCst);
                let body = serde_json::to_string(&received).expect("JSON");
                let length = body.len();
                let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}");
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        Self { address, count }
    }

    /// How many requests have come through so far.
    pub fn requests(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }
}

/// The configuration that a page of the documentation shows, from these words to the end of its block.
fn shown(page: &str, from: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    let text = std::fs::read_to_string(path).expect(page);
    let block = text.split(&format!("\n{from}")).nth(1);
    let block = block.unwrap_or_else(|| panic!("{page} no longer shows {from}"));
    format!("{from}{}\n", block.split("\n```\n").next().unwrap_or_default())
}

pub struct Nginx {
    child: Child,
    address: SocketAddr,
    folder: Folder,
}

impl Nginx {
    /// As `docs/gateways.md` has it.
    pub async fn start(app: &App, service: &Service) -> Self {
        Self::run(shown("docs/gateways.md", "server {"), app, service).await
    }

    /// As the README has it.
    pub async fn of_the_readme(app: &App, service: &Service) -> Self {
        Self::run(shown("README.md", "server {"), app, service).await
    }

    /// As `docs/gateways.md` has it for tokens that open many services.
    pub async fn for_many_services(app: &App, service: &Service) -> Self {
        let (place, lines) = ("location = /.latchkey {\n", "proxy_buffer_size ");
        let lines = format!("{place}{}", shown("docs/gateways.md", lines));
        let server = shown("docs/gateways.md", "server {").replace(place, &lines);
        Self::run(server, app, service).await
    }

    /// With the addresses of this test in place of the example's.
    async fn run(mut server: String, app: &App, service: &Service) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let address = free.expect("a free port");
        let here = [address, app.address, service.address];
        for (example, here) in
            ["127.0.0.1:8088", "127.0.0.1:8080", "127.0.0.1:9000"].iter().zip(here)
        {
            assert!(server.contains(example), "the example no longer names {example}");
            server = server.replace(example, &here.to_string());
        }
        let folder = Folder::new();
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        let temporary = temporary.map(|name| format!("{name}_temp_path {name};\n")).concat();
        let configuration = format!(
            "user root;\ndaemon off;\nworker_processes 1;\npid nginx.pid;\nevents {{}}\n\
             http {{\naccess_log off;\n{temporary}{server}\n}}\n"
        );
        std::fs::write(folder.path().join("nginx.conf"), configuration).expect("a file");
        let mut command = command(&folder);
        let child = command.stderr(Stdio::null()).spawn().expect("nginx");
        let mut nginx = Self { child, address, folder };
        let mut ended = false;
        let answers = async || {
            ended = ended || matches!(nginx.child.try_wait(), Ok(Some(_)));
            (ended || TcpStream::connect(address).is_ok()).then_some(())
        };
        look(answers).await.expect("nginx answers");
        if ended {
            let log = std::fs::read_to_string(nginx.folder.path().join("error.log"));
            panic!("nginx has ended: {}", log.unwrap_or_default());
        }
        nginx
    }

    /// Runs curl against the gateway.
    pub async fn curl(&self, arguments: &[&str]) -> Reply {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--include", "--noproxy", "*", "--max-time", "20"]);
        curl.args(arguments).arg(format!("http://{}/jobs?page=2", self.address));
        let output = actix_web::rt::task::spawn_blocking(move || curl.output()).await;
        let output = output.expect("curl runs").expect("curl");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Reply::parse(&String::from_utf8_lossy(&output.stdout))
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let stopped = command(&self.folder).args(["-s", "stop"]).status();
        if !stopped.is_ok_and(|status| status.success()) {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

/// nginx in this folder. Debian keeps it where not everybody's PATH leads.
fn command(folder: &Folder) -> Command {
    let debian = "/usr/sbin/nginx";
    let name = if std::path::Path::new(debian).exists() { debian } else { "nginx" };
    let mut command = Command::new(name);
    command.arg("-p").arg(folder.path()).args(["-c", "nginx.conf", "-e", "error.log"]);
    command
}

/// What curl got.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Reply {
    fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        let status = head.split(' ').nth(1).and_then(|text| text.parse().ok());
        match status.expect("a status") {
            100 => Self::parse(body),
            status => Self { status, head: head.to_ascii_lowercase(), body: body.to_owned() },
        }
    }

    /// What the service says that reached it.
    pub fn received(&self) -> Received {
        assert_eq!(self.status, 200, "{self:?}");
        serde_json::from_str(&self.body).expect("what the service received")
    }
}
