//! Tables of the wing `people`.

// dates

diesel::table! {
    calendar_feeds (member_id) {
        member_id -> Binary,
        id -> Binary,
        is_detailed -> Bool,
        created_at -> BigInt,
    }
}

// desk

diesel::table! {
    desk_assignments (item_id) {
        item_id -> Binary,
        member_id -> Binary,
        assigned_by -> Binary,
        note -> Nullable<Text>,
        assigned_at -> BigInt,
        prepared -> Nullable<Text>,
        prepared_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    desk_hand_overs (id) {
        id -> Binary,
        role_id -> Binary,
        member_id -> Binary,
        role -> Text,
        unit_id -> Binary,
        ended_on -> Date,
        items -> Integer,
        at -> BigInt,
    }
}

diesel::table! {
    desk_hand_over_items (id) {
        id -> Binary,
        hand_over_id -> Binary,
        number -> Integer,
        kind -> Text,
        title -> Text,
        link -> Text,
        due_on -> Nullable<Date>,
        waits_since -> BigInt,
    }
}

// members

diesel::table! {
    units (id) {
        id -> Binary,
        code -> Text,
        name -> Text,
        short_name -> Text,
        kind -> Text,
        parent_id -> Nullable<Binary>,
        closed_on -> Nullable<Date>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    members (id) {
        id -> Binary,
        employee_no -> Text,
        name -> Text,
        phone_sealed -> Nullable<Binary>,
        phone_index -> Nullable<Binary>,
        kind -> Text,
        status -> Text,
        unit_id -> Binary,
        hidden_from_boards -> Bool,
        created_at -> BigInt,
        updated_at -> BigInt,
        on_boards -> Bool,
    }
}

diesel::table! {
    roles (id) {
        id -> Binary,
        member_id -> Binary,
        role -> Text,
        unit_id -> Binary,
        from_on -> Date,
        to_on -> Nullable<Date>,
        granted_by -> Nullable<Binary>,
        created_at -> BigInt,
    }
}

diesel::table! {
    absences (id) {
        id -> Binary,
        member_id -> Binary,
        from_on -> Date,
        to_on -> Nullable<Date>,
        reason -> Nullable<Text>,
        entered_by -> Nullable<Binary>,
        entered_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    former_homes (member_id, last_on) {
        member_id -> Binary,
        last_on -> Date,
        unit_id -> Nullable<Binary>,
    }
}

diesel::table! {
    former_parents (unit_id, last_on) {
        unit_id -> Binary,
        last_on -> Date,
        parent_id -> Nullable<Binary>,
    }
}

diesel::table! {
    duty_proposals (id) {
        id -> Binary,
        member_id -> Binary,
        kind -> Text,
        role_id -> Nullable<Binary>,
        role -> Nullable<Text>,
        unit_id -> Nullable<Binary>,
        from_on -> Nullable<Date>,
        to_on -> Nullable<Date>,
        proposed_by -> Nullable<Binary>,
        proposed_at -> BigInt,
        expires_at -> BigInt,
        state -> Text,
        answered_by -> Nullable<Binary>,
        answered_at -> Nullable<BigInt>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    phone_proposals (id) {
        id -> Binary,
        member_id -> Binary,
        number_sealed -> Nullable<Binary>,
        proposed_at -> BigInt,
        expires_at -> BigInt,
        state -> Text,
        answered_by -> Nullable<Binary>,
        answered_at -> Nullable<BigInt>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    member_departures (member_id) {
        member_id -> Binary,
        left_on -> Date,
        anonymised_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    member_former_names (member_id, name) {
        member_id -> Binary,
        name -> Text,
    }
}

diesel::table! {
    member_corrections (id) {
        id -> Binary,
        member_id -> Binary,
        name -> Nullable<Text>,
        kind -> Nullable<Text>,
        unit_id -> Nullable<Binary>,
        note -> Text,
        proposed_at -> BigInt,
        state -> Text,
        answered_by -> Nullable<Binary>,
        answered_at -> Nullable<BigInt>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    member_settings (member_id) {
        member_id -> Binary,
        settings -> Text,
        updated_at -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    units,
    members,
    roles,
    absences,
    former_homes,
    former_parents,
    duty_proposals,
    phone_proposals,
    member_departures,
    member_former_names,
    member_corrections,
    member_settings
);

// sessions

diesel::table! {
    credentials (member_id) {
        member_id -> Binary,
        password_hash -> Text,
        changed_at -> BigInt,
        device_salt -> Nullable<Binary>,
        is_long -> Nullable<Bool>,
    }
}

diesel::table! {
    sessions (id) {
        id -> Binary,
        member_id -> Binary,
        method -> Text,
        device -> Text,
        refresh_hash -> Binary,
        previous_hash -> Nullable<Binary>,
        rotated_at -> BigInt,
        created_at -> BigInt,
        expires_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
        revoked_because -> Nullable<Text>,
        rotation -> Integer,
        seen_rotation -> Integer,
        code_given_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    invitations (id) {
        id -> Binary,
        code_hash -> Binary,
        member_id -> Binary,
        issued_by -> Nullable<Binary>,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
        is_reset -> Bool,
        approved_by -> Nullable<Binary>,
        approved_at -> Nullable<BigInt>,
        refused_at -> Nullable<BigInt>,
        waits_until -> Nullable<BigInt>,
    }
}

diesel::table! {
    reset_requests (member_id) {
        member_id -> Binary,
        requested_at -> BigInt,
    }
}

diesel::table! {
    account_openings (id) {
        id -> Binary,
        member_id -> Binary,
        kind -> Text,
        grounds -> Text,
        issued_by -> Nullable<Binary>,
        approved_by -> Nullable<Binary>,
        key_shown -> Nullable<Binary>,
        key_given -> Nullable<Binary>,
        surroundings -> Nullable<Binary>,
        opened_at -> BigInt,
    }
}

diesel::table! {
    privacy_consents (member_id, version) {
        member_id -> Binary,
        version -> Text,
        agreed_at -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    credentials,
    sessions,
    invitations,
    reset_requests,
    account_openings,
    privacy_consents
);

// platforms

diesel::table! {
    platform_accounts (platform, account_hash) {
        platform -> Text,
        account_hash -> Binary,
        account_sealed -> Binary,
        union_hash -> Nullable<Binary>,
        session_key_sealed -> Nullable<Binary>,
        member_id -> Binary,
        bound_by -> Text,
        bound_at -> BigInt,
    }
}

diesel::table! {
    platform_tokens (name) {
        name -> Text,
        token_sealed -> Nullable<Binary>,
        expires_at -> BigInt,
        fetching_until -> BigInt,
    }
}

diesel::table! {
    platform_codes (code_hash) {
        code_hash -> Binary,
        holder -> Binary,
        outcome_sealed -> Nullable<Binary>,
        asked_at -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(platform_accounts, platform_tokens, platform_codes);

// texts

diesel::table! {
    held_texts (id) {
        id -> Binary,
        kind -> Text,
        subject_id -> Binary,
        author_id -> Binary,
        unit_id -> Binary,
        text -> Text,
        link -> Text,
        carried -> Nullable<Text>,
        state -> Text,
        finding -> Nullable<Text>,
        hint -> Nullable<Text>,
        created_at -> BigInt,
        settled_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    text_decisions (text_id) {
        text_id -> Binary,
        verdict -> Text,
        reason -> Nullable<Text>,
        decided_by -> Binary,
        decided_at -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(held_texts, text_decisions);

// channels

diesel::table! {
    channel_deliveries (notice_id, member_id, channel, nature) {
        notice_id -> Binary,
        member_id -> Binary,
        channel -> Text,
        nature -> Text,
        kind -> Text,
        state -> Text,
        reason -> Nullable<Text>,
        made_at -> BigInt,
        settled_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    channel_choices (member_id, kind, channel) {
        member_id -> Binary,
        kind -> Text,
        channel -> Text,
        wanted -> Bool,
        chosen_at -> BigInt,
    }
}

diesel::table! {
    channel_quotas (member_id, template) {
        member_id -> Binary,
        template -> Text,
        remaining -> Integer,
        accepted -> Integer,
        changed_at -> BigInt,
    }
}

// second_factors

diesel::table! {
    second_factors (member_id) {
        member_id -> Binary,
        secret_sealed -> Binary,
        begun_at -> BigInt,
        confirmed_at -> Nullable<BigInt>,
        last_step -> Nullable<BigInt>,
    }
}

diesel::table! {
    second_factor_codes (member_id, code_hash) {
        member_id -> Binary,
        code_hash -> Binary,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    second_factor_resets (id) {
        id -> Binary,
        member_id -> Binary,
        reason -> Text,
        proposed_by -> Binary,
        proposed_at -> BigInt,
        expires_at -> BigInt,
        state -> Text,
        answered_by -> Nullable<Binary>,
        answered_at -> Nullable<BigInt>,
        refusal -> Nullable<Text>,
    }
}
