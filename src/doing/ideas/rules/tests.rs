use uuid::Uuid;

use super::attachments::WRITABLE;
use super::steps::barred;
use super::*;
use crate::base::id::UnitId;
use crate::base::own_case::{Involved, Involvement};
use crate::base::time::Timestamp;
use crate::doing::ideas::model::{Circle, IdeaStep, MergedIdea, Verb};
use crate::doing::meetings::{Meeting, MeetingId, MeetingKind};

const WROTE: Involved = Involved::NOT.and(Involvement::Author);
const AUTHOR: Hand =
    Hand { author: true, writer: true, implementer: false, involved: WROTE, collects: false, decides: false };
const LEADER: Hand =
    Hand { author: false, writer: false, implementer: false, involved: Involved::NOT, collects: true, decides: false };
const SECRETARY: Hand = Hand { decides: true, ..LEADER };
const NOBODY: Hand = Hand { collects: false, ..LEADER };

#[test]
fn every_verb_is_refused_outside_its_stages_and_hands() {
    for state in IdeaState::EACH {
        for verb in Verb::EACH {
            let here = FLOW.step(*state, *verb).is_some();
            for hand in [AUTHOR, LEADER, SECRETARY, NOBODY] {
                let outcome = find_step(*state, *verb, &hand);
                assert!(here || outcome.is_err(), "{state} {verb} {hand:?}");
                let later = FLOW.of_verb(*verb).any(|step| barred(step, &hand).is_none());
                let wrong_state = matches!(outcome, Err(Refusal::WrongState { .. }));
                assert_eq!(wrong_state, !here && later, "{state} {verb} {hand:?}");
            }
            assert!(find_step(*state, *verb, &NOBODY).is_err());
        }
    }
}

#[test]
fn nobody_handles_an_idea_of_his_own() {
    let own = Hand { involved: WROTE, author: true, ..SECRETARY };
    assert_eq!(find_step(IdeaState::Submitted, Verb::Collect, &own), Err(Refusal::OwnIdea));
    assert_eq!(find_step(IdeaState::Collected, Verb::Adopt, &own), Err(Refusal::OwnIdea));
    let carries_out = Involved::NOT.and(Involvement::Implementer);
    let implementer = Hand { implementer: true, involved: carries_out, ..SECRETARY };
    assert_eq!(find_step(IdeaState::Delivered, Verb::Accept, &implementer), Err(Refusal::OwnIdea));
    assert!(find_step(IdeaState::Delivered, Verb::Accept, &SECRETARY).is_ok());
    assert_eq!(find_step(IdeaState::Delivered, Verb::Return, &LEADER), Err(Refusal::OutOfReach));
    assert!(find_step(IdeaState::Collected, Verb::Return, &LEADER).is_ok());
    let alone = Circle::default();
    assert_eq!(possible(&standing(IdeaState::Submitted), &AUTHOR, &alone), [Verb::Withdraw]);
    assert_eq!(possible(&standing(IdeaState::Accepted), &SECRETARY, &alone), [Verb::RecordOutcome, Verb::Close]);
}

/// An idea that stands there.
fn standing(state: IdeaState) -> Idea {
    let now = Timestamp::from_micros(0);
    Idea {
        id: Uuid::nil().into(),
        author_id: Uuid::nil().into(),
        unit_id: Uuid::nil().into(),
        branch_id: Uuid::nil().into(),
        category: String::new(),
        title: String::new(),
        problem: String::new(),
        proposal: String::new(),
        benefit: String::new(),
        state,
        submitted_at: Some(now),
        implementer_id: None,
        due_on: None,
        merged_into: None,
        reminded_on: None,
        created_at: now,
        updated_at: now,
    }
}

#[test]
fn what_is_over_takes_nothing_in_and_what_took_something_in_stays_in_sight() {
    let (idea, under_way) =
        (standing(IdeaState::Submitted), |state| Idea { id: Uuid::from_u128(2).into(), ..standing(state) });
    use IdeaState::*;
    for state in IdeaState::EACH {
        let taken = check_merge(&idea, &under_way(*state)).is_ok();
        let open =
            matches!(state, Submitted | Collected | Adopted | Pilot | Assigned | Implementing | Delivered | Accepted);
        assert_eq!(taken, open, "{state}");
    }
    assert_eq!(check_merge(&idea, &idea), Err(Refusal::BadMerge));
    let other = MergedIdea {
        id: Uuid::from_u128(3).into(),
        title: String::new(),
        author_id: Uuid::nil().into(),
        unit_id: Uuid::nil().into(),
        branch_id: Uuid::nil().into(),
        people: Vec::new(),
    };
    let keeps = Circle { merged: vec![other], ..Circle::default() };
    let kept: Vec<_> = FLOW.steps.iter().filter(|step| check_keeping(step, &keeps).is_err()).collect();
    assert!(kept.iter().all(|step| matches!(step.verb, Verb::Withdraw | Verb::Return)), "{kept:?}");
    assert_eq!(kept.len(), 4, "taken back from three states, sent back to its author from one");
    assert!(FLOW.steps.iter().all(|step| check_keeping(step, &Circle::default()).is_ok()));
}

