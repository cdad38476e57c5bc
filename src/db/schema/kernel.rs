//! Tables of the kernels.

// kernel

diesel::table! {
    changes (id) {
        id -> Binary,
        topic -> Text,
        subject -> Binary,
        at -> BigInt,
    }
}

diesel::table! {
    outbox (id) {
        id -> Binary,
        topic -> Text,
        payload -> Text,
        available_at -> BigInt,
        attempts -> Integer,
        parked_at -> Nullable<BigInt>,
        last_error -> Nullable<Text>,
        created_at -> BigInt,
        lane -> Text,
        dedup_key -> Nullable<Text>,
    }
}

diesel::table! {
    quotas (member_id, what) {
        member_id -> Binary,
        what -> Text,
        day -> Date,
        used -> BigInt,
    }
}

diesel::table! {
    imports (id) {
        id -> Binary,
        kind -> Text,
        imported_by -> Nullable<Binary>,
        created_at -> BigInt,
        taken_back_at -> Nullable<BigInt>,
        taken_back_by -> Nullable<Binary>,
    }
}

diesel::table! {
    import_lines (import_id, place) {
        import_id -> Binary,
        place -> Integer,
        subject_kind -> Text,
        subject_id -> Binary,
        former -> Nullable<Text>,
        content -> Text,
    }
}

diesel::table! {
    agenda (kind, subject) {
        kind -> Text,
        subject -> Binary,
        due_at -> BigInt,
        mark -> Binary,
        held_until -> Nullable<BigInt>,
    }
}

diesel::table! {
    setting_changes (id) {
        id -> Binary,
        key -> Text,
        former -> BigInt,
        value -> Nullable<BigInt>,
        reason -> Text,
        state -> Text,
        proposed_by -> Binary,
        proposed_at -> BigInt,
        answered_by -> Nullable<Binary>,
        answered_at -> Nullable<BigInt>,
        former_text -> Nullable<Text>,
        text -> Nullable<Text>,
    }
}

diesel::table! {
    calendars (year) {
        year -> Integer,
        source -> Text,
        days -> Text,
        entered_by -> Binary,
        entered_at -> BigInt,
    }
}

diesel::table! {
    chunk_cursors (work, subject) {
        work -> Text,
        subject -> Binary,
        after -> Text,
        moved_at -> BigInt,
    }
}

diesel::table! {
    leases (name) {
        name -> Text,
        holder -> Binary,
        held_until -> BigInt,
    }
}

diesel::table! {
    secret_checks (name) {
        name -> Text,
        key_check -> Binary,
        made_at -> BigInt,
    }
}

diesel::table! {
    pulses (name) {
        name -> Text,
        beat_at -> BigInt,
        allowed_lead -> BigInt,
    }
}

diesel::table! {
    downtimes (from_at) {
        from_at -> BigInt,
        until_at -> BigInt,
    }
}

diesel::table! {
    restores (id) {
        id -> Binary,
        backup_at -> Nullable<BigInt>,
        restored_at -> BigInt,
    }
}

diesel::table! {
    trail (id) {
        id -> Binary,
        at -> BigInt,
        actor_id -> Nullable<Binary>,
        action -> Text,
        subject_kind -> Text,
        subject_id -> Binary,
        detail -> Text,
        session_id -> Nullable<Binary>,
        address -> Nullable<Binary>,
        result -> Text,
    }
}

diesel::table! {
    trail_unsealed (line_id) {
        line_id -> Binary,
    }
}

diesel::table! {
    trail_seals (position) {
        position -> BigInt,
        line_id -> Binary,
        hash -> Binary,
        sealed_at -> BigInt,
    }
}

