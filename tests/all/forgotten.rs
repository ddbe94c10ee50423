//! `/forgotten`: a link by mail; and mails in general.

use chrono::TimeDelta;
use latchkey::config::{Config, Given, Source, Values};
use reqwest::StatusCode;

use crate::people::{invites, path_of};
use crate::support::App;
use crate::support::browse::Browser;
use crate::support::mailbox::Mailbox;
use crate::support::page::Page;
use crate::support::people::{PASSWORD, Person, sign_in};

const NEW: &str = "seven brass owls knit";
/// The address that people open; the tests' browsers come by another one, and say they come by this.
const PUBLIC: &str = "http://tokens.example.org";

async fn start(mailbox: &Mailbox) -> App {
    let settings = [
        ("public_url", PUBLIC),
        ("mail_url", mailbox.url.as_str()),
        ("mail_from", "latchkey@fernhill.example"),
    ];
    App::with(
        &format!(
            "name = \"Fern \\\"Hill\\\" Ö\"\n{}",
            latchkey::config::SAMPLE.replace("name = \"Latchkey\"", "")
        ),
        &settings,
    )
    .await
}

async fn asks(guest: &Browser, who: &str) -> Page {
    let form = guest.open("/forgotten").await.form("Mail me a link");
    guest.submit(&form.fill("Username or email", who)).await
}

#[actix_web::test]
async fn a_link_that_was_asked_for_comes_by_mail_and_sets_a_new_password() {
    let mailbox = Mailbox::open();
    let app = start(&mailbox).await;
    let ada = app.member("ada").await;
    let guest = app.guest();
    let page = guest.open("/sign-in").await;
    let page = guest.open(&page.link("Forgot your password?").expect("a link")).await;
    let form = page.form("Mail me a link").fill("Username or email", " ADA@fernhill.example ");
    let page = guest.submit(&form).await;
    let page = guest.open(&page.location().expect("a place")).await;
    assert!(page.status_message().starts_with("If somebody here has that name"), "{}", page.text);
    let mail = mailbox.mail(1).await;
    assert_eq!(mail.to, " TO:<ada@fernhill.example>");
    assert_eq!(mail.from, " FROM:<latchkey@fernhill.example>");
    assert!(mail.text.contains("Hello ada Nystr"), "{}", mail.text);
    assert!(mail.text.contains("If that wasn't you, leave this mail be."), "{}", mail.text);
    let page = guest.open(&mail.path(PUBLIC)).await;
    assert_eq!(page.heading(), "Set a new password");
    let form = page.form("Set password").fill("New password", NEW);
    assert_eq!(guest.submit(&form).await.status, StatusCode::SEE_OTHER);
    assert_eq!(ada.browser.get("/account").await.status, StatusCode::SEE_OTHER);
    assert_eq!(sign_in(&app.guest(), "ada", NEW).await.status, StatusCode::SEE_OTHER);
    let line = app.database.everything().await;
    assert!(line.contains("password_link_made Asked for at sign-in, and mailed. It works until"));
}

/// AUTH-04
#[actix_web::test]
async fn whoever_asks_gets_the_same_answer_whether_there_is_such_a_person() {
    let mailbox = Mailbox::open();
    let app = start(&mailbox).await;
    for name in ["ada", "off", "bare"] {
        Person::add(&app, name, "member").await;
    }
    app.disables("off").await;
    app.database.run("UPDATE users SET email = NULL WHERE name = 'bare'").await;
    let mut answers = Vec::new();
    for who in ["nobody", "x@fernhill.example", "off", "bare", "a b\r\nBcc: eve", "ada"] {
        let guest = app.guest();
        let page = asks(&guest, who).await;
        let cookies = page.headers.get_all("set-cookie").iter().count();
        let next = guest.open(&page.location().expect("a place")).await;
        answers.push((who, page.status, page.location(), page.headers.len(), cookies, next.text));
    }
    let first = answers[0].clone();
    for answer in &answers {
        assert_eq!(
            (&answer.1, &answer.2, answer.3, answer.4),
            (&first.1, &first.2, first.3, first.4),
            "{}",
            answer.0
        );
        assert_eq!(answer.5, first.5, "{}", answer.0);
    }
    // They are looked at in their order, so ada's mail comes after what the others could have led to.
    let mail = mailbox.mail(1).await;
    assert_eq!((mail.to.as_str(), mailbox.mails().len()), (" TO:<ada@fernhill.example>", 1));
    assert_eq!(app.database.count("SELECT count(*) AS n FROM password_links").await, 1);
}