#[test]
fn a_meeting_must_be_the_right_one_and_over() {
    let now: Timestamp = "2026-07-01T08:00:00+08:00".parse().unwrap();
    let unit = |n| UnitId::from(Uuid::from_u128(n));
    let meeting = |kind, n, day: &str| Meeting {
        id: MeetingId::from(Uuid::nil()),
        kind,
        unit_id: unit(n),
        held_on: day.parse().unwrap(),
        title: String::new(),
        minutes: String::new(),
        created_by: MemberId::from(Uuid::nil()),
        created_at: now,
        updated_at: now,
        begins_at: None,
        ends_at: None,
        place: None,
        form: None,
        series: None,
        host_id: None,
        keeper_id: None,
        guest_count: 0,
    };
    let path = [unit(3), unit(2), unit(1)];
    let check = |verb, kind, n, day| check_meeting(verb, &meeting(kind, n, day), &path, true, (None, now.day()));
    use MeetingKind::*;
    assert_eq!(check(Verb::Collect, Group, 3, "2026-07-01"), Ok(()));
    assert_eq!(check(Verb::Collect, Group, 4, "2026-07-01"), Err(Refusal::WrongMeeting));
    assert_eq!(check(Verb::Collect, Lecture, 3, "2026-07-01"), Err(Refusal::WrongMeeting));
    assert_eq!(check(Verb::Collect, Group, 3, "2026-07-02"), Err(Refusal::MeetingNotHeld));
    assert_eq!(check(Verb::Adopt, BranchCommittee, 2, "2026-06-30"), Ok(()));
    assert_eq!(check(Verb::Adopt, PartyCommittee, 1, "2026-06-30"), Ok(()));
    assert_eq!(check(Verb::Decline, Group, 3, "2026-06-30"), Err(Refusal::WrongMeeting));
    assert_eq!(check(Verb::Decline, Branch, 2, "2026-06-30"), Err(Refusal::WrongMeeting));
    let small = |verb, kind, n| check_meeting(verb, &meeting(kind, n, "2026-06-30"), &path, false, (None, now.day()));
    assert_eq!(small(Verb::Adopt, Branch, 2), Ok(()));
    assert_eq!(small(Verb::Adopt, Group, 3), Err(Refusal::WrongMeeting));
    let since = |day: &str| {
        let times = (Some(day.parse().unwrap()), now.day());
        check_meeting(Verb::Adopt, &meeting(BranchCommittee, 2, "2026-06-30"), &path, true, times)
    };
    assert_eq!(since("2026-06-30"), Ok(()));
    assert_eq!(since("2026-07-01"), Err(Refusal::MeetingTooEarly { verb: Verb::Adopt }));
    let [author, other] = [1, 2].map(|n| MemberId::from(Uuid::from_u128(n)));
    let present = |verb, members: &[MemberId]| check_present(verb, other, members, |member| member == author);
    assert_eq!(present(Verb::Collect, &[]), Err(Refusal::NobodyMet));
    assert_eq!(present(Verb::Collect, &[author]), Err(Refusal::NobodyMet));
    let third = MemberId::from(Uuid::from_u128(3));
    assert_eq!(present(Verb::Collect, &[third]), Ok(()));
    assert_eq!(present(Verb::Adopt, &[third, author]), Err(Refusal::NotAtMeeting));
    assert_eq!(present(Verb::Adopt, &[other]), Ok(()));
    assert_eq!(check_due("2026-06-30".parse().unwrap(), now.day()), Err(Refusal::BadDueDay));
    assert_eq!(check_due(now.day(), now.day()), Ok(()));
}

#[test]
fn an_outcome_names_money_only_when_it_is_about_money() {
    let outcome = |kind, amount_fen| check_outcome(&NewOutcome { kind, title: "成果".into(), amount_fen });
    assert_eq!(outcome(OutcomeKind::Patent, None), Ok(()));
    assert_eq!(outcome(OutcomeKind::Savings, Some(80_000_000)), Ok(()));
    for (kind, amount) in [
        (OutcomeKind::Patent, Some(1)),
        (OutcomeKind::Savings, None),
        (OutcomeKind::Savings, Some(0)),
        (OutcomeKind::Savings, Some(AMOUNT_LIMIT_FEN + 1)),
    ] {
        assert_eq!(outcome(kind, amount), Err(Refusal::BadAmount), "{kind} {amount:?}");
    }
}

