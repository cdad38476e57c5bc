//! Tables of the wing `learning`.

// quiz

diesel::table! {
    questions (id) {
        id -> Binary,
        fingerprint -> Binary,
        kind -> Text,
        stem -> Text,
        options -> Text,
        answer -> Text,
        explanation -> Text,
        category -> Text,
        difficulty -> Text,
        source -> Text,
        retired_at -> Nullable<BigInt>,
        created_by -> Nullable<Binary>,
        created_at -> BigInt,
        updated_at -> BigInt,
        version -> Integer,
        first_dealt_at -> Nullable<BigInt>,
        search -> Text,
        keep_order -> Bool,
        any_number -> Bool,
    }
}

diesel::table! {
    question_versions (question_id, version) {
        question_id -> Binary,
        version -> Integer,
        text -> Text,
        replaced_by -> Binary,
        replaced_at -> BigInt,
    }
}

diesel::table! {
    question_tallies (question_id, version, source_kind, source_id) {
        question_id -> Binary,
        version -> Integer,
        source_kind -> Text,
        source_id -> Binary,
        shown -> BigInt,
        right_count -> BigInt,
        chosen -> Text,
        upper_count -> BigInt,
        upper_right -> BigInt,
        lower_count -> BigInt,
        lower_right -> BigInt,
        counted_at -> BigInt,
    }
}

diesel::table! {
    question_guards (question_id, source_id) {
        question_id -> Binary,
        source_id -> Binary,
        guarded_from -> BigInt,
    }
}

