//! Who is behind a request: a person who is signed in, or a visitor who isn't.

mod about;
mod confirm;

use std::future::{Ready, ready};

use actix_session::{Session, SessionExt};
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use futures_core::future::LocalBoxFuture;

use self::about::{About, data};
use self::confirm::Ways;
use super::ceremony::Seal;
use super::error::WebError;
use super::shell::{Shell, Tab, Theme, theme};
use super::site::Site;
use super::words::Here;
use super::{client, csrf};
use crate::domain::actor::Actor;
use crate::domain::client::Client;
use crate::domain::id::{SessionId, UserId};
use crate::domain::refusal::Fault;
use crate::domain::signing::random_text;
use crate::domain::time::{Clock, Now, from_micros};
use crate::domain::user::Role;
use crate::manage::Manage;

/// The names of what a session remembers.
pub const USER: &str = "user";
pub const UNREADABLE: &str = "unreadable";
const BINDING: &str = "form";
/// What is known of the session itself while a request is answered; no part of what it remembers.
pub const ID: &str = "session";
pub const SEEN: &str = "seen";
/// From where and with what it begins; kept beside what it remembers.
pub const ADDRESS: &str = "address";
pub const AGENT: &str = "agent";
const MESSAGE: &str = "message";
const NOTE: &str = "note";

/// A signed-in person. A handler that takes one is closed to everybody else.
pub struct SignedIn {
    pub actor: Actor,
    pub session: Session,
    /// The same, to its person.
    pub session_id: SessionId,
    pub site: Data<Site>,
    /// Whether the next change asks for the password; it does unless one has just been confirmed in this session and
    /// the operator allows a window after that.
    pub asks_password: bool,
    about: About,
    ways: Ways,
    binding: String,
    theme: Theme,
}

impl SignedIn {
    /// What surrounds a page of theirs. The message of the last change is shown once.
    pub fn shell(&self, tab: Tab) -> Shell {
        let mut shell = self.bare_shell();
        shell.person = Some(self.actor.user.display_name.as_str().to_owned());
        shell.user_name = self.actor.user.name.as_str().to_owned();
        shell.is_admin = self.actor.user.role == Role::Admin;
        shell.picks_theme = self.actor.user.theme.is_none() && tab != Tab::Profile;
        self.tell_whose(&mut shell, tab);
        shell.message = self.told(MESSAGE);
        shell.note = self.told(NOTE);
        shell.csrf = csrf::token(&self.site.key, &self.binding);
        shell.asks_password = self.asks_password;
        shell.has_password = self.actor.has_password;
        self.ways.show(&mut shell);
        shell
    }

    /// Goes on in a new session where a change has ended all of this person's.
    pub fn begin_anew(&mut self) -> Result<(), WebError> {
        self.binding = begin(&self.session, self.actor.id(), &self.actor.client)?;
        Ok(())
    }

    /// What surrounds a page for whom this session was, once it is over.
    pub fn bare_shell(&self) -> Shell {
        Shell::bare(&self.site, self.theme())
    }

    /// The theme of their account, or as long as it has none, of this browser.
    pub fn theme(&self) -> Theme {
        self.actor.user.theme.unwrap_or(self.theme)
    }

    /// The instant and the zone in which times are shown to them.
    pub fn here(&self, now: Now) -> Here {
        Here::of(&self.actor.user, now)
    }

    /// Leaves a message for the next page.
    pub fn tell(&self, message: &str) -> Result<(), WebError> {
        tell(&self.session, message)
    }

    /// Leaves a word for the next page where nothing was changed: of what was found, or what is missing.
    pub fn note(&self, sentence: &str) -> Result<(), WebError> {
        note(&self.session, sentence)
    }

    /// What was left for this page, if anything.
    fn told(&self, name: &str) -> Option<String> {
        // Asked first: even removing nothing would count as a change, and write the session anew.
        let waits = self.session.contains_key(name);
        waits.then(|| self.session.remove_as::<String>(name)).flatten().and_then(Result::ok)
    }

    pub(super) fn is_genuine(&self, token: &str) -> bool {
        csrf::is_genuine(&self.site.key, &self.binding, token)
    }

    async fn find(req: &HttpRequest) -> Result<Option<Self>, WebError> {
        let site = data::<Site>(req)?;
        let manage = data::<Manage>(req)?;
        let session = readable(req.get_session())?;
        let user = session.get::<String>(USER).ok().flatten();
        let binding = session.get::<String>(BINDING).ok().flatten();
        let id = session.get::<String>(ID).ok().flatten();
        let now = data::<Clock>(req)?.now();
        let user = user.and_then(|id| UserId::parse(&id));
        let id = id.and_then(|id| SessionId::parse(&id));
        let (Some(user), Some(binding), Some(id)) = (user, binding, id) else { return Ok(None) };
        let user = manage.person(user).await?;
        if user.is_none() {
            // Gone or disabled: without their session the way to sign in ends there.
            session.purge();
        }
        let Some((user, has_password)) = user else { return Ok(None) };
        let client = client::of(req, &site);
        if let Some(seen) = session.get::<i64>(SEEN).ok().flatten().map(from_micros) {
            manage.touch_session(id.clone(), seen, &client, now).await;
        }
        let actor = confirm::actor(&session, user, client, has_password, now);
        let ways =
            Ways::of(&actor, &manage, &Seal { key: &site.key, binding: &binding }, now).await?;
        let asks_password = confirm::asks_password(&actor, &manage, now);
        let (session_id, theme, about) = (id, theme(req), About::default());
        Ok(Some(Self {
            actor,
            asks_password,
            about,
            ways,
            theme,
            session,
            session_id,
            site,
            binding,
        }))
    }

