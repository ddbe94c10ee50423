//! Floor 2, beside the database: mails, written from templates and sent one after the other by a thread of its own.
//! Whoever sends one never waits, and nothing depends on its arrival.

mod letters;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, Message, SmtpTransport, Transport};
use url::{Host, Url};

use crate::domain::mail::{Mailing, Relay, Security};
use crate::domain::refusal::Fault;
use crate::domain::user::Email;
pub use letters::{Letter, Wanted};

/// How many mails wait at most; one more is dropped, and said so in the log.
const MOST: usize = 200;
/// How long the mail server may take for one step.
const PATIENCE: Duration = Duration::from_secs(20);

/// The way out for mails, or none where the operator has set none up.
#[derive(Clone, Default)]
pub struct Post(Option<Arc<Office>>);

struct Office {
    from: Mailbox,
    queue: SyncSender<Message>,
    waiting: Arc<AtomicUsize>,
    instance: String,
    /// What links begin with.
    url: String,
}

impl Post {
    /// Begins to send mails that are signed with the instance's name and link to `url`.
    pub fn open(mailing: &Mailing, instance: &str, url: &str) -> Result<Self, Fault> {
        let (queue, mails) = sync_channel(MOST);
        let waiting = Arc::new(AtomicUsize::new(0));
        let transport = transport(&mailing.relay, url)?;
        let sent = Arc::clone(&waiting);
        let thread = std::thread::Builder::new().name("mail".to_owned());
        let begun = thread.spawn(move || send_each(&transport, &mails, &sent));
        begun.map_err(|e| Fault::new("beginning to send mails", e))?;
        let (instance, url) = (instance.to_owned(), url.to_owned());
        let from = Mailbox::new(Some(instance.clone()), address(&mailing.from)?);
        Ok(Self(Some(Arc::new(Office { from, queue, waiting, instance, url }))))
    }

    pub fn is_open(&self) -> bool {
        self.0.is_some()
    }

    /// How many mails are not sent yet.
    pub fn waiting(&self) -> usize {
        self.0.as_ref().map_or(0, |office| office.waiting.load(Ordering::SeqCst))
    }

    /// Puts a mail into the queue. `false` where there is none or it is full, or where nobody could write to this
    /// address: whoever wanted it sent has another way.
    pub fn send(&self, to: &Email, letter: &Letter<'_>) -> bool {
        let Some(office) = &self.0 else { return false };
        match office.write(to, letter).and_then(|mail| office.queue(mail)) {
            Ok(()) => true,
            Err(fault) => {
                tracing::warn!("{fault}");
                false
            }
        }
    }
}

impl Office {
    fn write(&self, to: &Email, letter: &Letter<'_>) -> Result<Message, Fault> {
        let doing = "writing a mail";
        let text = letter.text(&self.instance, &self.url)?;
        let mail = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, address(to)?))
            .subject(letter.subject(&self.instance));
        let body = SinglePart::builder().header(ContentType::TEXT_PLAIN).body(text);
        mail.singlepart(body).map_err(|e| Fault::new(doing, e))
    }

    fn queue(&self, mail: Message) -> Result<(), Fault> {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        self.queue.try_send(mail).map_err(|e| {
            self.waiting.fetch_sub(1, Ordering::SeqCst);
            Fault::new("queueing a mail", e.to_string())
        })
    }
}

fn address(email: &Email) -> Result<Address, Fault> {
    email
        .as_str()
        .parse()
        .map_err(|e: lettre::address::AddressError| Fault::new("reading a mail address", e))
}

/// What this machine calls itself when it greets the mail server: its name in `url`.
fn name(url: &str) -> ClientId {
    match Url::parse(url).as_ref().map(Url::host) {
        Ok(Some(Host::Domain(name))) => ClientId::Domain(name.to_owned()),
        Ok(Some(Host::Ipv4(address))) => ClientId::Ipv4(address),
        Ok(Some(Host::Ipv6(address))) => ClientId::Ipv6(address),
        _ => ClientId::default(),
    }
}

fn transport(relay: &Relay, url: &str) -> Result<SmtpTransport, Fault> {
    let tls = || {
        let parameters = TlsParameters::new(relay.host.clone());
        parameters.map_err(|e| Fault::new("preparing TLS for mails", e))
    };
    let tls = match relay.security {
        Security::Tls => Tls::Wrapper(tls()?),
        Security::StartTls => Tls::Required(tls()?),
        Security::None => Tls::None,
    };
    let builder = SmtpTransport::builder_dangerous(&relay.host);
    let builder = builder.port(relay.port).tls(tls).timeout(Some(PATIENCE)).hello_name(name(url));
    Ok(match &relay.credentials {
        Some(with) => {
            let password = with.password.as_str().to_owned();
            builder.credentials(Credentials::new(with.user.clone(), password)).build()
        }
        None => builder.build(),
    })
}

/// Until the last way to the queue is gone.
fn send_each(transport: &SmtpTransport, mails: &Receiver<Message>, waiting: &AtomicUsize) {
    for mail in mails {
        if let Err(error) = transport.send(&mail) {
            // The answer of the mail server tells the operator what to mend; the mail itself is nobody's business.
            tracing::warn!("{}", Fault::new("sending a mail", error));
        }
        waiting.fetch_sub(1, Ordering::SeqCst);
    }
}
