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

// honours

diesel::table! {
    honour_holders (id) {
        id -> Binary,
        kind -> Text,
        unit_id -> Binary,
        name -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    honour_awards (id) {
        id -> Binary,
        holder_kind -> Text,
        member_id -> Nullable<Binary>,
        unit_id -> Binary,
        holder_id -> Nullable<Binary>,
        kind -> Text,
        title -> Text,
        level -> Text,
        year -> Integer,
        awarded_on -> Date,
        document -> Text,
        issuer -> Text,
        source_kind -> Text,
        source_id -> Binary,
        cause -> Text,
        code -> Text,
        entered_by -> Nullable<Binary>,
        created_at -> BigInt,
    }
}

diesel::table! {
    honour_withdrawals (award_id) {
        award_id -> Binary,
        document -> Text,
        withdrawn_by -> Binary,
        withdrawn_at -> BigInt,
    }
}

diesel::table! {
    honour_bars (id) {
        id -> Binary,
        member_id -> Nullable<Binary>,
        unit_id -> Binary,
        year -> Integer,
        document -> Text,
        barred_by -> Binary,
        barred_at -> BigInt,
    }
}

diesel::table! {
    star_schemes (version) {
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
    honour_falls (id) {
        id -> Binary,
        holder_id -> Binary,
        fall -> Text,
        day -> Date,
        document -> Text,
        entered_by -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    grade_cases (id) {
        id -> Binary,
        unit_id -> Binary,
        year -> Integer,
        wanted -> Text,
        state -> Text,
        due_on -> Nullable<Date>,
        created_by -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    grade_steps (id) {
        id -> Binary,
        case_id -> Binary,
        step -> Text,
        score -> Nullable<Integer>,
        note -> Nullable<Text>,
        due_on -> Nullable<Date>,
        taken_by -> Binary,
        taken_at -> BigInt,
    }
}

diesel::table! {
    unit_grades (id) {
        id -> Binary,
        unit_id -> Binary,
        grade -> Nullable<Text>,
        how -> Text,
        score -> Nullable<Integer>,
        from_on -> Date,
        case_id -> Nullable<Binary>,
        document -> Text,
        set_by -> Binary,
        set_at -> BigInt,
    }
}

diesel::table! {
    title_rounds (id) {
        id -> Binary,
        unit_id -> Binary,
        year -> Integer,
        terms -> Text,
        title -> Text,
        document -> Text,
        created_by -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    title_nominations (id) {
        id -> Binary,
        round_id -> Binary,
        member_id -> Nullable<Binary>,
        unit_id -> Binary,
        at_unit_id -> Binary,
        state -> Text,
        deeds -> Text,
        meeting -> Text,
        shown_until -> Nullable<Date>,
        nominated_by -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    title_steps (id) {
        id -> Binary,
        nomination_id -> Binary,
        step -> Text,
        unit_id -> Binary,
        office -> Nullable<Text>,
        note -> Nullable<Text>,
        taken_by -> Binary,
        taken_at -> BigInt,
    }
}

diesel::table! {
    insignia (id) {
        id -> Binary,
        unit_id -> Binary,
        name -> Text,
        created_by -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    insignia_holdings (id) {
        id -> Binary,
        insignia_id -> Binary,
        holder_kind -> Text,
        member_id -> Nullable<Binary>,
        unit_id -> Binary,
        holder_id -> Nullable<Binary>,
        document -> Text,
        from_at -> BigInt,
        to_at -> Nullable<BigInt>,
        given_by -> Binary,
        taken_by -> Nullable<Binary>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(honour_awards, honour_withdrawals, honour_holders);
