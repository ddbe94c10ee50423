//! `/admin/catalogue`: services, teams and sets as this server goes by them, for administrators.

use actix_web::web::Data;
use askama::Template;

use crate::domain::catalogue::{Catalogue, Method, Service, ServiceKey};
use crate::domain::sets::{Set, Sets};
use crate::domain::team::{Share, Team};
use crate::domain::time::Now;
use crate::domain::user::Role;
use crate::manage::{Manage, Rules};
use crate::web::administrator::Administrator;
use crate::web::page::Page;
use crate::web::shell::{Shell, Tab};
use crate::web::words::{AccessLine, Moment, access};

#[derive(Template)]
#[template(path = "catalogue/show.html")]
struct Show {
    shell: Shell,
    loaded: Option<Moment>,
    services: Vec<ServicePart>,
    teams: Vec<TeamPart>,
    sets: Vec<SetPart>,
}

struct ServicePart {
    key: String,
    name: String,
    description: String,
    docs: Option<String>,
    /// What holds for it, each in a sentence.
    facts: Vec<String>,
    paths: Vec<String>,
    methods: Vec<MethodPart>,
}

struct MethodPart {
    key: String,
    name: String,
    facts: String,
    requests: Vec<String>,
}

struct TeamPart {
    key: String,
    name: String,
    services: Vec<String>,
}

struct SetPart {
    name: String,
    access: Vec<AccessLine>,
}

impl ServicePart {
    fn of(service: &Service, is_unlimited: bool) -> Self {
        let mut facts = vec![match (service.personal_tokens, service.highest) {
            (false, _) => "Takes no personal tokens.".to_owned(),
            (true, highest) => format!("Tokens can be granted up to {}.", highest.words()),
        }];
        facts.extend(match service.role {
            Role::Viewer => None,
            Role::Member => Some("For tokens of members and admins.".to_owned()),
            Role::Admin => Some("For tokens of admins.".to_owned()),
        });
        facts.extend(service.per_minute.map(|limit| format!("Each token at most {limit}.")));
        if service.basic {
            facts.push("Programs are asked for a name and a password.".to_owned());
        }
        let share = |share: &Share| format!("Team {} gives {}.", share.name, share.access.words());
        if is_unlimited {
            facts.push("No team limits it: it is open by role alone.".to_owned());
        }
        facts.extend(service.teams.iter().map(share));
        Self {
            key: service.key.as_str().to_owned(),
            name: service.name.clone(),
            description: service.description.clone(),
            docs: service.docs.clone(),
            facts,
            paths: service.paths.iter().map(ToString::to_string).collect(),
            methods: service.methods.iter().map(MethodPart::of).collect(),
        }
    }
}

impl MethodPart {
    fn of(method: &Method) -> Self {
        let facts = if method.personal_tokens {
            format!("covered by {}", method.access.words())
        } else {
            "not for tokens".to_owned()
        };
        Self {
            key: method.key.as_str().to_owned(),
            name: method.name.clone(),
            facts,
            requests: method.requests.iter().map(ToString::to_string).collect(),
        }
    }
}

fn services(catalogue: &Catalogue) -> Vec<ServicePart> {
    let unlimited: Vec<&ServiceKey> = catalogue.unlimited().map(|service| &service.key).collect();
    let part = |service: &Service| ServicePart::of(service, unlimited.contains(&&service.key));
    catalogue.services().iter().map(part).collect()
}

fn teams(teams: &[Team], rules: &Rules) -> Vec<TeamPart> {
    let team = |team: &Team| TeamPart {
        key: team.key.as_str().to_owned(),
        name: team.name.clone(),
        services: team
            .services
            .iter()
            .map(|(key, access)| {
                let service = rules.catalogue.service(key.as_str());
                let name = service.map_or(key.as_str(), |service| &service.name);
                format!("{name}: {}", access.words())
            })
            .collect(),
    };
    teams.iter().map(team).collect()
}

fn sets(sets: &Sets, rules: &Rules) -> Vec<SetPart> {
    let set = |set: &Set| SetPart {
        name: set.name.clone(),
        access: access(&set.grants.summary(&rules.catalogue)),
    };
    sets.iter().map(set).collect()
}

pub async fn show(manage: Data<Manage>, admin: Administrator, now: Now) -> Page {
    let Administrator(me) = admin;
    let rules = manage.rules();
    let page = Show {
        shell: me.shell(Tab::Catalogue),
        loaded: rules.loaded.map(|at| Moment::past(at, me.here(now))),
        services: services(&rules.catalogue),
        teams: teams(rules.catalogue.teams(), &rules),
        sets: sets(&rules.sets, &rules),
    };
    Page::show(&page)
}
