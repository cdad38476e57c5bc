//! The tables as diesel sees them, room by room; `tests/schema.rs` compares them with both databases.

// kernel

diesel::table! {
    changes (id) {
        id -> Binary,
        topic -> Text,
        subject -> Binary,
        at -> BigInt,
    }
}

diesel::table! {
    outbox (id) {
        id -> Binary,
        topic -> Text,
        payload -> Text,
        available_at -> BigInt,
        attempts -> Integer,
        parked_at -> Nullable<BigInt>,
        last_error -> Nullable<Text>,
        created_at -> BigInt,
    }
}

diesel::table! {
    leases (name) {
        name -> Text,
        holder -> Binary,
        held_until -> BigInt,
    }
}

diesel::table! {
    secret_checks (name) {
        name -> Text,
        key_check -> Binary,
        made_at -> BigInt,
    }
}

diesel::table! {
    restores (id) {
        id -> Binary,
        backup_at -> Nullable<BigInt>,
        restored_at -> BigInt,
    }
}

diesel::table! {
    trail (id) {
        id -> Binary,
        at -> BigInt,
        actor_id -> Nullable<Binary>,
        action -> Text,
        subject_kind -> Text,
        subject_id -> Binary,
        detail -> Text,
    }
}

diesel::table! {
    idempotency_keys (member_id, key) {
        member_id -> Binary,
        key -> Text,
        request_hash -> Binary,
        response -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    attempts (id) {
        id -> Binary,
        key -> Binary,
        at -> BigInt,
    }
}

diesel::table! {
    attempt_successes (key, subject) {
        key -> Binary,
        subject -> Binary,
        at -> BigInt,
    }
}

diesel::table! {
    ledger_entries (id) {
        id -> Binary,
        member_id -> Binary,
        unit_id -> Binary,
        dimension -> Text,
        rule -> Text,
        rule_version -> Integer,
        points -> Integer,
        uncapped_points -> Integer,
        day -> Date,
        source_kind -> Text,
        source_id -> Binary,
        reason -> Text,
        approved_by -> Nullable<Binary>,
        created_at -> BigInt,
        caps_on -> Nullable<Date>,
    }
}

diesel::table! {
    ledger_days (member_id, day, dimension) {
        member_id -> Binary,
        day -> Date,
        dimension -> Text,
        points -> Integer,
        reached_at -> BigInt,
    }
}

diesel::table! {
    standings (member_id, measure) {
        member_id -> Binary,
        measure -> Text,
        version -> BigInt,
        changed -> BigInt,
        day_on -> Date,
        day_score -> BigInt,
        day_at -> BigInt,
        week_on -> Date,
        week_score -> BigInt,
        week_at -> BigInt,
        month_on -> Date,
        month_score -> BigInt,
        month_at -> BigInt,
        quarter_on -> Date,
        quarter_score -> BigInt,
        quarter_at -> BigInt,
        year_on -> Date,
        year_score -> BigInt,
        year_at -> BigInt,
        all_score -> BigInt,
        all_at -> BigInt,
    }
}

diesel::table! {
    search_entries (id) {
        id -> BigInt,
        kind -> Text,
        subject_id -> Binary,
        text -> Text,
        waiting_marks -> Nullable<Text>,
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

// points

diesel::table! {
    point_rules (rule, version) {
        rule -> Text,
        version -> Integer,
        name -> Text,
        dimension -> Text,
        points -> Integer,
        cap_day -> Nullable<Integer>,
        cap_week -> Nullable<Integer>,
        cap_month -> Nullable<Integer>,
        cap_year -> Nullable<Integer>,
        effective_on -> Date,
        created_by -> Nullable<Binary>,
        created_at -> BigInt,
        withdrawn_at -> Nullable<BigInt>,
    }
}

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
    }
}

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
    }
}

diesel::table! {
    notice_reads (member_id, notice_id) {
        member_id -> Binary,
        notice_id -> Binary,
        read_at -> BigInt,
    }
}

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
    challenge_tallied_days (day) {
        day -> Date,
        tallied_at -> BigInt,
    }
}

// brands

diesel::table! {
    brands (id) {
        id -> Binary,
        unit_id -> Binary,
        name -> Text,
        summary -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

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
    }
}

