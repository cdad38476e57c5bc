//! Tables of the room `obligations`.

// obligations

diesel::table! {
    obligation_rules (id) {
        id -> Binary,
        code -> Text,
        unit_id -> Binary,
        title -> Text,
        basis -> Text,
        standard -> Text,
        audience -> Text,
        cycle -> Text,
        windows -> Text,
        fact -> Nullable<Text>,
        minutes -> Integer,
        from_on -> Date,
        until_on -> Date,
        created_by -> Binary,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    obligation_switches (id) {
        id -> Binary,
        code -> Text,
        used -> Bool,
        from_on -> Date,
        reason -> Text,
        set_by -> Binary,
        set_at -> BigInt,
    }
}

diesel::table! {
    obligation_entries (id) {
        id -> Binary,
        unit_id -> Binary,
        code -> Text,
        done_on -> Date,
        note -> Text,
        entered_by -> Binary,
        entered_at -> BigInt,
        withdrawn_by -> Nullable<Binary>,
        withdrawn_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    obligation_events (id) {
        id -> Binary,
        unit_id -> Binary,
        code -> Text,
        happens_on -> Date,
        title -> Text,
        entered_by -> Binary,
        entered_at -> BigInt,
        withdrawn_by -> Nullable<Binary>,
        withdrawn_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    obligation_exemptions (id) {
        id -> Binary,
        unit_id -> Binary,
        code -> Text,
        window_on -> Date,
        reason -> Text,
        state -> Text,
        proposed_by -> Binary,
        proposed_at -> BigInt,
        answered_by -> Nullable<Binary>,
        answered_at -> Nullable<BigInt>,
        answer -> Nullable<Text>,
    }
}

diesel::table! {
    obligation_reminders (unit_id, day) {
        unit_id -> Binary,
        day -> Date,
    }
}
