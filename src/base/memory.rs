//! How much memory the program may take: what the machine has, or less where a container or a service manager says so.

use std::path::{Path, PathBuf};

/// In bytes; `None` where the system does not tell.
pub fn limit() -> Option<u64> {
    let read = |path: &Path| std::fs::read_to_string(path).ok();
    let machine = read(Path::new("/proc/meminfo")).and_then(|text| total(&text));
    let groups = read(Path::new("/proc/self/cgroup")).unwrap_or_default();
    let groups = limits(&groups).into_iter().filter_map(|file| read(&file)?.trim().parse().ok());
    groups.chain(machine).min()
}

/// What the machine has, by /proc/meminfo.
fn total(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    Some(line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()? * 1024)
}

/// The files that may hold a limit, by /proc/self/cgroup (cgroups(7)): of the process's own group and of those above it,
/// as each bounds what is below. Within a container the upper ones are all that is to be seen.
fn limits(groups: &str) -> Vec<PathBuf> {
    let place = |line: &str| {
        let mut parts = line.splitn(3, ':').skip(1);
        let (kinds, group) = (parts.next()?, parts.next()?);
        match kinds {
            "" => Some(("/sys/fs/cgroup", "memory.max", group.to_owned())),
            kinds if kinds.split(',').any(|kind| kind == "memory") => {
                Some(("/sys/fs/cgroup/memory", "memory.limit_in_bytes", group.to_owned()))
            }
            _ => None,
        }
    };
    let of = |(root, file, group): (&str, &str, String)| -> Vec<PathBuf> {
        let above = Path::new(group.trim_start_matches('/')).ancestors();
        above.map(|group| Path::new(root).join(group).join(file)).collect()
    };
    groups.lines().filter_map(place).flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_bounded_by_itself_and_by_those_above_it() {
        let names = |groups: &str| -> Vec<String> {
            limits(groups).iter().map(|file| file.to_string_lossy().into_owned()).collect()
        };
        assert_eq!(names("0::/\n"), ["/sys/fs/cgroup/memory.max"]);
        assert_eq!(
            names("9:name=systemd:/\n4:cpu,memory:/docker/12\n"),
            [
                "/sys/fs/cgroup/memory/docker/12/memory.limit_in_bytes",
                "/sys/fs/cgroup/memory/docker/memory.limit_in_bytes",
                "/sys/fs/cgroup/memory/memory.limit_in_bytes",
            ]
        );
        assert_eq!(total("MemTotal:       24683612 kB\nMemFree: 1 kB\n"), Some(24_683_612 * 1024));
        assert!(cfg!(not(target_os = "linux")) || limit().is_some_and(|bytes| bytes > 1 << 20));
    }
}
