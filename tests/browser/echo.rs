//! A service behind a gateway, and what stands between the gateway and Latchkey.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};

/// What reached the service, which answers with just that.
#[derive(Debug, Default, Deserialize, Serialize)]
pub struct Received {
    pub method: String,
    pub target: String,
    headers: Vec<(String, String)>,
    pub length: usize,
    pub checksum: u32,
}

impl Received {
    /// Every value of a header; the name in lower case. An empty one is as none.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let named = self.headers.iter().filter(|(known, value)| known == name && !value.is_empty());
        named.map(|(_, value)| value.as_str()).collect()
    }

    fn read(reader: &mut impl BufRead) -> std::io::Result<Self> {
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
        let first = lines.next().unwrap_or_default();
        let mut words = first.split(' ').map(str::to_owned);
        let header = |line: String| {
            let (name, value) = line.split_once(':').unwrap_or((&line, ""));
            (name.to_ascii_lowercase(), value.trim().to_owned())
        };
        let mut received = Self {
            method: words.next().unwrap_or_default(),
            target: words.next().unwrap_or_default(),
            headers: lines.map(header).collect(),
            ..Self::default()
        };
        let length = received.all("content-length").first().and_then(|text| text.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        reader.read_exact(&mut body)?;
        (received.length, received.checksum) = (body.len(), crc32fast::hash(&body));
        Ok(received)
    }

    fn answer(&self, mut stream: &TcpStream) -> std::io::Result<()> {
        let upgrades = |value: &&str| value.eq_ignore_ascii_case("upgrade");
        if self.all("upgrade").is_empty() || !self.all("connection").iter().any(upgrades) {
            let body = serde_json::to_string(self).expect("JSON");
            let length = body.len();
            let head = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {length}");
            return stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes());
        }
        stream.write_all(b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\n")?;
        // For the key of RFC 6455's own example, which the tests send: HAProxy looks at it.
        stream.write_all(b"Upgrade: websocket\r\nSec-WebSocket-Accept: ")?;
        stream.write_all(b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")?;
        std::io::copy(&mut &*stream, &mut &*stream).map(drop)
    }
}

/// A service that lets everybody in, as that is the gateway's to decide. What asks for another protocol gets an echo.
pub struct Service {
    pub address: SocketAddr,
    count: Arc<AtomicUsize>,
}

impl Service {
    pub fn start() -> Self {
        let count = Arc::new(AtomicUsize::new(0));
        let served = Arc::clone(&count);
        let address = listen(move |stream| {
            let Ok(received) = Received::read(&mut BufReader::new(&stream)) else { return };
            if !received.method.is_empty() {
                served.fetch_add(1, Ordering::SeqCst);
                let _ = received.answer(&stream);
            }
        });
        Self { address, count }
    }

    /// How many requests have come through so far.
    pub fn requests(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }
}

/// Passes everything on to Latchkey, and listens.
pub struct Tap {
    pub address: SocketAddr,
    heard: Arc<Mutex<Vec<u8>>>,
}

impl Tap {
    pub fn before(latchkey: SocketAddr) -> Self {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&heard);
        let address = listen(move |mut from| {
            let Ok(mut to) = TcpStream::connect(latchkey) else { return };
            let (Ok(mut back), Ok(mut answers)) = (from.try_clone(), to.try_clone()) else {
                return;
            };
            std::thread::spawn(move || std::io::copy(&mut answers, &mut back));
            let mut buffer = vec![0; 64 * 1024];
            while let Ok(length @ 1..) = from.read(&mut buffer) {
                kept.lock().expect("no panic").extend_from_slice(&buffer[..length]);
                if to.write_all(&buffer[..length]).is_err() {
                    return;
                }
            }
        });
        Self { address, heard }
    }

    /// What gateways have asked so far, byte for byte.
    pub fn heard(&self) -> String {
        String::from_utf8_lossy(&self.heard.lock().expect("no panic")).into_owned()
    }
}

/// Something in Latchkey's place that answers every question with the same bytes.
pub fn stand_in(answer: String) -> SocketAddr {
    listen(move |mut stream| {
        let asked = Received::read(&mut BufReader::new(&stream));
        if asked.is_ok_and(|asked| !asked.method.is_empty()) {
            let _ = stream.write_all(answer.as_bytes());
        }
    })
}

/// Hands each connection to a thread of its own.
fn listen(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    let serve = Arc::new(serve);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = Arc::clone(&serve);
            std::thread::spawn(move || serve(stream));
        }
    });
    address
}