/// AUTH-01, AUTH-03
#[actix_web::test]
async fn nobody_is_flooded_with_mails() {
    let mailbox = Mailbox::open();
    let app = start(&mailbox).await;
    Person::add(&app, "ada", "member").await;
    Person::add(&app, "bo", "member").await;
    // By name and by address it is one person: three mails in all.
    for who in ["ada", "Ada ", "ada@fernhill.example", "ADA", "ada@fernhill.example"] {
        assert_eq!(asks(&app.guest(), who).await.status, StatusCode::SEE_OTHER, "{who}");
    }
    let page = asks(&app.guest(), "ada").await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(page.error("Username or email").starts_with("Too many tries. Wait 5 minutes"));
    for who in ["nobody", "nobody", "NOBODY"] {
        assert_eq!(asks(&app.guest(), who).await.status, StatusCode::SEE_OTHER);
    }
    let page = asks(&app.guest(), "nobody").await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS, "known or not");
    assert_eq!(asks(&app.guest(), "bo").await.status, StatusCode::SEE_OTHER);
    assert_eq!(asks(&app.guest(), "q").await.status, StatusCode::SEE_OTHER, "the tenth");
    let page = asks(&app.guest(), "z").await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS, "too many from one address");
    assert!(mailbox.mail(4).await.to.contains("bo@") && mailbox.mails().len() == 4);
    app.wait(TimeDelta::minutes(5));
    assert_eq!(asks(&app.guest(), "ada").await.status, StatusCode::SEE_OTHER);
    assert!(mailbox.mail(5).await.to.contains("ada@"));
}

/// HTTP-07, LOG-01
#[actix_web::test]
async fn an_invitation_is_mailed_and_links_begin_with_the_public_address_alone() {
    let mailbox = Mailbox::open();
    let app = start(&mailbox).await;
    let bo = app.admin("bo").await;
    let page = invites(&bo, "Eve \u{5d0} <b>&", "eve", "eve@fernhill.example").await;
    assert!(page.says("It will be mailed to eve@fernhill.example, too."), "{}", page.text);
    let path = path_of(&page, PUBLIC);
    let mail = mailbox.mail(1).await;
    assert_eq!(mail.path(PUBLIC), path, "the same link");
    assert!(mail.head("Subject").contains("=?utf-8?"), "{}", mail.text);
    assert!(mail.head("From").ends_with("<latchkey@fernhill.example>"), "{}", mail.text);
    assert_eq!(mail.head("Content-Type"), "text/plain; charset=utf-8");
    let form = bo.opens("/admin/people").await.link("New link for Eve \u{5d0} <b>&");
    let form = bo.opens(&form.expect("a link")).await.form("Make link");
    let page = bo.browser.submit(&form.fill("Your password", PASSWORD)).await;
    assert_eq!(mailbox.mail(2).await.path(PUBLIC), path_of(&page, PUBLIC));
    let page = invites(&bo, "Ida", "ida", "").await;
    assert!(!page.says("will be mailed"), "there is no address");
    assert!(path_of(&page, PUBLIC).starts_with("/join/"));
}

#[actix_web::test]
async fn a_mail_that_cannot_be_sent_keeps_no_link_from_being_shown() {
    let mailbox = Mailbox::closed();
    let app = start(&mailbox).await;
    let bo = app.admin("bo").await;
    for (username, email) in [("eve", "eve@fernhill.example"), ("ida", "i,d;a@fernhill.example")] {
        let page = invites(&bo, "Eve", username, email).await;
        assert_eq!(page.status, StatusCode::OK);
        let page = app.guest().open(&path_of(&page, PUBLIC)).await;
        assert_eq!(page.field("Username"), username);
    }
    app.application.send_mails(std::time::Duration::from_secs(20)).await;
    assert_eq!(app.application.manage.unsent_mails(), 0, "given up");
    assert!(mailbox.mails().is_empty());
}

