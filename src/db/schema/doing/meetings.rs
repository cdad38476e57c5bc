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
        form -> Nullable<Text>,
        series -> Nullable<Text>,
        host_id -> Nullable<Binary>,
        keeper_id -> Nullable<Binary>,
        guest_count -> Integer,
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

diesel::table! {
    meeting_agenda (meeting_id, place) {
        meeting_id -> Binary,
        place -> Integer,
        title -> Text,
        linked_kind -> Nullable<Text>,
        linked_id -> Nullable<Binary>,
    }
}

diesel::table! {
    meeting_decisions (meeting_id, place) {
        meeting_id -> Binary,
        place -> Integer,
        body -> Text,
        in_favour -> Nullable<Integer>,
        against -> Nullable<Integer>,
        abstained -> Nullable<Integer>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(meetings, meeting_attendance, meeting_excuses);