diesel::table! {
    question_corrections (id) {
        id -> Binary,
        question_id -> Binary,
        version -> Integer,
        former -> Text,
        answer -> Text,
        reason -> Text,
        made_by -> Binary,
        made_at -> BigInt,
        stage -> Text,
        papers -> Text,
        papers_done -> Integer,
        graded_through -> Binary,
        contest_count -> Integer,
        done_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    question_correction_members (correction_id, member_id) {
        correction_id -> Binary,
        member_id -> Binary,
        papers -> Integer,
        contests -> Integer,
        runs -> Integer,
        points -> Integer,
        told_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    question_voidings (id) {
        id -> Binary,
        question_id -> Binary,
        version -> Integer,
        reason -> Text,
        state -> Text,
        proposed_by -> Binary,
        proposed_at -> BigInt,
        answered_by -> Nullable<Binary>,
        answered_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    quiz_papers (id) {
        id -> Binary,
        unit_id -> Binary,
        day -> Date,
        questions -> Text,
        publish_at -> BigInt,
        published_at -> Nullable<BigInt>,
        created_by -> Nullable<Binary>,
        created_at -> BigInt,
        tallied_at -> Nullable<BigInt>,
        edition -> Integer,
    }
}

diesel::table! {
    quiz_coverages (day) {
        day -> Date,
        roster -> Binary,
        frozen_at -> BigInt,
        lines -> Binary,
    }
}

diesel::table! {
    quiz_fetches (member_id, paper_id) {
        member_id -> Binary,
        paper_id -> Binary,
        fetched_at -> BigInt,
    }
}

diesel::table! {
    quiz_submissions (id) {
        id -> Binary,
        member_id -> Binary,
        day -> Date,
        paper_id -> Binary,
        answers -> Text,
        right_count -> Integer,
        question_count -> Integer,
        points -> Integer,
        late -> Bool,
        submitted_at -> BigInt,
        edition -> Integer,
        corrected_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    quiz_wrong_answers (member_id, question_id) {
        member_id -> Binary,
        question_id -> Binary,
        times_wrong -> Integer,
        right_in_a_row -> Integer,
        last_answered_at -> BigInt,
        cleared_at -> Nullable<BigInt>,
    }
}

diesel::joinable!(quiz_fetches -> quiz_papers (paper_id));
diesel::joinable!(quiz_wrong_answers -> questions (question_id));

diesel::allow_tables_to_appear_in_same_query!(
    questions,
    question_versions,
    question_tallies,
    question_guards,
    question_corrections,
    question_correction_members,
    question_voidings,
    quiz_papers,
    quiz_coverages,
    quiz_fetches,
    quiz_submissions,
    quiz_wrong_answers
);

// study

diesel::table! {
    study_items (id) {
        id -> Binary,
        title -> Text,
        summary -> Text,
        body -> Text,
        source -> Text,
        cover_url -> Nullable<Text>,
        minimum_seconds -> Integer,
        question_ids -> Text,
        retired_at -> Nullable<BigInt>,
        created_by -> Nullable<Binary>,
        created_at -> BigInt,
        updated_at -> BigInt,
        category -> Nullable<Text>,
        cover_file_id -> Nullable<Binary>,
    }
}

diesel::table! {
    study_pushes (id) {
        id -> Binary,
        item_id -> Binary,
        unit_id -> Binary,
        day -> Date,
        publish_at -> BigInt,
        published_at -> Nullable<BigInt>,
        cancelled_at -> Nullable<BigInt>,
        created_by -> Nullable<Binary>,
        created_at -> BigInt,
        coverage_frozen_at -> Nullable<BigInt>,
        notice_id -> Nullable<Binary>,
        remind_at -> Nullable<BigInt>,
        reminded_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    study_coverages (push_id) {
        push_id -> Binary,
        roster -> Binary,
        frozen_at -> BigInt,
        lines -> Binary,
    }
}

diesel::table! {
    study_servings (push_id, member_id) {
        push_id -> Binary,
        member_id -> Binary,
        served_at -> BigInt,
    }
}

diesel::table! {
    study_readings (id) {
        id -> Binary,
        member_id -> Binary,
        item_id -> Binary,
        day -> Date,
        opened_at -> BigInt,
        running_since -> Nullable<BigInt>,
        read_micros -> BigInt,
        finished_at -> Nullable<BigInt>,
        points -> Integer,
        minimum_seconds -> Integer,
    }
}

diesel::table! {
    streak_days (member_id, day) {
        member_id -> Binary,
        day -> Date,
    }
}

diesel::table! {
    study_days (unit_id, day) {
        unit_id -> Binary,
        day -> Date,
        opened_at -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    study_items,
    study_pushes,
    study_coverages,
    study_servings,
    study_readings,
    streak_days,
    study_days
);

// challenge

diesel::table! {
    challenge_runs (id) {
        id -> Binary,
        member_id -> Binary,
        day -> Date,
        seed -> BigInt,
        seq -> Integer,
        question -> Nullable<Text>,
        last_question -> Nullable<Text>,
        dealt_at -> BigInt,
        due_at -> BigInt,
        right_count -> Integer,
        last_right_at -> Nullable<BigInt>,
        too_fast_count -> Integer,
        revived -> Bool,
        points -> Integer,
        started_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        ended_because -> Nullable<Text>,
    }
}

diesel::table! {
    challenge_answers (run_id, seq) {
        run_id -> Binary,
        seq -> Integer,
        question_id -> Binary,
        version -> Integer,
        answer -> Nullable<Text>,
        is_right -> Bool,
        dealt_at -> BigInt,
        answered_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    challenge_days (member_id, day) {
        member_id -> Binary,
        day -> Date,
        best -> Integer,
        reached_at -> BigInt,
        runs -> Integer,
        revival_used -> Bool,
    }
}

diesel::table! {
    challenge_corrections (member_id, day, correction_id) {
        correction_id -> Binary,
        member_id -> Binary,
        day -> Date,
        made_on -> Date,
        points -> Integer,
    }
}

diesel::table! {
    challenge_tallied_days (day) {
        day -> Date,
        tallied_at -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    challenge_runs,
    challenge_answers,
    challenge_days,
    challenge_corrections,
    challenge_tallied_days
);

// contests

diesel::table! {
    contests (id) {
        id -> Binary,
        title -> Text,
        description -> Text,
        unit_id -> Binary,
        state -> Text,
        opens_at -> BigInt,
        closes_at -> BigInt,
        rules -> Text,
        paper -> Nullable<Text>,
        summary -> Nullable<Text>,
        shortage -> Nullable<Text>,
        created_by -> Binary,
        created_at -> BigInt,
        updated_at -> BigInt,
        announced_at -> Nullable<BigInt>,
        opened_at -> Nullable<BigInt>,
        closed_at -> Nullable<BigInt>,
        ranked_at -> Nullable<BigInt>,
        booked_at -> Nullable<BigInt>,
        published_at -> Nullable<BigInt>,
        published_by -> Nullable<Binary>,
        awarded_at -> Nullable<BigInt>,
        awarded_through -> Nullable<Binary>,
        meeting_id -> Nullable<Binary>,
        edition -> Integer,
        graded_edition -> Integer,
        corrected_at -> Nullable<BigInt>,
        correction_id -> Nullable<Binary>,
        correction_reason -> Nullable<Text>,
    }
}

diesel::table! {
    contest_extensions (id) {
        id -> Binary,
        contest_id -> Binary,
        closed_before -> BigInt,
        closes_at -> BigInt,
        reason -> Text,
        made_by -> Binary,
        made_at -> BigInt,
    }
}

diesel::table! {
    contest_cancellations (contest_id) {
        contest_id -> Binary,
        reason -> Text,
        proposed_by -> Binary,
        proposed_at -> BigInt,
        confirmed_by -> Nullable<Binary>,
        confirmed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    contest_attempts (id) {
        id -> Binary,
        contest_id -> Binary,
        member_id -> Binary,
        unit_id -> Binary,
        branch_id -> Nullable<Binary>,
        number -> Integer,
        seed -> BigInt,
        state -> Text,
        started_at -> BigInt,
        due_at -> BigInt,
        finished_at -> Nullable<BigInt>,
        submitted -> Bool,
        score -> Integer,
        right_count -> Integer,
        elapsed_micros -> BigInt,
        edition -> Integer,
    }
}

diesel::table! {
    contest_answers (attempt_id, question_id) {
        attempt_id -> Binary,
        question_id -> Binary,
        answer -> Text,
        saved_at -> BigInt,
    }
}

diesel::table! {
    contest_results (contest_id, member_id) {
        contest_id -> Binary,
        member_id -> Binary,
        attempt_id -> Binary,
        unit_id -> Nullable<Binary>,
        score -> Integer,
        right_count -> Integer,
        elapsed_micros -> BigInt,
        finished_at -> BigInt,
        rank -> Integer,
    }
}

diesel::table! {
    contest_branch_results (contest_id, unit_id) {
        contest_id -> Binary,
        unit_id -> Binary,
        active_members -> Integer,
        participants -> Integer,
        score_sum -> BigInt,
        mean_hundredths -> Integer,
        rank -> Integer,
    }
}

diesel::joinable!(contest_attempts -> contests (contest_id));

diesel::allow_tables_to_appear_in_same_query!(
    contests,
    contest_extensions,
    contest_cancellations,
    contest_attempts,
    contest_answers,
    contest_results,
    contest_branch_results
);
