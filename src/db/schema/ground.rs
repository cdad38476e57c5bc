//! Tables of the wing `ground`.

// notices

diesel::table! {
    notices (id) {
        id -> Binary,
        member_id -> Nullable<Binary>,
        unit_id -> Nullable<Binary>,
        kind -> Text,
        title -> Text,
        body -> Text,
        link -> Nullable<Text>,
        created_at -> BigInt,
        lasting -> Bool,
        count -> Integer,
        superseded -> Bool,
    }
}

diesel::table! {
    notice_reads (member_id, notice_id) {
        member_id -> Binary,
        notice_id -> Binary,
        read_at -> BigInt,
    }
}

diesel::table! {
    inbox_moves (member_id, unit_id, at_id) {
        member_id -> Binary,
        unit_id -> Binary,
        at_id -> Binary,
        joined -> Bool,
    }
}

diesel::allow_tables_to_appear_in_same_query!(notices, notice_reads);

// files

diesel::table! {
    files (id) {
        id -> Binary,
        owner_id -> Binary,
        name -> Text,
        kind -> Text,
        size -> Integer,
        sha256 -> Binary,
        stored_as -> Text,
        has_thumbnail -> Bool,
        created_at -> BigInt,
        attached_to_kind -> Nullable<Text>,
        attached_to_id -> Nullable<Binary>,
        deleted_at -> Nullable<BigInt>,
    }
}

// documents

diesel::table! {
    document_numbers (prefix, year, number) {
        prefix -> Text,
        year -> Integer,
        number -> Integer,
        document_kind -> Text,
        document_id -> Binary,
    }
}

// bulletins

diesel::table! {
    bulletins (about_kind, about_id) {
        about_kind -> Text,
        about_id -> Binary,
        version -> Integer,
        state -> Text,
        content -> Text,
        sheet -> Nullable<Text>,
        edited_by -> Binary,
        edited_at -> BigInt,
        reviewed_by -> Nullable<Binary>,
        reviewed_at -> Nullable<BigInt>,
        issued_by -> Nullable<Binary>,
        issued_at -> Nullable<BigInt>,
    }
}
