//! The pages under `web/dist` were built from the sources beside them, which hashes tell without node. Their rule is
//! written in `web/scripts/built-from.mjs`, which writes them.

use std::collections::BTreeMap;
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
