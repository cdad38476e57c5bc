//! Tables of the wing `doing`.

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
    }
}

diesel::table! {
    task_people (task_id, member_id) {
        task_id -> Binary,
        member_id -> Binary,
        part -> Text,
        present -> Bool,
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

diesel::allow_tables_to_appear_in_same_query!(tasks, task_people, task_assistants, task_items, task_lists);
