//! Tables of the wing `oversight`.

// personal

diesel::table! {
    anonymisations (id) {
        id -> Binary,
        member_id -> Binary,
        unit_id -> Binary,
        proposed_by -> Nullable<Binary>,
        proposed_at -> BigInt,
        expires_at -> BigInt,
        state -> Text,
        answered_by -> Nullable<Binary>,
        answered_at -> Nullable<BigInt>,
        reason -> Nullable<Text>,
        done_at -> Nullable<BigInt>,
    }
}