#[test]
fn a_request_that_comes_again_acts_once() {
    let at = |text: &str| -> Timestamp { text.parse().unwrap() };
    let (day, next) = ("2026-07-01T09:00:00+08:00", "2026-07-02T09:00:00+08:00");
    let member = |n| MemberId::from(Uuid::from_u128(n));
    let step = |n, actor, hash: &[u8], when| IdeaStep {
        id: Uuid::from_u128(n).into(),
        idea_id: Uuid::nil().into(),
        at: at(when),
        unit_id: Uuid::nil().into(),
        actor_id: member(actor),
        verb: Verb::Report,
        from_state: IdeaState::Assigned,
        to_state: IdeaState::Implementing,
        note: None,
        meeting_id: None,
        member_id: None,
        due_on: None,
        request_hash: hash.to_vec(),
        in_force: true,
    };
    let once = [step(1, 1, b"a", day)];
    let since = [step(1, 1, b"a", day), step(2, 2, b"b", day)];
    use Repetition::*;
    for (steps, verb, actor, today, is_possible, has_key, expected) in [
        (&once[..], Verb::Collect, 2, day, true, false, New),
        (&once, Verb::Collect, 1, day, true, false, Same),
        (&once, Verb::Collect, 1, next, true, false, Same),
        (&once, Verb::Collect, 1, day, true, true, New),
        (&since, Verb::Collect, 1, day, false, false, Same),
        (&since, Verb::Collect, 1, next, false, true, Same),
        // the state came back
        (&since, Verb::Collect, 1, day, true, false, Unclear),
        (&since, Verb::Collect, 1, next, true, false, Unclear),
        (&since, Verb::Collect, 1, day, true, true, New),
        (&once, Verb::Report, 1, day, true, false, Same),
        (&once, Verb::Report, 1, next, true, false, New),
        (&since, Verb::Report, 1, day, true, false, Unclear),
        (&since, Verb::Report, 1, next, true, false, New),
    ] {
        let found = repetition(steps, (member(actor), verb, b"a"), at(today).day(), is_possible, has_key);
        assert_eq!(found, expected, "{verb} by {actor} on {today}, possible {is_possible}, key {has_key}");
    }
}

#[test]
fn files_are_attached_while_the_text_or_the_work_is_ones_own() {
    let carries_out = Involved::NOT.and(Involvement::Implementer);
    let implementer = Hand { implementer: true, involved: carries_out, ..NOBODY };
    for state in IdeaState::EACH {
        let writable = WRITABLE.contains(state);
        assert_eq!(check_attaching(*state, &AUTHOR).is_ok(), writable, "{state}");
        assert_eq!(check_attaching(*state, &SECRETARY), Err(Refusal::NotAuthor));
        assert_eq!(check_evidence(*state, &implementer).is_ok(), *state == IdeaState::Implementing, "{state}");
        assert_eq!(check_evidence(*state, &AUTHOR), Err(Refusal::NotImplementer));
    }
}

#[test]
fn co_authors_are_others_and_named_once() {
    let member = |n| MemberId::from(Uuid::from_u128(n));
    let check = |co_authors: &[MemberId]| check_co_authors(member(1), co_authors, |m| m != member(9));
    assert_eq!(check(&[member(2), member(3)]), Ok(()));
    for bad in [&[member(1)][..], &[member(9)]] {
        assert_eq!(check(bad), Err(Refusal::BadCoAuthor { index: 0 }));
    }
    assert_eq!(check(&[member(2), member(2)]), Err(Refusal::BadCoAuthor { index: 1 }));
    let many: Vec<_> = (10..21).map(member).collect();
    assert_eq!(check(&many), Err(Refusal::BadCoAuthor { index: 10 }));
}

#[test]
fn reminders_come_three_days_before_on_the_day_one_day_after_then_weekly_and_never_on_a_rest_day() {
    let day = |text: &str| text.parse::<crate::base::time::Day>().unwrap();
    let due_on = day("2026-07-08"); // a Wednesday
    let (mut told, mut last) = (Vec::new(), None);
    for today in (0..30).map(|days| day("2026-07-01").plus_days(days)) {
        if is_to_remind(due_on, last, today, today.is_weekend()) {
            told.push(today.to_string());
            last = Some(today);
        }
    }
    // the fifth is a Sunday; the ninth and every Thursday after it
    assert_eq!(told, ["2026-07-06", "2026-07-08", "2026-07-09", "2026-07-16", "2026-07-23", "2026-07-30"]);
    // what nobody could say for weeks is said once
    assert!(is_to_remind(due_on, Some(day("2026-07-06")), day("2026-07-20"), false));
    assert!(!is_to_remind(due_on, Some(day("2026-07-20")), day("2026-07-22"), false));
}