diesel::table! {
    meeting_attendance (meeting_id, member_id) {
        meeting_id -> Binary,
        member_id -> Binary,
    }
}

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
        stage -> Text,
        submitted_at -> Nullable<BigInt>,
        collected_at -> Nullable<BigInt>,
        collect_meeting_id -> Nullable<Binary>,
        verdict -> Nullable<Text>,
        decision_reason -> Nullable<Text>,
        decided_at -> Nullable<BigInt>,
        decide_meeting_id -> Nullable<Binary>,
        implementer_id -> Nullable<Binary>,
        due_on -> Nullable<Date>,
        delivered_at -> Nullable<BigInt>,
        evidence -> Nullable<Text>,
        accepted_at -> Nullable<BigInt>,
        closed_at -> Nullable<BigInt>,
        return_reason -> Nullable<Text>,
        merged_into -> Nullable<Binary>,
        waits_unit_id -> Nullable<Binary>,
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
        from_stage -> Text,
        to_stage -> Text,
        note -> Nullable<Text>,
        meeting_id -> Nullable<Binary>,
        member_id -> Nullable<Binary>,
        due_on -> Nullable<Date>,
        request_hash -> Binary,
    }
}

diesel::table! {
    idea_likes (idea_id, member_id) {
        idea_id -> Binary,
        member_id -> Binary,
        created_at -> BigInt,
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
    idea_categories (name) {
        name -> Text,
        position -> Integer,
    }
}

diesel::joinable!(quiz_fetches -> quiz_papers (paper_id));
diesel::joinable!(quiz_wrong_answers -> questions (question_id));
diesel::joinable!(contest_attempts -> contests (contest_id));

// campaigns

diesel::table! {
    campaigns (id) {
        id -> Binary,
        title -> Text,
        unit_id -> Binary,
        state -> Text,
        terms -> Text,
        frozen -> Nullable<Text>,
        frozen_sha256 -> Nullable<Text>,
        created_by -> Binary,
        created_at -> BigInt,
        updated_at -> BigInt,
        announced_at -> Nullable<BigInt>,
        opened_at -> Nullable<BigInt>,
        decided_at -> Nullable<BigInt>,
        published_at -> Nullable<BigInt>,
        archived_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    campaign_stages (campaign_id, stage) {
        campaign_id -> Binary,
        stage -> Text,
        position -> Integer,
        state -> Text,
        opens_at -> BigInt,
        closes_at -> BigInt,
        opened_at -> Nullable<BigInt>,
        closed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    campaign_extensions (id) {
        id -> Binary,
        campaign_id -> Binary,
        stage -> Text,
        closed_before -> BigInt,
        closes_at -> BigInt,
        reason -> Text,
        proposed_by -> Binary,
        proposed_at -> BigInt,
        confirmed_by -> Nullable<Binary>,
        confirmed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    campaign_call_offs (campaign_id) {
        campaign_id -> Binary,
        reason -> Text,
        proposed_by -> Binary,
        proposed_at -> BigInt,
        confirmed_by -> Nullable<Binary>,
        confirmed_at -> Nullable<BigInt>,
        erased_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    campaign_rolls (campaign_id) {
        campaign_id -> Binary,
        lines -> Binary,
    }
}

diesel::table! {
    campaign_entries (id) {
        id -> Binary,
        campaign_id -> Binary,
        unit_id -> Binary,
        category -> Text,
        title -> Text,
        owner_id -> Binary,
        state -> Text,
        version -> Integer,
        late -> Bool,
        judged_version -> Nullable<Integer>,
        number -> Nullable<Integer>,
        on_ballot -> Bool,
        exempt -> Text,
        created_by -> Binary,
        created_at -> BigInt,
        updated_at -> BigInt,
        submitted_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    campaign_entry_versions (entry_id, version) {
        entry_id -> Binary,
        version -> Integer,
        plan -> Text,
        edited_by -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    campaign_articles (entry_id) {
        entry_id -> Binary,
        title -> Text,
        body -> Text,
        published_by -> Binary,
        published_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    campaign_article_views (entry_id, member_id) {
        entry_id -> Binary,
        member_id -> Binary,
        seen_at -> BigInt,
    }
}

diesel::table! {
    campaign_ballots (campaign_id, member_id, period) {
        campaign_id -> Binary,
        member_id -> Binary,
        period -> Integer,
        sealed -> Binary,
        cast_at -> BigInt,
    }
}

diesel::table! {
    campaign_slips (campaign_id, slip_key) {
        campaign_id -> Binary,
        slip_key -> Binary,
        choices -> Binary,
    }
}

diesel::table! {
    campaign_tallies (campaign_id) {
        campaign_id -> Binary,
        electorate -> Integer,
        voters -> Integer,
        ballots_cast -> Integer,
        ballots_counted -> Integer,
        totals -> Text,
        receipts -> Text,
        receipts_sha256 -> Text,
        counted_at -> BigInt,
    }
}

diesel::table! {
    campaign_scores (entry_id, source, judge_id) {
        entry_id -> Binary,
        source -> Text,
        judge_id -> Binary,
        campaign_id -> Binary,
        scored_by -> Binary,
        marks -> Text,
        total -> Integer,
        scored_at -> BigInt,
    }
}

diesel::table! {
    campaign_voidings (id) {
        id -> Binary,
        campaign_id -> Binary,
        member_id -> Binary,
        period -> Integer,
        reason -> Text,
        proposed_by -> Binary,
        proposed_at -> BigInt,
        confirmed_by -> Nullable<Binary>,
        confirmed_at -> Nullable<BigInt>,
        flag -> Nullable<Text>,
    }
}

diesel::table! {
    campaign_seals (campaign_id) {
        campaign_id -> Binary,
        key_check -> Binary,
        key_source -> Text,
        key_destroyed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    campaign_flag_checks (campaign_id) {
        campaign_id -> Binary,
        flags -> Integer,
        checked_at -> BigInt,
        counts_from -> BigInt,
    }
}

diesel::table! {
    campaign_flag_looks (campaign_id, member_id) {
        campaign_id -> Binary,
        member_id -> Binary,
        looked_at -> BigInt,
    }
}

diesel::table! {
    campaign_rewards (campaign_id) {
        campaign_id -> Binary,
        through -> Nullable<Binary>,
        finished_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    campaign_decisions (campaign_id, version) {
        campaign_id -> Binary,
        version -> Integer,
        lines -> Text,
        left_out -> Text,
        reason -> Nullable<Text>,
        decided_by -> Binary,
        decided_at -> BigInt,
    }
}

diesel::table! {
    campaign_objections (id) {
        id -> Binary,
        campaign_id -> Binary,
        entry_id -> Binary,
        decision_version -> Integer,
        member_id -> Binary,
        text -> Text,
        raised_at -> BigInt,
        upheld -> Nullable<Bool>,
        answer -> Nullable<Text>,
        answered_by -> Nullable<Binary>,
        answered_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    campaign_awards (entry_id) {
        entry_id -> Binary,
        campaign_id -> Binary,
        unit_id -> Binary,
        unit_name -> Text,
        heading -> Text,
        heading_title -> Text,
        heading_position -> Integer,
        place -> Integer,
        shared -> Bool,
        title -> Text,
        decision_version -> Integer,
        awarded_on -> Date,
    }
}

diesel::table! {
    campaign_bulletins (campaign_id) {
        campaign_id -> Binary,
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

diesel::table! {
    campaign_bulletin_numbers (prefix, year, number) {
        prefix -> Text,
        year -> Integer,
        number -> Integer,
        campaign_id -> Binary,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    changes,
    outbox,
    leases,
    secret_checks,
    trail,
    idempotency_keys,
    ledger_entries,
    ledger_days,
    standings,
    search_entries,
    units,
    members,
    roles,
    absences,
    duty_proposals,
    phone_proposals,
    credentials,
    sessions,
    invitations,
    reset_requests,
    account_openings,
    questions,
    question_versions,
    question_tallies,
    question_guards,
    question_corrections,
    question_correction_members,
    quiz_papers,
    quiz_fetches,
    quiz_submissions,
    quiz_wrong_answers,
    point_rules,
    study_items,
    study_pushes,
    study_servings,
    study_readings,
    streak_days,
    study_days,
    notices,
    notice_reads,
    challenge_runs,
    challenge_answers,
    challenge_days,
    challenge_tallied_days,
    brands,
    files,
    contests,
    contest_extensions,
    contest_cancellations,
    contest_attempts,
    contest_answers,
    contest_results,
    contest_branch_results,
    meetings,
    meeting_attendance,
    ideas,
    idea_people,
    idea_steps,
    idea_likes,
    idea_comments,
    idea_outcomes,
    idea_categories,
    campaigns,
    campaign_stages,
    campaign_extensions,
    campaign_call_offs,
    campaign_rolls,
    campaign_entries,
    campaign_entry_versions,
    campaign_articles,
    campaign_article_views,
    campaign_ballots,
    campaign_slips,
    campaign_tallies,
    campaign_scores,
    campaign_voidings,
    campaign_seals,
    campaign_flag_checks,
    campaign_flag_looks,
    campaign_rewards,
    campaign_decisions,
    campaign_objections,
    campaign_awards,
    campaign_bulletins,
    campaign_bulletin_numbers,
);
