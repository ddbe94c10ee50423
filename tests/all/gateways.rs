//! `latchkey gateway`: configurations to be used as they are printed.

use std::process::Output;

use yaml_rust2::YamlLoader;

use crate::cli::Folder;

const GATEWAYS: [&str; 6] = ["nginx", "caddy", "haproxy", "traefik", "envoy", "ingress-nginx"];

fn prints(folder: &Folder, gateway: &str, service: &str, more: &[&str]) -> Output {
    let words = [&["gateway", gateway, "--service", service], more].concat();
    folder.command(&words).output().expect("the binary")
}

fn printed(folder: &Folder, gateway: &str, service: &str, more: &[&str]) -> String {
    let output = prints(folder, gateway, service, more);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// The code of a page, block after block as they stand.
fn blocks(page: &str) -> Vec<&str> {
    let fenced = page.split("\n```").skip(1).step_by(2);
    fenced.filter_map(|block| block.split_once('\n').map(|(_, code)| code)).collect()
}

#[test]
fn the_page_about_gateways_shows_what_the_command_prints() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/gateways.md");
    let page = std::fs::read_to_string(path).expect("the page");
    let (folder, blocks) = (Folder::new(), blocks(&page));
    for gateway in GATEWAYS {
        let text = printed(&folder, gateway, "builds", &[]);
        // A gateway may have several files: each is a block, and the next one comes after it.
        let shown = (0..blocks.len()).any(|at| {
            (at..blocks.len()).any(|end| blocks[at..=end].join("\n\n") == text.trim_end())
        });
        assert!(shown, "docs/gateways.md no longer shows what latchkey gateway {gateway} prints");
    }
}

#[test]
fn what_are_two_files_says_where_each_begins_and_goes() {
    let folder = Folder::new();
    for (gateway, places) in [
        ("haproxy", ["/etc/haproxy/haproxy.cfg", "/etc/haproxy/latchkey.lua"]),
        ("traefik", ["/etc/traefik/traefik.yml", "/etc/traefik/builds.yml"]),
    ] {
        let text = printed(&folder, gateway, "builds", &[]);
        let first = text.lines().next().unwrap_or_default();
        let said = text.find("File 2 of 2").expect("a second file");
        let (one, two) = text.split_at(text[..said].rfind('\n').map_or(0, |end| end + 1));
        assert!(first.contains(&format!("File 1 of 2: {}", places[0])), "{first}");
        let line = two.lines().next().unwrap_or_default();
        assert!(line.ends_with(&format!("File 2 of 2: {}", places[1])), "{line}");
        assert!(one.ends_with("\n\n") && !one.contains("File 2"), "{one}");
    }
}

#[test]
fn every_configuration_takes_over_each_identity_header_and_hides_the_token() {
    let folder = Folder::new();
    for gateway in GATEWAYS {
        let text = printed(&folder, gateway, "builds", &[]).to_ascii_lowercase();
        for name in crate::api::gateway::IDENTITY {
            assert!(text.contains(name), "{gateway}: {name}");
        }
        let said = text.lines().filter(|line| line.contains("authorization"));
        assert!(said.count() > 0, "{gateway} leaves the token to the service");
        let blank = |word: &str| word.len() > 2 && word.starts_with('@') && word.ends_with('@');
        assert!(!text.split([' ', '"', '/', ':']).any(blank), "{gateway}: {text}");
        assert!(text.contains("service=builds") || gateway == "haproxy", "{gateway}");
    }
}

#[test]
fn what_is_yaml_can_be_read_as_such() {
    let folder = Folder::new();
    for (gateway, keys) in [
        ("traefik", &["entryPoints", "providers", "http"][..]),
        ("envoy", &["static_resources"]),
        ("ingress-nginx", &["apiVersion", "kind", "metadata", "spec"]),
    ] {
        let text = printed(&folder, gateway, "builds", &[]);
        let read = YamlLoader::load_from_str(&text).unwrap_or_else(|e| panic!("{gateway}: {e}"));
        let top = read[0].as_hash().expect("a mapping").keys();
        assert_eq!(top.filter_map(|key| key.as_str()).collect::<Vec<_>>(), keys, "{gateway}");
    }
    let envoy = printed(&folder, "envoy", "builds", &[]);
    let prefix = "path_prefix: \"/verify?gateway=envoy&service=builds&original=\"\n";
    assert!(envoy.contains(prefix), "what follows is the client's: {envoy}");
}

