//! A service that asks about tokens itself.

use std::time::Duration;

use data_encoding::BASE64;
use latchkey::domain::caller::Enrolled;
use reqwest::Method;

use super::App;
use super::machine::{Answer, Machine};

pub struct Caller {
    pub service: String,
    pub secret: String,
    machine: Machine,
}

impl Caller {
    fn of(app: &App, enrolled: &Enrolled) -> Self {
        let service = enrolled.caller.service.as_str().to_owned();
        Self { service, secret: enrolled.secret.expose().to_owned(), machine: app.machine() }
    }

    /// The same caller, asking a server that was started again.
    pub fn at(self, app: &App) -> Self {
        Self { machine: app.machine(), ..self }
    }

    pub async fn introspects(&self, token: &str) -> Answer {
        self.sends(&[("token", token)]).await
    }

    pub async fn sends(&self, fields: &[(&str, &str)]) -> Answer {
        self.machine.submits("/introspect", Some(&self.basic()), fields).await
    }

    pub fn basic(&self) -> String {
        basic(&self.service, &self.secret)
    }
}

pub fn basic(name: &str, password: &str) -> String {
    format!("Basic {}", BASE64.encode(format!("{name}:{password}").as_bytes()))
}

impl App {
    /// A service of the catalogue that has just been given its secret.
    pub async fn caller(&self, service: &str) -> Caller {
        let added = self.application.manage.add_caller(service, self.now()).await;
        Caller::of(self, &added.unwrap_or_else(|failure| panic!("{failure:?}")))
    }

    /// The same service with another secret.
    pub async fn rotates(&self, caller: &Caller, overlap: Duration) -> Caller {
        let manage = &self.application.manage;
        let rotated = manage.rotate_caller(&caller.service, overlap, self.now()).await;
        Caller::of(self, &rotated.unwrap_or_else(|failure| panic!("{failure:?}")))
    }
}

impl Machine {
    /// Sends a form, with an `Authorization` of the test's own.
    pub async fn submits(
        &self,
        path: &str,
        authorization: Option<&str>,
        fields: &[(&str, &str)],
    ) -> Answer {
        let request = self.request(Method::POST, path).form(fields);
        let authorized = authorization.into_iter();
        let request = authorized.fold(request, |r, value| r.header("authorization", value));
        Answer::read(request.send().await.expect("an answer")).await
    }

    /// Sends a body as it is.
    pub async fn posts(&self, path: &str, authorization: &str, kind: &str, body: String) -> Answer {
        let request = self.request(Method::POST, path).header("authorization", authorization);
        let request = request.header("content-type", kind).body(body);
        Answer::read(request.send().await.expect("an answer")).await
    }
}
