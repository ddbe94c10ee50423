//! A new token in the forms that programs take, each to be copied as it is. Every part is quoted for the place where
//! it stands: addresses come from the operator's file, names from people.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use url::{Host, Position, Url};

/// One form.
pub struct Snippet {
    /// Which one it is, within the page.
    pub id: &'static str,
    /// What the button copies.
    pub name: &'static str,
    /// Where it goes.
    pub about: &'static str,
    pub text: String,
}

/// What the forms are made of.
pub struct Parts<'a> {
    pub token: &'a str,
    /// The owner's username.
    pub user: &'a str,
    /// The token's name in plain words with hyphens between: `ci-runner-token`.
    pub slug: &'a str,
    /// Where the token is used.
    pub address: &'a str,
}

impl Parts<'_> {
    /// All of them; those that name a host, only where the address has one.
    pub fn snippets(&self) -> Vec<Snippet> {
        let snippet = |id, name, about, text| Snippet { id, name, about, text };
        let header = "In the Authorization header of each request.";
        let mut all = vec![
            snippet("curl", "curl line", header, self.curl()),
            snippet("env", ".env line", "For a file of settings, or a shell.", self.env()),
            snippet("kubernetes", "Kubernetes Secret", "For kubectl apply.", self.kubernetes()),
        ];
        if let Ok(url) = Url::parse(self.address) {
            let netrc = "For ~/.netrc, which curl, wget, git and pip read.";
            let docker = "For ~/.docker/config.json, as docker login leaves it.";
            let git = "For ~/.git-credentials, with credential.helper set to store.";
            let more = [
                snippet("netrc", "netrc line", netrc, self.netrc(&url)),
                snippet("git", "Git credential", git, self.git(url.clone())),
                snippet("docker", "Docker config", docker, self.docker(&url)),
            ];
            all.splice(2..2, more);
        }
        all.retain(|snippet| !snippet.text.is_empty());
        all
    }

    fn curl(&self) -> String {
        // No address holds what can't be quoted: the character zero.
        let address = shlex::try_quote(self.address).unwrap_or_default();
        format!("curl -H \"Authorization: Bearer {}\" {address}", self.token)
    }

    fn env(&self) -> String {
        format!("TOKEN={}", self.token)
    }

    fn netrc(&self, url: &Url) -> String {
        // A machine is a host without its port, and an IPv6 address without brackets.
        let host = match url.host() {
            Some(Host::Ipv6(address)) => address.to_string(),
            _ => url.host_str().unwrap_or_default().to_owned(),
        };
        format!("machine {host} login {} password {}", word(self.user), self.token)
    }

    /// As git itself stores it: name and password percent-encoded, without a path.
    fn git(&self, mut url: Url) -> String {
        let named = url.set_username(self.user);
        if named.and_then(|()| url.set_password(Some(self.token))).is_err() {
            return String::new();
        }
        url[..Position::BeforePath].to_owned()
    }

    fn docker(&self, url: &Url) -> String {
        let registry = &url[Position::BeforeHost..Position::AfterPort];
        let auth = BASE64.encode(format!("{}:{}", self.user, self.token).as_bytes());
        let auths = BTreeMap::from([(registry, BTreeMap::from([("auth", auth)]))]);
        // Texts in maps always serialize.
        serde_json::to_string_pretty(&BTreeMap::from([("auths", auths)])).unwrap_or_default()
    }

    fn kubernetes(&self) -> String {
        let (name, token) = (self.slug, self.token);
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {name}\ntype: Opaque\nstringData:\n  token: \"{token}\""
        )
    }
}

/// A word of a netrc file: in quotes where it would end early.
fn word(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_graphic() && !b"\"\\#".contains(&b);
    if !text.is_empty() && text.bytes().all(plain) {
        return text.to_owned();
    }
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "lk_FZHZvWi3q6lqEfNSMVDfO5Qu1byXB60VMpFC";

    fn of(id: &str, user: &str, address: &str) -> String {
        let parts = Parts { token: TOKEN, user, slug: "ci-runner-token", address };
        let snippets = parts.snippets().into_iter();
        snippets.filter(|snippet| snippet.id == id).map(|snippet| snippet.text).collect()
    }

    #[test]
    fn a_shell_and_a_settings_file_read_what_is_meant() {
        let odd = "https://git.example.org/it's?a=$(b)&c=`d`;e";
        let words = shlex::split(&of("curl", "ada", odd)).expect("words");
        assert_eq!(words, ["curl", "-H", &format!("Authorization: Bearer {TOKEN}"), odd]);
        let plain = of("curl", "ada", "http://127.0.0.1:8080/api/v1/token");
        assert!(plain.ends_with(" http://127.0.0.1:8080/api/v1/token"), "{plain}");
        assert_eq!(of("env", "ada", odd), format!("TOKEN={TOKEN}"));
    }

    #[test]
    fn netrc_names_a_host_and_holds_odd_names_together() {
        for (user, address, expected) in [
            ("ada", "https://git.example.org:8443/x", "machine git.example.org login ada password"),
            ("a.b-c_d", "http://[2001:db8::1]:80/", "machine 2001:db8::1 login a.b-c_d password"),
            ("a b", "http://localhost", "machine localhost login \"a b\" password"),
            ("a\"\\\n", "http://localhost", "machine localhost login \"a\\\"\\\\\\n\" password"),
        ] {
            assert_eq!(of("netrc", user, address), format!("{expected} {TOKEN}"));
        }
    }

    #[test]
    fn git_finds_name_and_password_in_an_address_without_a_path() {
        let line = of("git", "ada", "https://git.example.org:8443/team/repo.git?x#y");
        assert_eq!(line, format!("https://ada:{TOKEN}@git.example.org:8443"));
        let line = of("git", "a@b:c/d", "http://git.example.org");
        assert_eq!(line, format!("http://a%40b%3Ac%2Fd:{TOKEN}@git.example.org"));
    }

    #[test]
    fn docker_and_kubernetes_are_given_documents() {
        let text = of("docker", "a\"b", "https://registry.example.org:5000/v2/");
        let config: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let auth = config["auths"]["registry.example.org:5000"]["auth"].as_str().expect("base64");
        let pair = BASE64.decode(auth.as_bytes()).expect("base64");
        assert_eq!(pair, format!("a\"b:{TOKEN}").as_bytes());
        let text = of("kubernetes", "ada", "https://registry.example.org");
        let documents = yaml_rust2::YamlLoader::load_from_str(&text).expect("YAML");
        let [secret] = documents.as_slice() else { panic!("one document") };
        assert_eq!(secret["kind"].as_str(), Some("Secret"));
        assert_eq!(secret["metadata"]["name"].as_str(), Some("ci-runner-token"));
        assert_eq!(secret["stringData"]["token"].as_str(), Some(TOKEN));
    }

    #[test]
    fn an_address_that_is_none_leaves_out_what_needs_a_host() {
        let parts = Parts { token: TOKEN, user: "ada", slug: "token", address: "nowhere" };
        let left: Vec<&str> = parts.snippets().iter().map(|snippet| snippet.id).collect();
        assert_eq!(left, ["curl", "env", "kubernetes"]);
    }
}
