//! Ballots under accounts that others may hold: what the openings of accounts say about a vote. Nothing here knows a choice.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::base::id::{MemberId, UnitId};
use crate::base::time::Timestamp;
use crate::judging::campaigns::vote::model::{Flag, FlagKind, Roll, SharedDevice, Voter, Watch};
use crate::people::sessions::{OpenedAccount, OpeningKind};

/// Ballots of one unit that a flag will be on, and who opened their accounts.
#[derive(Default)]
struct Found {
    voters: Vec<Voter>,
    openers: BTreeSet<MemberId>,
}

/// The flags about accounts of a vote that was announced at `announced_at`, unit by unit: reset, or first opened, from then
/// on and before the ballot was cast; and opened on a device on which several were. `openings` are those until the closing,
/// oldest first.
pub fn account_flags(
    watch: &Watch,
    announced_at: Timestamp,
    roll: &Roll,
    voters: &[Voter],
    openings: &[OpenedAccount],
) -> Vec<Flag> {
    let mut of_member: HashMap<MemberId, Vec<&OpenedAccount>> = HashMap::new();
    let mut on_device: HashMap<usize, BTreeSet<MemberId>> = HashMap::new();
    for opening in openings {
        of_member.entry(opening.member).or_default().push(opening);
        on_device.entry(opening.device).or_default().insert(opening.member);
    }
    let several = |opening: &OpenedAccount| on_device[&opening.device].len() >= usize::from(watch.accounts);
    let mut found: BTreeMap<(FlagKind, UnitId, Option<usize>), Found> = BTreeMap::new();
    for voter in voters {
        let (Some(line), Some(all)) = (roll.find(voter.member_id), of_member.get(&voter.member_id)) else { continue };
        let before: Vec<&OpenedAccount> = all.iter().copied().filter(|one| one.opened_at <= voter.cast_at).collect();
        let mut flag = |kind, opening: &OpenedAccount, device| {
            let found = found.entry((kind, line.unit, device)).or_default();
            found.openers.extend(opening.issued_by.into_iter().chain(opening.approved_by));
            if found.voters.last() != Some(voter) {
                found.voters.push(*voter);
            }
        };
        if let Some(last) = before.iter().rev().find(|one| one.opened_at >= announced_at) {
            let kind = match last.kind {
                OpeningKind::First => FlagKind::NewAccount,
                OpeningKind::Reset => FlagKind::ResetAccount,
            };
            flag(kind, last, None);
        }
        let shared = before.iter().filter(|one| several(one));
        shared.for_each(|one| flag(FlagKind::SharedDevice, one, Some(one.device)));
    }
    let made = found.into_iter().map(|((kind, unit, device), Found { mut voters, openers })| {
        voters.sort_unstable_by_key(|voter| (voter.cast_at, voter.member_id, voter.period));
        let device = device.map(|device| SharedDevice { number: device + 1, accounts: on_device[&device].len() });
        Flag { device, openers: openers.into_iter().collect(), ..Flag::new(kind, unit, 0, &voters) }
    });
    made.collect()
}

#[cfg(test)]
mod tests {
    use chrono::NaiveTime;
    use uuid::Uuid;

    use super::*;
    use crate::judging::campaigns::vote::model::RollLine;

    fn member(n: u128) -> MemberId {
        Uuid::from_u128(n).into()
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(0).plus_seconds(seconds)
    }

    /// Announced at 100. Members 1 to 5 of unit 1, and 6 to 9 of unit 2.
    fn found(voters: &[(u128, i64)], openings: &[(u128, OpeningKind, i64, usize)]) -> Vec<(FlagKind, u128, Vec<u128>)> {
        let watch = Watch {
            minutes: 1,
            ballots: 10,
            times: 5,
            night_from: NaiveTime::MIN,
            night_until: NaiveTime::MIN,
            accounts: 3,
            delay_hours: 24,
        };
        let unit = |n: u128| UnitId::from(Uuid::from_u128(if n < 6 { 1 } else { 2 }));
        let roll = Roll::new((1..10).map(|n| RollLine { member: member(n), unit: unit(n), branch: unit(n) }).collect());
        let voter = |(n, cast): &(u128, i64)| Voter { member_id: member(*n), period: 0, cast_at: at(*cast) };
        let opening = |(n, kind, opened, device): &(u128, OpeningKind, i64, usize)| OpenedAccount {
            member: member(*n),
            kind: *kind,
            issued_by: Some(member(90)),
            approved_by: None,
            opened_at: at(*opened),
            device: *device,
        };
        let voters: Vec<Voter> = voters.iter().map(voter).collect();
        let openings: Vec<OpenedAccount> = openings.iter().map(opening).collect();
        let flags = account_flags(&watch, at(100), &roll, &voters, &openings);
        assert!(flags.iter().all(|flag| flag.concerns(member(90))));
        let number = |id: MemberId| id.uuid().as_u128();
        let line = |flag: Flag| {
            let whose = flag.voters.iter().map(|voter| number(voter.member_id)).collect();
            (flag.kind, flag.unit.uuid().as_u128(), whose)
        };
        flags.into_iter().map(line).collect()
    }

    #[test]
    fn an_account_is_new_or_reset_between_announcement_and_ballot() {
        use OpeningKind::{First, Reset};
        let voters = [(1, 200), (2, 200), (3, 200), (4, 200), (6, 200)];
        let openings =
            [(1, First, 99, 0), (2, First, 150, 1), (3, Reset, 150, 2), (4, Reset, 201, 3), (5, First, 150, 4)];
        let kinds = found(&voters, &openings);
        assert_eq!(kinds, [(FlagKind::ResetAccount, 1, vec![3]), (FlagKind::NewAccount, 1, vec![2])]);
    }

    #[test]
    fn several_accounts_of_one_device_stand_out_whenever_they_were_opened() {
        use OpeningKind::First;
        let device = |n: u128, device: usize| (n, First, 10, device);
        let voters = [(1, 200), (2, 200), (6, 200)];
        let two = [device(1, 0), device(2, 0), device(6, 2)];
        assert_eq!(found(&voters, &two), []);
        // the third need not have voted, and may be at home elsewhere
        let three = [device(1, 0), device(6, 0), device(7, 0), device(2, 3)];
        let kinds = found(&voters, &three);
        assert_eq!(kinds, [(FlagKind::SharedDevice, 1, vec![1]), (FlagKind::SharedDevice, 2, vec![6])]);
    }
}
