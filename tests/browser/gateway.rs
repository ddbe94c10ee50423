//! Real gateways with the configurations that the documentation gives, and curl in front.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::driver::{Folder, PATIENCE, look};
use crate::echo::{Received, Service};
use crate::support::App;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Nginx,
    Caddy,
    Haproxy,
}

impl Kind {
    /// The first lines of its files in `docs/gateways.md`: where they go.
    fn files(self) -> &'static [&'static str] {
        match self {
            Self::Nginx => &["# /etc/nginx/conf.d/builds.conf"],
            Self::Caddy => &["# /etc/caddy/Caddyfile"],
            Self::Haproxy => &[
                "# File 1 of 2: /etc/haproxy/haproxy.cfg",
                "-- File 2 of 2: /etc/haproxy/latchkey.lua",
            ],
        }
    }

    /// What a machine's own configuration has around that, or what keeps the test off that machine's ports and folders.
    fn around(self, text: String) -> String {
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        let temporary = temporary.map(|name| format!("{name}_temp_path {name};\n")).concat();
        match self {
            Self::Nginx => format!(
                "user root;\ndaemon off;\nworker_processes 1;\npid nginx.pid;\nevents {{}}\n\
                 http {{\naccess_log off;\n{temporary}{text}\n}}\n"
            ),
            Self::Caddy => format!("{{\n\tadmin off\n}}\n{text}"),
            Self::Haproxy => text,
        }
    }

    /// In this folder. Debian keeps some where not everybody's PATH leads.
    fn command(self, folder: &Folder) -> Command {
        let (name, words) = match self {
            Self::Nginx => ("nginx", &["-p", ".", "-c", "builds.conf", "-e", "error.log"][..]),
            Self::Caddy => {
                ("caddy", &["run", "--config", "Caddyfile", "--adapter", "caddyfile"][..])
            }
            Self::Haproxy => ("haproxy", &["-db", "-f", "haproxy.cfg"][..]),
        };
        let debian = format!("/usr/sbin/{name}");
        let mut command =
            Command::new(if Path::new(&debian).exists() { debian.as_str() } else { name });
        command.current_dir(folder.path()).args(words).env("HOME", folder.path());
        command.env("XDG_DATA_HOME", folder.path()).env("XDG_CONFIG_HOME", folder.path());
        command
    }
}

/// What a page of the documentation shows, from these words to the end of their block.
pub fn shown(page: &str, from: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    let text = std::fs::read_to_string(path).expect(page);
    let block = text.split(&format!("\n{from}")).nth(1);
    let block = block.unwrap_or_else(|| panic!("{page} no longer shows {from}"));
    format!("{from}{}\n", block.split("\n```\n").next().unwrap_or_default())
}

pub struct Gateway {
    kind: Kind,
    child: Child,
    pub address: SocketAddr,
    folder: Folder,
}

impl Gateway {
    /// As `docs/gateways.md` has it.
    pub async fn start(kind: Kind, app: &App, service: &Service) -> Self {
        Self::asking(kind, app.address, service).await
    }

    /// The same, with something else in Latchkey's place.
    pub async fn asking(kind: Kind, latchkey: SocketAddr, service: &Service) -> Self {
        let texts = kind.files().iter().map(|first| (*first, shown("docs/gateways.md", first)));
        Self::run(kind, texts.collect(), latchkey, service).await
    }

    /// nginx with a text of the test's own.
    pub async fn nginx(text: String, app: &App, service: &Service) -> Self {
        let files = vec![(Kind::Nginx.files()[0], text)];
        Self::run(Kind::Nginx, files, app.address, service).await
    }

    /// With the addresses of this test in place of the example's.
    async fn run(
        kind: Kind,
        files: Vec<(&str, String)>,
        latchkey: SocketAddr,
        service: &Service,
    ) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let address = free.expect("a free port");
        let folder = Folder::new();
        let mut whole: String = files.iter().map(|(_, text)| text.as_str()).collect();
        for example in ["127.0.0.1:8088", "127.0.0.1:8080", "127.0.0.1:9000"] {
            assert!(whole.contains(example), "the example no longer names {example}");
        }
        for (at, (first, mut text)) in files.into_iter().enumerate() {
            let place = Path::new(first.split(' ').next_back().expect("where it goes"));
            for (example, here) in [
                ("127.0.0.1:8088", address.to_string()),
                ("127.0.0.1:8080", latchkey.to_string()),
                ("127.0.0.1:9000", service.address.to_string()),
                ("/etc/haproxy", folder.path().display().to_string()),
            ] {
                text = text.replace(example, &here);
            }
            whole = if at == 0 { kind.around(text) } else { text };
            let name = place.file_name().expect("a name");
            std::fs::write(folder.path().join(name), &whole).expect("a file");
        }
        Self::answers(kind, address, folder).await
    }

    async fn answers(kind: Kind, address: SocketAddr, folder: Folder) -> Self {
        let log = std::fs::File::create(folder.path().join("log")).expect("a log");
        let child = kind.command(&folder).stdout(Stdio::null()).stderr(log).spawn();
        let child = child.unwrap_or_else(|e| panic!("{kind:?} is not on this machine: {e}"));
        let mut gateway = Self { kind, child, address, folder };
        let mut ended = false;
        let answers = async || {
            ended = ended || matches!(gateway.child.try_wait(), Ok(Some(_)));
            (ended || TcpStream::connect(address).is_ok()).then_some(())
        };
        let began = look(answers).await;
        assert!(began.is_some() && !ended, "{kind:?} does not run: {}", gateway.log());
        gateway
    }

    fn log(&self) -> String {
        let read = |name| std::fs::read_to_string(self.folder.path().join(name));
        ["log", "error.log"].map(|name| read(name).unwrap_or_default()).concat()
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

    /// Asks for a websocket with these header lines, and sends a word through it: the head, and what came back.
    pub async fn upgrades(&self, lines: &str) -> (String, String) {
        let address = self.address;
        let request = format!(
            "GET /live HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{lines}\r\n"
        );
        let talk = move || -> std::io::Result<(String, String)> {
            let mut stream = TcpStream::connect(address)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.write_all(request.as_bytes())?;
            let (mut head, mut byte) = (Vec::new(), [0]);
            while !head.ends_with(b"\r\n\r\n") {
                stream.read_exact(&mut byte)?;
                head.push(byte[0]);
            }
            let head = String::from_utf8_lossy(&head).into_owned();
            let mut word = [0; 5];
            if head.starts_with("HTTP/1.1 101") {
                stream.write_all(b"hello")?;
                stream.read_exact(&mut word)?;
            }
            Ok((head, String::from_utf8_lossy(&word).into_owned()))
        };
        let talked = actix_web::rt::task::spawn_blocking(talk).await.expect("a talk");
        talked.unwrap_or_else(|e| panic!("{:?}: {e}: {}", self.kind, self.log()))
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // nginx has workers, who end with it only when it is asked.
        let mut stop = self.kind.command(&self.folder);
        let asked = self.kind == Kind::Nginx
            && stop.args(["-s", "stop"]).status().is_ok_and(|status| status.success());
        if !asked {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

/// What curl got.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    /// In lower case.
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

    /// Every value of a header; name and values in lower case.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.filter(|(known, _)| *known == name).map(|(_, value)| value.trim()).collect()
    }

    /// What the service says that reached it.
    pub fn received(&self) -> Received {
        assert_eq!(self.status, 200, "{self:?}");
        serde_json::from_str(&self.body).expect("what the service received")
    }
}