#[actix_web::test]
async fn without_mail_whoever_forgot_is_told_whom_to_ask() {
    let app = App::start().await;
    Person::add(&app, "ada", "member").await;
    let guest = app.guest();
    let page = guest.open("/forgotten").await;
    assert!(page.says("Ask an administrator of Latchkey") && page.count("form") == 0);
    let csrf = guest.open("/sign-in").await.form("Sign in").value("csrf");
    let fields =
        [("csrf", csrf.as_str()), ("who", "ada")].map(|(a, b)| (a.to_owned(), b.to_owned()));
    assert_eq!(guest.post("/forgotten", &fields).await.status, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn mail_that_is_half_set_up_is_refused_at_start() {
    let file = std::env::temp_dir().join(format!("latchkey-mail-{}", std::process::id()));
    std::fs::write(&file, "smtp://ada:secret@mail.example.org\n").expect("a file");
    let path = file.to_string_lossy().into_owned();
    let (url, from, public) = (
        ("mail_url", "smtp://mail.example.org"),
        ("mail_from", "latchkey@fernhill.example"),
        ("public_url", PUBLIC),
    );
    for (settings, says) in [
        (vec![url, from], "which begin with public_url"),
        (vec![url, public], "set mail_from, too"),
        (vec![("mail_url", "mail.example.org"), from, public], "an address such as smtp://"),
        (vec![url, ("mail_from", "x"), public], "Enter a mail address"),
        (vec![url, ("mail_url_file", &path), from, public], "name one of the two"),
        (vec![url, from, public], ""),
        (vec![("mail_url_file", &path), from, public], ""),
        (vec![from], ""),
    ] {
        let given = |value: &str| Given { value: value.to_owned(), source: Source::Flag };
        let values: Values = settings.iter().map(|(key, value)| (*key, given(value))).collect();
        match Config::read(latchkey::config::SAMPLE, "test", values) {
            Ok(config) => {
                assert_eq!(says, "", "{settings:?}");
                let told = format!("{:?}", config.settings.mailing);
                assert!(!told.contains("secret") && !told.contains("ada"), "{told}");
            }
            Err(mistakes) => {
                let told = mistakes.to_string();
                assert!(!says.is_empty() && told.contains(says), "{settings:?}: {told}");
            }
        }
    }
    std::fs::remove_file(file).expect("removed");
}

/// AUTH-02
#[actix_web::test]
async fn what_a_stranger_asks_for_ends_no_link_that_was_handed_over() {
    let mailbox = Mailbox::open();
    let app = start(&mailbox).await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    let place = format!("/admin/people/{}/link", ada.id.as_str());
    let makes = async || {
        let form = bo.opens(&place).await.form("Make link").fill("Your password", PASSWORD);
        path_of(&bo.browser.submit(&form).await, PUBLIC)
    };
    let works = async |path: &str| app.guest().get(path).await.status == StatusCode::OK;
    let first = makes().await;
    asks(&app.guest(), "ada").await;
    let asked = mailbox.mail(2).await.path(PUBLIC);
    assert!(works(&first).await && works(&asked).await, "both, side by side");
    asks(&app.guest(), "ada").await;
    let again = mailbox.mail(3).await.path(PUBLIC);
    assert!(works(&first).await && works(&again).await && !works(&asked).await, "a newer one");
    let second = makes().await;
    assert!(works(&second).await && works(&again).await && !works(&first).await, "a newer one");
    let guest = app.guest();
    let form = guest.open(&again).await.form("Set password").fill("New password", NEW);
    assert_eq!(guest.submit(&form).await.status, StatusCode::SEE_OTHER);
    assert!(!works(&second).await && !works(&again).await, "either ends both");
    let handed = makes().await;
    asks(&app.guest(), "ada").await;
    let asked = mailbox.mail(6).await.path(PUBLIC);
    app.disables("ada").await;
    app.database.run("UPDATE users SET disabled_at = NULL").await;
    assert!(!works(&handed).await && !works(&asked).await, "being disabled ends both");
}
