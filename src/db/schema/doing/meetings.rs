//! Tables of the room `meetings`.

// meetings

diesel::table! {
    meetings (id) {
        id -> Binary,
        kind -> Text,
        unit_id -> Binary,
        held_on -> Date,
        title -> Text,
        minutes -> Text,
        created_by -> Binary,
        created_at -> BigInt,
        updated_at -> BigInt,
        begins_at -> Nullable<BigInt>,
        ends_at -> Nullable<BigInt>,
        place -> Nullable<Text>,
    }
}

diesel::table! {
    meeting_attendance (meeting_id, member_id) {
        meeting_id -> Binary,
        member_id -> Binary,
        entered_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    meeting_excuses (meeting_id, member_id) {
        meeting_id -> Binary,
        member_id -> Binary,
        reason -> Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(meetings, meeting_attendance, meeting_excuses);
