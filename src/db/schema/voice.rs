//! Tables of the wing `voice`.

// feedback

diesel::table! {
    feedback (id) {
        id -> Binary,
        member_id -> Binary,
        unit_id -> Binary,
        text -> Text,
        page -> Nullable<Text>,
        due_on -> Date,
        created_at -> BigInt,
    }
}

diesel::table! {
    feedback_answers (feedback_id) {
        feedback_id -> Binary,
        member_id -> Binary,
        text -> Text,
        answered_at -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(feedback, feedback_answers);
