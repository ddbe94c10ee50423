//! The form that describes a token: what was typed, and what it means.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::access::Access;
use crate::domain::catalogue::Catalogue;
use crate::domain::ceiling::Ceiling;
use crate::domain::edit::Edit;
use crate::domain::expiry::Choice;
use crate::domain::grants::{Grant, Grants};
use crate::domain::id::Nonce;
use crate::domain::limit::PerMinute;
use crate::domain::networks::Networks;
use crate::domain::policy::{Edits, Policy};
use crate::domain::refusal::Problems;
use crate::domain::sets::Sets;
use crate::domain::time::{Now, from_micros};
use crate::domain::token::{Description, Draft, Token, TokenName};
use crate::domain::user::Role;
use crate::manage::Rules;
use crate::web::form::Fields;
use crate::web::session::SignedIn;
use crate::web::words::Here;

/// Leaves the end of a token as it is.
pub const KEEP: &str = "keep";

/// The form as typed. Levels and methods are by service key, as sent.
#[derive(Clone, Default)]
pub struct TokenForm {
    pub name: String,
    pub description: String,
    pub expires: String,
    pub until: String,
    pub networks: String,
    pub per_minute: String,
    pub levels: BTreeMap<String, String>,
    pub methods: BTreeMap<String, BTreeSet<String>>,
    pub nonce: String,
    /// When the token that is edited had last been changed, as the form showed it.
    pub changed: String,
    pub password: String,
    /// The set, or the access for all services, whose button was pressed.
    pub set: String,
    /// A link to the form as it stands was asked for.
    pub link: bool,
}

/// Who fills the form in, and by which rules.
#[derive(Clone, Copy)]
pub struct Under<'a> {
    pub catalogue: &'a Catalogue,
    pub sets: &'a Sets,
    pub policy: &'a Policy,
    /// Of whose tokens these are.
    pub ceiling: Ceiling<'a>,
    /// Of who fills it in.
    pub role: Role,
    /// Where these tokens are listed.
    pub list: &'a str,
    /// What to say where no password was typed; `None` where none is asked for.
    pub missing: Option<&'a str>,
    /// The time as who fills it in is told it.
    pub here: Here,
}

impl<'a> Under<'a> {
    pub fn new(rules: &'a Rules, me: &'a SignedIn, missing: Option<&'a str>, now: Now) -> Self {
        let (catalogue, sets, policy) = (&rules.catalogue, &rules.sets, &rules.policy);
        let (ceiling, role) = (me.actor.owner().ceiling(), me.actor.role());
        let (list, here) = (me.list(), me.here(now));
        Self { catalogue, sets, policy, ceiling, role, list, missing, here }
    }
}

impl TokenForm {
    pub fn read(fields: &Fields) -> Self {
        let pairs = |prefix| fields.under(prefix).map(|(key, v)| (key.to_owned(), v.to_owned()));
        let mut methods: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (path, _) in fields.under("method.") {
            if let Some((service, method)) = path.split_once('.') {
                methods.entry(service.to_owned()).or_default().insert(method.to_owned());
            }
        }
        Self {
            name: fields.text("name"),
            description: fields.text("description"),
            expires: fields.text("expires"),
            until: fields.text("until"),
            networks: fields.text("networks"),
            per_minute: fields.text("per_minute"),
            levels: pairs("access.").collect(),
            methods,
            nonce: fields.text("nonce"),
            changed: fields.text("changed"),
            password: fields.text("password"),
            set: fields.text("set"),
            link: !fields.text("link").is_empty(),
        }
    }

    /// The form as it stands for a token: with what its services give of what was granted.
    pub fn of(token: &Token, under: Under<'_>) -> Self {
        let mut form = Self {
            name: token.name.as_str().to_owned(),
            description: token.description.as_str().to_owned(),
            expires: KEEP.to_owned(),
            changed: stamp(token),
            ..Self::default()
        };
        form.limit_as(token);
        form.fill(&token.grants.within(under.catalogue, under.ceiling));
        form
    }

    /// Binds it to the addresses and the requests a minute that another token is bound to.
    pub fn limit_as(&mut self, token: &Token) {
        self.networks = token.networks.to_string().replace(' ', "\n");
        self.per_minute = token.per_minute.map(|limit| limit.get().to_string()).unwrap_or_default();
    }

    /// Sets every service to what these grants open of it.
    pub fn fill(&mut self, grants: &Grants) {
        self.levels.clear();
        self.methods.clear();
        self.mark(grants);
    }

    /// The same for these services alone.
    pub fn mark(&mut self, grants: &Grants) {
        for (service, grant) in grants.iter() {
            let key = service.as_str().to_owned();
            let level = match grant {
                Grant::Access(access) => access.needed(),
                Grant::Methods(keys) => {
                    let keys = keys.iter().map(|key| key.as_str().to_owned());
                    self.methods.insert(key.clone(), keys.collect());
                    "methods"
                }
            };
            self.levels.insert(key, level.to_owned());
        }
    }

