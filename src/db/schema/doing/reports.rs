//! Tables of the room `reports`.

// reports

diesel::table! {
    report_forms (id) {
        id -> Binary,
        unit_id -> Binary,
        title -> Text,
        basis -> Text,
        reader -> Text,
        owner_id -> Binary,
        unit_kind -> Text,
        cycle -> Text,
        opens_day -> Integer,
        due_after -> Integer,
        allows_no_change -> Bool,
        preset -> Nullable<Text>,
        state -> Text,
        over_limit -> Bool,
        version -> Integer,
        starts_on -> Date,
        ends_on -> Date,
        next_on -> Date,
        created_by -> Binary,
        created_at -> BigInt,
        answered_by -> Nullable<Binary>,
        answered_at -> Nullable<BigInt>,
        answer -> Nullable<Text>,
        opens_task -> Bool,
    }
}

diesel::table! {
    report_form_versions (form_id, version) {
        form_id -> Binary,
        version -> Integer,
        fields -> Text,
        written_by -> Binary,
        written_at -> BigInt,
    }
}

diesel::table! {
    report_periods (id) {
        id -> Binary,
        form_id -> Binary,
        version -> Integer,
        first_on -> Date,
        last_on -> Date,
        due_on -> Date,
        opened_at -> BigInt,
        names_by -> Nullable<Binary>,
    }
}

diesel::table! {
    reports (id) {
        id -> Binary,
        period_id -> Binary,
        form_id -> Binary,
        unit_id -> Binary,
        version -> Integer,
        state -> Text,
        draft -> Text,
        revision -> Binary,
        edited_by -> Nullable<Binary>,
        edited_at -> Nullable<BigInt>,
        submitted -> Nullable<Text>,
        submitted_by -> Nullable<Binary>,
        submitted_at -> Nullable<BigInt>,
        first_submitted_at -> Nullable<BigInt>,
        no_change -> Bool,
        due_on -> Date,
        first_due_on -> Date,
        reviewed_by -> Nullable<Binary>,
        reviewed_at -> Nullable<BigInt>,
        return_reason -> Nullable<Text>,
        created_at -> BigInt,
    }
}

diesel::table! {
    report_requests (id) {
        id -> Binary,
        report_id -> Binary,
        kind -> Text,
        until_on -> Nullable<Date>,
        reason -> Text,
        proposed_by -> Binary,
        proposed_at -> BigInt,
        state -> Text,
        expires_at -> BigInt,
        answered_by -> Nullable<Binary>,
        answered_at -> Nullable<BigInt>,
        answer -> Nullable<Text>,
    }
}

diesel::table! {
    report_corrections (id) {
        id -> Binary,
        report_id -> Binary,
        field -> Text,
        shown -> Text,
        note -> Text,
        noted_by -> Binary,
        noted_at -> BigInt,
        answer -> Nullable<Text>,
        answered_by -> Nullable<Binary>,
        answered_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    report_reminders (report_id, occasion) {
        report_id -> Binary,
        occasion -> Text,
        reminded_at -> BigInt,
    }
}

diesel::joinable!(reports -> report_periods (period_id));
diesel::joinable!(reports -> report_forms (form_id));
diesel::allow_tables_to_appear_in_same_query!(report_forms, report_periods, reports, report_reminders);
