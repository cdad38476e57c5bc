//! How much memory a server takes when it is ready, and that one of half a gigabyte is not killed by twelve large pictures.

use std::io::Cursor;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

use crate::client;
use crate::contract;
use crate::world::World;

/// What the server may take, in bytes.
pub const LIMIT: u64 = 512 << 20;

/// Pictures at once.
const PICTURES: u32 = 12;

/// A control group with a limit of memory; gone when dropped.
pub struct Group(PathBuf);

impl Group {
    /// A group of `bytes`, as the system has them (cgroups(7)); an error where none may be made.
    pub fn make(bytes: u64) -> Result<Group> {
        let (root, limit) = match Path::new("/sys/fs/cgroup/memory").is_dir() {
            true => ("/sys/fs/cgroup/memory", "memory.limit_in_bytes"),
            false => ("/sys/fs/cgroup", "memory.max"),
        };
        let folder = Path::new(root).join(format!("xianfeng-bench-{}", std::process::id()));
        std::fs::create_dir(&folder).with_context(|| folder.display().to_string())?;
        let group = Group(folder);
        std::fs::write(group.0.join(limit), bytes.to_string())?;
        // where there is swap, none of it
        let _ = std::fs::write(group.0.join("memory.memsw.limit_in_bytes"), bytes.to_string());
        let _ = std::fs::write(group.0.join("memory.swap.max"), "0");
        Ok(group)
    }

    pub fn folder(&self) -> &Path {
        &self.0
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir(&self.0);
    }
}

/// A photograph of almost as many pixels as are taken.
fn large_picture() -> Result<Vec<u8>> {
    let noise = |x: u32, y: u32| Rgb([(x / 8 * 31) as u8, (y / 8 * 17) as u8, (x ^ y) as u8]);
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(RgbImage::from_fn(7_000, 4_700, noise)).write_to(&mut bytes, ImageFormat::Jpeg)?;
    Ok(bytes.into_inner())
}

/// As many members upload a large picture at once; how many got which answer. An error when the server was killed.
pub fn upload(address: SocketAddr, world: &World) -> Result<Vec<(u16, usize)>> {
    let picture = large_picture()?;
    let answers = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..PICTURES)
            .map(|n| {
                let request = contract::upload(&world.access_token(n), &picture);
                scope.spawn(move || client::once(address, &request).map(|(status, _)| status))
            })
            .collect();
        let each =
            threads.into_iter().map(|thread| thread.join().map_err(|_| anyhow::anyhow!("an upload broke off"))?);
        each.collect::<Result<Vec<u16>>>()
    })?;
    client::once(address, &client::request("GET", contract::READY, None, "")).context("it was killed")?;
    let mut counted = std::collections::BTreeMap::new();
    answers.into_iter().for_each(|status| *counted.entry(status).or_insert(0) += 1);
    Ok(counted.into_iter().collect())
}
