//! The pages under `web/dist` were built from the sources beside them, which hashes tell without node. Their rule is
//! written in `web/scripts/built-from.mjs`, which writes them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use sha2::{Digest, Sha256};

/// What decides how the pages come out; below a folder, every file.
const SOURCES: [&str; 9] = [
    "openapi/openapi.json",
    "clients/typescript/src",
    "web/package.json",
    "web/package-lock.json",
    "web/tsconfig.json",
    "web/vite.config.ts",
    "web/m",
    "web/console",
    "web/src",
];

/// Names with their hashes.
type Hashes = BTreeMap<String, String>;

#[derive(Deserialize)]
struct BuiltFrom {
    sources: Hashes,
    output: Hashes,
}

#[test]
fn the_built_pages_belong_to_their_sources() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let written = fs::read(root.join("web/dist/built-from.json")).unwrap();
    let written: BuiltFrom = serde_json::from_slice(&written).unwrap();

    let sources = hashes(root, &SOURCES);
    let stale = differing(&sources, &written.sources);
    assert!(stale.is_empty(), "changed since the pages were built (scripts/web build): {stale:?}");

    let mut output = hashes(root, &["web/dist"]);
    output.remove("web/dist/built-from.json");
    let foreign = differing(&output, &written.output);
    assert!(foreign.is_empty(), "not as they were built (scripts/web build): {foreign:?}");
}

fn differing<'a>(now: &'a Hashes, then: &'a Hashes) -> Vec<&'a String> {
    let changed = now.iter().filter(|&(name, hash)| then.get(name) != Some(hash)).map(|(name, _)| name);
    changed.chain(then.keys().filter(|name| !now.contains_key(*name))).collect()
}

fn hashes(root: &Path, names: &[&str]) -> Hashes {
    let mut found = Hashes::new();
    for name in names {
        collect(root, name, &mut found);
    }
    found
}

fn collect(root: &Path, name: &str, found: &mut Hashes) {
    let path = root.join(name);
    if path.is_dir() {
        for entry in fs::read_dir(&path).unwrap() {
            let below = entry.unwrap().file_name().into_string().unwrap();
            collect(root, &format!("{name}/{below}"), found);
        }
    } else {
        let digest = Sha256::digest(fs::read(&path).unwrap());
        let hash = digest.iter().fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").unwrap();
            hex
        });
        found.insert(name.to_owned(), hash);
    }
}

/// Where what waits on desks and what notices tell of leads: the web app has a page for each, or leads on to one.
#[test]
fn every_link_of_a_desk_or_a_notice_is_a_page() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |folder: &str, ending: &str| -> String {
        let found = hashes(root, &[folder]);
        let wanted = found.keys().filter(|file| file.ends_with(ending) && !file.contains("/demo/"));
        wanted.map(|file| fs::read_to_string(root.join(file)).unwrap()).collect()
    };
    let mut links = BTreeSet::new();
    for line in read("src", ".rs").lines().filter(|line| line.contains("link")) {
        let Some((_, rest)) = line.split_once("\"/") else { continue };
        let Some((link, _)) = rest.split_once('"') else { continue };
        // neither addresses nor pointers into bodies
        if link.is_empty() || link.contains("api/v1") || link.contains("linked_id") {
            continue;
        }
        let (link, _) = link.split_once('?').unwrap_or((link, ""));
        let parts = link.split('/').map(|part| if part.starts_with('{') { ":" } else { part });
        links.insert(parts.collect::<Vec<_>>().join("/"));
    }
    assert!(links.contains("question-voidings/:") && links.len() > 10, "{links:?}");
    let routes = read("web/src/m/routes", ".ts");
    let pages: Vec<Vec<&str>> = routes
        .split("path: '/")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once('\'')?.0.split('/').collect()))
        .collect();
    let fits = |link: &str, page: &[&str]| {
        let parts: Vec<&str> = link.split('/').collect();
        parts.len() == page.len() && parts.iter().zip(page).all(|(part, of)| of.starts_with(':') || part == of)
    };
    let nowhere: Vec<&String> = links.iter().filter(|link| !pages.iter().any(|page| fits(link, page))).collect();
    assert_eq!(nowhere, Vec::<&String>::new(), "links without a page in web/src/m/routes");
}