diesel::table! {
    idempotency_keys (member_id, key) {
        member_id -> Binary,
        key -> Text,
        request_hash -> Binary,
        response -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    attempts (id) {
        id -> Binary,
        key -> Binary,
        at -> BigInt,
    }
}

diesel::table! {
    attempt_successes (key, subject) {
        key -> Binary,
        subject -> Binary,
        at -> BigInt,
    }
}

diesel::table! {
    ledger_entries (id) {
        id -> Binary,
        member_id -> Binary,
        unit_id -> Binary,
        dimension -> Text,
        rule -> Text,
        rule_version -> Integer,
        points -> Integer,
        uncapped_points -> Integer,
        day -> Date,
        source_kind -> Text,
        source_id -> Binary,
        reason -> Text,
        approved_by -> Nullable<Binary>,
        created_at -> BigInt,
        caps_on -> Nullable<Date>,
    }
}

diesel::table! {
    ledger_days (member_id, day, dimension) {
        member_id -> Binary,
        day -> Date,
        dimension -> Text,
        points -> Integer,
        reached_at -> BigInt,
    }
}

diesel::table! {
    standings (member_id, measure) {
        member_id -> Binary,
        measure -> Text,
        version -> BigInt,
        changed -> BigInt,
        day_on -> Date,
        day_score -> BigInt,
        day_at -> BigInt,
        week_on -> Date,
        week_score -> BigInt,
        week_at -> BigInt,
        month_on -> Date,
        month_score -> BigInt,
        month_at -> BigInt,
        quarter_on -> Date,
        quarter_score -> BigInt,
        quarter_at -> BigInt,
        year_on -> Date,
        year_score -> BigInt,
        year_at -> BigInt,
        all_score -> BigInt,
        all_at -> BigInt,
        ahead_on -> Nullable<Date>,
    }
}

diesel::table! {
    frozen_rosters (digest) {
        digest -> Binary,
        units -> Text,
        members -> Binary,
    }
}

diesel::table! {
    frozen_periods (period, start) {
        period -> Text,
        start -> Date,
        roster -> Binary,
        frozen_at -> BigInt,
    }
}

diesel::table! {
    frozen_boards (period, start, measure) {
        period -> Text,
        start -> Date,
        measure -> Text,
        lines -> Binary,
    }
}

diesel::table! {
    frozen_fact_months (fact, first_on) {
        fact -> Text,
        first_on -> Date,
        frozen_at -> BigInt,
    }
}

diesel::table! {
    frozen_facts (fact, unit_id, first_on) {
        fact -> Text,
        first_on -> Date,
        unit_id -> Binary,
        amount -> BigInt,
        base -> BigInt,
    }
}

diesel::table! {
    search_entries (id) {
        id -> BigInt,
        kind -> Text,
        subject_id -> Binary,
        text -> Text,
        waiting_marks -> Nullable<Text>,
    }
}

diesel::table! {
    sheet_layouts (kind, subject_id) {
        kind -> Text,
        subject_id -> Binary,
        name -> Text,
        bytes -> Binary,
        set_by -> Binary,
        set_at -> BigInt,
    }
}

diesel::table! {
    desk_items (id) {
        id -> Binary,
        kind -> Text,
        subject_id -> Binary,
        title -> Text,
        link -> Text,
        due_by -> Date,
        urgency -> Text,
        member_id -> Nullable<Binary>,
        stay -> Nullable<Text>,
        home_id -> Nullable<Binary>,
        capability -> Nullable<Text>,
        unit_id -> Nullable<Binary>,
        lies_on -> Nullable<Binary>,
        barred -> Text,
        created_at -> BigInt,
        due_at -> Nullable<BigInt>,
        preparer_id -> Nullable<Binary>,
    }
}

diesel::table! {
    recusal_requests (subject_kind, subject_id, member_id) {
        subject_kind -> Text,
        subject_id -> Binary,
        member_id -> Binary,
        reason -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    recusals (subject_kind, subject_id, act, member_id) {
        subject_kind -> Text,
        subject_id -> Binary,
        act -> Text,
        member_id -> Binary,
        involvement -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    text_versions (thing_kind, thing_id, version) {
        thing_kind -> Text,
        thing_id -> Binary,
        version -> Integer,
        content -> Text,
        written_by -> Binary,
        written_at -> BigInt,
    }
}

diesel::table! {
    backlog (work, subject_id) {
        work -> Text,
        subject_id -> Binary,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    changes,
    outbox,
    agenda,
    setting_changes,
    chunk_cursors,
    leases,
    secret_checks,
    pulses,
    downtimes,
    restores,
    trail,
    trail_unsealed,
    trail_seals,
    idempotency_keys,
    attempts,
    attempt_successes,
    ledger_entries,
    ledger_days,
    standings,
    frozen_rosters,
    frozen_periods,
    frozen_boards,
    frozen_fact_months,
    frozen_facts,
    search_entries,
    backlog,
    recusal_requests,
    recusals,
    text_versions,
    sheet_layouts,
    desk_items
);
