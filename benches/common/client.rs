//! A client that costs little, and the same whatever it asks: keep-alive connections on one thread, a request each
//! under way.

use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::{Duration, Instant};

use actix_web::rt::net::TcpStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A request as it is sent, and the status it has to be answered with.
pub struct Request {
    pub bytes: Vec<u8>,
    pub status: u16,
}

impl Request {
    /// `lines` are further header lines, each with its line break.
    pub fn get(path: &str, lines: &str, status: u16) -> Self {
        let head = "Host: 127.0.0.1\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\n";
        Self { bytes: format!("GET {path} HTTP/1.1\r\n{head}{lines}\r\n").into_bytes(), status }
    }
}

/// What is asked, drawn at random: good requests, and so many bad ones in a hundred.
pub struct Mix {
    pub good: Vec<Request>,
    pub bad: Vec<Request>,
    pub percent_bad: u32,
}

impl Mix {
    pub fn only(request: Request) -> Rc<Self> {
        Rc::new(Self { good: vec![request], bad: Vec::new(), percent_bad: 0 })
    }

    fn pick(&self) -> &Request {
        let is_bad = self.percent_bad > rand::random_range(0..100);
        let of = if is_bad { &self.bad } else { &self.good };
        &of[rand::random_range(0..of.len())]
    }
}

/// What one round did.
pub struct Tally {
    pub requests: u32,
    pub time: Duration,
    /// How long each took.
    pub latencies: Vec<Duration>,
}

impl Tally {
    pub fn per_second(&self) -> f64 {
        f64::from(self.requests) / self.time.as_secs_f64()
    }
}

/// Asks for as long as told, on so many connections at once.
pub async fn load(to: SocketAddr, connections: usize, time: Duration, mix: &Rc<Mix>) -> Tally {
    let mut open = Vec::new();
    for _ in 0..connections {
        open.push(Connection::open(to).await);
    }
    let start = Instant::now();
    let ask = |mut connection: Connection| {
        let mix = Rc::clone(mix);
        actix_web::rt::spawn(async move {
            let mut latencies = Vec::new();
            while start.elapsed() < time {
                let (request, asked) = (mix.pick(), Instant::now());
                let answer = connection.ask(&request.bytes).await;
                assert_eq!(status(answer), request.status, "{}", answer.escape_ascii());
                latencies.push(asked.elapsed());
            }
            latencies
        })
    };
    let asking: Vec<_> = open.into_iter().map(ask).collect();
    let mut latencies = Vec::new();
    for one in asking {
        latencies.extend(one.await.expect("a connection that works"));
    }
    let requests = u32::try_from(latencies.len()).expect("a number of requests");
    Tally { requests, time: start.elapsed(), latencies }
}

/// The whole answer to a single request, head and body.
pub async fn once(to: SocketAddr, request: &Request) -> Vec<u8> {
    let answer = Connection::open(to).await.ask(&request.bytes).await.to_vec();
    assert_eq!(status(&answer), request.status, "{}", answer.escape_ascii());
    answer
}

struct Connection {
    stream: TcpStream,
    /// The answer being read; it only grows.
    buffer: Vec<u8>,
}

impl Connection {
    async fn open(to: SocketAddr) -> Self {
        let stream = TcpStream::connect(to).await.expect("a connection");
        stream.set_nodelay(true).expect("a socket that can be set");
        Self { stream, buffer: vec![0; 4096] }
    }

    async fn ask(&mut self, request: &[u8]) -> &[u8] {
        let mut sent = 0;
        while sent < request.len() {
            sent += self.write(&request[sent..]).await;
        }
        let (mut filled, mut length) = (0, None);
        while length.is_none_or(|length| filled < length) {
            filled += self.read(filled).await;
            length = length.or_else(|| whole(&self.buffer[..filled]));
            let needed = length.unwrap_or(filled + 1);
            if self.buffer.len() < needed {
                self.buffer.resize(needed.next_power_of_two(), 0);
            }
        }
        &self.buffer[..filled]
    }

    async fn write(&mut self, bytes: &[u8]) -> usize {
        let stream = &mut self.stream;
        let write = std::future::poll_fn(|cx| Pin::new(&mut *stream).poll_write(cx, bytes));
        write.await.expect("a connection that takes requests")
    }

    async fn read(&mut self, filled: usize) -> usize {
        let mut buffer = ReadBuf::new(&mut self.buffer[filled..]);
        let stream = &mut self.stream;
        std::future::poll_fn(|cx| {
            let Poll::Ready(done) = Pin::new(&mut *stream).poll_read(cx, &mut buffer) else {
                return Poll::Pending;
            };
            done.expect("a connection that gives answers");
            Poll::Ready(())
        })
        .await;
        let read = buffer.filled().len();
        assert!(read > 0, "the server closed a connection");
        read
    }
}

/// How long the answer will be, once its head is there.
fn whole(answer: &[u8]) -> Option<usize> {
    const LENGTH: &[u8] = b"content-length: ";
    let head = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let at = answer[..head].windows(LENGTH.len()).position(|word| word == LENGTH);
    let digits = &answer[at.expect("an answer with a length") + LENGTH.len()..head];
    let digits = digits.iter().take_while(|byte| byte.is_ascii_digit());
    let length = digits.fold(0, |sum, digit| sum * 10 + usize::from(digit - b'0'));
    Some(head + 4 + length)
}

fn status(answer: &[u8]) -> u16 {
    let digits = answer.get(9..12).unwrap_or_default();
    digits.iter().fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0'))
}

/// What comes after the head.
pub fn body(answer: &[u8]) -> &[u8] {
    let head = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
    &answer[head + 4..]
}
