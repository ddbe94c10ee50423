//! What surrounds every page: the instance's name, who is signed in, where one is, what has just happened.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};

use super::assets::Assets;
use super::ceremony::Asked;
use super::site::Site;
use super::whose;
use crate::domain::service_account::Entrusted;
pub use crate::domain::user::Theme;

/// The tabs of the account settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    None,
    Profile,
    Password,
    Tokens,
    Sessions,
    Activity,
    People,
    AllTokens,
    AllActivity,
    Callers,
    Policy,
    Catalogue,
    ServiceAccounts,
}

/// The theme that this browser has chosen.
pub fn theme(req: &HttpRequest) -> Theme {
    let cookie = req.cookie(THEME);
    cookie.and_then(|cookie| Theme::parse(cookie.value())).unwrap_or(Theme::System)
}

/// Has this browser keep a theme for the pages that don't know who asks. The script sets the same cookie.
pub fn theme_cookie(theme: Theme) -> Cookie<'static> {
    let cookie = Cookie::build(THEME, theme.as_str()).path("/").same_site(SameSite::Lax);
    cookie.max_age(Duration::days(365)).finish()
}

const THEME: &str = "latchkey-theme";

/// The service account whose tokens a page is about.
pub struct Service {
    /// What it is called.
    pub name: String,
    pub username: String,
    /// Whether one is in its team. An administrator who isn't sees and revokes.
    pub is_ours: bool,
    pub is_disabled: bool,
}

impl Service {
    pub fn of(entrusted: &Entrusted) -> Self {
        let account = entrusted.account();
        Self {
            name: account.display_name.as_str().to_owned(),
            username: account.name.as_str().to_owned(),
            is_ours: !entrusted.is_outside(),
            is_disabled: account.disabled.is_some(),
        }
    }
}

pub struct Shell {
    pub instance: String,
    pub version: &'static str,
    pub assets: Assets,
    pub theme: Theme,
    /// The display name of who is signed in.
    pub person: Option<String>,
    pub user_name: String,
    /// Whether they look after the others.
    pub is_admin: bool,
    /// Whether service accounts are theirs to look after.
    pub has_accounts: bool,
    /// Where the list is of the tokens that the page is about.
    pub tokens: String,
    /// And what happened to them.
    pub activity: String,
    /// Whose they are, if not one's own.
    pub service: Option<Service>,
    /// Whether the theme is this browser's to choose: it isn't on the page where one chooses for one's account, nor
    /// once one has.
    pub picks_theme: bool,
    pub tab: Tab,
    /// What the last change did.
    pub message: Option<String>,
    /// What was found or why nothing was done, where nothing was changed.
    pub note: Option<String>,
    /// For the forms of this page.
    pub csrf: String,
    /// Whether this page's form asks for the password.
    pub asks_password: bool,
    /// What a passkey is asked for in the place of the password, for who has one.
    pub passkey: Option<Asked>,
    /// Whether they have a password here.
    pub has_password: bool,
    /// What people call the provider, where a change is confirmed there and that has not just been done.
    pub confirms_with: Option<String>,
    /// A dialog lies over the page, and the rest of it is out of reach.
    pub modal: bool,
}

impl Shell {
    /// Around a page without forms and without anybody.
    pub fn bare(site: &Site, theme: Theme) -> Self {
        Self {
            instance: site.instance.clone(),
            version: env!("CARGO_PKG_VERSION"),
            assets: Assets,
            theme,
            person: None,
            user_name: String::new(),
            is_admin: false,
            has_accounts: false,
            tokens: whose::OWN.to_owned(),
            activity: whose::OWN_ACTIVITY.to_owned(),
            service: None,
            picks_theme: true,
            tab: Tab::None,
            message: None,
            note: None,
            csrf: String::new(),
            asks_password: true,
            passkey: None,
            has_password: true,
            confirms_with: None,
            modal: false,
        }
    }

    pub fn modal(mut self) -> Self {
        self.modal = true;
        self
    }

    pub fn is_tab(&self, name: &str) -> bool {
        let tab = match self.tab {
            Tab::None => "",
            Tab::Profile => "profile",
            Tab::Password => "password",
            Tab::Tokens => "tokens",
            Tab::Sessions => "sessions",
            Tab::Activity => "activity",
            Tab::People => "people",
            Tab::AllTokens => "all-tokens",
            Tab::AllActivity => "all-activity",
            Tab::Callers => "callers",
            Tab::Policy => "policy",
            Tab::Catalogue => "catalogue",
            Tab::ServiceAccounts => "service-accounts",
        };
        tab == name
    }

    /// Why one can't generate a token here, for whom that is so.
    pub fn cannot_generate(&self) -> &'static str {
        match &self.service {
            Some(service) if !service.is_ours => {
                "You are not in the team of this account, so you generate none of its tokens. You may narrow and revoke them."
            }
            _ => "Your role lets you use and revoke tokens, not generate them.",
        }
    }

    pub fn theme_name(&self) -> &'static str {
        self.theme.as_str()
    }
}
