//! A member's dates as iCalendar (RFC 5545), as the calendars of phones and computers read them. Pure.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use icalendar::{Calendar, Component, Event, EventLike};

use super::model::Fed;
use crate::base::dates::{DateKind, Dated, When};
use crate::base::time::{Day, Timestamp};

/// What a calendar is called in the list of a phone.
const NAME: &str = "先锋日程";
/// How often a calendar should ask again.
const EVERY: &str = "PT1H";

/// The feed, of an app that is found at `address`.
pub(super) fn written(fed: &Fed, address: &str) -> String {
    let mut calendar = Calendar::empty();
    calendar
        .append_property(("VERSION", "2.0"))
        .append_property(("PRODID", "-//Xianfeng//Xianfeng//ZH"))
        .append_property(("CALSCALE", "GREGORIAN"))
        .append_property(("METHOD", "PUBLISH"))
        .append_property(("X-PUBLISHED-TTL", EVERY));
    calendar.name(NAME);
    let dates = &fed.told.dates;
    let events = if fed.feed.is_detailed { detailed(dates, address) } else { general(dates) };
    // the same all day long, so that a calendar sees what has changed
    let stamp = instant(fed.days.from.start());
    for mut event in events {
        calendar.push(event.timestamp(stamp).done());
    }
    calendar.to_string()
}

/// Each by its name.
fn detailed(dates: &[Dated], address: &str) -> Vec<Event> {
    let event = |dated: &Dated| {
        let mut event = at(dated.when);
        event.uid(&uid(&dated.key)).summary(&dated.title);
        if let Some(place) = &dated.place {
            event.location(place);
        }
        if let Some(link) = &dated.link {
            event.url(&format!("{address}/m/#{link}"));
        }
        event
    };
    dates.iter().map(event).collect()
}

/// Each by what it is, and what takes a whole day as one number for each day. Days that are nobody's secret keep their
/// names.
fn general(dates: &[Dated]) -> Vec<Event> {
    let mut events = Vec::new();
    let mut counts: BTreeMap<(Day, DateKind), usize> = BTreeMap::new();
    for dated in dates {
        match dated.when {
            When::On(day) if dated.kind != DateKind::FixedDay => *counts.entry((day, dated.kind)).or_default() += 1,
            when => {
                let title = if dated.kind == DateKind::FixedDay { dated.title.as_str() } else { dated.kind.title() };
                let mut event = at(when);
                event.uid(&uid(&dated.key)).summary(title);
                events.push(event);
            }
        }
    }
    for ((day, kind), count) in counts {
        let mut event = at(When::On(day));
        event.uid(&uid(&format!("{kind}-{day}"))).summary(&format!("{count} 项{}", kind.title()));
        events.push(event);
    }
    events
}

fn uid(key: &str) -> String {
    format!("{key}@xianfeng")
}

fn at(when: When) -> Event {
    let mut event = Event::new();
    match when {
        // the end of a day is the next one
        When::On(day) => event.starts(day.date()).ends(day.next().date()),
        When::At(from, None) => event.starts(instant(from)),
        When::At(from, Some(until)) => event.starts(instant(from)).ends(instant(until)),
    };
    event
}

fn instant(at: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(at.micros()).unwrap_or_default()
}
