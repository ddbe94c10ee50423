//! Style, script and icons, compiled into the binary. Their addresses carry a checksum, so browsers keep them for good.

pub struct Asset {
    pub name: &'static str,
    pub kind: &'static str,
    pub bytes: &'static [u8],
    version: u64,
}

macro_rules! asset {
    ($name:literal, $kind:literal) => {
        Asset {
            name: $name,
            kind: $kind,
            bytes: include_bytes!(concat!("../../static/", $name)),
            version: fnv1a(include_bytes!(concat!("../../static/", $name))),
        }
    };
}

const STYLE: Asset = asset!("style.css", "text/css; charset=utf-8");
const SCRIPT: Asset = asset!("app.js", "text/javascript; charset=utf-8");
const ICONS: Asset = asset!("icons.svg", "image/svg+xml");
const FAVICON: Asset = asset!("favicon.svg", "image/svg+xml");
pub const ALL: [&Asset; 4] = [&STYLE, &SCRIPT, &ICONS, &FAVICON];

/// The addresses of the files, for templates.
#[derive(Clone, Copy)]
pub struct Assets;

impl Assets {
    pub fn style(&self) -> String {
        STYLE.address()
    }

    pub fn script(&self) -> String {
        SCRIPT.address()
    }

    pub fn icons(&self) -> String {
        ICONS.address()
    }

    pub fn favicon(&self) -> String {
        FAVICON.address()
    }
}

impl Asset {
    fn address(&self) -> String {
        format!("/static/{}?v={:x}", self.name, self.version)
    }
}

/// FNV-1a, 64 bits: tells versions of our own files apart, nothing more.
const fn fnv1a(bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325;
    let mut at = 0;
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u64).wrapping_mul(0x0100_0000_01b3);
        at += 1;
    }
    hash
}
