//! Tables of the room `ideas`.

// ideas

diesel::table! {
    ideas (id) {
        id -> Binary,
        author_id -> Binary,
        unit_id -> Binary,
        branch_id -> Binary,
        category -> Text,
        title -> Text,
        problem -> Text,
        proposal -> Text,
        benefit -> Text,
        state -> Text,
        submitted_at -> Nullable<BigInt>,
        implementer_id -> Nullable<Binary>,
        due_on -> Nullable<Date>,
        merged_into -> Nullable<Binary>,
        reminded_on -> Nullable<Date>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    idea_people (idea_id, member_id, part) {
        idea_id -> Binary,
        member_id -> Binary,
        part -> Text,
    }
}

diesel::table! {
    idea_steps (id) {
        id -> Binary,
        idea_id -> Binary,
        at -> BigInt,
        actor_id -> Binary,
        verb -> Text,
        from_state -> Text,
        to_state -> Text,
        note -> Nullable<Text>,
        meeting_id -> Nullable<Binary>,
        member_id -> Nullable<Binary>,
        due_on -> Nullable<Date>,
        request_hash -> Binary,
        in_force -> Bool,
        unit_id -> Binary,
    }
}

diesel::table! {
    idea_hand_ins (step_id, member_id) {
        step_id -> Binary,
        member_id -> Binary,
    }
}

diesel::table! {
    idea_likes (idea_id, member_id) {
        idea_id -> Binary,
        member_id -> Binary,
        created_at -> BigInt,
        former_text -> Bool,
    }
}

diesel::table! {
    idea_comments (id) {
        id -> Binary,
        idea_id -> Binary,
        parent_id -> Nullable<Binary>,
        author_id -> Binary,
        text -> Text,
        created_at -> BigInt,
        deleted_at -> Nullable<BigInt>,
        said_about -> Nullable<Binary>,
        held_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    idea_outcomes (id) {
        id -> Binary,
        idea_id -> Binary,
        kind -> Text,
        title -> Text,
        amount_fen -> Nullable<BigInt>,
        recorded_by -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    idea_outcome_corrections (outcome_id, number) {
        outcome_id -> Binary,
        number -> Integer,
        former_title -> Text,
        former_amount_fen -> Nullable<BigInt>,
        title -> Text,
        amount_fen -> Nullable<BigInt>,
        struck -> Bool,
        reason -> Text,
        corrected_by -> Binary,
        corrected_at -> BigInt,
    }
}

diesel::table! {
    idea_categories (name) {
        name -> Text,
        position -> Integer,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    ideas,
    idea_people,
    idea_steps,
    idea_hand_ins,
    idea_likes,
    idea_comments,
    idea_outcomes,
    idea_outcome_corrections,
    idea_categories
);
