//! What surrounds every page: the instance's name, who is signed in, where one is, what has just happened.

use actix_web::HttpRequest;

use super::assets::Assets;
use super::site::Site;

/// The tabs of the account settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    None,
    Profile,
    Password,
    Tokens,
    Sessions,
    Activity,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    System,
    Light,
    Dark,
}

/// The theme that this browser has chosen.
pub fn theme(req: &HttpRequest) -> Theme {
    match req.cookie("latchkey-theme").as_ref().map(|cookie| cookie.value()) {
        Some("light") => Theme::Light,
        Some("dark") => Theme::Dark,
        _ => Theme::System,
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
    pub tab: Tab,
    /// What the last change did.
    pub message: Option<String>,
    /// What was found or why nothing was done, where nothing was changed.
    pub note: Option<String>,
    /// For the forms of this page.
    pub csrf: String,
    /// Whether this page's form asks for the password.
    pub asks_password: bool,
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
            tab: Tab::None,
            message: None,
            note: None,
            csrf: String::new(),
            asks_password: true,
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
        };
        tab == name
    }

    pub fn theme_name(&self) -> &'static str {
        match self.theme {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }
}
