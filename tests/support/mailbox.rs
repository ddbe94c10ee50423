//! A mail server on loopback that keeps what it is sent, or takes nothing.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A mail as it was sent.
#[derive(Clone, Debug)]
pub struct Mail {
    pub from: String,
    pub to: String,
    /// Head and body, with the lines put together again that were too long to send.
    pub text: String,
}

impl Mail {
    pub fn head(&self, name: &str) -> String {
        let head = self.text.split("\n\n").next().expect("a head");
        let start = format!("{name}: ");
        let line = head.lines().find_map(|line| line.strip_prefix(&start));
        line.unwrap_or_default().to_owned()
    }

    /// The path of the link in it, below this address.
    pub fn path(&self, base: &str) -> String {
        let line = self.text.lines().find_map(|line| line.strip_prefix(base));
        line.unwrap_or_else(|| panic!("no link: {}", self.text)).to_owned()
    }
}

#[derive(Clone)]
pub struct Mailbox {
    pub url: String,
    mails: Arc<Mutex<Vec<Mail>>>,
}

impl Mailbox {
    pub fn open() -> Self {
        Self::that(true)
    }

    /// One that takes no mail of anybody.
    pub fn closed() -> Self {
        Self::that(false)
    }

    fn that(takes: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let mails = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&mails);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let kept = Arc::clone(&kept);
                std::thread::spawn(move || drop(serve(&stream, takes, &kept)));
            }
        });
        Self { url: format!("smtp://{address}?tls=none"), mails }
    }

    pub fn mails(&self) -> Vec<Mail> {
        self.mails.lock().expect("the mails").clone()
    }

    /// The mail of this number, from 1, once it is there.
    pub async fn mail(&self, number: usize) -> Mail {
        let began = Instant::now();
        loop {
            if let Some(mail) = self.mails().get(number - 1) {
                return mail.clone();
            }
            assert!(began.elapsed() < Duration::from_secs(20), "no mail came");
            actix_web::rt::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// As much of RFC 5321 as a client needs to hand a mail over.
fn serve(stream: &TcpStream, takes: bool, kept: &Mutex<Vec<Mail>>) -> std::io::Result<()> {
    let (mut lines, mut out) = (BufReader::new(stream).lines(), stream);
    let (mut from, mut to) = (String::new(), String::new());
    out.write_all(b"220 mail.example ESMTP\r\n")?;
    while let Some(line) = lines.next().transpose()? {
        let (verb, rest) = line.split_at(line.len().min(4));
        let answer = match verb.to_ascii_uppercase().as_str() {
            "EHLO" => "250 mail.example",
            "MAIL" if takes => {
                from = rest.to_owned();
                "250 fine"
            }
            "MAIL" => "554 not from you",
            "RCPT" => {
                to = rest.to_owned();
                "250 fine"
            }
            "DATA" => {
                out.write_all(b"354 go on\r\n")?;
                let body = lines.by_ref().map_while(Result::ok).take_while(|line| line != ".");
                let text = body.collect::<Vec<_>>().join("\n").replace("=\n", "");
                let (from, to) = (from.clone(), to.clone());
                kept.lock().expect("the mails").push(Mail { from, to, text });
                "250 kept"
            }
            "QUIT" => {
                return out.write_all(b"221 bye\r\n");
            }
            _ => "250 fine",
        };
        out.write_all(format!("{answer}\r\n").as_bytes())?;
    }
    Ok(())
}