#[test]
fn a_configuration_has_this_instances_own_addresses() {
    let folder = Folder::new();
    let file = "name = \"Fernhill\"\npublic_url = \"https://tokens.example.org\"\nlisten = \"0.0.0.0:9191\"\n\
                [[services]]\nkey = \"build_jobs\"\nname = \"Jobs\"\nurl = \"https://jobs.example.org/api/\"\n";
    std::fs::write(folder.path.join("latchkey.toml"), file).expect("a file");
    for (gateway, has) in [
        ("nginx", "http://127.0.0.1:9191/verify?gateway=nginx&service=build_jobs;"),
        ("nginx", "server_name jobs.example.org;"),
        ("caddy", "forward_auth 127.0.0.1:9191 {"),
        ("caddy", "\nhttps://jobs.example.org {"),
        ("haproxy", "lua.latchkey 127.0.0.1:9191 build_jobs unless"),
        ("traefik", "http://127.0.0.1:9191/verify?gateway=traefik&service=build_jobs"),
        ("traefik", "rule: \"Host(`jobs.example.org`)\""),
        ("envoy", "address: \"127.0.0.1\", port_value: 9191"),
        ("envoy", "domains: [\"jobs.example.org\", \"jobs.example.org:*\"]"),
        ("ingress-nginx", "https://tokens.example.org/verify?gateway=nginx&service=build_jobs"),
        ("ingress-nginx", "- host: \"jobs.example.org\""),
        ("ingress-nginx", "name: build-jobs"),
    ] {
        let text = printed(&folder, gateway, "build_jobs", &[]);
        assert!(text.contains(has), "{gateway}: {has}: {text}");
        assert!(text.contains("“Jobs” behind Latchkey (realm “Fernhill”)"), "{text}");
    }
    let caddy = printed(&folder, "caddy", "build_jobs", &[]);
    assert!(!caddy.contains("bind "), "who has an address is to be reached there: {caddy}");
    let file = "[[services]]\nkey = \"six\"\nurl = \"http://[2001:db8::1]/\"\n";
    std::fs::write(folder.path.join("six.toml"), file).expect("a file");
    let six = printed(&folder, "ingress-nginx", "six", &["--config", "six.toml"]);
    let six = YamlLoader::load_from_str(&six).unwrap_or_else(|e| panic!("{six}: {e}"));
    assert_eq!(six[0]["spec"]["rules"][0]["host"].as_str(), Some("[2001:db8::1]"));
}

#[test]
fn it_says_where_a_gateway_on_this_machine_comes_from() {
    let folder = Folder::new();
    for (listen, reached, peer) in [
        ("[::]:9191", "[::1]:9191", "::1"),
        ("[::1]:9191", "[::1]:9191", "::1"),
        ("0.0.0.0:9191", "127.0.0.1:9191", "127.0.0.1"),
        ("127.0.0.2:9191", "127.0.0.2:9191", "127.0.0.1"),
        ("192.0.2.7:9191", "192.0.2.7:9191", "192.0.2.7"),
    ] {
        // In Kubernetes it comes from a pod.
        for gateway in &GATEWAYS[..5] {
            let text = printed(&folder, gateway, "builds", &["--listen", listen]);
            assert!(text.contains(&format!("trusted_proxies = \"{peer}")), "{gateway}: {text}");
            assert!(text.contains(reached), "{gateway}: {text}");
        }
    }
}

/// The browser's tests send these through the gateways that this machine has.
#[test]
fn no_configuration_lets_a_name_through_that_services_believe() {
    let folder = Folder::new();
    let own = ["x-forwarded-port", "x-forwarded-server"];
    for gateway in GATEWAYS {
        let text = printed(&folder, gateway, "builds", &[]).to_ascii_lowercase();
        for name in [
            "x-forwarded-user",
            "x-forwarded-groups",
            "x-forwarded-email",
            "x-forwarded-preferred-username",
            "x-forwarded-access-token",
            "x-forwarded-port",
            "x-forwarded-prefix",
            "x-forwarded-server",
            "x-remote-user",
            "x-client-ip",
            "true-client-ip",
            "forwarded",
        ] {
            // HAProxy takes out whatever begins so. Traefik and ingress-nginx say these two themselves.
            let begins = gateway == "haproxy" && name.starts_with("x-forwarded-");
            let says = gateway == "traefik" && own.contains(&name)
                || gateway == "ingress-nginx" && name == own[0];
            assert!(begins || says || text.contains(name), "{gateway}: {name}");
        }
    }
}

/// Those that the browser's tests can't run: in front of the others Latchkey hangs there.
#[test]
fn a_question_ends_in_time_where_the_gateway_lets_one_say_so() {
    let folder = Folder::new();
    for (gateway, words) in [
        ("ingress-nginx", &["proxy_connect_timeout 5s;", "proxy_read_timeout    5s;"][..]),
        ("envoy", &["cluster: latchkey, timeout: 5s"]),
    ] {
        let text = printed(&folder, gateway, "builds", &[]);
        assert!(words.iter().all(|word| text.contains(word)), "{gateway}: {text}");
    }
}

#[test]
fn a_service_that_is_not_there_is_refused_with_those_that_are() {
    let folder = Folder::new();
    let refused = prints(&folder, "nginx", "nope", &[]);
    assert!(!refused.status.success() && refused.stdout.is_empty());
    let says = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(says.contains("there is no “nope”. There are: audit, builds, calendar"), "{says}");
    let unknown = prints(&folder, "squid", "builds", &[]);
    let says = String::from_utf8_lossy(&unknown.stderr).into_owned();
    assert!(says.contains("nginx, caddy, haproxy, traefik, envoy, ingress-nginx"), "{says}");
}

#[test]
fn a_gateway_that_nobody_trusts_is_spoken_of() {
    let folder = Folder::new();
    let without = prints(&folder, "caddy", "builds", &[]);
    assert!(String::from_utf8_lossy(&without.stderr).contains("trusted_proxies is empty"));
    let with = prints(&folder, "caddy", "builds", &["--trusted-proxies", "127.0.0.1"]);
    assert!(with.stderr.is_empty(), "{}", String::from_utf8_lossy(&with.stderr));
    assert_eq!(with.stdout, without.stdout);
}