    /// The person, or the way to sign in and on to `next`.
    pub(super) async fn or_sign_in(req: &HttpRequest, next: String) -> Result<Self, WebError> {
        let found = Self::find(req).await?;
        let site = data::<Site>(req)?;
        let ended = req.cookie(&site.cookie_name("session")).is_some();
        found.ok_or(WebError::SignIn { next, ended })
    }
}

impl FromRequest for SignedIn {
    type Error = WebError;
    type Future = LocalBoxFuture<'static, Result<Self, WebError>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move {
            let here = req.uri().path_and_query().map_or("/", |path| path.as_str());
            let next = super::local::path(here).unwrap_or("/").to_owned();
            Self::or_sign_in(&req, next).await?.about(&req).await
        })
    }
}

/// Begins a session of this person in this browser, under a new key: an older one is dead from now on.
/// Answers with what its forms are bound to.
pub fn begin(session: &Session, user: &UserId, client: &Client) -> Result<String, WebError> {
    session.clear();
    session.renew();
    remember(session, USER, user.as_str())?;
    if let Some(address) = client.address {
        remember(session, ADDRESS, &address.to_string())?;
    }
    remember(session, AGENT, client.agent())?;
    let binding = random_text();
    remember(session, BINDING, &binding)?;
    Ok(binding)
}

/// Leaves a word for the first page of a session that has just begun.
pub fn note(session: &Session, sentence: &str) -> Result<(), WebError> {
    remember(session, NOTE, sentence)
}

/// Leaves a message for the next page of whom this session is.
pub fn tell(session: &Session, message: &str) -> Result<(), WebError> {
    remember(session, MESSAGE, message)
}

/// The session, unless reading it has failed (`session_store.rs`): nothing was done yet, and nothing is done then.
fn readable(session: Session) -> Result<Session, WebError> {
    match session.get::<String>(UNREADABLE).ok().flatten() {
        None => Ok(session),
        Some(number) => Err(WebError::Fault { busy: number.is_empty(), number }),
    }
}

fn remember(session: &Session, name: &str, value: &str) -> Result<(), WebError> {
    let kept = session.insert(name, value);
    kept.map_err(|e| Fault::new("changing a session", e).into())
}

/// Whoever asks for a page that needs nobody: the forms to sign in and to set up are bound to a cookie of theirs.
pub struct Visitor {
    pub client: Client,
    pub session: Session,
    pub site: Data<Site>,
    pub is_signed_in: bool,
    binding: String,
    known: bool,
    theme: Theme,
}

impl Visitor {
    pub fn shell(&self) -> Shell {
        let mut shell = self.bare_shell();
        shell.csrf = csrf::token(&self.site.key, &self.binding);
        shell
    }

    /// Around a page without a form.
    pub fn bare_shell(&self) -> Shell {
        Shell::bare(&self.site, self.theme)
    }

    /// The cookie that this browser's forms are bound to, if it has none yet.
    pub fn cookie(&self) -> Option<Cookie<'static>> {
        let cookie = Cookie::build(self.site.cookie_name("visit"), self.binding.clone())
            .path("/")
            .http_only(true)
            .same_site(SameSite::Strict)
            .secure(self.site.is_secure());
        (!self.known).then(|| cookie.finish())
    }

    /// What a text of ours for this browser alone is signed with.
    pub fn sign(&self, purpose: &str, text: &str) -> String {
        self.site.key.sign(purpose, &self.bound(text))
    }

    pub fn verifies(&self, purpose: &str, text: &str, signature: &str) -> bool {
        self.known && self.site.key.verifies(purpose, &self.bound(text), signature)
    }

    fn bound(&self, text: &str) -> String {
        format!("{}.{text}", self.binding)
    }

    /// A question to this browser, or the answer to one.
    pub fn seal(&self) -> Seal<'_> {
        Seal { key: &self.site.key, binding: &self.binding }
    }

    pub(super) fn is_genuine(&self, token: &str) -> bool {
        self.known && csrf::is_genuine(&self.site.key, &self.binding, token)
    }

    pub(super) fn of(req: &HttpRequest) -> Result<Self, WebError> {
        let site = data::<Site>(req)?;
        let known = req.cookie(&site.cookie_name("visit")).map(|cookie| cookie.value().to_owned());
        let known = known.filter(|value| value.len() == random_text().len());
        let session = readable(req.get_session())?;
        Ok(Self {
            client: client::of(req, &site),
            is_signed_in: session.contains_key(USER),
            session,
            known: known.is_some(),
            binding: known.unwrap_or_else(random_text),
            theme: theme(req),
            site,
        })
    }
}

impl FromRequest for Visitor {
    type Error = WebError;
    type Future = Ready<Result<Self, WebError>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(req))
    }
}
