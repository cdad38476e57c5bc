//! Tables of the wing `honour`.

// points

diesel::table! {
    point_rules (rule, version) {
        rule -> Text,
        version -> Integer,
        name -> Text,
        dimension -> Text,
        points -> Integer,
        cap_day -> Nullable<Integer>,
        cap_week -> Nullable<Integer>,
        cap_month -> Nullable<Integer>,
        cap_year -> Nullable<Integer>,
        effective_on -> Date,
        created_by -> Nullable<Binary>,
        created_at -> BigInt,
        withdrawn_at -> Nullable<BigInt>,
    }
}

// appraisal

diesel::table! {
    appraisal_schemes (version) {
        version -> Integer,
        content -> Text,
        basis -> Text,
        effective_on -> Date,
        created_by -> Nullable<Binary>,
        created_at -> BigInt,
        withdrawn_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    appraisal_classes (id) {
        id -> Binary,
        member_id -> Binary,
        class -> Text,
        from_on -> Date,
        reason -> Text,
        set_by -> Binary,
        set_at -> BigInt,
    }
}

diesel::table! {
    appraisal_proposals (id) {
        id -> Binary,
        member_id -> Binary,
        unit_id -> Binary,
        rule -> Text,
        scheme_version -> Integer,
        dimension -> Text,
        points -> Integer,
        day -> Date,
        cause -> Text,
        reason -> Text,
        corrects_id -> Nullable<Binary>,
        import_id -> Nullable<Binary>,
        proposed_by -> Nullable<Binary>,
        reply_until -> Nullable<Date>,
        created_at -> BigInt,
    }
}

diesel::table! {
    appraisal_causes (member_id, cause) {
        member_id -> Binary,
        cause -> Text,
        proposal_id -> Binary,
    }
}

diesel::table! {
    appraisal_replies (proposal_id) {
        proposal_id -> Binary,
        text -> Text,
        replied_at -> BigInt,
    }
}

diesel::table! {
    appraisal_decisions (proposal_id) {
        proposal_id -> Binary,
        verdict -> Text,
        points -> Nullable<Integer>,
        reason -> Nullable<Text>,
        decided_by -> Binary,
        decided_at -> BigInt,
    }
}

diesel::table! {
    appraisal_entries (id) {
        id -> Binary,
        member_id -> Binary,
        unit_id -> Binary,
        year -> Integer,
        kind -> Text,
        dimension -> Text,
        rule -> Text,
        scheme_version -> Integer,
        wanted -> Integer,
        points -> Integer,
        cut_by -> Nullable<Text>,
        day -> Date,
        reason -> Text,
        source_kind -> Text,
        source_id -> Binary,
        proposed_by -> Nullable<Binary>,
        approved_by -> Nullable<Binary>,
        created_at -> BigInt,
    }
}

diesel::table! {
    appraisal_appeals (id) {
        id -> Binary,
        entry_id -> Binary,
        member_id -> Binary,
        unit_id -> Binary,
        text -> Text,
        due_on -> Date,
        created_at -> BigInt,
    }
}

diesel::table! {
    appraisal_appeal_decisions (appeal_id) {
        appeal_id -> Binary,
        verdict -> Text,
        reason -> Nullable<Text>,
        points -> Nullable<Integer>,
        correction_id -> Nullable<Binary>,
        replacement_id -> Nullable<Binary>,
        decided_by -> Binary,
        decided_at -> BigInt,
    }
}

diesel::table! {
    appraisal_reminders (appeal_id, occasion) {
        appeal_id -> Binary,
        occasion -> Text,
        reminded_at -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    appraisal_proposals,
    appraisal_replies,
    appraisal_decisions,
    appraisal_appeals,
    appraisal_appeal_decisions,
    appraisal_reminders,
);