    /// Does what a button of the form asks for, short of sending it: a set, or one access for all services.
    pub fn apply_set(&mut self, under: Under<'_>) {
        let catalogue = under.catalogue;
        let grants = match self.set.as_str() {
            "all-none" => Some(Grants::default()),
            "all-read" => Some(Grants::everything(catalogue, Access::Read, under.ceiling)),
            "all-write" => Some(Grants::everything(catalogue, Access::ReadWrite, under.ceiling)),
            key => under.sets.find(key).map(|set| set.grants.within(catalogue, under.ceiling)),
        };
        if let Some(grants) = grants {
            self.fill(&grants);
        }
    }

    /// Whether it was sent by a button that only fills it in.
    pub fn is_unfinished(&self) -> bool {
        !self.set.is_empty() || self.link
    }

    /// What the form asks for, or everything that is wrong with it.
    pub fn draft(&self, under: Under<'_>) -> Result<Draft, Problems> {
        let mut problems = Problems::default();
        let name = problems.keep("name", TokenName::parse(&self.name));
        let description = problems.keep("description", Description::parse(&self.description));
        let expires = problems.keep(self.expires_field(), self.allowed_choice(under));
        let networks = problems.keep("networks", Networks::parse(&self.networks));
        let per_minute = problems.keep("per_minute", PerMinute::parse(&self.per_minute));
        let grants = problems.keep("access", self.grants(under));
        self.want_password(under, &mut problems);
        let draft = || {
            let (name, description, expires) = (name?, description?, expires?);
            let (grants, networks, per_minute) = (grants?, networks?, per_minute?);
            Some(Draft { name, description, expires, grants, networks, per_minute })
        };
        match draft() {
            Some(draft) if problems.is_empty() => Ok(draft),
            _ => Err(problems),
        }
    }

    /// The change of a token that the form asks for. Where people may change no more than name and description, the
    /// rest of the form isn't sent, and stays as it is.
    pub fn edit(&self, token: &Token, under: Under<'_>) -> Result<Edit, Problems> {
        let only_name = under.policy.edits_of(under.role) == Edits::Name;
        let mut problems = Problems::default();
        let name = problems.keep("name", TokenName::parse(&self.name));
        let description = problems.keep("description", Description::parse(&self.description));
        let expires = match self.expires.as_str() {
            _ if only_name => Some(None),
            "" | KEEP => Some(None),
            _ => problems.keep(self.expires_field(), self.allowed_choice(under)).map(Some),
        };
        let (networks, per_minute, grants) = if only_name {
            (Some(token.networks.clone()), Some(token.per_minute), Some(token.grants.clone()))
        } else {
            let networks = problems.keep("networks", Networks::parse(&self.networks));
            let per_minute = problems.keep("per_minute", PerMinute::parse(&self.per_minute));
            (networks, per_minute, problems.keep("access", self.regranted(token, under)))
        };
        self.want_password(under, &mut problems);
        let edit = || {
            let (name, description, expires) = (name?, description?, expires?);
            let (grants, networks, per_minute) = (grants?, networks?, per_minute?);
            Some(Edit { name, description, expires, grants, networks, per_minute })
        };
        match edit() {
            Some(edit) if problems.is_empty() => Ok(edit),
            _ => Err(problems),
        }
    }

    /// The nonce this form was rendered with; one made up is as good, once.
    pub fn nonce(&self) -> Result<Nonce, Problems> {
        let missing =
            || Problems::one("form", "This form was incomplete. Check it and send it again");
        Nonce::parse(&self.nonce).ok_or_else(missing)
    }

    fn want_password(&self, under: Under<'_>, problems: &mut Problems) {
        if let Some(sentence) = under.missing.filter(|_| self.password.is_empty()) {
            problems.add("password", sentence);
        }
    }

    /// The end that was chosen.
    pub fn choice(&self) -> Result<Choice, String> {
        choice(&self.expires, &self.until)
    }

    fn allowed_choice(&self, under: Under<'_>) -> Result<Choice, String> {
        let choice = self.choice()?;
        under.policy.expiry(choice, under.here.now).map(|_| choice)
    }

    fn expires_field(&self) -> &'static str {
        if self.expires == "custom" { "until" } else { "expires" }
    }

    /// The end that is chosen, in words; `None` while it is no good.
    pub fn works_until(&self, under: Under<'_>) -> Option<String> {
        let expiry = under.policy.expiry(self.choice().ok()?, under.here.now).ok()?;
        Some(under.here.last_day(expiry).unwrap_or_else(|| "You revoke it".to_owned()))
    }
}

/// When a token was last changed, as forms carry it, so that what is decided on it is not done to another state.
pub fn stamp(token: &Token) -> String {
    token.changed.timestamp_micros().to_string()
}

/// What a form carries of that; a made-up one is no state of any token.
pub fn read(changed: &str) -> DateTime<Utc> {
    from_micros(changed.parse().unwrap_or_default())
}

/// The end that was chosen: days from today, a day of one's own, or never.
pub fn choice(expires: &str, until: &str) -> Result<Choice, String> {
    match expires {
        "never" => Ok(Choice::Never),
        "custom" => {
            let day = NaiveDate::parse_from_str(until.trim(), "%Y-%m-%d");
            day.map(Choice::LastDay).map_err(|_| "Choose a day, such as 2027-02-20".to_owned())
        }
        days => days.parse().map(Choice::InDays).map_err(|_| "Choose when it expires".to_owned()),
    }
}
