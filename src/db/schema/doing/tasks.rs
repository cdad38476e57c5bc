//! Tables of the room `tasks`.

// tasks

diesel::table! {
    task_lists (id) {
        id -> Binary,
        kind -> Text,
        title -> Text,
        unit_id -> Binary,
        year -> Integer,
        basis -> Nullable<Text>,
        rhythm -> Text,
        created_by -> Binary,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    task_items (id) {
        id -> Binary,
        list_id -> Binary,
        number -> Integer,
        title -> Text,
        standard -> Text,
        source_kind -> Nullable<Text>,
        source_id -> Nullable<Binary>,
        source_place -> Nullable<Integer>,
        source_document -> Nullable<Text>,
        lead_unit_id -> Nullable<Binary>,
        assisting_ids -> Text,
        leader_id -> Nullable<Binary>,
        axis -> Text,
        due_on -> Date,
        weight -> Integer,
        focus -> Bool,
        tags -> Text,
        evidence -> Nullable<Text>,
        nodes -> Text,
        laid -> Bool,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    task_layings (id) {
        id -> Binary,
        list_id -> Binary,
        plan -> Text,
        total -> Integer,
        done -> Integer,
        laid -> Integer,
        created_by -> Binary,
        created_at -> BigInt,
        ended_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    tasks (id) {
        id -> Binary,
        list_id -> Binary,
        item_id -> Binary,
        unit_id -> Binary,
        issuing_unit_id -> Binary,
        number -> Integer,
        title -> Text,
        standard -> Text,
        axis -> Text,
        leader_id -> Nullable<Binary>,
        due_on -> Date,
        first_due_on -> Date,
        weight -> Integer,
        focus -> Bool,
        evidence -> Nullable<Text>,
        state -> Text,
        extensions -> Integer,
        answer_by -> Date,
        suspended_until -> Nullable<Date>,
        merged_into -> Nullable<Binary>,
        submitted_by -> Nullable<Binary>,
        submitted_on -> Nullable<Date>,
        reported_on -> Nullable<Date>,
        closed_on -> Nullable<Date>,
        reminded_on -> Nullable<Date>,
        created_by -> Binary,
        created_at -> BigInt,
        updated_at -> BigInt,
        missed_on -> Nullable<Date>,
    }
}

diesel::table! {
    task_people (task_id, member_id) {
        task_id -> Binary,
        member_id -> Binary,
        part -> Text,
        present -> Bool,
        by_duty -> Bool,
    }
}

diesel::table! {
    task_assistants (task_id, unit_id) {
        task_id -> Binary,
        unit_id -> Binary,
    }
}

diesel::table! {
    task_nodes (task_id, place) {
        task_id -> Binary,
        place -> Integer,
        title -> Text,
        due_on -> Date,
        state -> Text,
        note -> Nullable<Text>,
        delay -> Nullable<Text>,
        settled_on -> Nullable<Date>,
        settled_by -> Nullable<Binary>,
    }
}

diesel::table! {
    task_steps (id) {
        id -> Binary,
        task_id -> Binary,
        at -> BigInt,
        actor_id -> Nullable<Binary>,
        verb -> Text,
        from_state -> Text,
        to_state -> Text,
        answer -> Nullable<Text>,
        note -> Nullable<Text>,
    }
}

diesel::table! {
    task_reports (id) {
        id -> Binary,
        task_id -> Binary,
        at -> BigInt,
        member_id -> Binary,
        light -> Text,
        percent -> Integer,
        next_step -> Text,
        delay -> Nullable<Text>,
    }
}

diesel::table! {
    task_requests (id) {
        id -> Binary,
        task_id -> Binary,
        kind -> Text,
        until_on -> Nullable<Date>,
        reason -> Text,
        done -> Nullable<Text>,
        remedy -> Nullable<Text>,
        state -> Text,
        asked_by -> Binary,
        asked_at -> BigInt,
        granted_by -> Nullable<Binary>,
        answered_by -> Nullable<Binary>,
        answered_at -> Nullable<BigInt>,
        answer -> Nullable<Text>,
    }
}

diesel::table! {
    task_standings (first_on, unit_id) {
        first_on -> Date,
        unit_id -> Binary,
        due -> Integer,
        closed -> Integer,
        on_time -> Integer,
        weight_due -> BigInt,
        weight_closed -> BigInt,
    }
}

diesel::table! {
    task_standing_months (first_on) {
        first_on -> Date,
        made_at -> BigInt,
    }
}

diesel::table! {
    task_hand_overs (id) {
        id -> Binary,
        task_id -> Binary,
        unit_id -> Binary,
        member_id -> Binary,
        part -> Text,
        handed_on -> Date,
        at -> BigInt,
    }
}

diesel::joinable!(task_people -> tasks (task_id));
diesel::joinable!(task_hand_overs -> tasks (task_id));
diesel::allow_tables_to_appear_in_same_query!(
    tasks,
    task_people,
    task_assistants,
    task_items,
    task_lists,
    task_hand_overs
);
